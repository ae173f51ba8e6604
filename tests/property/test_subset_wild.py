"""Subsets of random PostgreSQL databases hold what recursive SQL finds, whatever constraints, partitions and triggers there are."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import mimic
from mimic import connector
from mimic.testing import Script, postgresql_databases
from tests.e2e.closure import expected, held
from tests.e2e.test_subset import drawn, starts

MANY = int(os.environ.get("MIMIC_WILD_SUBSETS", "100"))
ALIKE = {"deadline": None, "database": None, "derandomize": True}
QUICK = {"phases": (Phase.generate,), "suppress_health_check": list(HealthCheck)}


@pytest.mark.acceptance
def test_subsets_of_random_databases(make_database: Callable[..., Any]) -> None:
    """Some seconds each; MIMIC_WILD_SUBSETS sets another number."""
    structure, source, target = (make_database(name) for name in ("wild_structure", "wild_rows", "wild_few"))
    server = source.server

    @settings(max_examples=MANY, **ALIKE, **QUICK)
    @given(postgresql_databases())
    def holds(script: Script) -> None:
        for database in (structure, source, target):
            server.drop_database(database.name)
            server.create_database(database.name)
        structure.psql(script.sql)
        with suppress(Exception):  # that it is filled is another test's promise
            mimic.clone(structure.url, source.url, rows=30, fit_domains=True)
        with connector.find(source.url).source(source.url) as opened:
            schema = opened.schema()
            rows = opened.count([table.name for table in schema.tables])
        roots = starts(schema, rows, 1)
        if not roots:
            return
        root = f"{roots[0].name}: 10%"
        if any(character in str(roots[0].name) for character in ":()\"'"):
            return
        (want,) = expected(source, [drawn(source.url, root)])
        mimic.subset(source.url, target.url, roots=[root], unmasked="a test")
        assert held(target) == want, root

    holds()
