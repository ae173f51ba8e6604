"""mimic.yaml: read it, check every name in it against a schema, and write the proposed one.

All problems are told at once, each with its dotted path. `${NAME}` and `${NAME:-default}` in a text stand for a variable of
the environment, `$${` for itself. Values of a configuration never enter a message, only its keys: a value may be a secret.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from mimic.config import ColumnConfig, Config, KeyConfig, TableConfig
from mimic.errors import ConfigError, UsageError, closest
from mimic.planning.choosing import MARGINAL
from mimic.planning.expressing import problems as wrong
from mimic.planning.margins import margins
from mimic.planning.masking import KEEP
from mimic.planning.naming import PREFIX, spelled
from mimic.planning.scenarios import scenarios
from mimic.registry import Registry
from mimic.report import FINDINGS
from mimic.schema import Column, ForeignKey, Schema, Table

BYTES = 32 << 20
NODES = 2_000_000  # of a document, aliases counted each time: a small file can name a huge tree
DEPTH = 32

_VARIABLE = re.compile(r"\$(\$\{)|\$\{(\w+)(?::-([^}]*))?\}")
_FINDING = re.compile(r"[NWB]\d{3}(:.+)?")
_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,4})?")
_KEY = re.compile(r"(?P<table>[^()]+)\((?P<columns>[^()]+)\)")


# -- reading ---------------------------------------------------------------------------------------------------------


def read_config(path: str | Path, *, later: bool = False) -> Config:
    """The configuration in a file; `ConfigError` with every unknown key and wrong type in it.

    With `later` these are `mistakes` of the configuration, for `bind` to tell together with the unknown names.
    """
    file = Path(path)
    if not file.is_file():
        raise UsageError("no such configuration file.", where=str(path), hint="`mimic plan SOURCE -o mimic.yaml` proposes one.")
    if file.stat().st_size > BYTES:
        raise UsageError(f"larger than {BYTES >> 20} MB.", where=str(path))
    try:
        return parse_config(file.read_text(encoding="utf-8"), file=file.name, later=later)
    except UnicodeDecodeError:
        raise UsageError("not a text in UTF-8.", where=str(path)) from None


def parse_config(text: str, *, file: str = "mimic.yaml", later: bool = False) -> Config:
    """The configuration in a YAML text; `later` as in `read_config`."""
    tree = _load(text, file)
    problems: list[tuple[str, str]] = []
    tree = _expand(tree, "", problems, _Budget())
    _fill_blanks(tree)
    if not isinstance(tree, dict):
        raise ConfigError([("", "a mapping is expected: `tables:`, `seed:`, ...")], file=file)
    config: Config | None = None
    while config is None:
        try:
            config = Config.model_validate(tree)
        except ValidationError as invalid:
            entries = invalid.errors(include_url=False, include_input=True, include_context=True)
            problems += [_problem(entry) for entry in entries]
            cut = [_cut(tree, entry["loc"]) for entry in entries]
            if not later or not any(cut):
                raise ConfigError(problems, file=file) from None
    if problems and not later:
        raise ConfigError(problems, file=file)
    return config.with_mistakes(problems) if problems else config


def _cut(tree: Any, where: Sequence[str | int]) -> bool:
    """Take out of the tree what stands at a path, or the mapping that lacks it; False where that is gone already."""
    path: list[tuple[Any, str | int]] = []
    for part in where:
        if not (part in tree if isinstance(tree, dict) else isinstance(tree, list) and isinstance(part, int) and part < len(tree)):
            break
        path.append((tree, part))
        tree = tree[part]
    if not path or len(path) < len(where) - 1:
        return False
    around, part = path[-1]
    if isinstance(around, list):  # its neighbours keep their numbers
        path = [pair for pair in path if isinstance(pair[0], dict)]
        if not path:
            return False
        around, part = path[-1]
    del around[part]
    return True


def _fill_blanks(tree: Any) -> None:
    """`orders:` with nothing behind it says nothing, which is no mistake."""
    if not isinstance(tree, dict):
        return
    for key in ("tables", "accept", "extra_fks", "ignore_fks"):
        if key in tree and tree[key] is None:
            del tree[key]
    tables = tree.get("tables")
    if not isinstance(tables, dict):
        return
    for name, told in tables.items():
        if told is None:
            tables[name] = {}
        elif isinstance(told, dict):
            told["columns"] = {} if told.get("columns") is None else told["columns"]
            if isinstance(told["columns"], dict):
                told["columns"] = {column: {} if how is None else how for column, how in told["columns"].items()}


def _load(text: str, file: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    try:
        return yaml.load(text) or {}
    except MarkedYAMLError as error:  # its own text quotes the line
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigError([(place, f"not YAML: {error.problem or 'it cannot be read'}.")], file=file) from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise ConfigError([("", f"not YAML ({type(error).__name__}).")], file=file) from None


@dataclass(slots=True)
class _Budget:
    left: int = NODES

    def spend(self) -> bool:
        self.left -= 1
        return self.left >= 0


def _expand(tree: Any, path: str, problems: list[tuple[str, str]], budget: _Budget, depth: int = 0) -> Any:
    """The tree with variables put in and keys made text."""
    if depth > DEPTH or not budget.spend():
        if budget.left > -2:  # told once
            budget.left = min(budget.left, -2)
            problems.append((path, "too deep or too large."))
        return None
    if isinstance(tree, dict):
        out: dict[str, Any] = {}
        for key, item in tree.items():
            if not isinstance(key, str):
                problems.append((f"{path}.{key}".lstrip("."), "a key is text: write it in quotes."))
                continue
            out[key] = _expand(item, f"{path}.{key}".lstrip("."), problems, budget, depth + 1)
        return out
    if isinstance(tree, list):
        return [_expand(item, f"{path}[{i}]", problems, budget, depth + 1) for i, item in enumerate(tree)]
    if isinstance(tree, str):
        return _with_variables(tree, path, problems)
    return tree


def _with_variables(text: str, path: str, problems: list[tuple[str, str]]) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        found = os.environ.get(match[2], match[3])
        if found is None:
            problems.append((path, f"the environment has no {match[2]}. Set it, or give a default: ${{{match[2]}:-...}}"))
        return found or ""

    return _VARIABLE.sub(value, text)


def with_environment(text: str) -> str:
    """`text` with its `${VARIABLES}` put in; `UsageError` when the environment lacks one."""
    problems: list[tuple[str, str]] = []
    done = _with_variables(text, "", problems)
    if problems:
        raise UsageError(problems[0][1])
    return done


def _problem(entry: Mapping[str, Any]) -> tuple[str, str]:
    """One problem of pydantic's in our words."""
    where: tuple[str | int, ...] = entry["loc"]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")
    match entry["type"]:
        case "extra_forbidden":
            return path, f"no such key.{closest(str(where[-1]), _keys_at(where[:-1]))}"
        case "missing":
            return path, "is needed here."
        case "literal_error" | "enum":
            allowed: str = entry["ctx"]["expected"]
            near = closest(entry["input"], re.findall(r"'([^']*)'", allowed)) if isinstance(entry["input"], str) else ""
            return path, f"must be one of {_shortened(allowed)}.{near}"
    return path, str(entry["msg"]).replace("Input should be", "must be").rstrip(".") + "."


