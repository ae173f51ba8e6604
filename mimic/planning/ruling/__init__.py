"""Tables without rows to learn from: what names, types and keys tell about their columns and how these hang together."""

from mimic.planning.ruling.ruling import Ruling

__all__ = ["Ruling"]
