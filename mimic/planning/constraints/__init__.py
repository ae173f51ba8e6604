"""CHECK constraints read into conditions, and what they say about each column alone."""

from mimic.planning.constraints.compiling import compile
from mimic.planning.constraints.narrowing import narrow

__all__ = ["compile", "narrow"]