def _shortened(allowed: str, longest: int = 90) -> str:
    return allowed if len(allowed) <= longest else f"{allowed[:longest].rsplit(',', 1)[0]}, ..."


def _keys_at(where: Sequence[str | int]) -> list[str]:
    """The keys that a mapping at this path may have."""
    kind: Any = Config
    for part in where:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = kind.model_fields[str(part)].annotation
        else:  # dict[str, X] or list[X]
            kind = get_args(kind)[-1]
        if get_origin(kind) not in (dict, list) and get_args(kind):  # X | None
            kind = next((choice for choice in get_args(kind) if choice is not type(None)), kind)
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


# -- checking names --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Problems:
    schema: Schema
    found: list[tuple[str, str]] = field(default_factory=list)

    def table(self, path: str, name: str) -> Table | None:
        table = self.schema.named(name)
        if table is None:
            self.found.append((path, f"no such table.{closest(name, _spellings(self.schema))}"))
        return table

    def columns(self, path: str, table: Table | None, names: Iterable[str]) -> None:
        known = [column.name for column in table.columns] if table else []
        for name in names:
            if table and name not in known:
                self.found.append((path, f"{name!r} is no column of {table.name}.{closest(name, known)}"))


def bind(config: Config, schema: Schema, registry: Registry | None = None, *, file: str = "mimic.yaml") -> None:
    """Check every name in `config` against `schema` and the generators at hand; `ConfigError` with all that are wrong."""
    problems = _Problems(schema, list(config.mistakes))
    _check_tables(config, problems, registry)
    problems.found += margins(config, schema)[1]
    for i, key in enumerate(config.extra_fks):
        _check_key(f"extra_fks[{i}]", key, problems)
    for i, text in enumerate(config.ignore_fks):
        if _ignored(schema, text) is None:
            known = [str(key).split(" ->")[0] for key in schema.foreign_keys]
            problems.found.append((f"ignore_fks[{i}]", f"no foreign key {text!r}; write table(column,...).{closest(text, known)}"))
    for i, name in enumerate(config.privacy_unit or ()):
        problems.table(f"privacy_unit[{i}]", name)
    for i, word in enumerate(config.accept):
        if why := unknown_finding(word):
            problems.found.append((f"accept[{i}]", why))
    try:
        scenarios([(told.where, told.share) for told in config.scenarios], schema)
    except ConfigError as why:
        problems.found += why.problems
    if config.locale and not _LOCALE.fullmatch(config.locale):
        problems.found.append(("locale", "not a locale: write en_US, de_DE, ..."))
    if problems.found:
        raise ConfigError(problems.found, file=file)


