"""`generate`: a model becomes batches, table by table, parents first. There is no source here, and no way to one."""

from mimic.generating.asking import asked
from mimic.generating.generation import Generation, generate, sample
from mimic.generating.sizes import sizes

__all__ = ["Generation", "asked", "generate", "sample", "sizes"]
