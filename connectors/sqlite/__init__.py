"""SQLite: `sqlite:///relative.db`, `sqlite:////absolute/path.db`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sqlite.connect import path_of
from connectors.sqlite.source import SqliteSource
from connectors.sqlite.target import SqliteTarget

if TYPE_CHECKING:
    from mimic.connector import Connector


class SqliteConnector:
    """See `mimic.connector.Connector`."""

    engine = "sqlite"

    def source(self, url: str, *, jobs: int = 1) -> SqliteSource:
        return SqliteSource(path_of(url))

    def target(self, url: str) -> SqliteTarget:
        return SqliteTarget(path_of(url))

    def safe_url(self, url: str) -> str:
        return url  # a path: there is no password in it


CONNECTOR: Connector = SqliteConnector()
