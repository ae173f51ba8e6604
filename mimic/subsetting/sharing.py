"""How many rows are made up below tables of which a part is kept: the same part."""

from __future__ import annotations

from collections.abc import Mapping

from mimic.config import Config, Mode
from mimic.errors import ConfigError
from mimic.graph import load_order
from mimic.schema import Schema, TableName


def shared(
    schema: Schema, rows: Mapping[TableName, int], modes: Mapping[TableName, Mode], counts: Mapping[TableName, int]
) -> dict[TableName, float]:
    """For each synthesised table the smallest share of a parent of mode subset, at whatever distance; 1 where there is none.

    `rows` are those that the copy will hold, `counts` those of the source. `ConfigError` where made-up rows would need a row of a
    table of mode subset that holds none.
    """
    problems = []
    found: dict[TableName, float] = {}
    for name in load_order(schema).tables:
        if modes[name] == "subset":
            found[name] = rows[name] / counts[name] if counts.get(name) else 1.0
        elif modes[name] == "synthesize":
            above = []
            for key in schema.table(name).foreign_keys:
                if key.parent == name or key.parent not in found:
                    continue
                if modes[key.parent] == "subset" and not rows[key.parent]:
                    if not any(schema.table(name).column(column).nullable for column in key.columns):
                        sentence = f"none of its rows is reached from the roots, but made-up rows of {name} need some ({key.label})."
                        problems.append((f"tables.{key.parent}.mode", f"{sentence} Name a root in it, or give it mode: copy."))
                    continue
                above.append(found[key.parent])
            found[name] = min(above, default=1.0)
    if problems:
        raise ConfigError(problems)
    return {name: share for name, share in found.items() if modes[name] == "synthesize"}


def scaled(config: Config, schema: Schema, shares: Mapping[TableName, float]) -> Config:
    """The configuration with a scale for each table about whose size it says nothing."""
    tables = dict(config.tables)
    named = {table.name: name for name in tables if (table := schema.named(name)) is not None}
    for name, share in shares.items():
        spelt = named.get(name, f"{name.schema}.{name.name}" if name.schema else name.name)
        told = tables.get(spelt)
        if share == 1 or (told is not None and (told.rows is not None or told.scale is not None)):
            continue
        update = {"scale": max(config.scale * share, 1e-12)}
        tables[spelt] = told.model_copy(update=update) if told is not None else _NOTHING.model_copy(update=update)
    return config.model_copy(update={"tables": tables})


_NOTHING = Config.model_validate({"tables": {"t": {}}}).tables["t"]
