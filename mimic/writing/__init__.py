"""Writing: batches into a target, all or nothing. See `loading.py`; `pinning.py` and `topping.py` put pinned and real rows among them."""

from mimic.writing.loading import write
from mimic.writing.pinning import pinned
from mimic.writing.topping import topped

__all__ = ["pinned", "topped", "write"]
