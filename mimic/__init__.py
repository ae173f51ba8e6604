"""Mimic: safe, realistic copies of relational databases."""

__version__ = "0.1.0.dev0"
