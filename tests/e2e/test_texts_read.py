"""Dates in texts, `numeric` without limits, money and spans of time keep their relations, and are written as they stood."""

import datetime
import sqlite3
from contextlib import closing

import numpy as np
import psycopg
import pytest

import mimic

ROWS = 1_500
LEGACY = """
create table policy (id integer primary key, issued {day} not null, expires {day} not null, premium {number} not null, insured {money});
create table claim (id integer primary key, policy_id integer not null references policy, reported {moment} not null, closed {moment},
  amount {number} not null check (amount > 0), paid {number}, took {span}, code {code} not null);
"""
KINDS = {
    "sqlite": {"day": "text", "moment": "text", "number": "numeric", "money": "real", "span": "integer", "code": "text"},
    "postgresql": {"day": "char(8)", "moment": "text", "number": "numeric", "money": "money", "span": "interval", "code": "char(8)"},
}


def rows(engine):
    draw = np.random.default_rng(3)
    issued = np.datetime64("2016-01-01") + draw.integers(0, 1_500, ROWS)
    term = draw.choice([365, 730, 1_095], ROWS)
    insured = np.round(draw.lognormal(10, 0.5, ROWS), -2)
    day = (lambda at: str(at).replace("-", "")) if engine == "postgresql" else str
    policies = [
        (i + 1, day(issued[i]), day(issued[i] + term[i]), str(round(insured[i] * 0.03, 2)), float(insured[i]))
        for i in range(ROWS)
    ]  # fmt: skip
    claims = []
    for i in range(ROWS):
        for _ in range(int(draw.poisson(1.0))):
            reported = issued[i].astype("datetime64[s]") + int(draw.integers(0, term[i] * 86_400))
            minutes, amount, open_ = int(draw.gamma(2, 9_000)), round(float(draw.lognormal(7, 0.9)), 2), bool(draw.random() < 0.2)
            closed = None if open_ else f"{reported + 60 * minutes}Z"
            span = minutes if engine == "sqlite" else f"{minutes // 1_440} days {minutes // 60 % 24:02}:{minutes % 60:02}:00"
            paid = None if open_ else str(round(amount * 0.8, 2) if draw.random() < 0.5 else amount)
            claims.append(
                (len(claims) + 1, i + 1, f"{reported}Z", closed, str(amount), paid, None if open_ else span, f"9{len(claims):07}")
            )  # fmt: skip
    return policies, claims


@pytest.fixture(scope="module")
def sqlite_copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("legacy")
    policies, claims = rows("sqlite")
    with closing(sqlite3.connect(folder / "legacy.sqlite")) as db:
        db.executescript(LEGACY.format(**KINDS["sqlite"]))
        db.executemany("insert into policy values (?, ?, ?, ?, ?)", policies)
        db.executemany("insert into claim values (?, ?, ?, ?, ?, ?, ?, ?)", claims)
        db.commit()
    mimic.clone(f"sqlite:///{folder / 'legacy.sqlite'}", f"sqlite:///{folder / 'copy.sqlite'}")
    return folder / "copy.sqlite"


SAID = {
    "every date is one": "select count(*) from policy where date(issued) is null or date(expires) is not expires",
    "a policy ends after it began": "select count(*) from policy where julianday(expires) - julianday(issued) not between 364 and 1097",
    "a claim is closed after it is reported": "select count(*) from claim where closed < reported or length(closed) <> 20",
    "it takes as long as that": """select count(*) from claim where abs((julianday(closed) - julianday(reported)) * 1440 - took) > 0.5
        or (closed is null) <> (took is null)""",
    "a claim is reported while the policy runs": """select count(*) > 0.02 * (select count(*) from claim) from claim c join policy p
        on p.id = c.policy_id where date(reported) not between issued and expires""",
    "nothing more is paid than asked": "select count(*) from claim where cast(paid as real) > cast(amount as real) + 0.001",
    "eight digits that are no date stay what they are": "select count(*) from claim where length(code) <> 8 or code glob '*[^0-9]*'",
}


