"""Which rows lack a parent hangs on their other parents: an answer hangs on a question, and nobody approves a note."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

import mimic

POSTS = 3_000
QUESTION, ANSWER, WIKI, NOTE = 1, 2, 3, 4
Rows = Callable[[str], list[tuple[int, ...]]]


@pytest.fixture(scope="module", params=["copy", "synthesize"])
def forum(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Rows, Rows]:
    """Posts of four kinds; the table of kinds is copied, or made up like the others."""
    draw, folder = np.random.default_rng(3), tmp_path_factory.mktemp("forum")
    with closing(sqlite3.connect(folder / "forum.sqlite")) as db:
        db.executescript("""
            create table kind (id integer primary key, name text not null unique);
            create table author (id integer primary key, since date not null);
            create table post (id integer primary key, kind_id integer not null references kind,
              author_id integer not null references author, parent_id integer references post,
              approved_by integer references author, score integer not null, written date not null);
        """)
        db.executemany("insert into kind values (?, ?)", [(QUESTION, "question"), (ANSWER, "answer"), (WIKI, "wiki"), (NOTE, "note")])
        db.executemany("insert into author values (?, ?)", [(i + 1, str(np.datetime64("2020-01-01") + i)) for i in range(300)])
        posts: list[tuple[int | str | None, ...]] = []
        questions: list[int] = []
        for i in range(1, POSTS + 1):
            kind = int(draw.choice([QUESTION, ANSWER, WIKI, NOTE], p=[0.3, 0.55, 0.1, 0.05])) if questions else QUESTION
            above = questions[max(0, len(questions) - 1 - int(draw.exponential(20)))] if kind == ANSWER else None
            approved = kind == WIKI or (kind == ANSWER and draw.random() < 0.3)
            by = int(draw.integers(300)) + 1 if approved else None
            day = np.datetime64("2021-01-01") + i // 3
            posts.append((i, kind, int(draw.integers(300)) + 1, above, by, int(draw.poisson(3)), str(day)))
            questions += [i] if kind == QUESTION else []
        db.executemany("insert into post values (?, ?, ?, ?, ?, ?, ?)", posts)
        db.commit()
    config = mimic.Config.model_validate({"tables": {"kind": {"mode": request.param}}})
    mimic.clone(f"sqlite:///{folder / 'forum.sqlite'}", f"sqlite:///{folder / 'copy.sqlite'}", config=config)
    return asked(folder / "forum.sqlite"), asked(folder / "copy.sqlite")


def asked(path: Path) -> Rows:
    def ask(query: str) -> list[tuple[int, ...]]:
        with closing(sqlite3.connect(path)) as db:
            return db.execute(query).fetchall()

    return ask


def shares(rows: Rows, column: str) -> list[float]:
    """Of the posts of each kind, the largest first, how many have one."""
    return [float(share) for _, share in rows(f"select count(*), avg({column} is not null) from post group by kind_id order by 1 desc")]


@pytest.mark.parametrize("column", ["parent_id", "approved_by"])
def test_the_kind_tells_which_rows_have_a_parent(forum, column):
    source, copy = forum
    assert shares(copy, column) == pytest.approx(shares(source, column), abs=0.03)
    (many,), (wanted,) = (rows(f"select count({column}) from post")[0] for rows in (copy, source))
    assert many == wanted


def test_answers_hang_on_questions(forum):
    """Nothing hangs on an answer, and nothing hangs on itself."""
    _, copy = forum
    (largest,), *_ = copy("select kind_id from post group by 1 order by count(*) desc")
    wrong = copy(f"select count(*) from post p join post q on q.id = p.parent_id where q.kind_id = {largest} or p.kind_id <> {largest}")
    assert wrong == [(0,)]


def test_answers_come_after_their_questions_and_soon(forum):
    source, copy = forum
    early = "select avg(p.written < q.written) from post p join post q on q.id = p.parent_id"
    assert copy(early)[0][0] <= 0.01  # by chance: one half
    apart = "select avg(julianday(p.written) - julianday(q.written)) from post p join post q on q.id = p.parent_id"
    assert copy(apart)[0][0] == pytest.approx(source(apart)[0][0], abs=30)


def test_questions_have_as_many_answers_as_in_the_source(forum):
    source, copy = forum
    asked_for = "select count(*) from post where parent_id is not null group by parent_id"
    one, two = (np.quantile([n for (n,) in rows(asked_for)], (0.1, 0.5, 0.9)) for rows in (source, copy))
    assert two == pytest.approx(one, abs=1)
