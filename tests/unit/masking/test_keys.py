"""Where a key comes from, who may read it, and that it never shows."""

from __future__ import annotations

import base64
import os
import stat

import pytest

from mimic.errors import Refused, UsageError
from mimic.masking import Key, new_key, read_key


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mask.key"
    new_key(path)
    return path


def test_a_new_key_is_for_its_owner_alone_and_another_each_time(file, tmp_path):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    new_key(tmp_path / "other.key")
    keys = [read_key(file=file), read_key(file=tmp_path / "other.key")]
    assert all(key is not None and len(key.secret) == 32 for key in keys)
    assert keys[0] != keys[1]


def test_an_existing_file_is_never_overwritten(file):
    before = file.read_text()
    with pytest.raises(Refused, match="there already"):
        new_key(file)
    assert file.read_text() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o777])
def test_a_key_that_others_may_read_is_refused(file, mode):
    file.chmod(mode)
    with pytest.raises(Refused, match="others may read"):
        read_key(file=file)


def test_a_variable_and_a_command_give_the_same_key(file, monkeypatch):
    monkeypatch.setenv("MASK_KEY", file.read_text())
    assert read_key(variable="MASK_KEY") == read_key(file=file) == read_key(command=f"cat '{file}'")


def test_the_key_is_named_once_or_not_at_all(file):
    assert read_key() is None
    with pytest.raises(UsageError, match="twice"):
        read_key(file=file, variable="HOME")
    with pytest.raises(UsageError, match="no such environment variable"):
        read_key(variable="MIMIC_NO_SUCH_VARIABLE")
    with pytest.raises(UsageError, match="exit code 1"):
        read_key(command="false")
    with pytest.raises(UsageError, match="could not be run"):
        read_key(command="/no/such/program")
    with pytest.raises(UsageError, match="cannot be read"):
        read_key(file=file.with_name("none"))


@pytest.mark.parametrize("text", ["", "secret", "mimic-key-1:", base64.b64encode(b"short").decode(), "0" * 64, "A" * 43 + "=", "é" * 40])
def test_what_is_no_key_is_refused_without_being_told(file, text):
    file.write_text(text)
    with pytest.raises(UsageError, match="holds no key") as caught:
        read_key(file=file)
    assert not text or text not in str(caught.value)


def test_a_key_does_not_show_itself():
    key = Key(os.urandom(32))
    for told in (repr(key), str(key), f"{key}", repr([key])):
        assert key.secret.hex() not in told
        assert repr(key.secret) not in told
