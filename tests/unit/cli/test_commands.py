"""What a command prints, where, and with which exit code. Real SQLite files; the text of a terminal is not tested."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mimic import storing
from mimic.cli.app import app
from mimic.cli.options import rows
from mimic.cli.show_report import findings as show_findings
from mimic.cli.talk import Talk
from mimic.errors import UsageError
from mimic.report import Finding
from tests.samples import models

STRUCTURE = """
create table status (id integer primary key, code varchar(10) not null);
create table place (id integer primary key, size integer not null, price numeric(10,2), opened date);
create table orders (id integer primary key, place_id integer not null references place, status_id integer references status,
  total numeric(8,2) not null, at timestamp, prior integer references orders);
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """run("clone", ...) in an empty folder, with stdin that is no terminal."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "source.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(STRUCTURE)
        connection.executemany("insert into status values (?, ?)", [(i, f"c{i}") for i in range(1, 6)])
        places = [(i, i % 7, None if i % 5 == 0 else i * 1.25, f"2020-01-{i % 28 + 1:02}") for i in range(1, 101)]
        connection.executemany("insert into place values (?, ?, ?, ?)", places)
        orders = [
            (i, i * i % 100 + 1, i % 5 + 1 if i % 3 else None, i % 50 * 1.5, None, i - 1 if i % 2 == 0 else None) for i in range(1, 501)
        ]
        connection.executemany("insert into orders values (?, ?, ?, ?, ?, ?)", orders)
    connection.close()
    return f"sqlite:///{path}"


@pytest.fixture
def model(run: Callable[..., Result], source: str) -> Path:
    assert run("learn", source, "-o", "m.mimic", "--reference", "copy").exit_code == 0
    return Path("m.mimic").resolve()


def counts(path: str | Path) -> dict[str, int]:
    connection = sqlite3.connect(path)
    try:
        return {table: connection.execute(f"select count(*) from {table}").fetchone()[0] for table in ("status", "place", "orders")}
    finally:
        connection.close()


# -- help and wrong usage ------------------------------------------------------------------------------------------------


def test_version(run):
    assert run("--version").stdout.startswith("mimic 0.")


@pytest.mark.parametrize("command", ["inspect", "plan", "learn", "generate", "clone", "subset", "explain", "compare", "schema"])
def test_every_command_has_help_with_an_example(command, run):
    told = run(command, "--help")
    assert told.exit_code == 0
    lines = [line.strip() for line in told.stdout.splitlines()]
    assert any(line.startswith(f"mimic {command} ") and " mimic " not in line for line in lines), "an example on a line of its own"


@pytest.mark.parametrize(
    "arguments",
    [
        ("clone", "sqlite:///a"),
        ("nonsense",),
        ("clone", "nowhere", "sqlite:///t.sqlite"),
        ("clone", "oracle://a/b", "sqlite:///t.sqlite"),
        ("generate", "none.mimic", "sqlite:///t.sqlite"),
        ("learn", "sqlite:///a", "-o", "m.mimic", "--config", "none.yaml"),
    ],
)
def test_wrong_usage_exits_2(arguments, run):
    done = run(*arguments)
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    assert done.stdout == ""


def test_a_source_that_is_not_there_is_a_failure(run):
    done = run("clone", "sqlite:///none.sqlite", "sqlite:///t.sqlite")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("mimic: ")
    assert not Path("none.sqlite").exists()


@pytest.mark.parametrize(
    ("words", "meant"),
    [(None, None), (["5"], 5), (["a=1", "b.c=2"], {"a": 1, "b.c": 2}), (["a=b=3"], {"a=b": 3})],
)
def test_rows(words, meant):
    assert rows(words) == meant


@pytest.mark.parametrize("words", [["x"], ["a=-1"], ["a=1", "a=2"], ["a=1", "3"], ["="]])
def test_rows_that_mean_nothing(words):
    with pytest.raises(UsageError):
        rows(words)


# -- clone ---------------------------------------------------------------------------------------------------------------


def test_clone(run, source):
    done = run("clone", source, "sqlite:///t.sqlite", "--reference", "copy")
    assert done.exit_code == 0, done.output
    assert counts("t.sqlite") == {"status": 5, "place": 100, "orders": 500}
    assert "3 tables, 605 rows written to sqlite:///t.sqlite" in done.stdout


def test_clone_asks_about_reference_tables_and_writes_nothing_before(run, source):
    done = run("clone", source, "sqlite:///t.sqlite")
    assert done.exit_code == 3
    assert "status" in done.stderr
    assert "--reference copy" in done.stderr
    assert not Path("t.sqlite").exists()


def test_a_configuration_may_decide_about_reference_tables(run, source):
    Path("mimic.yaml").write_text("tables: {status: {mode: synthesize}}")
    assert run("clone", source, "sqlite:///t.sqlite", "--config", "mimic.yaml").exit_code in (0, 4)


def test_sizes(run, source):
    done = run("clone", source, "sqlite:///t.sqlite", "--reference", "copy", "--scale", "0.1", "--rows", "orders=7")
    assert done.exit_code == 0, done.output
    assert counts("t.sqlite") == {"status": 5, "place": 10, "orders": 7}


def test_a_dry_run_writes_nothing_and_says_what_it_would(run, source):
    done = run("clone", source, "sqlite:///t.sqlite", "--reference", "copy", "--dry-run")
    assert done.exit_code == 0
    assert "605 rows would be written" in done.stdout
    assert not Path("t.sqlite").exists()


def test_the_source_is_never_the_target(run, source, tmp_path):
    (tmp_path / "link.sqlite").symlink_to(tmp_path / "source.sqlite")
    before = (tmp_path / "source.sqlite").read_bytes()
    done = run(
        "clone", source, "sqlite:///link.sqlite", "--reference", "copy", "--if-exists", "replace", "--replace-unmarked", "source.sqlite"
    )
    assert done.exit_code == 3
    assert "the same database" in done.stderr
    assert (tmp_path / "source.sqlite").read_bytes() == before


def test_rows_in_the_target_are_refused_unless_mimic_made_them(run, source):
    clone = ("clone", source, "sqlite:///t.sqlite", "--reference", "copy")
    assert run(*clone).exit_code == 0
    assert run(*clone).exit_code == 3
    assert run(*clone, "--if-exists", "replace", "--rows", "orders=3").exit_code == 0
    assert counts("t.sqlite")["orders"] == 3


def test_a_table_that_is_left_out_cuts_its_keys(run, source):
    done = run("clone", source, "sqlite:///t.sqlite", "--exclude-table", "stat*")
    assert done.exit_code == 4, done.output
    assert "W601" in done.stderr
    assert "exit code 4" in done.stderr
    assert run("clone", source, "sqlite:///u.sqlite", "--exclude-table", "stat*", "--accept", "W601").exit_code == 0


def test_what_holds_of_many_places_is_told_once(capsys):
    found = [Finding("W407", f"t{number}.x", "a trigger is left out.", "") for number in range(5)]
    assert show_findings(found, Talk()) == 4
    told = capsys.readouterr().err
    assert told.count("W407  ") == 1
    assert "t0.x, t1.x, t2.x and 2 more" in told
    show_findings(found, Talk(verbosity=1))
    assert capsys.readouterr().err.count("W407  ") == 5


def test_an_unknown_table_is_named(run, source):
    done = run("clone", source, "sqlite:///t.sqlite", "--table", "ordes")
    assert done.exit_code == 2
    assert "Did you mean 'orders'?" in done.stderr


def test_rows_of_an_unknown_table_are_refused_before_anything_is_learned(run, source):
    done = run("clone", source, "sqlite:///t.sqlite", "--rows", "ordes=3")
    assert done.exit_code == 2
    assert "Did you mean 'orders'?" in done.stderr
    assert "learning" not in done.stderr


def test_an_id_that_no_finding_has_cannot_be_accepted(run, source):
    done = run("clone", source, "sqlite:///t.sqlite", "--accept", "W610:stat")
    assert done.exit_code == 2
    assert "'W610:stat' is the id of no finding. Did you mean 'W6" in done.stderr
    assert run("clone", source, "sqlite:///t.sqlite", "--accept", "stat").exit_code == 2
    assert not Path("t.sqlite").exists()


def test_unknown_keys_and_unknown_names_are_told_in_one_round(run, source):
    Path("my.yaml").write_text("sede: 3\nk: many\ntables: {ordes: {mode: copy}, place: {mod: copy, columns: {pric: {}}}}")
    told = run("clone", source, "sqlite:///t.sqlite", "--config", "my.yaml").stderr
    assert "5 problems" in told
    for path in ("sede", "k ", "tables.ordes", "tables.place.mod", "tables.place.columns.pric"):
        assert f"  {path}" in told
    nowhere = run("clone", "sqlite:///none.sqlite", "sqlite:///t.sqlite", "--config", "my.yaml")
    assert nowhere.exit_code == 2
    assert "3 problems" in nowhere.stderr
    Path("my.yaml").write_text("sourc: sqlite:///shop.sqlite")
    assert "Did you mean 'source'?" in run("plan", "--config", "my.yaml").stderr


def test_a_missing_file_says_where_it_was_looked_for(run):
    done = run("inspect", "sqlite:///no/shop.sqlite")
    assert done.exit_code == 1
    assert "no such file, and no such folder" in done.stderr
    assert str(Path("no/shop.sqlite").absolute()) in done.stderr


def test_all_problems_of_a_configuration_are_told(run, source):
    Path("my.yaml").write_text("tables: {ordes: {mode: copy}, place: {columns: {pric: {}}}}")
    done = run("clone", source, "sqlite:///t.sqlite", "--config", "my.yaml")
    assert done.exit_code == 2
    assert "my.yaml: 2 problems" in done.stderr
    assert "Did you mean 'orders'?" in done.stderr
    assert "Did you mean 'price'?" in done.stderr


def test_the_configuration_may_name_source_and_target(run, source, monkeypatch):
    monkeypatch.setenv("WHERE", source)
    Path("mimic.yaml").write_text("source: ${WHERE}\ntarget: sqlite:///${NAME:-t}.sqlite\nreference: copy")
    assert run("clone", "--config", "mimic.yaml").exit_code == 0
    assert counts("t.sqlite")["orders"] == 500
    assert run("clone").exit_code == 2


def test_a_url_may_name_a_variable(run, source, monkeypatch):
    monkeypatch.setenv("WHERE", source)
    assert run("inspect", "${WHERE}").exit_code == 0
    told = run("inspect", "sqlite:///${NO_SUCH}")
    assert told.exit_code == 2
    assert "the environment has no NO_SUCH" in told.stderr


# -- json ----------------------------------------------------------------------------------------------------------------


def test_json_is_one_document_and_nothing_else(run, source):
    done = run("clone", source, "sqlite:///t.sqlite", "--reference", "copy", "--format", "json", "-vv")
    told = json.loads(done.stdout)
    assert told["exit_code"] == done.exit_code == 0
    assert {line["table"]: line["rows"] for line in told["tables"]} == {"status": 5, "place": 100, "orders": 500}


def test_json_of_a_refusal(run, source):
    done = run("clone", source, "sqlite:///t.sqlite", "--format", "json")
    told = json.loads(done.stdout)
    assert told["exit_code"] == done.exit_code == 3
    assert told["error"]["kind"] == "Refused"


def test_json_of_a_comparison(run, source):
    told = json.loads(run("compare", source, source, "--format", "json").stdout)
    assert all(score["value"] == 1 for score in told["scores"])
    assert told["facts"]["orphans.orders"] == "0"


def test_quiet_says_nothing(run, source):
    done = run("clone", source, "sqlite:///t.sqlite", "--reference", "copy", "--quiet")
    assert (done.stdout, done.stderr) == ("", "")


# -- learn, inspect, generate --------------------------------------------------------------------------------------------


def test_learn_and_generate(run, model):
    done = run("generate", model, "sqlite:///t.sqlite", "--scale", "0.5")
    assert done.exit_code == 0, done.output
    assert counts("t.sqlite") == {"status": 5, "place": 50, "orders": 250}


def test_clone_and_learn_with_generate_give_the_same_rows(run, model, source):
    run("generate", model, "sqlite:///a.sqlite")
    run("clone", source, "sqlite:///b.sqlite", "--reference", "copy")
    a, b = (sqlite3.connect(name) for name in ("a.sqlite", "b.sqlite"))
    assert list(a.iterdump()) == list(b.iterdump())
    a.close(), b.close()


def test_a_row_of_an_unknown_table_is_named(run, model):
    done = run("generate", model, "sqlite:///t.sqlite", "--rows", "ordes=3")
    assert done.exit_code == 2
    assert "Did you mean 'orders'?" in done.stderr


def test_more_rows_than_a_key_can_tell_apart_are_refused_before_any_write(run, tmp_path):
    with sqlite3.connect("s.sqlite") as connection:
        connection.executescript("create table flag (id integer primary key, on_off boolean not null unique)")
        connection.executemany("insert into flag values (?, ?)", [(1, True), (2, False)])
    connection.close()
    done = run("clone", "sqlite:///s.sqlite", "sqlite:///t.sqlite", "--rows", "flag=5")
    assert done.exit_code == 3, done.output
    assert not Path("t.sqlite").exists()


def test_inspect_a_database(run, source):
    told = run("inspect", source)
    assert told.exit_code == 0
    for part in ("3 tables, 605 rows, 3 foreign keys", "place_id -> place", "Cycles:\n  orders", "status: 500 rows of orders refer to it"):
        assert part in told.stdout
    tree = json.loads(run("inspect", source, "--format", "json").stdout)
    assert [table["table"] for table in tree["tables"]] == ["place", "status", "orders"]


def test_only_models_have_literals_and_a_name_is_no_url(run, source):
    assert run("inspect", source, "--literals").exit_code == 2
    done = run("inspect", "shop")
    assert done.exit_code == 2
    assert "sqlite:///" in done.stderr


def test_inspect_a_model(run, model):
    told = run("inspect", model, "--literals").stdout
    assert "5 rows of the source travel in this file" in told
    assert "numeric.quantiles" in told
    assert "place.size" in told
    literals = json.loads(run("inspect", model, "--literals", "--format", "json").stdout)["literals"]
    assert all(literal["owners"] >= 10 for literal in literals)


def test_control_characters_of_a_value_never_reach_the_terminal(run, monkeypatch):
    storing.save(models.model(), "odd.mimic")
    monkeypatch.setattr("mimic.commands.registry", models.registry)
    told = run("inspect", "odd.mimic", "--literals")
    assert "open\\x1b[31m" in told.stdout
    assert "\x1b[31m" not in told.stdout


# -- plan ----------------------------------------------------------------------------------------------------------------


def test_plan_proposes_a_configuration_that_changes_nothing(run, source):
    assert run("plan", source, "-o", "mimic.yaml").exit_code == 0
    text = Path("mimic.yaml").read_text()
    assert "mode: copy" in text
    assert "refer to it" in text
    first = run("clone", source, "sqlite:///a.sqlite", "--reference", "copy")
    second = run("clone", source, "sqlite:///b.sqlite", "--config", "mimic.yaml")
    assert (first.exit_code, second.exit_code) == (0, 0), second.output
    a, b = (sqlite3.connect(name) for name in ("a.sqlite", "b.sqlite"))
    assert list(a.iterdump()) == list(b.iterdump())
    a.close(), b.close()


def test_plan_again_keeps_what_a_person_wrote(run, source):
    Path("mimic.yaml").write_text("# ours\nseed: 5   # chosen by dice\ntables:\n  orders:   # the big one\n    mode: empty\n")
    assert run("plan", source, "-o", "mimic.yaml").exit_code == 0
    text = Path("mimic.yaml").read_text()
    for part in ("# ours", "seed: 5   # chosen by dice", "# the big one", "mode: empty", "place:"):
        assert part in text
    run("plan", source, "-o", "mimic.yaml")
    assert Path("mimic.yaml").read_text() == text


def test_plan_without_a_file_prints_yaml_alone(run, source):
    from ruamel.yaml import YAML

    told = YAML(typ="safe").load(run("plan", source).stdout)
    assert set(told["tables"]) == {"status", "place", "orders"}


def test_schema_is_json(run):
    assert json.loads(run("schema").stdout)["title"] == "Config"


# -- faults --------------------------------------------------------------------------------------------------------------


def test_a_fault_of_ours_is_one_line_and_withholds_its_message(run, source, monkeypatch):
    monkeypatch.setattr("mimic.commands._study", lambda *_, **__: {}["s3cret"])
    done = run("clone", source, "sqlite:///t.sqlite")
    assert done.exit_code == 1
    assert "a fault of Mimic's own: KeyError" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "s3cret" not in done.output
    more = run("clone", source, "sqlite:///t.sqlite", "-vv")
    assert "commands.py:" in more.stderr
    assert "s3cret" not in more.output


def test_an_interruption_exits_130(run, source, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mimic.writing.loading._insert", interrupted)
    done = run("clone", source, "sqlite:///t.sqlite", "--reference", "copy")
    assert done.exit_code == 130
    assert "interrupted" in done.stderr
    assert [path.name for path in Path().iterdir()] == ["source.sqlite"]


# -- secrets -------------------------------------------------------------------------------------------------------------

URLS = (
    "postgresql://me:s3cret@nowhere.invalid/db",
    "postgresql://me:s3/cr:s3cret@nowhere.invalid/db",
    "postgres//me:s3cret@host/db",
    "postgresql:/me:s3cret@host/db",
    "me:s3cret@host/db",
    "mysql://me:s3cret@host/db",
    "postgresql://nowhere.invalid/db?password=s3cret",
    "postgresql://me:s3cret@host:port/db",
    "postgresql://me:s3cret@[::1/db",
)


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize(
    "arguments",
    [
        ("inspect", "{}"),
        ("clone", "{}", "{}"),
        ("clone", "sqlite:///a", "sqlite:///b", "{}"),
        ("learn", "{}", "-o", "m.mimic"),
        ("generate", "{}", "sqlite:///t.sqlite"),
        ("generate", "m.mimic", "{}"),
        ("clone", "sqlite:///a", "sqlite:///b", "--jobs", "{}"),
        ("clone", "sqlite:///a", "sqlite:///b", "--rows", "{}"),
        ("plan", "sqlite:///a", "--config", "{}"),
        ("{}",),
    ],
)
def test_a_password_never_appears(url, arguments, run):
    for more in ((), ("-vv", "--format", "json")):
        if more and len(arguments) == 1:
            continue
        done = run(*(part.replace("{}", url) for part in arguments), *more)
        assert done.exit_code != 0
        assert "s3cret" not in done.output
