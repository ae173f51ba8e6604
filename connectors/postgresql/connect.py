"""Connections to PostgreSQL from URLs, and errors that show neither a value nor a password.

Everything that libpq knows works: password files, services, `PG...` variables, Unix sockets. The message of a driver is
never passed on: PostgreSQL quotes row values in it (`Key (email)=(...)`), and libpq a malformed URL with its password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn
from urllib.parse import quote

import adbc_driver_manager
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from mimic.errors import ConnectorError, UsageError

ENGINE = "postgresql"
SECRETS = ("password", "sslpassword", "oauth_client_secret")

_DEFAULTS = {
    "application_name": "mimic",
    "client_encoding": "UTF8",
    "connect_timeout": "15",
    # A peer that vanished is noticed within a minute or two: its half-open session would keep its locks and block the rerun.
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}

# Values are printed and read the same way whatever the database, the role or the URL says.
SETTINGS = {
    "lock_timeout": "30s",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "lc_monetary": "C",  # money is printed and read with the same sign and digits on every server
    "xmloption": "content",
    "standard_conforming_strings": "on",
    "jit": "off",  # compiling costs more than it saves on catalogue queries and plain scans
}


# -- URLs --------------------------------------------------------------------------------------------------------------------


def parameters(url: str) -> dict[str, str]:
    """libpq's connection parameters of a URL, ours filled in; the password is among them when the URL holds one."""
    found = _parsed(url)
    if found is None:
        raise UsageError(
            f"{safe_url(url)} is no URL that PostgreSQL understands.",
            hint="Example: postgresql://user@host:5432/database; in a password, @ / ? # % are written %40 %2F %3F %23 %25, "
            "or give it by PGPASSWORD or a password file.",
        )
    return _DEFAULTS | found


def conninfo(url: str, *, secrets: bool = True, **more: str) -> str:
    """The same as one line for libpq; `secrets=False` leaves passwords out, for command lines."""
    found = {name: value for name, value in parameters(url).items() if secrets or name not in SECRETS}
    return make_conninfo("", **(found | more))


def safe_url(url: str) -> str:
    """The URL as it may be shown. Of one that is malformed only the scheme is: no one can tell where its password ends."""
    found = _parsed(url)
    if found is None:
        return f"{ENGINE}://..."
    host, port = found.get("host", ""), found.get("port", "")
    if host.startswith(("/", "@")) or "," in host:
        rest = {"host": host} | ({"port": port} if port else {})
        place = ""
    else:
        rest = {}
        place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    rest |= {"service": found["service"]} if "service" in found else {}
    user = f"{quote(found['user'], safe='')}@" if "user" in found else ""
    query = "&".join(f"{name}={quote(value, safe='/,@')}" for name, value in rest.items())
    return f"{ENGINE}://{user}{place}/{quote(found.get('dbname', ''), safe='')}" + (f"?{query}" if query else "")


def _parsed(url: str) -> dict[str, str] | None:
    """None for a malformed URL, and for one that parses only because its password was cut in pieces (`u:pa/ss@host`)."""
    scheme, found, rest = url.partition("://")
    if not found or scheme.split("+", 1)[0].lower() not in ("postgresql", "postgres"):
        return None
    try:
        parsed = {name: str(value) for name, value in conninfo_to_dict(f"postgresql://{rest}").items() if value is not None}
    except psycopg.Error:
        return None
    plain = (parsed.get("dbname", ""), parsed.get("host", "").lstrip("@"), parsed.get("port", ""))
    if any("@" in value for value in plain) and "@" in rest.partition("?")[0]:
        return None
    if ":" in parsed.get("user", "") or not re.fullmatch(r"[\d,]*", parsed.get("port", "")):
        return None
    return parsed


# -- connections -------------------------------------------------------------------------------------------------------------


