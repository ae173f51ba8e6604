"""What holds in every row of a real database holds in its copy: nobody said so, it was found."""

import sqlite3
from contextlib import closing

import pytest
from typer.testing import CliRunner

from mimic.cli.app import app


@pytest.fixture(scope="module")
def copy(_chinook, tmp_path_factory):
    target = tmp_path_factory.mktemp("relations") / "copy.sqlite"
    done = CliRunner().invoke(app, ["clone", f"sqlite:///{_chinook}", f"sqlite:///{target}", "--reference", "synthesize", "--quiet"])
    assert done.exit_code == 0, done.output
    return target


RELATIONS = {
    "an invoice's total is the sum of its lines": """
        select count(*) from invoice i where abs(total - (select sum(unit_price * quantity) from invoice_line l
        where l.invoice_id = i.invoice_id)) > 0.005""",
    "an invoice goes where its customer lives": """
        select count(*) from invoice i join customer c using (customer_id)
        where i.billing_address is not c.address or i.billing_city is not c.city or i.billing_country is not c.country""",
    "a line has the price of its track": """
        select count(*) from invoice_line l join track t using (track_id) where l.unit_price <> t.unit_price""",
}


@pytest.mark.parametrize("relation", RELATIONS)
def test_it_holds_in_the_copy(copy, relation):
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute(RELATIONS[relation]).fetchone() == (0,)


def test_the_plan_says_so(chinook_sqlite):
    done = CliRunner().invoke(app, ["plan", f"sqlite:///{chinook_sqlite}", "-o", "-", "--quiet"])
    assert "the sum of" in done.output
    assert "equals customer_id.address" in done.output
