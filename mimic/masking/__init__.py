"""`mask`: real rows in, rows out whose identifying values are replaced; `reveal` takes back what can be taken back."""

from mimic.masking.keys import Key, new_key, read_key
from mimic.masking.rows import mask, masked, read_for, redrawn, reveal

__all__ = ["Key", "mask", "masked", "new_key", "read_for", "read_key", "redrawn", "reveal"]