def unknown_finding(word: str) -> str:
    """Why `W211` or `W211:place` names no finding; nothing where it does."""
    if not _FINDING.fullmatch(word):
        return "is not the id of a finding: write W211, or W211:place."
    id, colon, place = word.partition(":")
    if id in FINDINGS:
        return ""
    near = closest(id, FINDINGS) or " The catalogue of findings is in mimic/README.md."
    return "is the id of no finding." + (near.replace("'?", f":{place}'?") if colon else near)


def _check_tables(config: Config, problems: _Problems, registry: Registry | None) -> None:
    seen: dict[str, str] = {}
    kinds = [*registry.generators.parts, MARGINAL] if registry else []
    maskers = [*registry.maskers.parts, KEEP] if registry else []
    for name, told in config.tables.items():
        path = f"tables.{name}"
        table = problems.table(path, name)
        if table is None:
            continue
        if first := seen.get(str(table.name)):
            problems.found.append((path, f"the same table as tables.{first}."))
        seen[str(table.name)] = name
        if told.rows is not None and told.scale is not None:
            problems.found.append((path, "`rows` and `scale` exclude each other."))
        known = [column.name for column in table.columns]
        for column, how in told.columns.items():
            if column not in known:
                problems.found.append((f"{path}.columns.{column}", f"{column!r} is no column of this table.{closest(column, known)}"))
            if how.generator is not None and how.generator.startswith(PREFIX):
                if column in known and (why := _misnamed(how, table.column(column))):
                    problems.found.append((f"{path}.columns.{column}.generator", why))
            elif registry and how.generator is not None and how.generator not in kinds:
                sentence = f"{how.generator!r} is no generator.{closest(how.generator, kinds)}"
                problems.found.append((f"{path}.columns.{column}.generator", sentence))
            if registry and how.masker is not None and how.masker not in maskers:
                problems.found.append((f"{path}.columns.{column}.masker", f"{how.masker!r} is no masker.{closest(how.masker, maskers)}"))
        _check_groups(path, table, told, problems, kinds)
        problems.found += [(f"{path}.columns.{column}.expression", why) for column, why in wrong(told, problems.schema, table)]


