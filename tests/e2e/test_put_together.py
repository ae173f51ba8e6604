"""Texts that are put together from others are so in the copy, too: full names, addresses, slugs, the keys of tasks."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

import mimic

NAMES = ("Ann", "Bob", "Cleo", "Dan", "Eve", "Finn", "Gil", "Hal", "Ida", "Joe")
WORDS = ("red", "green", "blue", "north", "south", "river", "stone", "cloud", "paper", "glass")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    draw = np.random.default_rng(2)
    folder = tmp_path_factory.mktemp("texts")
    with closing(sqlite3.connect(folder / "source.sqlite")) as db:
        db.executescript("""
            create table firm (id integer primary key, domain text not null unique);
            create table person (id integer primary key, firm_id integer not null references firm, first_name text not null,
              last_name text not null, full_name text not null, username text not null unique, email text not null unique, nickname text);
            create table project (id integer primary key, title text not null, slug text not null, code text not null);
            create table task (id integer primary key, project_id integer not null references project, number integer not null,
              label text not null);
        """)
        db.executemany("insert into firm values (?, ?)", [(i + 1, f"firm-{i * 37 % 101}.com") for i in range(60)])
        people = []
        for i in range(600):
            first, last = str(draw.choice(NAMES)), f"{draw.choice(WORDS)}{draw.choice(WORDS)}".title()
            firm = int(draw.integers(60))
            user = f"{last.lower()}{i}"
            nick = f"{first} the {last}" if draw.random() < 0.4 else None
            people.append((i + 1, firm + 1, first, last, f"{first} {last}", user, f"{user}@firm-{firm * 37 % 101}.com", nick))
        db.executemany("insert into person values (?, ?, ?, ?, ?, ?, ?, ?)", people)
        titles = [" ".join(map(str, draw.choice(WORDS, 3))).title() for _ in range(150)]
        codes = ["".join(word[0] for word in title.split()) for title in titles]
        rows = [(i + 1, title, title.lower().replace(" ", "-"), codes[i]) for i, title in enumerate(titles)]
        db.executemany("insert into project values (?, ?, ?, ?)", rows)
        tasks = [(i + 1, n + 1) for i in range(150) for n in range(int(draw.poisson(6)))]
        db.executemany("insert into task (project_id, number, label) values (?, ?, ?)", [(p, n, f"{codes[p - 1]}-{n}") for p, n in tasks])
        db.commit()
    mimic.clone(f"sqlite:///{folder / 'source.sqlite'}", f"sqlite:///{folder / 'copy.sqlite'}")
    return folder / "copy.sqlite"


SAID = {
    "a full name is made of its parts": "select count(*) from person where full_name <> first_name || ' ' || last_name",
    "an address is the user's, at the firm": """select count(*) from person p join firm f on f.id = firm_id
        where email <> username || '@' || domain""",
    "a nickname is made of the name, or there is none": "select count(*) from person where nickname <> first_name || ' the ' || last_name",
    "a slug follows from its title": "select count(*) from project where slug <> lower(replace(title, ' ', '-'))",
    "a task has the code of its project": """select count(*) from task t join project p on p.id = project_id
        where label <> code || '-' || number""",
}


@pytest.mark.parametrize("said", SAID)
def test_it_holds_in_the_copy(copy, said):
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute(SAID[said]).fetchone() == (0,)


def test_how_often_there_is_none_is_kept(copy):
    with closing(sqlite3.connect(copy)) as db:
        assert 0.3 < db.execute("select avg(nickname is not null) from person").fetchone()[0] < 0.5
