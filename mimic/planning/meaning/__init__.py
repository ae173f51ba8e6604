"""What columns mean and how sensitive that makes them: from names in several languages, tables, types, values and keys."""

from mimic.planning.meaning.decide import context_of, guess
from mimic.planning.meaning.likeness import WHY as LIKE
from mimic.planning.meaning.untold import WHY as UNTOLD
from mimic.planning.meaning.values import vocabulary

UNSURE = (UNTOLD, LIKE)  # reasons that ask for care, and tell nothing of who a row is

__all__ = ["UNSURE", "context_of", "guess", "vocabulary"]
