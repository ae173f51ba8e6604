"""A value of ten rows may belong to one customer: owners are counted, not rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from mimic.planning.owners import with_owners
from mimic.profile import Evidence, Owners, TableEvidence
from mimic.schema import Column, ForeignKey, Integer, Schema, Table, TableName, Text, Unique

CUSTOMER, ORDER, LINE = (TableName("", name) for name in ("customer", "orders", "line"))


def evidence(customers: int) -> Evidence:
    key = Unique("pk", ("id",), primary=True)
    number = Column("id", Integer(), False)
    customer = Table(CUSTOMER, (number,), primary_key=key)
    order = Table(
        ORDER,
        (number, Column("customer_id", Integer()), Column("address", Text())),
        primary_key=key,
        foreign_keys=(ForeignKey("f", ORDER, ("customer_id",), CUSTOMER, ("id",)),),
    )
    line = Table(LINE, (number, Column("order_id", Integer())), foreign_keys=(ForeignKey("g", LINE, ("order_id",), ORDER, ("id",)),))
    ids = np.arange(customers)
    orders = np.repeat(ids, 20)
    samples = {
        customer: pa.table({"id": ids}),
        order: pa.table({"id": np.arange(len(orders)), "customer_id": orders, "address": [f"street {i}" for i in orders]}),
        line: pa.table({"id": np.arange(len(orders) * 2), "order_id": np.repeat(np.arange(len(orders)), 2)}),
    }
    tables = {table.name: TableEvidence(table, sample.num_rows, sample, Owners(sample.num_rows)) for table, sample in samples.items()}
    return Evidence(Schema("sqlite", tuple(samples)), tables)


def owners_per_address(known: Evidence) -> set[int]:
    found = known.of(ORDER)
    encoded = found.column("address").dictionary_encode()
    return set(found.owners.distinct(np.asarray(encoded.indices), len(encoded.dictionary)).tolist())


def test_twenty_orders_of_one_customer_are_one_owner():
    assert owners_per_address(with_owners(evidence(60), (CUSTOMER,))) == {1}


def test_owners_are_found_over_several_foreign_keys():
    known = with_owners(evidence(60), (CUSTOMER,))
    found = known.of(LINE).owners
    assert len(found.paths) == 1
    assert found.distinct(np.zeros(found.rows, dtype=np.int64), 1).tolist() == [60]


def test_a_handful_of_staff_does_not_own_what_hangs_on_it():
    assert owners_per_address(with_owners(evidence(8), (CUSTOMER,))) == {20}


def test_a_table_without_persons_above_counts_its_own_rows():
    assert owners_per_address(with_owners(evidence(60), ())) == {20}


def test_the_few_of_a_large_staff_who_served_do_not_own_the_orders():
    known = evidence(60)
    staff = Table(TableName("", "staff"), (Column("id", Integer(), False),), primary_key=Unique("pk", ("id",), primary=True))
    seen = known.of(ORDER)
    served = seen.sample.append_column("staff_id", pa.array(np.arange(seen.sampled) % 2))
    column, key = Column("staff_id", Integer()), ForeignKey("s", ORDER, ("staff_id",), staff.name, ("id",))
    order = replace(seen.table, columns=(*seen.table.columns, column), foreign_keys=(*seen.table.foreign_keys, key))
    tables = dict(known.tables)
    tables[ORDER] = replace(seen, table=order, sample=served)
    tables[staff.name] = TableEvidence(staff, 1_500, pa.table({"id": np.arange(1_500)}), Owners(1_500))
    found = with_owners(Evidence(Schema("sqlite", tuple(t.table for t in tables.values())), tables), (CUSTOMER, staff.name)).of(ORDER)
    assert len(found.owners.paths) == 1
    assert found.owners.distinct(np.zeros(found.sampled, dtype=np.int64), 1).tolist() == [60]
