"""`generate`: a model becomes batches, table by table, parents first. There is no source here, and no way to one."""

from mimic.generating.asking import asked
from mimic.generating.generation import Generation, generate, sample
from mimic.generating.given import Given, sample_given
from mimic.generating.moving import NEWEST, Shift
from mimic.generating.sizes import sizes
from mimic.generating.wishes import TODAY, Wishes, wishes

__all__ = [
    "NEWEST",
    "TODAY",
    "Generation",
    "Given",
    "Shift",
    "Wishes",
    "asked",
    "generate",
    "sample",
    "sample_given",
    "sizes",
    "wishes",
]
