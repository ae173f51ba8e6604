"""What columns mean and how sensitive that makes them: from names in several languages, tables, types, values and keys."""

from mimic.planning.meaning.decide import context_of, guess
from mimic.planning.meaning.values import vocabulary

__all__ = ["context_of", "guess", "vocabulary"]
