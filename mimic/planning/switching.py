"""Which exact relations a configuration lets be looked for: by kind, in all tables or in one, and by column."""

from __future__ import annotations

from collections.abc import Iterable

from mimic.config import Relation, TableConfig


def switched(kind: Relation, config: TableConfig, columns: Iterable[str]) -> bool:
    """Whether relations of a kind are kept for these columns; `config` knows what holds for the whole configuration, too."""
    off = any((asked := config.columns.get(name)) is not None and asked.relation is False for name in columns)
    return config.relations.get(kind, True) and not off


__all__ = ["switched"]
