"""mimic.yaml: every mistake in it is told, all at once, and none of its values is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimic.config import Config
from mimic.errors import ConfigError, UsageError
from mimic.planning import binding
from mimic.planning.binding import bind, config_schema, parse_config, read_config, with_keys
from tests.samples import models

NOTHING = Config.model_validate({})


def problems(text: str) -> dict[str, str]:
    """Path -> sentence."""
    with pytest.raises(ConfigError) as caught:
        parse_config(text)
    return dict(caught.value.problems)


def unbound(text: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        bind(parse_config(text), models.schema(), models.registry())
    return dict(caught.value.problems)


def test_an_empty_file_says_nothing():
    assert parse_config("") == NOTHING
    assert parse_config("tables:\naccept:\n") == NOTHING


def test_blank_tables_and_columns_say_nothing():
    config = parse_config("tables:\n  orders:\n  places:\n    columns:\n      name:\n")
    assert config.tables["orders"].mode is None
    assert config.tables["places"].columns["name"].generator is None


def test_all_problems_come_at_once_each_with_its_path():
    found = problems("""
sed: 1
k: many
tables:
  orders:
    mode: synthesise
    columns:
      status: {generater: x}
extra_fks:
  - {table: a, columns: [b]}
""")
    assert found["sed"] == "no such key. Did you mean 'seed'?"
    assert found["k"].startswith("must be a valid integer")
    assert found["tables.orders.mode"] == "must be one of 'synthesize', 'subset', 'mask', 'copy' or 'empty'. Did you mean 'synthesize'?"
    assert found["tables.orders.columns.status.generater"] == "no such key. Did you mean 'generator'?"
    assert {"extra_fks[0].parent", "extra_fks[0].referred"} <= set(found)


def test_the_message_counts_and_lists():
    with pytest.raises(ConfigError, match=r"(?s)shop\.yaml: 2 problems\n  a +no such key.*\n  b +no such key") as caught:
        parse_config("a: 1\nb: 2", file="shop.yaml")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("text", ["seed: s3cret", "k: {s3cret: s3cret}", "tables: s3cret", "reference: s3cret", "accept: {x: s3cret}"])
def test_a_value_is_never_quoted(text):
    with pytest.raises(ConfigError) as caught:
        parse_config(text)
    assert "s3cret" not in str(caught.value).replace("k.s3cret", "")


def test_broken_yaml_tells_its_place_and_quotes_nothing():
    found = problems("seed: 1\ntables: {s3cret: [")
    assert next(iter(found)).startswith("line ")
    assert "s3cret" not in str(found)


def test_two_keys_of_one_name_are_a_problem():
    assert "duplicate key" in str(problems("seed: 1\nseed: 2"))


def test_a_key_that_is_no_text_asks_for_quotes():
    assert problems("tables:\n  2020: {mode: copy}")["tables.2020"] == "a key is text: write it in quotes."


def test_no_tag_makes_an_object():
    assert "not YAML" in str(problems("seed: !!python/object/apply:os.system ['true']"))


def test_aliases_cannot_grow_without_end(monkeypatch):
    monkeypatch.setattr(binding, "NODES", 1000)
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 10)}]\n" for i in range(7)
    )
    assert "too deep or too large." in problems(bomb).values()


@given(st.text(max_size=200))
def test_any_text_is_a_configuration_or_a_usage_error(text):
    try:
        parse_config(text)
    except UsageError:
        pass


# -- variables ---------------------------------------------------------------------------------------------------------


def test_variables_are_put_in(monkeypatch):
    monkeypatch.setenv("SEED", "7")
    assert parse_config("seed: ${SEED}").seed == 7
    assert parse_config("seed: ${NO_SUCH_SEED:-8}").seed == 8
    assert parse_config("locale: ${NO_SUCH:-}").locale == ""
    assert parse_config("accept: ['$${SEED}', 'a${SEED}b']").accept == ["${SEED}", "a7b"]


def test_a_variable_that_is_not_set_is_a_problem(monkeypatch):
    monkeypatch.delenv("NO_SUCH", raising=False)
    assert problems("accept: ['${NO_SUCH}']")["accept[0]"].startswith("the environment has no NO_SUCH")


def test_the_value_of_a_variable_is_never_quoted(monkeypatch):
    monkeypatch.setenv("PASSWORD", "s3cret")
    assert "s3cret" not in str(problems("seed: ${PASSWORD}"))


# -- files ---------------------------------------------------------------------------------------------------------------


def test_no_file(tmp_path):
    with pytest.raises(UsageError, match="no such configuration file"):
        read_config(tmp_path / "mimic.yaml")


def test_a_file_in_another_encoding(tmp_path):
    (tmp_path / "mimic.yaml").write_bytes("locale: 'ä'".encode("utf-16"))
    with pytest.raises(UsageError, match="not a text in UTF-8"):
        read_config(tmp_path / "mimic.yaml")


# -- names ---------------------------------------------------------------------------------------------------------------


def test_names_that_are_there_are_fine():
    bind(
        parse_config("""
