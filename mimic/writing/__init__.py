"""Writing: batches into a target, all or nothing. See `loading.py`; `pinning.py` puts pinned rows among them."""

from mimic.writing.loading import write
from mimic.writing.pinning import pinned

__all__ = ["pinned", "write"]
