"""Types that a server was built without: XML needs libxml, which not every PostgreSQL has.

Their columns exist there, but no value can be written; where they may be NULL they are left so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
import pyarrow as pa

from mimic.batch import Batch
from mimic.report import Finding
from mimic.schema import Schema, TableName, Xml, bare

Connection = psycopg.Connection[tuple[Any, ...]]
Lacking = Mapping[TableName, frozenset[str]]


def lacking(connection: Connection, schema: Schema) -> tuple[Lacking, list[Finding]]:
    """Columns of each table that can only be NULL on this server, and a finding for each."""
    found = {
        table.name: frozenset(c.name for c in table.written if c.nullable and isinstance(bare(c.type), Xml)) for table in schema.tables
    }
    found = {name: columns for name, columns in found.items() if columns}
    if not found or _knows_xml(connection):
        return {}, []
    sentence = "this server was built without XML: the column is NULL"
    findings = [Finding("W305", f"{name}.{column}", sentence) for name, columns in found.items() for column in sorted(columns)]
    return found, findings


def without(batch: Batch, columns: frozenset[str]) -> Batch:
    """The batch with NULL in some columns."""
    rows = batch.rows
    for name in columns & set(rows.schema.names):
        at = rows.schema.get_field_index(name)
        rows = rows.set_column(at, rows.schema.field(at), pa.nulls(rows.num_rows, rows.schema.field(at).type))
    return Batch(batch.table, rows)


def _knows_xml(connection: Connection) -> bool:
    """Asked in a savepoint where a transaction is open."""
    try:
        with connection.transaction():
            connection.execute("SELECT '<a/>'::xml")
    except psycopg.errors.FeatureNotSupported:
        return False
    return True
