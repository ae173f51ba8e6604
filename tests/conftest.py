"""Fixtures that give real databases. No test of this project mocks one; see README.md beside this file."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from tests import servers
from tests.samples import build
from tests.servers import PostgresServer, ServerUnavailable

settings.register_profile("mimic", deadline=None)  # a busy machine is no failure
settings.load_profile("mimic")

VERSIONS = (15, 16, 18)
DEFAULT_VERSION = 16
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Database:
    """One database of a running server, made for one test and dropped after it."""

    server: PostgresServer
    name: str

    @property
    def url(self) -> str:
        """By the Unix socket."""
        return self.server.url(self.name)

    @property
    def tcp_url(self) -> str:
        """By the loopback port."""
        return self.server.tcp_url(self.name)

    def psql(self, source: str | Path) -> str:
        """Run SQL text or an .sql(.gz) file; returns unaligned rows, fields parted by '|'."""
        return self.server.psql(self.name, source)


class Servers:
    """The servers of this test process: each started when first asked for, all removed at the end."""

    def __init__(self) -> None:
        self._running: dict[int, PostgresServer] = {}
        self._templates: dict[tuple[int, str], str] = {}

    def postgres(self, version: int) -> PostgresServer:
        if version not in self._running:
            try:
                servers.programs(version)
            except ServerUnavailable as missing:
                pytest.skip(str(missing))
            self._running[version] = PostgresServer.temporary(version)
        return self._running[version]

    def template(self, server: PostgresServer, name: str) -> str:
        """The name of a database that holds the shared database of this name, loaded once per server."""
        key = (server.version, name)
        if key not in self._templates:
            database = f"template_{name}"
            servers.load_shared(server, name, database)
            self._templates[key] = database
        return self._templates[key]

    def remove(self) -> None:
        for server in self._running.values():
            server.remove()


@pytest.fixture(scope="session")
def running_servers() -> Iterator[Servers]:
    pool = Servers()
    yield pool
    pool.remove()


@pytest.fixture(scope="session")
def postgres(running_servers: Servers) -> PostgresServer:
    """A PostgreSQL server of the default version, shared by all tests of this process."""
    return running_servers.postgres(DEFAULT_VERSION)


@pytest.fixture(scope="session", params=VERSIONS, ids=lambda version: f"postgres{version}")
def postgres_server(running_servers: Servers, request: pytest.FixtureRequest) -> PostgresServer:
    """Each version in turn; a version that is not installed here is skipped, with the reason."""
    return running_servers.postgres(request.param)


@pytest.fixture
def make_database(running_servers: Servers) -> Iterator[Callable[..., Database]]:
    """make_database(name=None, server=None, template=None) -> Database: fresh, empty unless copied from a template."""
    made: list[Database] = []

    def make(name: str | None = None, *, server: PostgresServer | None = None, template: str | None = None) -> Database:
        server = server or running_servers.postgres(DEFAULT_VERSION)
        database = Database(server, name or f"test_{next(_numbers)}")
        server.create_database(database.name, template)
        made.append(database)
        return database

    yield make
    for database in made:
        if database.server.running:
            database.server.drop_database(database.name)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of shared databases beside the project."""
    if not servers.SHARED_DATA.is_dir():
        pytest.skip(f"no shared databases: {servers.SHARED_DATA} is not there")
    return servers.SHARED_DATA


@pytest.fixture
def load_shared(running_servers: Servers, shared_data: Path, make_database: Callable[..., Database]) -> Callable[..., Database]:
    """load_shared(name, server=None) -> Database: a copy of a shared database of its own for this test."""

    def load(name: str, *, server: PostgresServer | None = None) -> Database:
        server = server or running_servers.postgres(DEFAULT_VERSION)
        return make_database(server=server, template=running_servers.template(server, name))

    return load


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Callable[..., Path]:
    """sqlite_path(name="database") -> Path of a SQLite file that does not exist yet; its URL is f"sqlite:///{path}"."""
    return lambda name="database": tmp_path / f"{name}.sqlite"


@pytest.fixture(scope="session")
def _chinook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build.build("chinook", tmp_path_factory.mktemp("samples") / "chinook.sqlite")


@pytest.fixture
def chinook_sqlite(_chinook: Path, sqlite_path: Callable[..., Path]) -> Path:
    """The bundled music store as a SQLite file of this test's own."""
    return Path(shutil.copy(_chinook, sqlite_path("chinook")))
