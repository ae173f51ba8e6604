"""The structure as exact SQL, by pg_dump and pg_restore, without what must never reach a copy.

Foreign servers, user mappings, subscriptions (their passwords are in the dump in clear), publications, event triggers and triggers that
call out are left out, and so is whatever depends on them. The dump stays in memory: it is never a file, and what pg_dump
writes to stderr is never shown.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from psycopg import sql

from connectors.postgresql import programs
from connectors.postgresql.catalog import rows
from connectors.postgresql.connect import ENGINE, conninfo, parameters
from mimic.report import Finding
from mimic.schema import Ddl, TableName

Connection = psycopg.Connection[tuple[Any, ...]]

_DUMP = (
    "--format=custom", "--schema-only", "--no-owner", "--no-privileges", "--no-publications", "--no-subscriptions",
    "--no-security-labels", "--no-tablespaces", "--no-password", "--encoding=UTF8", "--lock-wait-timeout=30000",
)  # fmt: skip
_NEVER = ("SUBSCRIPTION", "PUBLICATION", "USER MAPPING", "SERVER", "FOREIGN DATA WRAPPER", "EVENT TRIGGER", "FOREIGN TABLE")

# An extension writes its own comment; on an extension that is there already it takes a superuser to repeat it.
_SILENT = re.compile(r"COMMENT - EXTENSION ")
_ENTRY = re.compile(r"(\d+); (\d+) (\d+) (.*)")
_NEEDS = re.compile(r";\s+depends on: (.*)")
_HEADER_SETTINGS = re.compile(r"^SET (?:transaction|lock|statement|idle_in_transaction_session)_timeout = 0;\n", re.MULTILINE)
_RESTRICT = re.compile(r"^\\(?:un)?restrict \S+\n", re.MULTILINE)


def exact(
    url: str,
    snapshot: str,
    connection: Connection,
    *,
    schemas: Sequence[str] = (),
    calling_out: Sequence[tuple[int, str]] = (),
    unreadable: Sequence[TableName] = (),
) -> tuple[Ddl | None, tuple[Finding, ...]]:
    """The SQL of everything, or of `schemas` and what their tables need; None with the reason when it cannot be had.

    `calling_out` are triggers (oid, place) to be left out, `unreadable` the tables that this user may not read.
    """
    server = connection.info.server_version // 10000
    found = programs.suitable(server)
    if found is None:
        here = ", ".join(str(p.version) for p in programs.known()) or "none"
        sentence = f"no pg_dump of version {server} or newer is here (found: {here}); the structure is made from what Mimic itself reads"
        return None, (Finding("W221", "", sentence, programs.INSTALL),)
    seeds = [*_unwanted(connection), *((_TRIGGER, oid, Finding("W228", place, _LEADS_OUT, _FIRE)) for oid, place in calling_out)]
    hidden = _hidden(connection, schemas, unreadable)
    gone, lost = _dependents(connection, [(catalog, oid) for catalog, oid, _ in seeds] + hidden, schemas)
    findings = (*(finding for _, _, finding in seeds if finding), *lost)
    archive = _dump(found, url, snapshot, unreadable)
    if isinstance(archive, Finding):
        return None, (archive,)
    try:
        return Ddl(ENGINE, str(server), *_texts(found, archive, gone)), findings
    except subprocess.CalledProcessError as error:
        return None, (_failed("pg_restore", found, f"exit code {error.returncode}"),)


def _texts(found: programs.Programs, archive: bytes, gone: set[tuple[int, int]]) -> tuple[str, str]:
    """What comes before the rows, and what after."""
    listed = _run([found.restore, "--list", "--verbose"], archive)
    kept = "\n".join(_kept(listed.decode(errors="surrogateescape"), gone))
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", errors="surrogateescape", prefix="mimic-", suffix=".list") as names:
        names.write(kept)
        names.flush()
        options = (f"--use-list={names.name}", "--no-owner", "--no-privileges", "--file=-")
        before, after = (_clean(_run([found.restore, f"--section={name}", *options], archive)) for name in ("pre-data", "post-data"))
    return before, after


# -- what is left out --------------------------------------------------------------------------------------------------------

_TRIGGER = "pg_trigger"
_LEADS_OUT = "the trigger calls out of the database (dblink, http, a foreign table, a program); it is not carried to a copy"
_FIRE = "Create it by hand where it is wanted."

_OWN = "NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '{0}'::regclass AND x.objid = o.oid AND x.deptype = 'e')"
_UNWANTED = (
    ("pg_subscription", "subname", "W222", "subscription", "o.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())"),
    ("pg_publication", "pubname", "W223", "publication", "true"),
    ("pg_foreign_data_wrapper", "fdwname", "W225", "foreign-data wrapper", _OWN.format("pg_foreign_data_wrapper")),
    ("pg_foreign_server", "srvname", "W225", "foreign server", _OWN.format("pg_foreign_server")),
    ("pg_event_trigger", "evtname", "W227", "event trigger", _OWN.format("pg_event_trigger")),
)


def _unwanted(connection: Connection) -> Iterator[tuple[str, int, Finding | None]]:
    """(catalogue, oid, finding) of whatever reaches out of the database. Foreign tables were reported when the schema was read."""
    for catalog, column, id_, what, condition in _UNWANTED:
        for row in rows(connection, f"SELECT o.oid, o.{column} AS name FROM {catalog} o WHERE {condition} ORDER BY 2"):
            yield catalog, row.oid, Finding(id_, row.name, f"the {what} is not carried to a copy")
    for row in rows(connection, "SELECT umid, srvname, usename FROM pg_user_mappings ORDER BY 2, 3"):
        yield "pg_user_mapping", row.umid, Finding("W224", row.srvname, f"the user mapping of {row.usename} is not carried to a copy")
    for row in rows(connection, "SELECT oid FROM pg_class WHERE relkind = 'f'"):
        yield "pg_class", row.oid, None


def _hidden(connection: Connection, schemas: Sequence[str], unreadable: Sequence[TableName]) -> list[tuple[str, int]]:
    """Relations outside the chosen schemas, and those that may not be read."""
    query = """
        SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    """
    found, closed = rows(connection, query), set(unreadable)
    return [("pg_class", r.oid) for r in found if (schemas and r.nspname not in schemas) or TableName(r.nspname, r.relname) in closed]


_DEPENDENTS = """
    WITH RECURSIVE seed(classid, objid) AS (
        SELECT u.c::regclass::oid, u.o FROM unnest({catalogs}::text[], {oids}::oid[]) AS u(c, o)
    ), gone(classid, objid) AS (
        SELECT classid, objid FROM seed
        UNION
        SELECT n.classid, n.objid FROM gone g CROSS JOIN LATERAL (
            SELECT d.classid, d.objid FROM pg_depend d
            WHERE d.refclassid = g.classid AND d.refobjid = g.objid AND d.deptype <> 'e'
            UNION ALL
            SELECT 'pg_class'::regclass, w.ev_class FROM pg_rewrite w WHERE g.classid = 'pg_rewrite'::regclass AND w.oid = g.objid
        ) n
    )
    SELECT g.classid::int8, g.objid::int8, s.objid IS NOT NULL AS asked,
           i.type, coalesce(i.schema, '') AS schema, i.identity, k.contype::text AS contype
    FROM gone g LEFT JOIN seed s USING (classid, objid)
    LEFT JOIN pg_constraint k ON g.classid = 'pg_constraint'::regclass AND k.oid = g.objid
    CROSS JOIN LATERAL pg_identify_object(g.classid, g.objid, 0) i