def _misnamed(how: ColumnConfig, column: Column) -> str:
    try:
        spelled(how, column)
    except UsageError as error:
        return str(error)
    return ""


def _check_groups(path: str, table: Table, told: TableConfig, problems: _Problems, kinds: Sequence[str]) -> None:
    taken = {column: "columns" for column, how in told.columns.items() if how.generator is not None}
    for i, group in enumerate(told.groups):
        place = f"{path}.groups[{i}]"
        problems.columns(f"{place}.columns", table, group.columns)
        if group.generator is None:
            problems.found.append((f"{place}.generator", "is needed here."))
        elif kinds and group.generator not in kinds:
            problems.found.append((f"{place}.generator", f"{group.generator!r} is no generator.{closest(group.generator, kinds)}"))
        for column in group.columns:
            if column in taken:
                problems.found.append((f"{place}.columns", f"{column!r} has its generator in {taken[column]} already."))
            taken[column] = f"groups[{i}]"


def _check_key(path: str, key: KeyConfig, problems: _Problems) -> None:
    child, parent = problems.table(f"{path}.table", key.table), problems.table(f"{path}.parent", key.parent)
    problems.columns(f"{path}.columns", child, key.columns)
    problems.columns(f"{path}.referred", parent, key.referred)
    if len(key.columns) != len(key.referred) or not key.columns:
        problems.found.append((path, "`columns` and `referred` must name equally many columns."))
    elif parent and not any(set(unique.columns) == set(key.referred) and not unique.where for unique in parent.keys):
        problems.found.append((f"{path}.referred", f"not unique in {parent.name}: a foreign key refers to a key."))


def _spellings(schema: Schema) -> list[str]:
    names = [str(table.name) for table in schema.tables]
    return names + [f"{table.name.schema}.{table.name.name}" for table in schema.tables if table.name.schema]


# -- keys that only the configuration knows ----------------------------------------------------------------------------


def with_keys(schema: Schema, config: Config) -> Schema:
    """The schema with `extra_fks` added as virtual keys and without `ignore_fks`. The names must have been bound."""
    ignored = {_ignored(schema, text) for text in config.ignore_fks}
    extra = [_virtual(schema, key) for key in config.extra_fks]
    if not ignored and not extra:
        return schema
    tables = []
    for table in schema.tables:
        kept = [key for key in table.foreign_keys if key not in ignored]
        known = {key.columns for key in kept}
        kept += [key for key in extra if key.table == table.name and key.columns not in known]
        tables.append(replace(table, foreign_keys=tuple(kept)))
    return replace(schema, tables=tuple(tables))


def _virtual(schema: Schema, key: KeyConfig) -> ForeignKey:
    child, parent = schema.named(key.table), schema.named(key.parent)
    if child is None or parent is None:
        raise KeyError("names are bound first")
    return ForeignKey(f"virtual_{'_'.join(key.columns)}", child.name, tuple(key.columns), parent.name, tuple(key.referred), virtual=True)


def _ignored(schema: Schema, text: str) -> ForeignKey | None:
    match = _KEY.fullmatch(text.strip())
    table = schema.named(match["table"].strip()) if match else None
    if match is None or table is None:
        return None
    columns = tuple(part.strip() for part in match["columns"].split(","))
    return next((key for key in table.foreign_keys if key.columns == columns), None)


def config_schema() -> dict[str, Any]:
    """The JSON Schema of mimic.yaml, for editors that check while one types; published as `mimic.schema.json` beside this file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Config.model_json_schema()
