"""Writing: batches into a target, all or nothing. See `loading.py`."""

from mimic.writing.loading import write

__all__ = ["write"]