@pytest.mark.parametrize("said", SAID)
def test_in_sqlite(sqlite_copy, said):
    with closing(sqlite3.connect(sqlite_copy)) as db:
        assert db.execute(SAID[said]).fetchone() == (0,)


def test_in_postgresql(make_database, tmp_path):
    """By way of a model file; a scenario and given values speak of the texts as they are written."""
    source, target = make_database(), make_database()
    policies, claims = rows("postgresql")
    with psycopg.connect(source.url) as db, db.cursor() as cursor:
        cursor.execute(LEGACY.format(**KINDS["postgresql"]))
        cursor.executemany("insert into policy values (%s, %s, %s, %s, %s::numeric::money)", policies)
        cursor.executemany("insert into claim values (%s, %s, %s, %s, %s, %s, %s, %s)", claims)
    mimic.save(mimic.learn(source.url), tmp_path / "legacy.mimic")
    model = mimic.load(tmp_path / "legacy.mimic")
    mimic.generate(model, target.url, scenarios=[("policy.premium < 400", 0.3)])
    with psycopg.connect(target.url) as db:
        wrong = db.execute("""select
            (select count(*) from policy where to_date(expires, 'YYYYMMDD') - to_date(issued, 'YYYYMMDD') not between 364 and 1097),
            (select count(*) from claim where closed::timestamptz - reported::timestamptz is distinct from took),
            (select count(*) from claim where paid > amount or amount <= 0)""").fetchone()
        assert wrong[0] == wrong[2] == 0
        assert wrong[1] <= 5
        few, alike = db.execute("select avg((premium < 400)::int), corr(premium, insured::numeric) from policy").fetchone()
        assert 0.28 < few < 0.32
        assert alike > 0.8
    rows_ = model.sample("policy", given={"issued": ["20170301", "20170302"] * 20}).to_pydict()
    assert set(rows_["issued"]) == {"20170301", "20170302"}
    assert all(expires > "20180228" for expires in rows_["expires"])


def test_dates_in_texts_move_with_the_others(sqlite_copy, tmp_path):
    """Where the newest day is to be today, texts that are dates become later by as many days."""
    folder, day = sqlite_copy.parent, datetime.date(2026, 3, 1)
    model = mimic.learn(f"sqlite:///{folder / 'legacy.sqlite'}")
    mimic.generate(model, f"sqlite:///{tmp_path / 'still.sqlite'}")
    mimic.generate(model, f"sqlite:///{tmp_path / 'moved.sqlite'}", today=day)
    found = []
    for name in ("still", "moved"):
        with closing(sqlite3.connect(tmp_path / f"{name}.sqlite")) as db:
            found.append(db.execute("select julianday(issued), julianday(expires) from policy order by id").fetchall())
    apart = {(round(b[0] - a[0]), round(b[1] - a[1])) for a, b in zip(*found, strict=True)}
    assert len(apart) == 1
    assert apart.pop()[0] > 1_000


def test_copied_parents_are_read_too(make_database):
    """Numbers of rows that are copied say something of the rows that hang on them."""
    source, target = make_database(), make_database()
    draw = np.random.default_rng(4)
    with psycopg.connect(source.url) as db, db.cursor() as cursor:
        cursor.execute("""create table article (id integer primary key, price numeric not null);
            create table line (id integer primary key, article_id integer not null references article, quantity integer, net numeric)""")
        prices = [round(float(price), 2) for price in draw.gamma(4.0, 9.0, 60) + 1]
        cursor.executemany("insert into article values (%s, %s)", list(enumerate(prices, 1)))
        lines = [(i, int(draw.integers(60)), int(draw.integers(1, 6))) for i in range(ROWS)]
        cursor.executemany(
            "insert into line values (%s, %s, %s, %s)", [(i, at + 1, n, str(round(n * prices[at], 2))) for i, at, n in lines]
        )
    mimic.clone(source.url, target.url, config=mimic.Config.model_validate({"tables": {"article": {"mode": "copy"}}}))
    with psycopg.connect(target.url) as db:
        assert db.execute("select count(*) from line join article a on a.id = article_id where net <> quantity * price").fetchone() == (0,)
