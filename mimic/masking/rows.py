"""Batches masked column by column. What does not fit stops everything: no value goes on unmasked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from hashlib import blake2b

import pyarrow as pa

from mimic.batch import Batch
from mimic.errors import MaskingFailed, UsageError
from mimic.masker import CannotMask, Masker, MaskTask
from mimic.maskers.cipher import derived
from mimic.masking.keys import Key
from mimic.plan import Masking, Masks
from mimic.schema import Column, Integer, TableName, Text
from mimic.semantics import Kind


def mask(batches: Iterable[Batch], masks: Masks, key: Key) -> Iterator[Batch]:
    """Every batch with its columns masked; `MaskingFailed` before a batch goes on that has a value which does not fit."""
    for batch in batches:
        yield Batch(batch.table, masked(batch.rows, masks.of(batch.table), masks.group, key))


def read_for(masks: Masks, table: TableName, columns: Collection[str]) -> set[str]:
    """Some columns of a table, and those that their maskers read."""
    return {*columns, *(need for masking in masks.of(table) if masking.column in columns for need in masking.masker.needs)}


def masked(rows: pa.RecordBatch, maskings: Sequence[Masking], group: str, key: Key) -> pa.RecordBatch:
    """The same rows with other values in the columns of `maskings`; columns that are not among them stay."""
    given = {name: rows.column(name) for name in rows.schema.names}
    for masking in maskings:
        at = rows.schema.get_field_index(masking.column)
        if at < 0:
            continue
        field = rows.schema.field(at)
        try:
            made = masking.masker.mask(given[masking.column], _key(masking.masker, group, key), given)
        except (CannotMask, pa.ArrowInvalid) as problem:
            why = str(problem) if isinstance(problem, CannotMask) else "a value that its masker cannot mask"
            raise MaskingFailed(f"{masking.table}.{masking.column}", why) from None
        if why := masking.misfit(given[masking.column], made):
            raise MaskingFailed(f"{masking.table}.{masking.column}", why)
        rows = rows.set_column(at, field, made)
    return rows


def redrawn(values: pa.Array, masker: Masker, seed: int, salt: int) -> pa.Array | None:
    """Other values of the same sort, for rows that are written another time; no secret. None where the masker cannot take one of them."""
    try:
        return masker.mask(values, blake2b(f"mimic/redrawn/{seed}/{salt}".encode(), digest_size=32).digest(), {})
    except (CannotMask, pa.ArrowInvalid):
        return None


def reveal(values: Sequence[str], part: type[Masker], group: str, key: Key, *, keep: int = 0) -> list[str | None]:
    """The source's values of masked ones, given and told as texts, in the order asked."""
    if not part.reversible:
        raise UsageError(f"what {part.kind} masked nobody can undo.", hint="Maskers whose names begin with `identifier.` can be undone.")
    numbers = part.kind == "identifier.number"
    column = Column("value", Integer() if numbers else Text())
    masker = part.of(MaskTask(column, Kind.ID, options={"keep": keep}))
    try:
        given = pa.array(list(values), pa.string()).cast(pa.int64() if numbers else pa.string())
    except pa.ArrowInvalid:
        raise UsageError("a value is no whole number.") from None
    back = masker.reveal(given, _key(masker, group, key), {})  # type: ignore[attr-defined]
    out: list[str | None] = back.cast(pa.string()).to_pylist()
    return out


def _key(masker: Masker, group: str, key: Key) -> bytes:
    return derived(key.secret, group, masker.domain)
