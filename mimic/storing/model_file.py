"""A model as one file: a ZIP of JSON and `.npy` parts, nothing executable, the same bytes for the same model.

    mimic.json                  format, facts, seed, scale, findings, load order, the tables in that order
    schema.json                 the structure (`schema.plain`)
    ddl/before.sql, after.sql   the structure as SQL, carried as it is
    tables/0003.json            table 3 of mimic.json: its generators, why each was chosen, their states
    tables/0003/0007.npy        array 7 of that table's states
    copied/0003.json, *.npy     the rows of a table in mode copy: the only source rows in the file
    pinned/0000.json, *.npy     a row of the configuration, with the columns that it names

A part that nothing refers to makes the file invalid: what it holds can be listed, and nothing can hide beside.
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

import pyarrow as pa

import mimic
from mimic.batch import Batch
from mimic.errors import MimicError, ModelFileError
from mimic.graph import LoadOrder
from mimic.model import FORMAT, Learned, Model, TableModel
from mimic.plan import Choice
from mimic.registry import Registry
from mimic.report import Finding
from mimic.schema import HIDDEN, Column, Ddl, Schema, Table, TableName, plain
from mimic.storing import arrays, rows, states
from mimic.storing.archive import MEMBER_BYTES, Archive, damaged, opened, write
from mimic.storing.arrays import Array, BadArray
from mimic.storing.rows import BadRows
from mimic.storing.trees import BadTree, grow, shape

Kind = TypeVar("Kind")
_SHAPE = shape(Schema, TableModel, LoadOrder, Finding, Choice)
_VERSION = re.compile(r"[\w.+-]{1,40}")
_HEAD = {"format", "shape", "seed", "scale", "facts", "findings", "order", "ddl", "tables", "pins"}


def save(model: Model, path: str | Path) -> None:
    """Write `model` to one file, whole or not at all."""
    parts: dict[str, bytes] = {"schema.json": _json(plain(model.schema))}
    if model.ddl:
        parts["ddl/before.sql"] = _text(model.ddl.before)
        parts["ddl/after.sql"] = _text(model.ddl.after)
    for number, table in enumerate(model.tables):
        parts |= _table_parts(f"tables/{number:04d}", [_plain_learned(learned) for learned in table.generators], str(table.name))
        if table.copied is not None:
            parts |= _table_parts(f"copied/{number:04d}", rows.fold(table.copied, model.schema.table(table.name).written), str(table.name))
    for number, pin in enumerate(pin for pins in model.pins.values() for pin in pins):
        folded = rows.fold(pa.Table.from_batches([pin.rows]), _named(model.schema.table(pin.table), pin.rows.schema.names))
        parts |= _table_parts(f"pinned/{number:04d}", folded, str(pin.table))
    parts["mimic.json"] = _json(_plain_head(model))
    if large := [name for name, content in parts.items() if len(content) > MEMBER_BYTES]:
        raise MimicError(f"too large for a model file: {', '.join(large)}.", where=str(path), hint="Set fewer tables to mode: copy.")
    write(Path(path), parts)


def load(path: str | Path, registry: Registry) -> Model:
    """Read a model; `ModelFileError` for whatever is no model file, damaged, hostile, or of a later format.

    `registry` holds the generators that the file may name.
    """
    path = Path(path)
    if not path.is_file():
        raise ModelFileError("no such file." if not path.exists() else "not a file.", where=str(path))
    try:
        with zipfile.ZipFile(path) as file:
            return _read(opened(path, file), registry)
    except ModelFileError:
        raise
    except (Exception, RecursionError) as error:  # the content is foreign: whatever it provokes has one name
        raise damaged(path, _why(error)) from error


# -- out -------------------------------------------------------------------------------------------------------------


def _plain_head(model: Model) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "shape": _SHAPE,
        "seed": model.seed,
        "scale": model.scale,
        "facts": dict(sorted(model.facts.items())),
        "findings": plain(model.findings),
        "order": plain(model.order),
        "ddl": {"engine": model.ddl.engine, "version": model.ddl.version} if model.ddl else None,
        "tables": [_plain_table(table) for table in model.tables],
        "pins": [{"table": plain(pin.table), "columns": pin.rows.schema.names} for pins in model.pins.values() for pin in pins],
    }


def _plain_table(table: TableModel) -> dict[str, Any]:
    """The table without its generators and rows, which are parts of their own."""
    told: dict[str, Any] = plain(replace(table, generators=(), copied=None))
    del told["generators"]
    return told | {"copied": table.copied is not None}


def _plain_learned(learned: Learned) -> dict[str, Any]:
    generator = learned.generator
    return {"kind": generator.kind, "version": generator.version, "choice": plain(learned.choice), "state": generator.state()}


def _table_parts(stem: str, state: Any, place: str) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}

    def keep(array: Array) -> int:
        number = len(parts)
        parts[f"{stem}/{number:04d}.npy"] = arrays.pack(array)
        return number

    return parts | {f"{stem}.json": _json(states.fold(state, keep, place))}


def _json(tree: Any) -> bytes:
    """Mappings keep their order: a generator may mean something by it, and must not differ from what it was before."""
    return json.dumps(tree, allow_nan=False, separators=(",", ":")).encode("ascii")


def _text(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


# -- in --------------------------------------------------------------------------------------------------------------


def _read(archive: Archive, registry: Registry) -> Model:
    used: set[str] = set()
    head = _document(archive, "mimic.json", used)
    if not isinstance(head, dict) or type(head.get("format")) is not int:
        raise damaged(archive.path, "it does not tell its format")
    if head["format"] != FORMAT:
        newer = head["format"] > FORMAT
        raise ModelFileError(
            f"has format {head['format']}; this version of Mimic reads format {FORMAT}.",
            where=str(archive.path),
            hint="Install a newer Mimic." if newer else "Learn it anew: mimic learn SOURCE -o FILE.mimic",
        )
    try:
        return _whole(archive, head, registry, used)
    except (Exception, RecursionError) as error:
        ours = isinstance(error, ModelFileError) and not error.sentence.startswith("damaged")  # says what it needs
        if ours or head.get("shape") == _SHAPE:
            raise
        raise _of_another_version(archive.path, head) from error


def _of_another_version(path: Path, head: dict[str, Any]) -> ModelFileError:
    facts = head.get("facts")
    told = str(facts.get("mimic")) if isinstance(facts, dict) else ""
    theirs = told if _VERSION.fullmatch(told) else "unknown"
    who = f"version {theirs}" if theirs != mimic.__version__ else f"another state of version {theirs}"
    return ModelFileError(
        f"written by {who} of Mimic, which keeps models in another way than this one, {mimic.__version__}.",
        where=str(path),
        hint="Learn it anew: mimic learn SOURCE -o FILE.mimic",
    )


def _whole(archive: Archive, head: dict[str, Any], registry: Registry, used: set[str]) -> Model:
    schema = grow(_document(archive, "schema.json", used), Schema)
    if set(head) != _HEAD:
        raise damaged(archive.path, "mimic.json has not the keys of this format")
    tables = tuple(_table(archive, number, entry, schema, registry, used) for number, entry in enumerate(_list(head["tables"])))
    order = grow(head["order"], LoadOrder)
    _check_names(archive, schema, tables, order)
    ddl = _ddl(archive, head["ddl"], used)
    pins: dict[TableName, tuple[Batch, ...]] = {}
    for number, entry in enumerate(_list(head["pins"])):
        pin = _pin(archive, number, _is(entry, dict), schema, used)
        pins[pin.table] = (*pins.get(pin.table, ()), pin)
    if hidden := set(archive.members) - used:
        raise damaged(archive.path, f"the part {min(hidden)!r} belongs to nothing")
    return Model(
        schema=schema,
        tables=tables,
        order=order,
        ddl=ddl,
        findings=tuple(grow(entry, Finding) for entry in _list(head["findings"])),
        facts={str(key): _is(item, str) for key, item in _is(head["facts"], dict).items()},
        seed=_is(head["seed"], int),
        scale=float(_is(head["scale"], float, int)),
        pins=pins,
    )


def _table(archive: Archive, number: int, entry: Any, schema: Schema, registry: Registry, used: set[str]) -> TableModel:
    entry = dict(_is(entry, dict))
    copied = _is(entry.pop("copied"), bool)
    told = grow(entry, TableModel)
    table = schema.by_name.get(told.name)
    if table is None:
        raise damaged(archive.path, f"it fills the table {str(told.name)!r}, which its structure does not have")
    stem = f"tables/{number:04d}"
    learned = tuple(_learned(archive, part, table, registry) for part in _list(_state(archive, stem, used)))
    kept = rows.unfold(_state(archive, f"copied/{number:04d}", used), table.written) if copied else None
    return replace(told, generators=learned, copied=kept)


def _pin(archive: Archive, number: int, entry: dict[str, Any], schema: Schema, used: set[str]) -> Batch:
    table = schema.by_name.get(grow(entry["table"], TableName))
    names = _list(entry["columns"])
    columns = _named(table, names) if table is not None else ()
    if table is None or not names or len(columns) != len(names):
        raise damaged(archive.path, "it pins a row of a table or a column that its structure does not have")
    made = rows.unfold(_state(archive, f"pinned/{number:04d}", used), columns).combine_chunks().to_batches()
    if len(made) != 1 or len(made[0]) != 1:
        raise damaged(archive.path, f"what it pins in {table.name} is not one row")
    return Batch(table.name, made[0])


def _named(table: Table, names: Sequence[str]) -> tuple[Column, ...]:
    """Columns that are written, in the order of their names."""
    known = {column.name: column for column in table.written}
    return tuple(known[name] for name in names if name in known)


def _learned(archive: Archive, part: Any, table: Table, registry: Registry) -> Learned:
    part = _is(part, dict)
    kind, version = _is(part["kind"], str), _is(part["version"], int)
    if kind not in registry.generators.parts:
        raise ModelFileError(
            f"needs the generator {kind!r}, which is not installed here.",
            where=str(archive.path),
            hint="Install the package it comes with.",
        )
    generator = registry.generators.get(kind)
    if version != generator.version:
        raise ModelFileError(
            f"needs version {version} of the generator {kind!r}; here is version {generator.version}.", where=str(archive.path)
        )
    restored = generator.restore(_is(part["state"], dict))
    known = {column.name for column in table.columns}
    if strange := [name for name in restored.fills if name not in known and not name.startswith(HIDDEN)]:
        raise damaged(archive.path, f"a generator of {table.name} fills {strange[0]!r}, which is no column of it")
    return Learned(restored, grow(part["choice"], Choice))


def _state(archive: Archive, stem: str, used: set[str]) -> Any:
    def array(number: int) -> Array:
        name = f"{stem}/{number:04d}.npy"
        if name in used:
            raise damaged(archive.path, f"the part {name!r} is named twice")
        used.add(name)
        return arrays.unpack(archive.read(name))

    return states.unfold(_document(archive, f"{stem}.json", used), array)


def _ddl(archive: Archive, entry: Any, used: set[str]) -> Ddl | None:
    if entry is None:
        return None
    used |= {"ddl/before.sql", "ddl/after.sql"}
    before, after = (archive.read(name).decode("utf-8", "surrogatepass") for name in ("ddl/before.sql", "ddl/after.sql"))
    return Ddl(_is(entry["engine"], str), _is(entry["version"], str), before, after)


def _document(archive: Archive, name: str, used: set[str]) -> Any:
    used.add(name)
    return json.loads(archive.text(name), parse_constant=_no_constant)  # endless brackets end in a RecursionError


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _check_names(archive: Archive, schema: Schema, tables: tuple[TableModel, ...], order: LoadOrder) -> None:
    names = [table.name for table in tables]
    if len(set(names)) != len(names) or set(order.tables) != set(names) or len(order.tables) != len(names):
        raise damaged(archive.path, "its load order does not name each of its tables once")
    if any(key.table not in schema.by_name or key.parent not in schema.by_name for key in order.forward):
        raise damaged(archive.path, "its load order names a foreign key of a table that it does not have")


def _is(value: Any, *kinds: type[Kind]) -> Kind:
    if type(value) not in kinds:
        raise ValueError(f"a {type(value).__name__} where a {kinds[0].__name__} belongs")
    return cast(Kind, value)


def _list(value: Any) -> list[Any]:
    return _is(value, list)


def _why(error: BaseException) -> str:
    """What an exception tells, where it is one of ours or of the ZIP reader: any other may carry content of the file."""
    if isinstance(error, BadTree | BadArray | BadRows):
        return str(error)
    if isinstance(error, zipfile.BadZipFile | zlib.error | EOFError):
        return "not a whole ZIP file"
    return f"it cannot be read ({type(error).__name__})"
