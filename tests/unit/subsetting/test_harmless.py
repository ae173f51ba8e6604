"""What may stand in a condition of a user's: whatever only computes; nothing that writes, waits, reads files or calls out."""

from __future__ import annotations

import pytest

from mimic.schema import Column, Integer, Schema, Table, TableName, Text
from mimic.subsetting.harmless import Harmful, condition

CUSTOMERS = Table(TableName("public", "customers"), (Column("id", Integer()), Column("country", Text()), Column("Odd name", Text())))
ORDERS = Table(TableName("shop", "orders"), (Column("id", Integer()), Column("customer_id", Integer())))
SCHEMA = Schema("postgresql", (CUSTOMERS, ORDERS))


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("country = 'CH'", "t.\"country\" = 'CH'"),
        ("Country in ('CH', 'AT') and id > 5", "t.\"country\" IN ('CH', 'AT') AND t.\"id\" > 5"),
        ('"Odd name" is not null or not id between 1 and 3', 't."Odd name" IS NOT NULL OR NOT t."id" BETWEEN 1 AND 3'),
        ("customers.country like 'C%' -- and no more", "t.\"country\" LIKE 'C%'"),
        ("lower(country) = 'ch' and length(country) < 3", 'LOWER(t."country") = \'ch\' AND LENGTH(t."country") < 3'),
        ("country = 'x'' or true; --'", "t.\"country\" = 'x'' or true; --'"),
        ("id % 2 = 0 and id::text ~ '^1'", 't."id" % 2 = 0 AND CAST(t."id" AS TEXT) ~ \'^1\''),
    ],
)
def test_what_only_computes_passes(text: str, sql: str) -> None:
    assert condition(text, CUSTOMERS, SCHEMA).sql == sql


def test_a_subquery_may_ask_tables_of_the_source() -> None:
    """Its tables are named in full, and the table itself can be spoken of by its name."""
    found = condition("exists (select 1 from shop.orders o where o.customer_id = customers.id)", CUSTOMERS, SCHEMA).sql
    assert '"shop"."orders" AS o' in found
    assert 'o.customer_id = t."id"' in found


@pytest.mark.parametrize(
    "text",
    [
        "id > 5 and country ilike 'c%' and country similar to 'C|D' and country ~* '^c' and country is distinct from 'x'",
        "(id, country) in ((1, 'a')) or id = any('{1,2}') or id = any(array[1, 2])",
        "case when id > 3 then true else false end and coalesce(country, '') = E'a\\nb'",
        "now() - interval '90 days' < current_date::timestamptz and extract(year from now()) = 2024 and age(now()) < interval '1 year'",
        "to_char(now(), 'YYYY') = '2024' and date_trunc('month', now()) = '2024-01-01' and now() at time zone 'UTC' > '2024-01-01'",
        "substring(country from 1 for 2) = 'op' and position('a' in country) > 0 and country like 'x!_%' escape '!'",
        "country::jsonb ->> 'a' = 'b' and country::jsonb @> '{\"a\": 1}' and country::jsonb ? 'key' and country::jsonb #>> '{a,b}' = 'c'",
        "id in (select max(id) from customers)",
    ],
)
def test_what_people_write_passes(text: str) -> None:
    assert condition(text, CUSTOMERS, SCHEMA).sql


@pytest.mark.parametrize(
    "text",
    [
        "true; drop table customers",
        "1 = 1 union select 1",
        "select 1",
        "delete from customers",
        "id in (delete from customers returning id)",
        "id in (with x as (delete from customers returning id) select id from x)",
        "pg_sleep(10) is null",
        "exists (select pg_read_file('/etc/passwd'))",
        "id = (select lo_import('/etc/passwd'))",
        "set_config('row_security', 'off', false) = 'off'",
        "nextval('s') > 0",
        "dblink_exec('host=x', 'drop table y') = ''",
        "load_extension('x') is null",
        "exists (select 1 from pg_authid)",
        "exists (select 1 from other.orders)",
        "exists (select 1 from pg_ls_dir('.'))",
        "exists (select 1 from shop.orders for update)",
        "exists (select 1 into x from shop.orders)",
        "cuntry = 'CH'",
        "orders.id = 1",
        "country = $1",
        "country = ",
        "",
        "ctid = '(0,1)'",
    ],
)
def test_what_does_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Harmful):
        condition(text, CUSTOMERS, SCHEMA)


def test_a_wrong_column_is_told_with_the_right_one() -> None:
    with pytest.raises(Harmful, match="Did you mean 'country'"):
        condition("cuntry = 'CH'", CUSTOMERS, SCHEMA)
