"""A staging database beside the target, filled through several connections and swapped in by two renames in one transaction.

What belongs to the database itself is carried over: owner, encoding, locale, tablespace, settings, grants, comment. Where
something cannot be, or somebody is connected, the target is `Unfit` for this and is loaded through one connection.

A staging database is known by its name and, from its first instant, by a connection limit that nobody else would set. Both
together tell the leftovers of killed loads, which the next load into the same target removes.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from connectors.postgresql import admission
from connectors.postgresql.connect import connect, guarded, parameters, translated
from mimic.errors import ConnectorError

Connection = psycopg.Connection[tuple[Any, ...]]

LIMIT = 7_919
PATIENCE = 10.0  # seconds that a swap waits for sessions that are just leaving
_PARTING = "__mimic_"
_LISTS = ("search_path", "session_preload_libraries", "local_preload_libraries", "temp_tablespaces", "unix_socket_directories")


class Unfit(Exception):
    """Why no staging database can be used here, as the end of a sentence."""


def beside(url: str, database: str) -> str:
    """The URL of another database of the same server."""
    known = parameters(url) | {"dbname": database}
    return "postgresql:///?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in known.items())


def stem(target: str) -> str:
    """How names of staging databases of a target begin; at most 57 of the 63 bytes that a name may have."""
    told = hashlib.blake2b(target.encode(), digest_size=3).hexdigest()
    return target.encode()[:43].decode(errors="ignore") + _PARTING + told


def remove_leftovers(connection: Connection) -> None:
    """Drop staging databases of killed loads into this database. The caller holds the target's lock: no other load is running."""
    with guarded():
        row = connection.execute("SELECT pg_catalog.current_database()").fetchone()
        query = (
            "SELECT datname FROM pg_catalog.pg_database WHERE datconnlimit = %s AND pg_catalog.starts_with(datname, %s) "
            "AND pg_catalog.pg_has_role(datdba, 'USAGE')"
        )
        found = connection.execute(query, (LIMIT, stem(row[0] if row else "") + "_")).fetchall()
    for (name,) in found:
        try:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        except (psycopg.errors.ObjectInUse, psycopg.errors.InsufficientPrivilege):  # a killed load's sessions end a little later
            continue
        except psycopg.Error as error:
            raise translated(error) from None


_ABOUT = """
    SELECT d.oid::int8, d.datname, pg_catalog.pg_get_userbyid(d.datdba), pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate,
           d.datctype, CASE WHEN d.dattablespace <> o.dattablespace THEN t.spcname END, d.datconnlimit, d.datistemplate,
           pg_catalog.shobj_description(d.oid, 'pg_database'),
           pg_catalog.to_jsonb(d) ->> 'datlocprovider',
           coalesce(pg_catalog.to_jsonb(d) ->> 'datlocale', pg_catalog.to_jsonb(d) ->> 'daticulocale'),
           pg_catalog.to_jsonb(d) ->> 'daticurules', d.datacl IS NOT NULL
    FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
    JOIN pg_catalog.pg_database o ON o.datname = 'template0'
    WHERE d.datname = pg_catalog.current_database()
"""
_RIGHTS = """
    SELECT r.rolsuper OR (r.rolcreatedb AND pg_catalog.pg_has_role(d.datdba, 'USAGE')),
           (SELECT count(*) FROM pg_catalog.pg_stat_activity a
            WHERE a.datid = d.oid AND a.pid <> pg_catalog.pg_backend_pid() AND a.backend_type = 'client backend')
    FROM pg_catalog.pg_roles r, pg_catalog.pg_database d
    WHERE r.rolname = current_user AND d.datname = pg_catalog.current_database()
"""
# What a new database would lack: (what it is, how many are there). $SCHEMAS$ are made anew by the load.
_BOUND = (
    ("default privileges", "SELECT count(*) FROM pg_catalog.pg_default_acl"),
    ("event triggers", "SELECT count(*) FROM pg_catalog.pg_event_trigger"),
    ("publications", "SELECT count(*) FROM pg_catalog.pg_publication"),
    ("foreign servers", "SELECT count(*) FROM pg_catalog.pg_foreign_server"),
    ("large objects", "SELECT count(*) FROM pg_catalog.pg_largeobject_metadata"),
    ("security labels", "SELECT count(*) FROM pg_catalog.pg_seclabel"),
    ("grants on the schema public", """SELECT count(*) FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_init_privs i
        ON i.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND i.objoid = n.oid
        WHERE n.nspname = 'public' AND n.nspacl IS DISTINCT FROM i.initprivs"""),
    ("schemas of others", """SELECT count(*) FROM pg_catalog.pg_namespace n
        WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'public') AND NOT n.nspname = ANY($SCHEMAS$)"""),
    ("objects that no load made", """SELECT count(*) FROM (SELECT relnamespace AS n, oid, 'pg_catalog.pg_class'::pg_catalog.regclass AS c
          FROM pg_catalog.pg_class UNION ALL SELECT pronamespace, oid, 'pg_catalog.pg_proc'::pg_catalog.regclass FROM pg_catalog.pg_proc
          UNION ALL SELECT typnamespace, oid, 'pg_catalog.pg_type'::pg_catalog.regclass FROM pg_catalog.pg_type) o
        JOIN pg_catalog.pg_namespace s ON s.oid = o.n WHERE s.nspname = 'public' AND NOT s.nspname = ANY($SCHEMAS$)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = o.c AND d.objid = o.oid AND d.deptype IN ('e', 'i'))"""),
)  # fmt: skip
_EXTENSIONS = """
    SELECT e.extname, n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname <> 'plpgsql'
"""
_GRANTS = """
    SELECT a.privilege_type, CASE a.grantee WHEN 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(a.grantee) END, a.is_grantable
    FROM pg_catalog.pg_database d, pg_catalog.aclexplode(d.datacl) a WHERE d.datname = pg_catalog.current_database()
"""
_ROLE_SETTINGS = """
    SELECT CASE s.setrole WHEN 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(s.setrole) END, unnest(s.setconfig)
    FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
    WHERE d.datname = pg_catalog.current_database()
"""


