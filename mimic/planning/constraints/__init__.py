"""CHECK constraints read into conditions, and what they say about each column alone."""

from mimic.planning.constraints.compiling import Compiled, compile
from mimic.planning.constraints.narrowing import named, narrow
from mimic.planning.constraints.options import narrowed, within_limits

__all__ = ["Compiled", "compile", "named", "narrow", "narrowed", "within_limits"]
