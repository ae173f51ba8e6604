"""Writing: batches into a target, all or nothing (`loading.py`). `flowing`, `pinning` and `topping` put real rows among them."""

from mimic.writing.flowing import Flow, flowing
from mimic.writing.loading import write
from mimic.writing.pinning import pinned
from mimic.writing.topping import Core, topped

__all__ = ["Core", "Flow", "flowing", "pinned", "topped", "write"]
