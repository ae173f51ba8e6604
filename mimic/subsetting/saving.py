"""A selection as a file that people can read, change and hand back: a line per row with its table, its key, and why it is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from mimic.connector import Source
from mimic.errors import UsageError, closest
from mimic.schema import Integer, Schema, Table, bare
from mimic.selection import ROW, Selection
from mimic.subsetting.asking import Root, read_keys
from mimic.subsetting.keys import identity
from mimic.subsetting.naming import named

_COLUMNS = ("table", "key", "step", "why")


def save(source: Source, schema: Schema, selection: Selection, path: Path) -> None:
    """CSV with `table`, `key`, `step`, `why`; for its owner alone, as keys may be personal. Whole tables are one line without a key."""
    shape = pa.schema([("table", pa.string()), ("key", pa.string()), ("step", pa.int64()), ("why", pa.string())])
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file, csv.CSVWriter(file, shape) as writer:
        for name, rows in selection.whole.items():
            writer.write_table(pa.table([[str(name)], pa.nulls(1, pa.string()), [0], [f"all {rows} rows"]], schema=shape))
        for (name, why), run in groupby(enumerate(selection.steps, 1), lambda pair: (pair[1].table, pair[1].why)):
            steps = list(run)
            numbers = np.concatenate([step.numbers for _, step in steps])
            at = np.repeat([at for at, _ in steps], [len(step.numbers) for _, step in steps])
            order = np.argsort(numbers)
            rows = named(source, schema.table(name), numbers[order])
            places = order[np.searchsorted(numbers[order], rows.column(ROW).to_numpy())]
            rows = rows.take(pa.array(np.argsort(places)))  # level by level, as they came in
            n = rows.num_rows
            told = [pa.array([str(name)] * n), rows.column("key"), pa.array(at[np.sort(places)], pa.int64()), pa.array([why] * n)]
            writer.write_table(pa.table(told, schema=shape))


def saved(path: Path, schema: Schema) -> Iterator[Root]:
    """The rows of such a file, each table's as a root that nothing is taken in below of; whole tables are said by the configuration."""
    try:
        lines = csv.read_csv(path, convert_options=csv.ConvertOptions(column_types={"table": pa.string(), "key": pa.string()}))
    except (OSError, pa.ArrowInvalid):
        raise UsageError("cannot be read as a saved selection.", where=str(path)) from None
    if not {"table", "key"} <= set(lines.column_names):
        raise UsageError("is no saved selection: it lacks the columns `table` and `key`.", where=str(path))
    for name in pc.unique(lines.column("table")).to_pylist():
        table = schema.named(name)
        if table is None:
            known = [str(each.name) for each in schema.tables]
            raise UsageError(f"no such table: {name!r}.", where=str(path), hint=closest(name, known).strip())
        keys = lines.filter(pc.equal(lines.column("table"), name)).column("key").drop_null()
        if len(keys):
            yield Root(table, f"{name} of {path.name}", keys=_keys(keys, table), below=False)


def _keys(texts: pa.ChunkedArray, table: Table) -> pa.RecordBatch:
    columns = identity(table)
    if len(columns) == 1 and isinstance(bare(table.column(columns[0]).type), Integer):
        try:
            return pa.RecordBatch.from_arrays([texts.cast(pa.int64()).combine_chunks()], names=list(columns))
        except pa.ArrowInvalid:
            raise UsageError(f"a key that is no whole number, of {table.name}.") from None
    return read_keys(", ".join(f"({text})" for text in texts.to_pylist()), table)
