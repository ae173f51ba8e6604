"""A realistic choice of every further parent: states follow one another, agents stay, baskets hold what belongs together."""

import sqlite3
from contextlib import closing

import numpy as np
import psycopg
import pytest

import mimic

NEXT = {0: ([1], [1.0]), 1: ([2, 3], [0.5, 0.5]), 2: ([1, 3], [0.6, 0.4]), 3: ([4, 5], [0.2, 0.8]), 4: ([1], [1.0]), 5: ([], [])}
TICKETS, AGENTS, ARTICLES = 1_200, 60, 80


@pytest.fixture(scope="module", params=["copy", "synthesize"])
def desk(request, tmp_path_factory):
    """Tickets with what happened to them, and baskets; the table of states is copied, or made up like the others."""
    draw = np.random.default_rng(8)
    folder = tmp_path_factory.mktemp("desk")
    with closing(sqlite3.connect(folder / "desk.sqlite")) as db:
        db.executescript("""
            create table state (id integer primary key, name text not null unique);
            create table agent (id integer primary key, team text not null);
            create table article (id integer primary key, family text not null);
            create table ticket (id integer primary key, priority text not null, state_id integer not null references state);
            create table event (id integer primary key, ticket_id integer not null references ticket,
              state_id integer not null references state, agent_id integer references agent);
            create table basket (id integer primary key, day date not null);
            create table item (id integer primary key, basket_id integer not null references basket,
              article_id integer not null references article);
        """)
        db.executemany("insert into state values (?, ?)", enumerate(["new", "given", "waiting", "done", "again", "closed"], 1))
        db.executemany("insert into agent values (?, ?)", [(i + 1, "ABC"[i % 3]) for i in range(AGENTS)])
        db.executemany("insert into article values (?, ?)", [(i + 1, "wxyz"[i // 20]) for i in range(ARTICLES)])
        tickets, events = [], []
        for i in range(TICKETS):
            state, agent = 0, None
            for _ in range(14):
                if state == 1 and (agent is None or draw.random() < 0.3):
                    agent = int(draw.integers(AGENTS)) + 1
                events.append((i + 1, state + 1, agent if state else None))
                if state == 5 or draw.random() < 0.03:
                    break
                state = int(draw.choice(NEXT[state][0], p=NEXT[state][1]))
            tickets.append((i + 1, str(draw.choice(["low", "high"])), state + 1))
        db.executemany("insert into ticket values (?, ?, ?)", tickets)
        db.executemany("insert into event (ticket_id, state_id, agent_id) values (?, ?, ?)", events)
        items = []
        for basket in range(1_000):
            chosen = draw.choice(20, 1 + min(int(draw.poisson(2.2)), 9), replace=False) + 20 * int(draw.integers(4))
            items += [(basket + 1, int(article) + 1) for article in chosen]
        db.executemany("insert into basket values (?, ?)", [(i + 1, str(np.datetime64("2023-01-01") + i // 5)) for i in range(1_000)])
        db.executemany("insert into item (basket_id, article_id) values (?, ?)", items)
        db.commit()
    config = mimic.Config.model_validate({"tables": {"state": {"mode": request.param}}})
    mimic.clone(f"sqlite:///{folder / 'desk.sqlite'}", f"sqlite:///{folder / 'copy.sqlite'}", config=config)
    return folder / "desk.sqlite", folder / "copy.sqlite"


def both(desk, sql):
    found = []
    for path in desk:
        with closing(sqlite3.connect(path)) as db:
            found.append(db.execute(sql).fetchall())
    return found


BEFORE = """(select id, state_id, agent_id, lag(state_id) over w as was, lag(agent_id) over w as had from event
    window w as (partition by ticket_id order by id))"""


def test_states_follow_one_another_as_they_do(desk):
    """What states are called may differ in the copy: how often each follows each is compared by how often they come."""
    moves = [np.array(sorted((n for (n,) in rows), reverse=True)) for rows in
             both(desk, f"select count(*) from {BEFORE} group by was, state_id")]  # fmt: skip
    length = max(map(len, moves))
    real, made = (np.pad(each, (0, length - len(each))) for each in moves)
    assert np.abs(real - made).sum() / 2 < 0.08 * real.sum()


def test_the_ticket_knows_the_state_of_its_last_event(desk):
    (real,), (made,) = both(desk, """select avg(state_id = (select state_id from event where ticket_id = t.id order by id desc limit 1))
        from ticket t""")  # fmt: skip
    assert abs(real[0] - made[0]) < 0.08


def test_agents_stay(desk):
    (real,), (made,) = both(desk, f"select avg(agent_id = had) from {BEFORE}")
    assert abs(real[0] - made[0]) < 0.08


def test_baskets_hold_what_belongs_together_and_nothing_twice(desk):
    pairs = "select avg(c.family = d.family), sum(a.article_id = b.article_id) from item a join item b on a.basket_id = b.basket_id \
        and a.id < b.id join article c on c.id = a.article_id join article d on d.id = b.article_id"
    (real,), (made,) = both(desk, pairs)
    assert real == (1.0, 0)
    assert made[0] > 0.9
    assert made[1] <= 2


def test_nobody_is_of_another_tenant(tmp_path):
    """Who works on a task, and what it is tagged with, is of the task's own company, which only the project knows; nobody twice."""
    draw = np.random.default_rng(4)
    with closing(sqlite3.connect(tmp_path / "source.sqlite")) as db:
        db.executescript("""
            create table company (id integer primary key, plan text not null);
            create table person (id integer primary key, company_id integer not null references company, role text not null);
            create table tag (id integer primary key, company_id integer not null references company, colour text not null);
            create table project (id integer primary key, company_id integer not null references company, budget integer not null);
            create table task (id integer primary key, project_id integer not null references project,
              assignee_id integer references person, size integer not null);
            create table task_tag (task_id integer references task, tag_id integer references tag, primary key (task_id, tag_id));
        """)
        db.executemany("insert into company values (?, ?)", [(i + 1, "ab"[i % 2]) for i in range(60)])
        people = [int(draw.integers(60)) + 1 if i >= 60 else i + 1 for i in range(500)]
        tags = [int(draw.integers(60)) + 1 if i >= 60 else i + 1 for i in range(200)]
        db.executemany("insert into person values (?, ?, ?)", [(i + 1, people[i], "xyz"[i % 3]) for i in range(500)])
        db.executemany("insert into tag values (?, ?, ?)", [(i + 1, tags[i], "rgb"[i % 3]) for i in range(200)])
        projects = [int(draw.integers(60)) + 1 for _ in range(150)]
        db.executemany("insert into project values (?, ?, ?)", [(i + 1, projects[i], int(draw.integers(900))) for i in range(150)])
        mine, theirs = ({c: [i + 1 for i, of in enumerate(all_) if of == c] for c in range(1, 61)} for all_ in (people, tags))
        task = 0
        for i, company in enumerate(projects):
            for _ in range(1 + int(draw.poisson(8))):
                task += 1
                who = int(draw.choice(mine[company])) if draw.random() < 0.8 else None
                db.execute("insert into task values (?, ?, ?, ?)", (task, i + 1, who, int(draw.integers(9))))
                some = draw.choice(theirs[company], min(len(theirs[company]), int(draw.poisson(1.0))), replace=False)
                db.executemany("insert into task_tag values (?, ?)", [(task, int(tag)) for tag in some])
        db.commit()
    mimic.clone(f"sqlite:///{tmp_path / 'source.sqlite'}", f"sqlite:///{tmp_path / 'copy.sqlite'}")
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as db:
        strangers = """select
            (select count(*) from task t join project p on p.id = project_id join person q on q.id = assignee_id
             where p.company_id <> q.company_id),
            (select count(*) from task_tag x join task t on t.id = task_id join project p on p.id = project_id join tag g on g.id = tag_id
             where p.company_id <> g.company_id)"""
        assert db.execute(strangers).fetchone() == (0, 0)
        assert 0.7 < db.execute("select avg(assignee_id is not null) from task").fetchone()[0] < 0.9


def test_copied_parents_may_have_uuids(make_database):
    """Rows that are copied are told apart by keys that are no texts, alone and in pairs."""
    source, target = make_database(), make_database()
    source.psql("""
        create table plan (id uuid primary key, name text not null unique);
        create table region (plan_id uuid references plan, code uuid, primary key (plan_id, code));
        create table client (id serial primary key, plan_id uuid not null references plan, code uuid, seats int not null,
          foreign key (plan_id, code) references region);
        insert into plan select md5('p' || i)::uuid, 'plan ' || i from generate_series(1, 6) i;
        insert into region select id, md5('r' || j)::uuid from plan, generate_series(1, 3) j;
        insert into client (plan_id, code, seats) select md5('p' || 1 + i % 5 % 4)::uuid, md5('r' || 1 + i % 3)::uuid, 10 * (i % 5 % 4)
          from generate_series(1, 800) i;
    """)
    config = mimic.Config.model_validate({"tables": {"plan": {"mode": "copy"}, "region": {"mode": "copy"}}})
    mimic.clone(source.url, target.url, config=config)
    with psycopg.connect(source.url) as real, psycopg.connect(target.url) as copy:
        shares = "select name, count(c.id), avg(seats) from plan p left join client c on c.plan_id = p.id group by name order by name"
        found = [connection.execute(shares).fetchall() for connection in (real, copy)]
    assert [name for name, _, _ in found[1]] == [name for name, _, _ in found[0]]
    for (_, many, seats), (_, made, theirs) in zip(*found, strict=True):
        assert abs(many - made) <= 5
        assert seats is None or abs(float(seats) - float(theirs)) < 3


def test_three_keys_that_are_unique_together_have_room_in_a_small_copy(tmp_path):
    """Two shops have nearly all of the stock, a few days hold all of it: what is left must be looked for in all three keys at once."""
    source = tmp_path / "source.sqlite"
    with closing(sqlite3.connect(source)) as db:
        db.executescript("""
            create table day (id integer primary key, number integer not null);
            create table shop (id integer primary key, size integer not null);
            create table article (id integer primary key, price integer not null);
            create table stock (day_id integer not null references day, shop_id integer not null references shop,
              article_id integer not null references article, pieces integer not null, primary key (day_id, shop_id, article_id));
        """)
        db.executemany("insert into day values (?, ?)", [(i, i) for i in range(1, 601)])
        db.executemany("insert into shop values (?, ?)", [(i, 10 * i) for i in range(1, 41)])
        db.executemany("insert into article values (?, ?)", [(i, i % 17) for i in range(1, 201)])
        rows = [(day, shop, article, (day + article) % 9) for day in range(1, 601, 30) for shop in (1, 2, 3) for article in range(1, 60)]
        db.executemany("insert into stock values (?, ?, ?, ?)", rows)
        db.commit()
    copy = tmp_path / "copy.sqlite"
    report = mimic.clone(f"sqlite:///{source}", f"sqlite:///{copy}", scale=0.1, reference="synthesize")
    assert {line.table: line.rows for line in report.tables}["stock"] == 354
