"""The foreign-key graph: components, load order, and which keys close a cycle.

Edges run from parent to child. The order is the same on every machine: among tables that could come next, the
alphabetically first comes first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import networkx as nx

from mimic.schema import ForeignKey, Schema, Table, TableName


@dataclass(frozen=True, slots=True)
class LoadOrder:
    """`tables`, parents first; `forward`: keys whose parent comes after the child (or is the table itself)."""

    tables: tuple[TableName, ...]
    forward: tuple[ForeignKey, ...]


def _digraph(schema: Schema, keys: tuple[ForeignKey, ...]) -> nx.DiGraph[TableName]:
    graph: nx.DiGraph[TableName] = nx.DiGraph()
    graph.add_nodes_from(table.name for table in schema.tables)
    graph.add_edges_from((key.parent, key.table) for key in keys if key.parent != key.table and key.parent in schema.by_name)
    return graph


def components(schema: Schema) -> tuple[tuple[TableName, ...], ...]:
    """Tables that hang together by foreign keys, largest component first."""
    parts = nx.weakly_connected_components(_digraph(schema, tuple(schema.foreign_keys)))
    return tuple(sorted((tuple(sorted(part)) for part in parts), key=lambda part: (-len(part), part)))


def cycles(schema: Schema) -> tuple[tuple[TableName, ...], ...]:
    """Strongly connected groups of several tables, and tables that reference themselves, smallest name first."""
    keys = tuple(schema.foreign_keys)
    loops = {(key.table,) for key in keys if key.parent == key.table}
    knots = {tuple(sorted(part)) for part in nx.strongly_connected_components(_digraph(schema, keys)) if len(part) > 1}
    return tuple(sorted(loops | knots))


def load_order(schema: Schema) -> LoadOrder:
    """Parents before children; inside a cycle, keys that may be NULL are the first to be cut."""
    keys = tuple(key for key in schema.foreign_keys if key.parent in schema.by_name and key.parent != key.table)
    graph = _digraph(schema, keys)
    place = {name: i for i, part in enumerate(nx.strongly_connected_components(graph)) for name in part}
    inside = [key for key in keys if place[key.parent] == place[key.table]]
    for key in sorted(inside, key=lambda key: (not _optional(schema, key), str(key.table), key.label)):
        if graph.has_edge(key.parent, key.table) and nx.has_path(graph, key.table, key.parent):
            graph.remove_edge(key.parent, key.table)
    order = tuple(nx.lexicographical_topological_sort(graph))
    at = {name: i for i, name in enumerate(order)}
    forward = tuple(key for key in schema.foreign_keys if key.parent in at and at[key.parent] >= at[key.table])
    return LoadOrder(order, forward)


def origins(schema: Schema) -> frozenset[tuple[TableName, str]]:
    """Columns of foreign keys whose values come from nowhere else: they lead to themselves, in their own table or by way of others.

    `(tenant_id, parent_id)` that references `(tenant_id, id)` of the same table says nothing about what a tenant is. Of columns that
    lead to each other in a circle, and to none outside, one is chosen: one that CHECKs or partitions speak of, if any, else one beside
    another that is chosen in the same key, such that no two tables wait for each other's half of one.
    """
    graph: nx.DiGraph[tuple[TableName, str]] = nx.DiGraph()
    for key in schema.foreign_keys:
        if key.parent in schema.by_name:
            graph.add_edges_from(
                ((key.table, name), (key.parent, referred)) for name, referred in zip(key.columns, key.referred, strict=True)
            )
    circles = [
        part
        for part in nx.strongly_connected_components(graph)
        if all(after in part for node in part for after in graph.successors(node)) and any(graph.out_degree(node) for node in part)
    ]
    beside: dict[tuple[TableName, str], set[str]] = {}  # the columns of keys in which a column stands
    for key in schema.foreign_keys:
        for name in key.columns:
            beside.setdefault((key.table, name), set()).update(key.columns)
    found: set[tuple[TableName, str]] = set()
    for part in sorted(circles, key=lambda part: (not any(_bound(schema.table(place), name) for place, name in part), min(part))):
        near = {(place, name) for place, name in part if any((place, other) in found for other in beside.get((place, name), ()))}
        found.add(min(part, key=lambda place: (not _bound(schema.table(place[0]), place[1]), place not in near, place)))
    return frozenset(found)


def _bound(table: Table, column: str) -> bool:
    """Whether CHECKs or partitions say what a column may hold: its values must come from where that is known."""
    told = [check.expression for check in table.checks if column in check.columns]
    return bool(told) or any(re.search(rf"(?<!\w){re.escape(column)}(?!\w)", part.holds or "") for part in table.partitions)


def tied(schema: Schema) -> tuple[frozenset[tuple[TableName, str]], ...]:
    """Columns that foreign keys make equal, those together that hang together."""
    graph: nx.Graph[tuple[TableName, str]] = nx.Graph()
    for key in schema.foreign_keys:
        graph.add_edges_from(((key.table, mine), (key.parent, theirs)) for mine, theirs in zip(key.columns, key.referred, strict=True))
    return tuple(frozenset(group) for group in nx.connected_components(graph))


def ancestors(schema: Schema, table: TableName) -> tuple[TableName, ...]:
    """Every table that can be reached upstream, without the table itself."""
    graph = _digraph(schema, tuple(schema.foreign_keys))
    return tuple(sorted(nx.ancestors(graph, table)))


def _optional(schema: Schema, key: ForeignKey) -> bool:
    table = schema.table(key.table)
    return any(table.column(name).nullable for name in key.columns)
