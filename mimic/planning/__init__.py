"""Deciding before doing: what columns mean, who owns rows, which table gets which mode, who fills which column."""

from mimic.planning.imputing import configured, imputed
from mimic.planning.margins import margins
from mimic.planning.masking import locale, masks, redrawing
from mimic.planning.newest import newest
from mimic.planning.pinning import pins
from mimic.planning.planner import plan, seen, understand
from mimic.planning.scenarios import scenarios

__all__ = ["configured", "imputed", "locale", "margins", "masks", "newest", "pins", "plan", "redrawing", "scenarios", "seen", "understand"]
