"""A model comes back from its file as it went in, and two of the same are the same bytes."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mimic import storing
from mimic.errors import ModelFileError
from mimic.model import FORMAT
from mimic.registry import Registry
from mimic.storing import archive, arrays, rows
from mimic.storing.model_file import _SHAPE
from tests.samples import models


@pytest.fixture
def file(tmp_path: Path) -> Path:
    storing.save(models.model(), tmp_path / "m.mimic")
    return tmp_path / "m.mimic"


def rewrite(file: Path, changes: dict[str, bytes | None]) -> None:
    """The same file with some parts replaced, added, or (None) left out."""
    with zipfile.ZipFile(file) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in (parts | changes).items():
            if content is not None:
                new.writestr(name, content)


def change_json(file: Path, name: str, change) -> None:
    with zipfile.ZipFile(file) as old:
        tree = json.loads(old.read(name))
    change(tree)
    rewrite(file, {name: json.dumps(tree).encode()})


def test_a_model_comes_back_as_it_was(file):
    model, again = models.model(), storing.load(file, models.registry())
    assert again.schema == model.schema
    assert again.schema.fingerprint == model.schema.fingerprint
    assert again.order == model.order
    assert again.ddl == model.ddl
    assert again.findings == model.findings
    assert (again.facts, again.seed, again.scale) == (model.facts, model.seed, model.scale)
    for table, other in zip(model.tables, again.tables, strict=True):
        assert replace(other, generators=(), copied=None) == replace(table, generators=(), copied=None)
        assert [learned.choice for learned in other.generators] == [learned.choice for learned in table.generators]
    np.testing.assert_equal(again.tables[1].generators[0].generator.kept, models.STATE)


def test_arrays_that_come_back_may_be_written(file):
    kept = storing.load(file, models.registry()).tables[1].generators[0].generator.kept
    assert kept["numbers"].flags.writeable
    assert kept["numbers"].dtype == np.float32


def test_copied_rows_come_back_as_they_were(file):
    copied = storing.load(file, models.registry()).tables[0].copied
    assert copied is not None
    assert copied.schema == models.rows().schema
    for name in copied.column_names:
        assert str(copied.column(name).to_pylist()) == str(models.rows().column(name).to_pylist()), name


def test_pinned_rows_come_back_with_the_columns_that_they_name(file):
    (place, (pin,)), *others = storing.load(file, models.registry()).pins.items()
    assert (place, others) == (models.PLACES, [])
    assert [str(row) for row in pin.rows.to_pylist()] == ["{'id': 1, 'name': 'ä', 'price': Decimal('1.20')}"]


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree["pins"][0].update(columns=["id"]),
        lambda tree: tree["pins"][0].update(columns=["id", "name", "nothing"]),
        lambda tree: tree["pins"][0].update(table=tree["tables"][1]["name"]),
        lambda tree: tree.update(pins=[]),
        lambda tree: tree.update(pins=tree["pins"] * 2),
    ],
)
def test_a_pin_that_does_not_fit_is_refused(file, change):
    change_json(file, "mimic.json", change)
    assert "damaged" in refused(file)


@pytest.mark.parametrize("start", [0, 1, 2])
def test_a_slice_of_rows_is_stored_alone(start):
    table = models.schema().tables[0]
    piece = pa.concat_tables([models.rows()] * 3).slice(start, 4)
    again = rows.unfold(rows.fold(piece, table.written), table.written)
    assert str(again.to_pydict()) == str(piece.to_pydict())
    again.validate(full=True)


def test_no_rows_are_rows_too():
    table = models.schema().tables[0]
    assert rows.unfold(rows.fold(models.rows().slice(0, 0), table.written), table.written).num_rows == 0


def test_what_a_null_hides_is_not_stored():
    table = replace(models.schema().tables[0], columns=(models.EVERYTHING[2],))
    hidden = pa.Array.from_buffers(pa.int16(), 2, [pa.py_buffer(b"\x01"), pa.py_buffer(np.array([5, 777], np.int16))])
    state = rows.fold(pa.table({"small": hidden}), table.written)
    assert state["columns"][0]["bytes"].tobytes() == np.array([5, 0], np.int16).tobytes()


def test_the_same_model_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        storing.save(models.model(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_saving_what_was_loaded_gives_the_same_bytes(file, tmp_path):
    storing.save(storing.load(file, models.registry()), tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == file.read_bytes()


def test_only_listed_parts_hold_rows_of_the_source(file):
    with zipfile.ZipFile(file) as opened:
        assert {name.split("/")[0] for name in opened.namelist()} == {"mimic.json", "schema.json", "ddl", "tables", "copied", "pinned"}
        assert all(name.startswith(("copied/", "pinned/")) for name in opened.namelist() if b"\xc3\xa4" in opened.read(name))


def test_a_file_that_fails_to_be_written_leaves_nothing(tmp_path):
    with pytest.raises(TypeError, match=r"sales\.orders.*object"):
        storing.save(models.model({"x": np.array([object()])}), tmp_path / "m.mimic")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("state", [{1: 2}, {"x": b"bytes"}, {"x": {"y": object()}}, {"x": np.array(["text"])}])
def test_a_state_that_cannot_be_stored_says_where(state, tmp_path):
    with pytest.raises(TypeError, match=r"sales\.orders"):
        storing.save(models.model(state), tmp_path / "m.mimic")


# -- files that are not what they should be ------------------------------------------------------------------------------


def refused(file: Path, registry: Registry | None = None) -> str:
    with pytest.raises(ModelFileError) as caught:
        storing.load(file, registry or models.registry())
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_no_file(tmp_path):
    assert "no such file" in refused(tmp_path / "none.mimic")
    assert "not a file" in refused(tmp_path)


def test_no_zip(tmp_path):
    (tmp_path / "m.mimic").write_bytes(b"PK\x03\x04 and so on")
    assert "not a whole ZIP file" in refused(tmp_path / "m.mimic")


def test_a_later_format_asks_for_a_newer_mimic(file):
    change_json(file, "mimic.json", lambda tree: tree.update(format=FORMAT + 1))
    assert "Install a newer Mimic" in refused(file)


def test_an_earlier_format_is_not_called_damaged(file):
    change_json(file, "mimic.json", lambda tree: (tree.update(format=FORMAT - 1), tree.pop("shape")))
    told = refused(file)
    assert f"has format {FORMAT - 1}; this version of Mimic reads format {FORMAT}" in told
    assert "Learn it anew" in told
    assert "damaged" not in told


def test_a_file_of_another_version_is_not_called_damaged(file):
    """Its parts have fields that this version lacks; the version that it names is told, whatever else stands there is not."""

    def changed(tree):
        tree.update(shape="0123456789abcdef", facts=tree["facts"] | {"mimic": "0.9.1"})
        tree["tables"][0]["more"] = 1

    change_json(file, "mimic.json", changed)
    assert "written by version 0.9.1 of Mimic" in refused(file)
    change_json(file, "mimic.json", lambda tree: tree["facts"].update(mimic="a@b.example <x>"))
    assert "written by version unknown of Mimic" in refused(file)
    change_json(file, "mimic.json", lambda tree: tree.update(shape=_SHAPE))
    assert "damaged" in refused(file)


def test_a_generator_that_is_not_installed_is_named(file):
    assert "'test.keeper', which is not installed here" in refused(file, Registry())


def test_another_version_of_a_generator_is_refused(file):
    change_json(file, "tables/0001.json", lambda tree: tree[0].update(version=1))
    assert "needs version 1 of the generator 'test.keeper'; here is version 2" in refused(file)


def test_a_part_that_belongs_to_nothing_is_refused(file):
    rewrite(file, {"tables/notes.txt": b"a@b.example"})
    assert "belongs to nothing" in refused(file)


def test_a_missing_part_is_named(file):
    rewrite(file, {"schema.json": None})
    assert "'schema.json' is missing" in refused(file)


def test_a_class_of_its_own_choice_is_refused(file):
    change_json(file, "schema.json", lambda tree: tree["tables"][0]["columns"][0]["type"].update({"is": "Popen"}))
    assert "tables[0].columns[0].type is no kind that belongs here" in refused(file)


def test_an_unknown_field_is_refused(file):
    change_json(file, "schema.json", lambda tree: tree["tables"][0].update(surprise=1))
    assert "surprise" in refused(file)


def test_a_table_that_the_structure_lacks_is_refused(file):
    change_json(file, "mimic.json", lambda tree: tree["tables"][0]["name"].update(name="elsewhere"))
    assert "'elsewhere', which its structure does not have" in refused(file)


def test_an_array_named_twice_is_refused(file):
    change_json(file, "tables/0001.json", lambda tree: tree[0]["state"].update(more=[{"#array": 0}] * 1000))
    assert "is named twice" in refused(file)


def test_endless_brackets_are_refused(file):
    rewrite(file, {"schema.json": b"[" * 1_000_000 + b"]" * 1_000_000})
    assert "damaged" in refused(file)


def test_a_member_that_grows_too_much_is_refused(file):
    rewrite(file, {"tables/0001/0000.npy": bytes(50 << 20)})
    assert "grows more than 100 times" in refused(file)


def test_zeros_that_compress_well_are_stored_so_that_they_may_be_read(tmp_path):
    storing.save(models.model({"zeros": np.zeros(5_000_000)}), tmp_path / "m.mimic")
    kept = storing.load(tmp_path / "m.mimic", models.registry()).tables[1].generators[0].generator.kept
    assert kept["zeros"].shape == (5_000_000,)


def test_too_many_members_are_refused(file, monkeypatch):
    monkeypatch.setattr(archive, "MEMBERS", 3)
    assert "more than 3 parts" in refused(file)


HOSTILE = [
    "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999,), }",
    "{'descr': '<f8', 'fortran_order': True, 'shape': (1,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }",
    "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (" + "1," * 200 + "), }",
    "__import__('os').system('true')",
    "",
]


@pytest.mark.parametrize("header", HOSTILE)
def test_a_hostile_array_header_is_refused(header, file):
    line = header.encode() + b"\n"
    rewrite(file, {"tables/0001/0000.npy": b"\x93NUMPY\x01\x00" + len(line).to_bytes(2, "little") + line + bytes(8)})
    assert "damaged" in refused(file)


@pytest.mark.parametrize("array", [np.arange(5), np.zeros((0,)), np.float64(3.5), np.zeros((2, 0, 3), np.uint8), np.array([True])])
def test_numpy_reads_our_arrays_and_we_read_numpys(array, tmp_path):
    path = tmp_path / "a.npy"
    path.write_bytes(arrays.pack(array))
    np.testing.assert_array_equal(np.load(path, allow_pickle=False), array)
    np.save(path, array)
    np.testing.assert_array_equal(arrays.unpack(bytearray(path.read_bytes())), array)
