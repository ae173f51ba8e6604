"""Which columns of a row belong together: the parts of one person, of one place, of one setting.

Names say it: `billing_city` and `billing_country` are one place, `ship_city` another; `first_name` and `email` are one person.
"""

from __future__ import annotations

from collections.abc import Mapping

from mimic.planning.meaning.words import tokens
from mimic.schema import Json, Table, Text, bare
from mimic.semantics import Kind, Meaning

PERSON = frozenset({Kind.FIRST_NAME, Kind.LAST_NAME, Kind.PERSON_NAME, Kind.USERNAME, Kind.EMAIL, Kind.GENDER})
PLACE = frozenset({Kind.STREET, Kind.POSTCODE, Kind.CITY, Kind.REGION, Kind.COUNTRY, Kind.COUNTRY_CODE})
SETTING = frozenset({Kind.SETTING_KEY, Kind.SETTING_VALUE})
_NEUTRAL = frozenset(
    {
        *("first", "last", "middle", "given", "family", "full", "real", "display", "screen", "name"),
        *("email", "address", "username", "user", "login", "handle", "nickname", "gender", "sex", "title"),
        *("street", "line", "city", "town", "region", "state", "country", "code", "postcode", "postal"),
        *("province", "district", "county", "iso", "1", "2", "3", "alpha", "number", "house"),
        *("prefix", "suffix", "maiden", "id"),
    }
)


def group_columns(table: Table, meanings: Mapping[str, Meaning]) -> list[tuple[str, ...]]:
    """Groups of at least two columns, in table order, no column in two groups. Keys' columns may be among them."""
    groups: dict[tuple[str, str], list[str]] = {}
    for column in table.columns:
        meaning = meanings.get(column.name)
        if meaning is None or not column.written or not isinstance(bare(column.type), Text | Json):
            continue
        for name, kinds in (("person", PERSON), ("place", PLACE), ("setting", SETTING)):
            if meaning.kind in kinds and (name == "setting" or isinstance(bare(column.type), Text)):
                groups.setdefault((name, _owner(column.name)), []).append(column.name)
    # Parts without an owner of their own belong to the row: `email` beside `customer_first_name`.
    out = []
    for (name, owner), columns in groups.items():
        if len(columns) > 1 and (name != "person" or _names_somebody(columns, meanings)):
            out.append(_once(columns, meanings))
        elif name == "person" and owner:
            continue
    return [group for group in out if len(group) > 1]


def _owner(column: str) -> str:
    """What stands before or behind the part's own words: "billing" of `billing_city`."""
    return " ".join(word for word in tokens(column) if word not in _NEUTRAL)


def _names_somebody(columns: list[str], meanings: Mapping[str, Meaning]) -> bool:
    return any(meanings[name].kind in (Kind.FIRST_NAME, Kind.LAST_NAME, Kind.PERSON_NAME, Kind.USERNAME) for name in columns)


def _once(columns: list[str], meanings: Mapping[str, Meaning]) -> tuple[str, ...]:
    """Middle names, second address lines and further e-mails stay: the group knows that they are further ones."""
    return tuple(columns)


__all__ = ["group_columns"]
