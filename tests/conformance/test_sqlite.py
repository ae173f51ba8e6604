"""The SQLite connector keeps the contract of all connectors."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from connectors.sqlite import CONNECTOR
from mimic.testing import ConnectorSuite


class TestSqlite(ConnectorSuite):
    connector = CONNECTOR

    @pytest.fixture
    def fresh(self, tmp_path: Path) -> Callable[[], str]:
        numbers = itertools.count(1)
        return lambda: f"sqlite:///{tmp_path}/{next(numbers)}.db"

    def by_hand(self, url: str, *statements: str) -> None:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0.1)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def write_beside(self, url: str, statement: str) -> None:
        """Without a write-ahead log a writer waits for the readers."""
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            self.by_hand(url, statement)
