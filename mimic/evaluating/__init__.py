"""Evaluating: how alike two databases are. Quick figures only; see `comparing.py`."""

from mimic.evaluating.comparing import compare

__all__ = ["compare"]
