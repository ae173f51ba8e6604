"""PostgreSQL 14 and newer: read in one snapshot, written by binary COPY in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.postgresql.connect import ENGINE, safe_url

if TYPE_CHECKING:
    from mimic.connector import Source, Target


class PostgresConnector:
    engine = ENGINE

    def source(self, url: str, *, jobs: int = 1) -> Source:
        from connectors.postgresql.source import PostgresSource

        return PostgresSource(url, jobs=jobs)

    def target(self, url: str) -> Target:
        from connectors.postgresql.target import PostgresTarget

        return PostgresTarget(url)

    def safe_url(self, url: str) -> str:
        return safe_url(url)


CONNECTOR = PostgresConnector()
