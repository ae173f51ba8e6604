"""What cannot be read is refused with a reason, which becomes a finding."""

from __future__ import annotations


class Refused(Exception):
    """Part of a CHECK has no counterpart among the conditions; the message names the part, never a value of a row."""
