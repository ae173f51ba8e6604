"""The PostgreSQL connector keeps the contract of all connectors."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.postgresql import CONNECTOR
from mimic.testing import ConnectorSuite
from tests.conftest import Database


class TestPostgresql(ConnectorSuite):
    connector = CONNECTOR
    schema_name = "public"
    no_column = frozenset({"ctid"})

    @pytest.fixture
    def fresh(self, make_database: Callable[..., Database]) -> Callable[[], str]:
        self.made: dict[str, Database] = {}

        def make() -> str:
            database = make_database()
            self.made[database.url] = database
            return database.url

        return make

    def by_hand(self, url: str, *statements: str) -> None:
        self.made[url].psql(";\n".join(statements))
