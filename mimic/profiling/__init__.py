"""Measuring a source: exact counts, fan-outs, and a bounded sample in which children come with their parents."""

from mimic.profiling.copies import rows, shape
from mimic.profiling.measure import glance, profile

__all__ = ["glance", "profile", "rows", "shape"]
