"""What puts other values in the place of real ones: one family per file, each ending in `register(registry)`.

cipher        keys derived, a keyed hash, FF1, bijections [only home of cryptography]
texts runs    columns of many types as texts; runs of letters in them
names         names, user names, e-mail addresses: part by part, so that they go together
places        streets, cities, companies, links, network addresses
identifiers   numbers, codes, phones, cards, IBANs, uuids: of the same form, and back again
opaque        secrets and bytes: random signs of the same sort
shifting      dates and numbers moved by an offset of whom they are about
generalising  bins, periods, prefixes
prose nested  free text, JSON: what identifies inside them
blunt         a word, NULL, a constant, a hash, other rows' values
"""

from __future__ import annotations

from mimic.maskers import blunt, generalising, identifiers, names, nested, opaque, places, prose, shifting
from mimic.registry import Registry

FAMILIES = (names, identifiers, places, opaque, shifting, generalising, nested, prose, blunt)


def builtin(registry: Registry | None = None) -> Registry:
    """The built-in maskers, in a registry of their own or added to one."""
    found = registry or Registry()
    for family in FAMILIES:
        family.register(found)
    return found


__all__ = ["FAMILIES", "builtin"]
