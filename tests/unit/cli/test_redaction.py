"""What a message quotes of a URL: all of it but the password."""

from __future__ import annotations

import pytest

from mimic.cli.failing import redacted


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:secret@host/db",
        "postgresql://me:se/cr@et@host/db: no",
        "postgres//me:secret@host",
        "postgres:me:secret@host",
        "'postgresql://me:secret@host/db'",
        "://me:secret@host",
        "me:secret@host",
        "postgresql://me@host:secret@host/db",
        "postgresql://:secret@host",
        "postgresql://host/db?password=secret",
    ],
)
def test_a_password_is_taken_out(text):
    assert "secret" not in redacted(text)
    assert "cr@et" not in redacted(text)


@pytest.mark.parametrize("text", ["postgresql://me@host:5432/db: there is no database", "sqlite:///a@b.db", "postgresql://host/db"])
def test_a_url_without_a_password_is_quoted_whole(text):
    assert redacted(text) == text
