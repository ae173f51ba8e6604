"""Relations that hold in real databases and must be found without being told: rows that break them, in the source and in the copy.

Reference tables are copied. Figures go to acceptance-output/main_road.json (a few minutes; Lahman a few more).
"""

from __future__ import annotations

import pytest

from tests.e2e.test_main_road import command, record

pytestmark = pytest.mark.acceptance
SLACK = 0.005  # of the rows that a relation speaks of, by which the copy may break it more often

# Each query: how many rows break the relation, and of how many it speaks.
RELATIONS = {
    "chinook": {
        "a total is the sum of its lines": """select count(*) filter (where i.total <> l.s), count(*) from invoice i
            join (select invoice_id, sum(unit_price * quantity) s from invoice_line group by 1) l using (invoice_id)""",
        "an invoice goes to the customer's address": """select count(*) filter (where (billing_address, billing_city, billing_state,
            billing_country, billing_postal_code) is distinct from (c.address, c.city, c.state, c.country, c.postal_code)), count(*)
            from invoice join customer c using (customer_id)""",
        "a line costs what its track does": """select count(*) filter (where l.unit_price <> t.unit_price), count(*) from invoice_line l
            join track t using (track_id)""",
    },
    "pagila": {
        "a payment is of its rental's customer": """select count(*) filter (where p.customer_id <> r.customer_id), count(*) from payment p
            join rental r using (rental_id)""",
        "nothing is returned before it was rented": "select count(*) filter (where return_date < rental_date), count(*) from rental",
    },
    "employees": {
        "salaries join without a gap": """select count(*) filter (where next <> to_date), count(next) from (select to_date,
            lead(from_date) over (partition by emp_no order by from_date) next from salary) s""",
        "no salary before one is hired": """select count(*) filter (where s.from_date < e.hire_date), count(*) from salary s
            join employee e using (emp_no)""",
        "no title before one is hired": """select count(*) filter (where s.from_date < e.hire_date), count(*) from title s
            join employee e using (emp_no)""",
        "no department before one is hired": """select count(*) filter (where s.from_date < e.hire_date), count(*) from dept_emp s
            join employee e using (emp_no)""",
    },
    "stackexchange_beer": {
        "posts count their comments": """select count(*) filter (where comment_count <> (select count(*) from comments c
            where c.post_id = p.id)), count(*) from posts p""",
        "questions count their answers": """select count(*) filter (where answer_count <> (select count(*) from posts a
            where a.parent_id = p.id)), count(answer_count) from posts p""",
        "answers have no title, questions do": """select count(*) filter (where (title is null) <> (post_type_id <> 1)), count(*) from posts
            where post_type_id in (1, 2)""",
        "answers hang on a post, questions on none": """select count(*) filter (where (parent_id is null) <> (post_type_id <> 2)), count(*)
            from posts where post_type_id in (1, 2)""",
        "answers hang on questions": """select count(*) filter (where q.post_type_id <> 1), count(*) from posts a
            join posts q on q.id = a.parent_id""",
        "no comment before its post": """select count(*) filter (where c.creation_date < p.creation_date), count(*) from comments c
            join posts p on p.id = c.post_id""",
        "no answer before its question": """select count(*) filter (where a.creation_date < q.creation_date), count(*) from posts a
            join posts q on q.id = a.parent_id""",
    },
    "lahman": {
        "extra bases are hits, hits are at bats": """select count(*) filter (where "X2B" + "X3B" + "HR" > "H" or "H" > "AB"), count(*)
            from "Batting" where "AB" is not null""",
        "no division before 1969": """select count(*) filter (where "divID" is not null), count(*) from "Teams" where "yearID" < 1969""",
    },
    "gtfs_caltrain": {
        "stops of a trip are numbered from 1": """select count(*) filter (where stop_sequence <> n), count(*) from (select stop_sequence,
            row_number() over (partition by trip_id order by stop_sequence) n from stop_times) s""",
        "times of a trip never go back": """select count(*) filter (where next < departure_time), count(next) from (select departure_time,
            lead(arrival_time) over (partition by trip_id order by stop_sequence) next from stop_times) s""",
    },
    "northwind": {
        "nothing is required before it is ordered": """select count(*) filter (where required_date < order_date), count(*) from orders""",
    },
}


@pytest.mark.parametrize("name", RELATIONS)
def test_relations_hold_in_the_copy_as_in_the_source(load_shared, make_database, name):
    source, target = load_shared(name), make_database()
    done = command("clone", source.url, target.url, "--reference", "copy", "--quiet")
    assert done.returncode in (0, 4), done.stderr[-2000:]
    wrong = {}
    for said, query in RELATIONS[name].items():
        (was, of), (broken, many) = (map(int, database.psql(query).split("|")) for database in (source, target))
        record(f"{name}: {said}", {"source": [was, of], "copy": [broken, many]})
        if not many or broken / many > was / max(of, 1) + SLACK:
            wrong[said] = (was, of, broken, many)
    assert not wrong
