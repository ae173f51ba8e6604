"""Deciding before doing: what columns mean, who owns rows, which table gets which mode, who fills which column."""

from mimic.planning.masking import locale, masks, redrawing
from mimic.planning.pinning import pins
from mimic.planning.planner import plan, understand

__all__ = ["locale", "masks", "pins", "plan", "redrawing", "understand"]