"""


def _dependents(connection: Connection, seeds: list[tuple[str, int]], schemas: Sequence[str]) -> tuple[set[tuple[int, int]], list[Finding]]:
    """Everything that goes with `seeds`, and a finding for each table, view, function or key that the user would miss."""
    if not seeds:
        return set(), []
    query = sql.SQL(_DEPENDENTS).format(catalogs=sql.Literal([c for c, _ in seeds]), oids=sql.Literal([o for _, o in seeds]))
    found = rows(connection, query.as_string(connection))
    lost = [
        Finding("W229", row.identity, f"the {row.type} depends on what is not carried, and is left out with it")
        for row in found
        if not row.asked
        and (row.type in ("view", "materialized view", "table", "function", "procedure") or row.contype == "f")
        and (not schemas or row.schema in schemas or (row.contype == "f" and any(row.identity.endswith(_on(name)) for name in schemas)))
    ]
    return {(row.classid, row.objid) for row in found}, sorted(lost, key=lambda finding: finding.place)


def _on(schema: str) -> str:
    return f" on {schema}."


def _kept(listing: str, gone: set[tuple[int, int]]) -> Iterator[str]:
    """Lines of pg_restore's verbose list that stay; comments and the like go with the object that they depend on."""
    left_out: set[str] = set()
    held: tuple[str, str, bool] | None = None  # an entry, and whether it is a comment or the like; its dependencies stand below it
    for line in listing.split("\n"):
        if entry := _ENTRY.match(line):
            if held:
                yield held[1]
            number, catalog, oid, what = entry[1], int(entry[2]), int(entry[3]), entry[4]
            unwanted = (catalog, oid) in gone or what.startswith(tuple(f"{kind} " for kind in _NEVER)) or _SILENT.match(what)
            held = None if unwanted else (number, line, catalog == 0)
            left_out |= {number} if unwanted else set()
        elif held and held[2] and (needs := _NEEDS.match(line)) and not left_out.isdisjoint(needs[1].split()):
            held = None
    if held:
        yield held[1]


# -- the programs ------------------------------------------------------------------------------------------------------------


def _dump(found: programs.Programs, url: str, snapshot: str, unreadable: Sequence[TableName]) -> bytes | Finding:
    """A custom-format archive. The password goes by the environment: arguments are there for all to see."""
    known = parameters(url)
    options = f"{known.get('options', '')} -c lc_monetary=C".strip()
    environment = os.environ | ({"PGPASSWORD": known["password"]} if "password" in known else {})
    closed = [f"--exclude-table={_pattern(name)}" for name in unreadable]
    target = f"--dbname={conninfo(url, secrets=False, options=options)}"
    command = [found.dump, *_DUMP, f"--snapshot={snapshot}", *closed, target]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    if done.returncode == 0:
        return done.stdout
    reason = "it lacks a privilege" if b"permission denied" in done.stderr else f"exit code {done.returncode}"
    return _failed("pg_dump", found, reason)


def _failed(program: str, found: programs.Programs, reason: str) -> Finding:
    sentence = f"{program} {found.version} failed ({reason}); the structure is made from what Mimic itself reads"
    return Finding("W221", "", sentence, "Run pg_dump --schema-only by hand to see why.")


def _pattern(name: TableName) -> str:
    """A pattern that matches this name alone: inside double quotes nothing is special."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in (name.schema, name.name))


def _run(command: list[str], archive: bytes) -> bytes:
    return subprocess.run(command, input=archive, capture_output=True, check=True).stdout


def _clean(text: bytes) -> str:
    """SQL that any driver runs on any server from the source's version on: no psql commands, no settings that are the session's own."""
    told = _RESTRICT.sub("", text.decode())
    header, name, rest = told.partition("\n--\n-- Name: ")
    return _HEADER_SETTINGS.sub("", header) + name + rest
