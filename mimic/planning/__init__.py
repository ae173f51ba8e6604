"""Deciding before doing: what columns mean, who owns rows, which table gets which mode, who fills which column."""

from mimic.planning.planner import plan, understand

__all__ = ["plan", "understand"]
