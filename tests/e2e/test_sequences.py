"""Rows that follow one another: what the sibling before says, periods without gaps, keys that stand in order of time."""

import datetime
import sqlite3

import numpy as np
import pytest

import mimic

EMPLOYEES = 400


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A staff whose salaries follow one another without gaps, from the day of hiring on, and rise; copied."""
    folder = tmp_path_factory.mktemp("sequences")
    draw, first = np.random.default_rng(11), datetime.date(1990, 1, 1)
    source = sqlite3.connect(folder / "source.db")
    source.executescript(
        "CREATE TABLE employee (id INTEGER PRIMARY KEY, hired DATE NOT NULL);"
        "CREATE TABLE salary (employee_id INTEGER NOT NULL REFERENCES employee, since DATE NOT NULL, until DATE NOT NULL,"
        " amount INTEGER NOT NULL, PRIMARY KEY (employee_id, since));"
    )
    for employee in range(EMPLOYEES):
        day = first + datetime.timedelta(days=int(draw.integers(0, 9_000)))
        source.execute("INSERT INTO employee VALUES (?, ?)", (employee, day.isoformat()))
        amount = int(draw.integers(30_000, 90_000))
        for _ in range(int(draw.integers(1, 9))):
            following = day + datetime.timedelta(days=int(draw.integers(300, 430)))
            source.execute("INSERT INTO salary VALUES (?, ?, ?, ?)", (employee, day.isoformat(), following.isoformat(), amount))
            day, amount = following, amount + int(draw.integers(0, 3_000))
    source.commit()
    source.close()
    target = folder / "target.db"
    mimic.clone(f"sqlite:///{folder / 'source.db'}", f"sqlite:///{target}", reference="synthesize")
    with sqlite3.connect(target) as made:
        yield made
    made.close()


def test_periods_join(copy):
    gaps = copy.execute(
        "SELECT count(*) FROM (SELECT since, lag(until) OVER (PARTITION BY employee_id ORDER BY since) AS before FROM salary)"
        " WHERE before IS NOT NULL AND before <> since"
    ).fetchone()[0]
    assert gaps == 0
    assert copy.execute("SELECT count(*) FROM salary WHERE until <= since").fetchone()[0] == 0


def test_nobody_is_paid_before_being_hired(copy):
    assert copy.execute("SELECT count(*) FROM salary JOIN employee ON id = employee_id WHERE since < hired").fetchone()[0] == 0


def test_salaries_go_on_from_the_one_before(copy):
    """Drawn without regard to the one before, half of them would fall, and by 15,000 and more."""
    steps = copy.execute(
        "SELECT amount - lag(amount) OVER (PARTITION BY employee_id ORDER BY since) FROM salary ORDER BY employee_id, since"
    ).fetchall()
    known = np.array([step for (step,) in steps if step is not None])
    assert np.median(np.abs(known)) < 5_000
