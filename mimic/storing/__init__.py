"""Storing: one model, one portable file. See `model_file.py` for the layout."""

from mimic.storing.model_file import load, save

__all__ = ["load", "save"]