def connect(url: str, *, autocommit: bool = True) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection with the house's settings; in autocommit mode, so that `BEGIN` is written where a transaction starts."""
    with guarded(safe_url(url)):
        connection = psycopg.connect(conninfo(url), autocommit=autocommit)
        try:
            connection.execute(settings_sql(connection.info.server_version))
            if not autocommit:
                connection.commit()
            _let_the_server_watch(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def _let_the_server_watch(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """A server in a long statement, or waiting for a lock, notices soon that we were killed; where its system cannot tell, it cannot."""
    try:
        with connection.transaction():
            connection.execute("SET client_connection_check_interval = '2s'")
    except psycopg.Error:
        if connection.closed:
            raise


def settings_sql(server_version: int) -> str:
    """`SET` statements for a new session; also for sessions of other drivers."""
    settings = dict(SETTINGS)
    if server_version >= 170000:
        settings["transaction_timeout"] = "0"
    if server_version >= 140000:
        settings["idle_session_timeout"] = "0"
    return "; ".join(f"SET {name} = '{value}'" for name, value in settings.items())


def identity(connection: psycopg.Connection[tuple[Any, ...]]) -> str:
    """The same for every alias, address or socket of a database, and for its physical replicas."""
    with guarded():
        oid = _one(connection, "SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()")
        allowed = _one(connection, "SELECT pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'execute')")
        if allowed:
            return f"{ENGINE}:{_one(connection, 'SELECT system_identifier FROM pg_catalog.pg_control_system()')}:{oid}"
        # Some services take that right away: the microsecond of the server's start then stands for it.
        started = _one(connection, "SELECT pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time())::text")
        return f"{ENGINE}:started {started}:{oid}"


def _one(connection: psycopg.Connection[tuple[Any, ...]], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


# -- errors ------------------------------------------------------------------------------------------------------------------


@contextmanager
def guarded(where: str = "", *, hint: str = "") -> Iterator[None]:
    """Let no error of a driver out: it becomes a `ConnectorError` at `where` (a table, a URL shown safely)."""
    try:
        yield
    except (psycopg.Error, adbc_driver_manager.Error) as error:
        _raise_translated(error, where, hint)


def _raise_translated(error: psycopg.Error | adbc_driver_manager.Error, where: str, hint: str) -> NoReturn:
    raise translated(error, where, hint) from None


def translated(error: psycopg.Error | adbc_driver_manager.Error, where: str = "", hint: str = "") -> ConnectorError:
    """What happened in our own words: sqlstate, names of tables and constraints, never the driver's text."""
    diagnosis = error.diag if isinstance(error, psycopg.Error) else None
    sqlstate = error.sqlstate or ""
    if not sqlstate:
        sentence, advice = _lost_connection(str(error))
        return ConnectorError(sentence, where=where, hint=hint or advice)
    sentence, advice = _meaning(sqlstate)
    names = []
    if diagnosis is not None:
        if diagnosis.table_name:
            names.append(f"table {diagnosis.schema_name}.{diagnosis.table_name}")
            where = where or f"{diagnosis.schema_name}.{diagnosis.table_name}"
        if diagnosis.column_name:
            names.append(f"column {diagnosis.column_name}")
        if diagnosis.constraint_name:
            names.append(f"constraint {diagnosis.constraint_name}")
    named = f" [{', '.join(names)}]" if names else ""
    return ConnectorError(f"{sentence}{named}.", where=where, hint=hint or advice, sqlstate=sqlstate)


def stream_error(text: str, where: str) -> ConnectorError:
    """An error met in the middle of a stream of rows, of which Arrow keeps nothing but the driver's text."""
    sentence, advice = _lost_connection(text)
    return ConnectorError(sentence, where=where, hint=advice)


# A refused connection and a broken stream carry no sqlstate, only a text; it is read for its cause and then forgotten.
_CAUSES = (
    (r"password authentication failed|no password supplied|authentication failed", "the server refused the user or the password",
     "Give the password by PGPASSWORD, a password file or a service."),
    (r"no pg_hba\.conf entry|pg_hba", "the server does not let this user in from here", "Its pg_hba.conf decides that."),
    (r"role .* does not exist", "the server does not know this user", ""),
    (r"permission denied for database", "this user may not connect to this database", ""),
    (r"database .* does not exist", "there is no database of this name on the server", ""),
    (r"connection refused", "nothing listens there: the connection was refused", "Is the server running, and host and port right?"),
    (r"no such file or directory", "there is no server at this socket", "Is the server running, and folder and port right?"),
    (r"could not translate host name|name or service not known|failed to resolve", "the host's name is not known", ""),
    (r"timeout|timed out", "the server did not answer in time", ""),
    (r"conflict with recovery", "the standby cancelled the reading, to go on with its recovery", "See max_standby_streaming_delay."),
    (r"canceling statement", "the server cancelled the statement", ""),
    (r"permission denied|row-level security", "this user lacks a privilege", "Let its owner GRANT it."),
    (r"could not (write|extend|open|read) |no space left|out of (shared )?memory", "the server ran out of a resource", ""),
    (r"too many (clients|connections)|remaining connection slots", "the server has no free connection", ""),
    (r"starting up|shutting down|recovery mode", "the server is starting or stopping", "Try again in a moment."),
    (r"\bssl\b|certificate", "the encrypted connection could not be made", "See sslmode and sslrootcert."),
    (r"service .* not found", "the service is not in the service file", ""),
    (r"server closed the connection|connection .*lost|consuming input failed|terminating connection|connection is closed|broken pipe",
     "the connection to the server was lost", ""),
)  # fmt: skip


def _lost_connection(text: str) -> tuple[str, str]:
    for pattern, sentence, advice in _CAUSES:
        if re.search(pattern, text, re.IGNORECASE):
            return f"{sentence}.", advice
    return "the driver or the server failed without saying why.", "The server's log may tell more."


_STATES = {
    "22P04": ("the rows do not have the form that the server expects", ""),
    "23001": ("a row is still referenced", ""),
    "23502": ("a NOT NULL column would hold NULL", ""),
    "23503": ("a foreign key would point at no row, or a referenced row would vanish", ""),
    "23505": ("two rows would be equal under a uniqueness rule", ""),
    "23514": ("a row would break a CHECK constraint", ""),
    "23P01": ("two rows would break an EXCLUDE constraint", ""),
    "25006": ("the session is read-only, and something tried to write", ""),
    "28000": ("the server does not let this user in", ""),
    "28P01": ("the server refused the user or the password", "Give the password by PGPASSWORD, a password file or a service."),
    "3D000": ("there is no database of this name on the server", ""),
    "42501": ("this user lacks a privilege", "Let its owner GRANT it."),
    "42P01": ("there is no such table", ""),
    "42P04": ("a database of this name exists already", ""),
    "42P07": ("a table of this name exists already", ""),
    "42703": ("there is no such column", ""),
    "42704": ("a type or another object is missing", "Is an extension missing?"),
    "42883": ("a function or an operator is missing", "Is an extension missing?"),
    "53100": ("the server's disk is full", ""),
    "53200": ("the server is out of memory", "Too many objects in one transaction? See max_locks_per_transaction."),
    "53300": ("the server has no free connection", ""),
    "55006": ("the object is in use by another session", ""),
    "55P03": ("another session holds a lock for too long", "Find it in pg_locks, or try again later."),
    "57014": ("the server cancelled the statement", ""),
    "57P01": ("the server was shut down, or an administrator ended the session", ""),
    "57P03": ("the server is starting or stopping", "Try again in a moment."),
    "58P01": ("a file is missing on the server", "Is an extension missing?"),
}
_CLASSES = {
    "08": ("the connection to the server was lost", ""),
    "0A": ("the server does not support this", ""),
    "21": ("a statement gave more rows than it may", ""),
    "22": ("a value does not fit its type", ""),
    "23": ("a constraint would be broken", ""),
    "25": ("the transaction is in the wrong state", ""),
    "28": ("the server does not let this user in", ""),
    "40": ("the transaction was rolled back by the server", "Try again."),
    "42": ("the server does not accept the statement", ""),
    "53": ("the server ran out of a resource", ""),
    "54": ("a limit of the server was passed", ""),
    "55": ("the object is not in the state that this needs", ""),
    "57": ("an administrator or the server intervened", ""),
    "58": ("the server met an error of its system", ""),
    "P0": ("a function of the database raised an error", ""),
    "XX": ("the server met an internal error", "Its log tells more."),
}


def _meaning(sqlstate: str) -> tuple[str, str]:
    return _STATES.get(sqlstate) or _CLASSES.get(sqlstate[:2]) or ("the server refused", "")