class Staging:
    """Made by looking only; `create` makes the database, `swap` or `drop` ends it."""

    def __init__(self, url: str, main: Connection, schemas: Sequence[str], watch: Callable[[str], None]) -> None:
        """`schemas` are those whose content the load replaces. `main` is a connection to the target."""
        self._url, self._watch = url, watch
        self.mark: Mapping[str, Any] = {}
        self._open: list[Connection] = []
        with guarded():
            about = main.execute(_ABOUT).fetchone()
            rights = main.execute(_RIGHTS).fetchone()
            if about is None or rights is None:
                raise Unfit("the database is not in the server's catalogue")
            (self._oid, self._target, self._owner, self._encoding, self._collate, self._ctype, self._tablespace, self._limit, template,
             self._comment, self._provider, self._locale, self._rules, granted) = about  # fmt: skip
            allowed, others = rights
            if not allowed:
                raise Unfit("this user may not create databases, or does not own the target")
            if others:
                raise Unfit(f"{others} other session{'s are' if others > 1 else ' is'} connected to the target")
            if template:
                raise Unfit("the target is a template database")
            listed = sql.Literal(list(schemas)).as_string(main)
            for what, query in _BOUND:
                row = main.execute(query.replace("$SCHEMAS$", f"{listed}::text[]").encode()).fetchone()
                if row and row[0]:
                    raise Unfit(f"the target has {what}, which a new database would lack")
            self._extensions = main.execute(_EXTENSIONS).fetchall()
            self._settings = main.execute(_ROLE_SETTINGS).fetchall()
            self._grants = main.execute(_GRANTS).fetchall() if granted else None
            free = main.execute(
                "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - count(*) "
                "FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend'"
            ).fetchone()
        self.free = int(free[0]) if free else 0
        if self.free < 3:
            raise Unfit("the server has no free connections")
        self.name = f"{stem(self._target)}_{secrets.token_hex(2)}"
        self._maintenance = self._maintained(main.info.backend_pid)

    def _maintained(self, main: int) -> Connection:
        for database in ("postgres", "template1"):
            if database == self._target:
                continue
            try:
                found = connect(beside(self._url, database))
            except ConnectorError:
                continue
            if not admission.lock(found, self._oid, besides=main):
                found.close()
                raise Unfit("another load by Mimic fills the target")
            return found
        raise Unfit("this user may connect to neither of the databases postgres and template1, from which a swap is made")

    # -- life ----------------------------------------------------------------------------------------------------------------

    def create(self) -> None:
        """Make the database, empty and like the target; `Unfit` and nothing left when this user may not do all that takes."""
        try:
            self._maintenance.execute(self._creation())
            self._watch("staging made")
            for statement in self._belongings():
                self._maintenance.execute(statement)
            first = self.connect()
            for extension, schema in self._extensions:
                first.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
                made = sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA {}")
                first.execute(made.format(sql.Identifier(extension), sql.Identifier(schema)))
        except psycopg.errors.InsufficientPrivilege:
            self.drop()
            raise Unfit("this user may not give a new database all that the target has: its owner, settings, grants, extensions") from None
        except psycopg.Error as error:
            self.drop()
            raise translated(error, self.name) from None

    def close(self) -> None:
        """End without having made anything."""
        self._maintenance.close()

    def connect(self) -> Connection:
        self._open.append(connect(beside(self._url, self.name)))
        return self._open[-1]

    def swap(self) -> None:
        """From one instant to the next the staging database has the target's name. The old one is dropped then."""
        for connection in self._open:
            connection.close()
        old = f"{stem(self._target)}_{secrets.token_hex(2)}"
        mine, target, past = (sql.Identifier(name) for name in (self.name, self._target, old))
        steps = (
            ("renaming", sql.SQL("ALTER DATABASE {} RENAME TO {}").format(target, past)),
            ("between renames", sql.SQL("ALTER DATABASE {} RENAME TO {}").format(mine, target)),
            ("renamed", sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}").format(target, sql.Literal(self._limit))),
            ("", sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}").format(past, sql.Literal(LIMIT))),
            ("", sql.SQL("COMMENT ON DATABASE {} IS {}").format(target, sql.Literal(admission.marked(self._comment, self.mark)))),
        )
        until = time.monotonic() + PATIENCE
        with guarded(self._target, hint="The old rows are as they were. Is a session connected to the target? Try again, or use one job."):
            while True:
                try:
                    self._maintenance.execute("BEGIN")
                    for step, statement in steps:
                        self._watch(step)
                        self._maintenance.execute(statement)
                    self._watch("swapping")
                    self._maintenance.execute("COMMIT")
                    break
                except psycopg.errors.ObjectInUse:
                    self._maintenance.execute("ROLLBACK")
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.2)
        self._watch("swapped")
        self._forget(old)

    def drop(self) -> None:
        for connection in self._open:
            connection.close()
        self._forget(self.name)

    def _forget(self, database: str) -> None:
        """Drop, and leave it to the next load's tidying when the server does not let us."""
        try:
            if not self._maintenance.closed:
                self._maintenance.rollback()
                self._maintenance.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(database)))
        except psycopg.Error:
            pass
        finally:
            self._maintenance.close()

    # -- what a database has of its own --------------------------------------------------------------------------------------

    def _creation(self) -> sql.Composed:
        options = {
            "OWNER": sql.Identifier(self._owner),
            "TEMPLATE": sql.Identifier("template0"),
            "ENCODING": sql.Literal(self._encoding),
            "LC_COLLATE": sql.Literal(self._collate),
            "LC_CTYPE": sql.Literal(self._ctype),
            "CONNECTION LIMIT": sql.Literal(LIMIT),
        }
        if self._tablespace:  # even the common one may be named only by those who may create in it
            options["TABLESPACE"] = sql.Identifier(self._tablespace)
        if self._provider in ("i", "b"):
            options["LOCALE_PROVIDER"] = sql.SQL("icu" if self._provider == "i" else "builtin")
            options["ICU_LOCALE" if self._provider == "i" else "BUILTIN_LOCALE"] = sql.Literal(self._locale)
            if self._rules:
                options["ICU_RULES"] = sql.Literal(self._rules)
        words = [sql.SQL("{} = {}").format(_words(name), value) for name, value in options.items()]
        return sql.SQL("CREATE DATABASE {} WITH {}").format(sql.Identifier(self.name), sql.SQL(" ").join(words))

    def _belongings(self) -> Iterator[sql.Composed]:
        mine = sql.Identifier(self.name)
        for role, setting in self._settings:
            name, _, value = setting.partition("=")
            given = _words(value) if name in _LISTS else sql.Literal(value)
            whose = sql.SQL("ROLE {} IN DATABASE {}").format(sql.Identifier(role), mine) if role else sql.SQL("DATABASE {}").format(mine)
            yield sql.SQL("ALTER {} SET {} TO {}").format(whose, sql.SQL(".").join(map(sql.Identifier, name.split("."))), given)
        if self._grants is None:
            return
        yield sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC, {}").format(mine, sql.Identifier(self._owner))
        for privilege, grantee, grantable in self._grants:
            to = sql.Identifier(grantee) if grantee else sql.SQL("PUBLIC")
            more = sql.SQL(" WITH GRANT OPTION" if grantable and grantee != self._owner else "")
            yield sql.SQL("GRANT {} ON DATABASE {} TO {}{}").format(_words(privilege), mine, to, more)


def _words(text: str) -> sql.SQL:
    """Key words, and lists of settings as the catalogue holds them: quoted already."""
    return sql.SQL(text)
