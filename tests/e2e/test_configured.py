"""What mimic.yaml says about columns and groups of them holds in the copy: expressions, distributions, families."""

import json
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from typer.testing import CliRunner

import mimic
from mimic.cli.app import app

N = 3_000
CONFIG = """
tables:
  shops:
    columns:
      city: {generator: {name: distribution.categories, values: {Ulm: 3, Bonn: 1}}}
  sales:
    columns:
      gross: {expression: "round(net * 1.19, 2)"}
      label: {expression: "shop_id.city || ': ' || coalesce(note, 'none')"}
      due: {expression: "CASE WHEN pieces > 3 THEN sold ELSE NULL END"}
      score: {generator: {name: distribution.normal, mean: 50, std: 5}}
      d: {generator: marginal}
    groups:
      - {columns: [b, c], generator: copula.gaussian}
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    draw, path = np.random.default_rng(4), tmp_path_factory.mktemp("configured") / "source.db"
    z = draw.normal(size=N)
    nets, pieces, other = draw.lognormal(3, 1, N).round(2), draw.integers(1, 8, N), z + draw.normal(size=N)
    notes = [f"note {i % 7}" if i % 5 else None for i in range(N)]
    rows = [
        (i, i % 40, nets[i], int(pieces[i]), None, None, notes[i], "2026-01-05", None, z[i], other[i], float(np.exp(z[i])), 0.0, 2 * z[i])
        for i in range(N)
    ]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("""
            create table shops (id integer primary key, city text not null);
            create table sales (id integer primary key, shop_id integer not null references shops(id), net decimal(10,2) not null,
              pieces integer not null, gross decimal(10,2), label text, note text, sold date not null, due date, a real, b real, c real,
              score real, d real);
        """)
        connection.executemany("insert into shops values (?, ?)", [(i, f"town {i}") for i in range(40)])
        connection.executemany(f"insert into sales values ({','.join('?' * 14)})", rows)
    return path


@pytest.fixture(scope="module")
def config(source):
    path = source.with_name("mimic.yaml")
    path.write_text(CONFIG)
    return path


CHECKS = {
    "computed from the row": "select count(*) from sales where abs(gross - round(net * 1.19, 2)) > 0.0101 or gross is null",
    "computed from the parent": """
        select count(*) from sales s join shops p on p.id = s.shop_id
        where label <> p.city || ': ' || coalesce(note, 'none') or label is null""",
    "computed by case": "select count(*) from sales where (pieces > 3) <> (due is not null) or due <> sold",
    "no category but the given": "select count(*) from shops where city not in ('Ulm', 'Bonn')",
}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_copy_is_as_the_file_says(engine, source, config, tmp_path, request):
    if engine == "sqlite":
        path = tmp_path / "copy.db"
        target = f"sqlite:///{path}"
    else:
        database = request.getfixturevalue("make_database")()
        target = database.url
    done = CliRunner().invoke(app, ["clone", f"sqlite:///{source}", target, "--config", str(config), "--reference", "synthesize", "-q"])
    assert done.exit_code in (0, 4), done.output

    def asked(sql):
        if engine == "sqlite":
            with closing(sqlite3.connect(path)) as connection:
                return [tuple(map(float, row)) for row in connection.execute(sql)]
        lines = database.psql(sql.replace("round(net * 1.19, 2)", "round((net * 1.19)::numeric, 2)")).splitlines()
        return [tuple(map(float, line.split("|"))) for line in lines]

    for what, sql in CHECKS.items():
        assert asked(sql) == [(0.0,)], what
    score, a, b, c, d = np.array(asked("select score, a, b, c, d from sales")).T
    assert score.mean() == pytest.approx(50, abs=0.5)
    assert score.std() == pytest.approx(5, rel=0.05)
    order = [np.argsort(np.argsort(values)) for values in (a, b, c, d)]
    assert np.corrcoef(order[1], order[2])[0, 1] > 0.6  # 0.69 in the source
    assert np.corrcoef(order[0], order[2])[0, 1] > 0.95  # 1.0 in the source
    assert abs(np.corrcoef(order[0], order[3])[0, 1]) < 0.1  # 1.0 in the source, and not asked for


def test_a_model_tells_what_was_foretold(source, config, tmp_path):
    model = tmp_path / "shop.mimic"
    mimic.learn(f"sqlite:///{source}", reference="synthesize").save(model)
    told = json.loads(CliRunner().invoke(app, ["inspect", str(model), "--format", "json"]).stdout)
    sales = next(table for table in told["tables"] if table["table"] == "sales")
    skills = {made["fills"][0]: {one["kind"]: one["skill"] for one in made["skills"]} for made in sales["generators"]}
    assert max(skills["c"].values()) > 0.8  # it follows from a
    assert any({"a", "b", "c"} <= set(group["columns"]) for group in sales["together"])
    shown = CliRunner().invoke(app, ["inspect", str(model)]).stdout
    assert "foretells" in shown
    assert "together:" in shown


def test_mistakes_are_told_at_once(source, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("""
tables:
  sales:
    columns:
      gross: {expression: "nett * 2"}
      shop_id: {expression: "1"}
      score: {generator: {name: distribution.normal, mean: 50}}
    groups:
      - {columns: [b, c, nothing], generator: copula.gausian}
""")
    done = CliRunner().invoke(app, ["plan", f"sqlite:///{source}", "--config", str(wrong)])
    assert done.exit_code == 2
    told = " ".join(done.output.split())
    for sentence in (
        "Did you mean 'net'",
        "keys are not computed",
        "needs std",
        "'nothing' is no column",
        "Did you mean 'copula.gaussian'",
    ):
        assert sentence in told
