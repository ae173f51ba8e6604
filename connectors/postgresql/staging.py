"""A staging database beside the target, swapped in by two renames in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]


class Unfit(Exception):
    """Why no staging database can be used here."""


class Staging:
    def __init__(self, url: str, main: Connection, schemas: Sequence[str], watch: Callable[[str], None]) -> None:
        self.mark: Mapping[str, Any] = {}
        raise Unfit("staging databases are not made yet")

    def create(self) -> Connection:
        raise NotImplementedError

    def connect(self) -> Connection:
        raise NotImplementedError

    def swap(self) -> None:
        raise NotImplementedError

    def drop(self) -> None:
        raise NotImplementedError