tables:
  places: {columns: {name: {generator: test.keeper}}}
  sales.orders: {mode: empty}
privacy_unit: [places]
ignore_fks: ["sales.orders(place)"]
accept: [W211, "W211:sales.orders.odd"]
locale: de_DE
"""),
        models.schema(),
        models.registry(),
    )


def test_all_unknown_names_come_at_once():
    found = unbound("""
tables:
  place: {}
  orders: {mode: copy}
  sales.orders: {columns: {statsu: {}, odd: {generator: test.keper}}, rows: 3, scale: 2.0}
privacy_unit: [people]
ignore_fks: ["sales.orders(plce)", "nonsense"]
extra_fks: [{table: sales.orders, columns: [od], parent: places, referred: [name]}]
accept: [W2]
locale: English
""")
    assert found["tables.place"] == "no such table. Did you mean 'places'?"
    assert found["tables.orders"].startswith("no such table.")
    assert found["tables.sales.orders.columns.statsu"] == "'statsu' is no column of this table. Did you mean 'status'?"
    assert found["tables.sales.orders.columns.odd.generator"] == "'test.keper' is no generator. Did you mean 'test.keeper'?"
    assert found["tables.sales.orders"] == "`rows` and `scale` exclude each other."
    assert found["privacy_unit[0]"].startswith("no such table.")
    assert found["ignore_fks[0]"].endswith("Did you mean 'sales.orders(place)'?")
    assert "ignore_fks[1]" in found
    assert found["extra_fks[0].columns"] == "'od' is no column of sales.orders. Did you mean 'odd'?"
    assert found["extra_fks[0].referred"].startswith("not unique in places")
    assert {"accept[0]", "locale"} <= set(found)


def test_one_table_under_two_names_is_a_problem():
    assert unbound("tables: {places: {}, .places: {}}")["tables..places"] == "the same table as tables.places."


def test_virtual_keys_are_added_and_ignored_ones_taken_out():
    config = parse_config("""
ignore_fks: ["sales.orders(place)"]
extra_fks: [{table: sales.orders, columns: [id], parent: places, referred: [id]}]
""")
    (key,) = with_keys(models.schema(), config).table(models.ORDERS).foreign_keys
    assert (key.columns, key.parent, key.virtual) == (("id",), models.PLACES, True)


def test_without_such_keys_the_schema_is_the_same():
    schema = models.schema()
    assert with_keys(schema, NOTHING) is schema


# -- the JSON Schema -----------------------------------------------------------------------------------------------------


def test_the_published_json_schema_is_up_to_date():
    """Renew it with `mimic schema > mimic/planning/mimic.schema.json`."""
    published = Path(binding.__file__).with_name("mimic.schema.json")
    assert json.loads(published.read_text()) == config_schema()
