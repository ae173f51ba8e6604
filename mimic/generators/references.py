"""Which parents a row has: the values of all foreign keys of a table, chosen together.

Every parent gets as many children as its hidden fan-out column says, reconciled exactly to the rows of the table. Keys that
share columns (`tenant_id` in two foreign keys) are chosen one inside the other, so that both lead to rows that exist. Where
the schema says that a combination of parents may come only once, combinations are made distinct by exchanging parents
between rows, which keeps every fan-out; what cannot be exchanged moves to a combination that is free, and there always is
one, because the numbers were capped before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from math import prod
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.conditions import FLIPPED, Operator
from mimic.errors import CapacityError
from mimic.generator import Columns, Generator, Literal, Span, State, Task, children
from mimic.generators.degrees import reconcile
from mimic.generators.groves import forest, groves, rooted, within_groups
from mimic.generators.lacking import Lack
from mimic.generators.matching import Diamond, Kin, Match, in_runs, through
from mimic.generators.nested import best, pack, part, some, unpack
from mimic.generators.separating import Wrong, separate, unlike
from mimic.generators.timely import Timely, either, in_time, untimely
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import ForeignKey
from mimic.streams import Floats, Ints, Stream, Streams

SMALLER = 20  # times as many parents has another key: this one does not come first


@dataclass(frozen=True, slots=True)
class Edge:
    """One foreign key as it is assigned.

    `optional` are the columns that become NULL in rows without a parent; `single` when a parent has one child at most.
    """

    label: str
    columns: tuple[str, ...]
    referred: tuple[str, ...]
    null_share: float
    optional: tuple[str, ...]
    own: bool = False  # the parent is the same table
    single: bool = False
    full: bool = False  # MATCH FULL: no column or all of them are NULL
    each: bool = False  # every parent has a child, because it must refer to one of them

    @property
    def children(self) -> str:
        """What stands for a parent's number of children, beside the names of the columns that are referred to."""
        return children(self.referred)

    @classmethod
    def of(cls, key: ForeignKey, null_share: float, nullable: Sequence[str], single: bool, each: bool) -> Self:
        own = key.parent == key.table
        return cls(key.label, key.columns, key.referred, null_share, tuple(nullable), own, single, key.match_full, each)


@dataclass(frozen=True, slots=True)
class References:
    """Fills the columns of all foreign keys of one table, and for each key the hidden row numbers `@label` (-1: no parent)."""

    kind: ClassVar[str] = "reference.assign"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    table: str
    edges: tuple[Edge, ...]  # in the order of assignment: the one that groups the rows first
    uniques: tuple[tuple[str, ...], ...]  # combinations of foreign-key columns that come only once
    grouped: bool  # rows of one parent stand together
    rooms: tuple[tuple[tuple[str, ...], int], ...] = ()  # combinations that come only so often
    held: tuple[str, ...] = ()  # columns that another generator fills: rows have parents with just these values
    diamonds: tuple[Diamond, ...] = ()
    kin: tuple[Kin, ...] = ()
    matches: tuple[Match, ...] = ()
    lacks: tuple[Lack, ...] = ()
    late: tuple[str, ...] = ()  # keys to the own table of which only `@@label` is filled: who hangs on whom is settled later
    spare: tuple[Generator, ...] = ()  # for columns that may not be NULL in rows without a parent, where no parent lends a value
    selves: bool = False  # every row is its own parent
    compared: tuple[
        tuple[str, Operator, str], ...
    ] = ()  # (a, operator, b): what CHECKs say of columns of two keys, told before rows are made
    timely: tuple[Timely, ...] = ()

    @property
    def fills(self) -> tuple[str, ...]:
        edges = [edge for edge in self.edges if edge.label not in self.late]
        columns = dict.fromkeys(column for edge in edges for column in edge.columns if column not in self.held)
        return (*columns, *(f"@{edge.label}" for edge in edges), *(f"@@{label}" for label in self.late))

    @property
    def needs(self) -> tuple[str, ...]:
        own = (f"{edge.label}.{name}" for edge in self.edges for name in (edge.children, *edge.referred))
        further = (
            *(diamond.need for diamond in self.diamonds),
            *(need for kin in self.kin for need in kin.needs),
            *(need for match in self.matches for need in match.needs),
            *(need for lack in self.lacks for need in lack.needs),
            *(need for limit in self.timely for need in limit.needs),
        )
        return tuple(dict.fromkeys((*self.held, *own, *further)))

    @classmethod
    def suits(cls, task: Task) -> float:
        return 1.0 if "edges" in task.options else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        """Edges and uniques come from the planner in `options`; the shares of rows without a parent from the evidence."""
        edges = assigned(task, evidence)
        first = edges[0].label
        matches = [
            Match.learn(told, task, evidence, stream.at("match", told["label"]))
            for told in task.options.get("matches", ())
            if told["via"] == first != told["label"]
        ]
        lacks = [Lack.learn(told, task, evidence, stream.at("lack", told["label"])) for told in task.options.get("lacks", ())]
        return cls(
            str(task.table.name),
            edges,
            tuple(map(tuple, task.options["uniques"])),
            bool(task.options.get("grouped")),
            tuple((tuple(columns), int(room)) for columns, room in task.options.get("rooms", ())),
            tuple(sorted(task.options.get("held", ()))),
            tuple(Diamond(*told) for told in task.options.get("diamonds", ())),
            tuple(Kin(*told) for told in task.options.get("kin", ())),
            tuple(match for match in matches if match is not None),
            tuple(lack for lack in lacks if lack is not None),
            tuple(task.options.get("late", ())),
            tuple(_spares(task, edges)),
            timely=tuple(Timely(*told) for told in task.options.get("timely", ())),
        )

    def part(self, name: str) -> References:
        """What fills one column and as few others as that takes: asked for where tables refer to each other by shared columns."""
        able = [edge for edge in self.edges if name in (*edge.columns, f"@{edge.label}")]
        chosen = [min(able, key=lambda edge: (edge.own and not {*edge.referred}.isdisjoint(self.fills), len(edge.columns)))]
        taken = set(chosen[0].columns)
        uniques = tuple(unique for unique in self.uniques if set(unique) <= taken)
        rooms = tuple((columns, room) for columns, room in self.rooms if set(columns) <= taken)
        return replace(
            self,
            edges=tuple(chosen),
            uniques=uniques,
            rooms=rooms,
            diamonds=(),
            kin=(),
            matches=(),
            lacks=(),
            timely=(),
            late=tuple(label for label in self.late if label == chosen[0].label),
            held=tuple(name for name in self.held if name in taken),
            selves=any(_mirrored(chosen[0], other) for other in self.edges),
        )

    def comparing(self, pairs: Sequence[tuple[str, Operator, str]]) -> References:
        """The same where CHECKs compare columns: of those of two keys parents are chosen that satisfy them."""
        places = {name: edge.label for edge in reversed(self.edges) for name in edge.columns if name not in self.held}
        found = tuple((a, op, b) for a, op, b in pairs if a in places and b in places and places[a] != places[b])
        return replace(self, compared=found) if found else self

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        """Keys whose `@label` is given are chosen already, with their columns: the others keep to them, and to columns given alone."""
        n, out, rows, filled = span.n, dict[str, pa.Array](), dict[str, Ints](), dict[str, Any]()
        settled = {name for edge in self.edges if f"@{edge.label}" in given for name in edge.columns}
        if alone := {name for name in self.fills if name in given and not name.startswith("@")} - settled:
            return self._keeping(alone).sample(span, stream, given)
        for name in self.held:
            out[name], filled[name] = given[name], np.asarray(given[name].is_valid())
        for edge in self.edges:
            if f"@{edge.label}" in given:
                rows[edge.label] = np.array(given[f"@{edge.label}"].to_numpy(zero_copy_only=False), dtype=np.int64)
                for name in edge.columns:
                    out[name], filled[name] = given[name], filled.get(name, False) | (rows[edge.label] >= 0)
        for i, edge in enumerate(self.edges):
            if edge.label in rows:
                continue
            place = stream.at(edge.label)
            keys = [given[f"{edge.label}.{name}"] for name in edge.referred]
            weights = _floats(given[f"{edge.label}.{edge.children}"], len(keys[0]))
            decided = given.get(f"?{edge.label}")
            absent, lack = self._absent(edge, n, place.at("null")), None
            if decided is not None:
                absent = np.asarray(decided)
            elif (lack := self._lack(edge, rows)) is not None:
                absent = lack.absent(n, int(absent.sum()), given, rows, place.at("lack"))
            shared = [name for name in edge.columns if name in out]
            if self.selves and all(values.null_count == 0 for values in keys):
                rows[edge.label] = np.arange(n, dtype=np.int64)
            elif edge.own and shared and (edge.optional or np.logical_or.reduce([filled[name] for name in shared]).all()):
                group, above = self._groups(edge, shared, out, keys)
                rows[edge.label] = groves(group, above, absent, bool(edge.optional), place, single=edge.single)
            elif edge.own and not shared and all(values.null_count == 0 for values in keys):
                told = decided is not None or lack is not None
                optional = bool(edge.optional) and (not told or bool(absent.any()))
                flat = lack.parents(absent, given, rows, place.at("flat")) if lack is not None and optional and not edge.single else None
                up = forest(weights, n, int(absent.sum()), optional, place, single=edge.single) if flat is None else flat
                rows[edge.label] = up if flat is not None or not told or not optional else rooted(up, absent)
            elif shared or edge.own:
                rows[edge.label] = self._inside(edge, shared, out, filled, keys, weights, absent, place)
            else:
                rows[edge.label] = self._freely(i, edge, keys, weights, absent, given, rows, place)
            moved = self._separate(edge, rows, given, n, stream.at("unique", edge.label))
            for other in self.edges if self.compared or moved else ():
                if other is not edge and other.label in rows and self._apart(other, given):  # some changed places with those of this key
                    out[other.columns[0]] = _take(given[f"{other.label}.{other.referred[0]}"], rows[other.label])
            chosen = rows[edge.label] >= 0
            for name, values in zip(edge.columns, keys, strict=True):
                mine = _take(values, rows[edge.label])
                if name in out:  # the value of the key that came first stands; a NULL in another column undoes this one
                    mine = pc.if_else(pa.array(filled[name]), out[name], mine)
                out[name], filled[name] = mine, filled.get(name, False) | chosen
        for edge in self.edges:
            keys = [given[f"{edge.label}.{name}"] for name in edge.referred]
            self._undo(edge, rows, out, keys, stream.at("undo", edge.label))
        self._wholly(rows, out)
        later = {name for edge in self.edges if edge.label in self.late for name in edge.columns}
        chosen_rows = {f"@@{label}" if label in self.late else f"@{label}": pa.array(parents) for label, parents in rows.items()}
        return {name: values for name, values in out.items() if name not in later} | chosen_rows

    def _keeping(self, names: set[str]) -> References:
        """The same where some columns are filled before: rows have parents with just these values."""
        edges = list[Edge]()
        for edge in self.edges:
            left = () if edge.full and names & {*edge.columns} else tuple(name for name in edge.optional if name not in names)
            edges.append(replace(edge, optional=left, null_share=edge.null_share if left else 0.0))
        return replace(self, edges=tuple(edges), held=tuple(sorted({*self.held, *names})))

    def absences(self, n: int, stream: Stream) -> dict[str, NDArray[np.bool_]]:
        """Which rows would have no parent, for each key; another answer may be given to `sample` as `?label`."""
        return {edge.label: self._absent(edge, n, stream.at(edge.label, "null")) for edge in self.edges}

    def _absent(self, edge: Edge, n: int, stream: Stream) -> NDArray[np.bool_]:
        """Which rows have no parent: the learned share of them, exactly."""
        absent = np.zeros(n, dtype=bool)
        if edge.optional:
            absent[stream.permutation(n)[: round(edge.null_share * n)]] = True
        return absent

    def _lack(self, edge: Edge, rows: Mapping[str, Ints]) -> Lack | None:
        """What tells which rows have no parent by a key, where the parents that it asks about are chosen."""
        lack = next((lack for lack in self.lacks if lack.label == edge.label), None)
        return lack if lack is not None and edge.optional and lack.vias <= rows.keys() else None

    def _freely(
        self, i: int, edge: Edge, keys: list[pa.Array], weights: Floats, absent: Any, given: Columns, rows: dict[str, Ints], stream: Stream
    ) -> Ints:  # fmt: skip
        """Parents for a key that shares no column with the keys before it: every parent as often as reconciled."""
        n, p = len(absent), len(weights)
        allowed = _whole_keys(keys)
        kin = next((kin for kin in self.kin if kin.label == edge.label and kin.via in rows and not edge.single), None)
        if kin is not None and allowed.any() and not self.compared:
            return self._akin(kin, np.where(allowed, weights, 0.0), allowed, absent, given, rows, stream)
        for later in self.edges[i + 1 :]:
            common = [name for name in edge.columns if name in later.columns]
            if common and not later.own:
                mine = [keys[edge.columns.index(name)] for name in common]
                theirs = [given[f"{later.label}.{later.referred[later.columns.index(name)]}"] for name in common]
                left, right = codes(mine, theirs)
                both = allowed & np.isin(left, right)
                if both.any() or not later.optional:  # a key that may lead nowhere forbids nothing
                    allowed = both
        for _, partners in self._comparable(edge, keys, given):
            allowed &= partners > 0
        wanted = int(n - absent.sum())
        if wanted and not allowed.any():
            if not edge.optional:
                raise CapacityError(
                    f"{self.table}.{edge.label}", n, 0, "the table that it references has no rows to point at", table=self.table
                )
            wanted, absent = 0, np.ones(n, dtype=bool)
        cap = self._cap(i, edge, keys, given, allowed)
        room = int(np.minimum(cap, n).sum())
        if room < wanted and edge.optional and f"?{edge.label}" not in given:  # the rows that are too many have none
            more = np.flatnonzero(~absent)[stream.at("more").permutation(wanted)[room:]]
            absent = absent.copy()
            absent[more] = True
            wanted = room
        if room < wanted:
            why = (
                "each row it references may be used only once"
                if edge.single
                else "each combination of referenced rows may be used only once"
            )
            raise CapacityError(f"{self.table}.{edge.label}", n, room, why, table=self.table)
        cap = self._cap_of_kin(edge, cap, given, wanted)
        least = np.minimum(cap, 1) if edge.each and (cap > 0).sum() <= wanted else np.zeros(p, dtype=np.int64)
        degrees = least + reconcile(np.where(allowed, weights, 0.0), wanted - int(least.sum()), stream.at("degrees"), cap - least)
        parents = np.repeat(np.arange(p, dtype=np.int64), degrees)
        if not (self.grouped and i == 0):
            parents = parents[stream.at("order").permutation(len(parents))]
        match = next((match for match in self.matches if match.label == edge.label and match.via in rows), None)
        if match is not None:
            parents = match.order(parents, given, rows[match.via][~absent], stream.at("match"))
        out = np.full(n, -1, dtype=np.int64)
        out[~absent] = parents
        for diamond in self.diamonds:
            if diamond.label == edge.label and diamond.via in rows and not edge.single:
                dictated = through(diamond, given, rows)
                mostly = diamond.share >= 1.0 or stream.at("mostly").uniform(n) < diamond.share
                out = np.where((dictated >= 0) & ~absent & mostly, dictated, out)
        return out

    def _akin(
        self, kin: Kin, weights: Floats, allowed: Any, absent: Any, given: Columns, rows: dict[str, Ints], stream: Stream
    ) -> Ints:  # fmt: skip
        """Parents that hang on the same row as the first one, by weight; among all where that row has none."""
        mine, theirs = kin.groups(given, rows[kin.via])
        out = within_groups(np.where(absent, -1, mine), np.where(allowed, theirs, -2), weights, stream.at("kin"))
        lost = ~absent & (out < 0)
        if lost.any():
            out = np.where(lost, within_groups(np.where(lost, 0, -1), np.where(allowed, 0, -2), weights, stream.at("lost")), out)
        match = next((match for match in self.matches if match.label == kin.label and match.via == kin.via), None)
        if match is not None and match.runs:
            live = np.flatnonzero(~absent)
            cells = np.where(theirs >= 0, theirs, int(theirs.max(initial=0)) + 1)[out[live]]
            out[live] = in_runs(out[live], cells, rows[kin.via][live], match.runs, stream.at("runs"))
        elif match is not None and match.apart:
            separate(rows[kin.via], out, np.arange(len(theirs)), theirs, rows[kin.via] >= 0, stream.at("apart"), free=True)
        return out

    def _cap(self, i: int, edge: Edge, keys: list[pa.Array], given: Columns, allowed: Any) -> Ints:
        """Most children of each parent: 1 where the key is unique, the number of partners where a combination is."""
        cap = np.where(allowed, 2**40, 0).astype(np.int64)
        if edge.single:
            for unique in self.uniques:  # of parents that agree in what may come only once, one
                if set(unique) <= set(edge.columns):
                    same, _ = codes([keys[edge.columns.index(name)] for name in unique], [])
                    alone, spot = np.zeros(len(same), dtype=bool), np.flatnonzero(cap > 0)
                    alone[spot[np.unique(same[spot], return_index=True)[1]]] = True
                    cap = np.where(alone, np.minimum(cap, 1), 0)
            return cap
        for unique, room in (*((unique, 1) for unique in self.uniques), *self.rooms):
            if not set(unique) & set(edge.columns):
                continue
            partners, covered = np.full(len(cap), room, dtype=np.int64), set(edge.columns)
            for name in self.held:
                if name in unique and name not in covered:
                    covered.add(name)
                    partners = np.minimum(partners * max(1, len(given[name].unique())), 2**40)
            for other in self.edges:
                mine = [name for name in other.columns if name in unique and name not in covered]
                if other is edge or not mine:
                    continue
                covered |= set(mine)
                if other.own:
                    partners = np.full(len(cap), 2**40, dtype=np.int64)
                    continue
                partners = np.minimum(partners * _partners(edge, keys, other, given, mine), 2**40)
            for names, satisfying in self._comparable(edge, keys, given):
                partners = np.minimum(partners, satisfying * room) if names == {*unique} else partners
            cap = np.minimum(cap, partners)
        return cap

    def _cap_of_kin(self, edge: Edge, cap: Ints, given: Columns, wanted: int) -> Ints:
        """Most children of each parent where a pair may come only once: as many as the own tenant has, if that leaves room for all rows."""
        for kin in (kin for kin in self.kin if kin.via == edge.label):
            other = next(other for other in self.edges if other.label == kin.label)
            if any(set(unique) <= {*edge.columns, *other.columns} and set(unique) & set(other.columns) for unique in self.uniques):
                mine, theirs = kin.groups(given, np.arange(len(cap)))
                many = np.bincount(theirs[theirs >= 0], minlength=int(mine.max(initial=0)) + 1)
                least = np.minimum(cap, np.where(mine >= 0, many[np.maximum(mine, 0)], 0))
                cap = least if least.sum() >= wanted else cap
        return cap

    def _comparable(self, edge: Edge, keys: list[pa.Array], given: Columns) -> Iterator[tuple[set[str], Ints]]:
        """For each comparison of a column of this key with one of another: both, and how many parents there satisfy it, per parent here."""
        for a, op, b in self.compared:
            mine, theirs, way = (a, b, op) if a in edge.columns else (b, a, FLIPPED[op])
            other = next((other for other in self.edges if theirs in other.columns), None)
            if mine in edge.columns and other is not None and other is not edge and not other.optional:  # NULL satisfies it
                values = given[f"{other.label}.{other.referred[other.columns.index(theirs)]}"]
                here, there = _ranks(keys[edge.columns.index(mine)], values)
                yield {a, b}, _satisfying(here, way, np.sort(there[np.asarray(values.is_valid())]))

    def _inside(
        self,
        edge: Edge,
        shared: list[str],
        out: dict[str, pa.Array],
        filled: dict[str, Any],
        keys: list[pa.Array],
        weights: Floats,
        absent: Any,
        stream: Stream,
    ) -> Ints:
        """Parents for a key some of whose columns are filled: among the rows with just those values, by weight.

        Rows in which none of them is filled (the key that shares them has no parent there) choose among all.
        """
        row_group, parent_group = self._groups(edge, shared, out, keys)
        bound = np.logical_or.reduce([filled[name] for name in shared]) if shared else np.zeros(len(absent), dtype=bool)
        inside = within_groups(np.where(absent | ~bound, -1, row_group), parent_group, weights, stream.at("inside"))
        if (absent | bound).all():
            return inside
        if edge.single:
            free = self._once(edge, out, keys, np.flatnonzero(~(absent | bound)), len(absent), stream.at("once"))
        else:
            free = within_groups(np.where(absent | bound, -1, 0), np.minimum(parent_group, 0), weights, stream.at("free"))
        return np.asarray(np.where(bound, inside, free), dtype=np.int64)

    def _once(self, edge: Edge, out: Columns, keys: Sequence[pa.Array], asking: Ints, n: int, stream: Stream) -> Ints:
        """Parents for rows of which nothing is filled, where what they take may come only once: the rows that are too many have none."""
        left = _whole_keys(keys)
        for unique in self.uniques:
            if not set(unique) <= set(edge.columns):
                continue
            theirs = [keys[edge.columns.index(name)] for name in unique]
            mine = [out[name] for name in unique] if set(unique) <= set(out) else [values.slice(0, 0) for values in theirs]
            used, same = codes(mine, theirs)
            there = np.logical_and.reduce([np.asarray(values.is_valid()) for values in mine])
            left &= ~np.isin(same, used[there])
            spot = np.flatnonzero(left)
            left = np.zeros(len(left), dtype=np.bool_)
            left[spot[np.unique(same[spot], return_index=True)[1]]] = True
        parents = np.flatnonzero(left)
        parents = parents[stream.at("parents").permutation(len(parents))][: len(asking)]
        made = np.full(n, -1, dtype=np.int64)
        made[asking[stream.at("rows").permutation(len(asking))][: len(parents)]] = parents
        return made

    @staticmethod
    def _groups(edge: Edge, shared: Sequence[str], out: Columns, keys: Sequence[pa.Array]) -> tuple[Ints, Ints]:
        """Numbers of the values that rows have in the shared columns, and of those that parents have there."""
        if shared:
            row_group, parent_group = codes([out[name] for name in shared], [keys[edge.columns.index(name)] for name in shared])
        else:
            row_group, parent_group = np.zeros(len(keys[0]), dtype=np.int64), np.zeros(len(keys[0]), dtype=np.int64)
        return row_group, np.where(_whole_keys(keys), parent_group, -2)

    def _separate(self, edge: Edge, rows: dict[str, Ints], given: Columns, n: int, stream: Stream) -> bool:
        """Make the combinations distinct that this edge completes, by exchanging its parents between rows. Whether others moved, too."""
        moved = False
        done = [other for other in self.edges if other.label in rows and other is not edge]
        wrong = self._compare(edge, done, rows, given)
        if wrong is not None and len(edge.columns) == 1:
            each, parents = np.arange(n, dtype=np.int64), np.arange(len(given[f"{edge.label}.{edge.referred[0]}"]), dtype=np.int64)
            free = not any(set(edge.columns) & set(unique) for unique in self.uniques)  # others may take what nobody else may have
            separate(each, rows[edge.label], parents, None, rows[edge.label] >= 0, stream.at("compared"), wrong=wrong, free=free)
            if edge.optional:
                rows[edge.label] = np.where(wrong(each, rows[edge.label]), -1, rows[edge.label])
        late = either(wrong, limits) if (limits := untimely(edge.label, [each.label for each in done], self.timely, rows, given)) else None
        alone = [unique for unique in self.uniques if set(unique) & set(edge.columns)]
        if late is not None and not alone:  # as far as it goes
            tied = next((kin.groups(given, rows[kin.via])[1] for kin in self.kin if kin.label == edge.label and kin.via in rows), None)
            rows[edge.label] = in_time(rows[edge.label], late, tied, stream.at("timely"))
        for unique in self.uniques:
            reached = {name for other in (*done, edge) for name in other.columns} | set(self.held)
            if not set(unique) & set(edge.columns) or not set(unique) <= reached:
                continue
            fixed, covered, live = self._combined(unique, done, rows, given, n)
            moving = [name for name in edge.columns if name in unique and name not in covered]
            if not moving:
                continue
            projected, _ = codes([given[f"{edge.label}.{edge.referred[edge.columns.index(name)]}"] for name in moving], [])
            taken = {name for other in done for name in other.columns} | set(self.held)
            shared = [name for name in edge.columns if name not in moving and name in taken]
            kin = next((kin for kin in self.kin if kin.label == edge.label and kin.via in rows), None)
            group = None if kin is None else kin.groups(given, rows[kin.via])[1]
            if shared:
                group, _ = codes([given[f"{edge.label}.{edge.referred[edge.columns.index(name)]}"] for name in shared], [])
            left = separate(fixed, rows[edge.label], projected, group, live, stream, wrong=wrong if covered else None)
            if left and kin is not None:  # better of another tenant than not at all
                left = separate(fixed, rows[edge.label], projected, None, live, stream.at("any"), wrong=wrong if covered else None)
            if left and (left := self._spread(unique, edge, done, rows, given, n, stream.at("spread"))) < n:
                moved = True
            if left:
                why = f"UNIQUE ({', '.join(unique)}) has no combination left for some rows"
                raise CapacityError(self.table, n, n - left, why, table=self.table)
            if late is not None and covered and len(alone) == 1:  # no combination comes twice by that
                separate(fixed, rows[edge.label], projected, group, live, stream.at("timely"), wrong=late, free=False)
        return moved

    def _combined(
        self, unique: tuple[str, ...], edges: Sequence[Edge], rows: Mapping[str, Ints], given: Columns, n: int
    ) -> tuple[Ints, set[str], NDArray[np.bool_]]:  # fmt: skip
        """A number (n,) for what some edges, and what is held, say of the columns that are to be distinct together; of which of them, and
        in which rows all of these edges lead somewhere."""
        fixed, covered, live = np.zeros(n, dtype=np.int64), set[str](), np.ones(n, dtype=bool)
        if mine := [name for name in self.held if name in unique]:
            covered |= set(mine)
            fixed, _ = codes([given[name] for name in mine], [])
        for other in edges:
            mine = [name for name in other.columns if name in unique and name not in covered]
            if mine:
                covered |= set(mine)
                projected, _ = codes([given[f"{other.label}.{other.referred[other.columns.index(name)]}"] for name in mine], [])
                here = rows[other.label] >= 0
                fixed = _pair(fixed, np.where(here, projected[rows[other.label]], 0) if here.any() else np.zeros(n, dtype=np.int64))
                live &= here
        return fixed, covered, live

    def _spread(
        self, unique: tuple[str, ...], edge: Edge, done: Sequence[Edge], rows: dict[str, Ints], given: Columns, n: int, stream: Stream
    ) -> int:  # fmt: skip
        """Give rows whose combination is taken parents by several keys at once: how many find none, `n` if there are no such keys."""
        bound = {diamond.label for diamond in self.diamonds} | {kin.label for kin in self.kin}
        bound |= {self.edges[0].label} if self.grouped else set()
        free = [each for each in (*done, edge) if set(each.columns) & set(unique) and each.label not in bound]
        free = [each for each in free if not (each.single or each.own) and self._apart(each, given)]
        if len(free) < 2:
            return n
        fixed, _, live = self._combined(unique, [each for each in (*done, edge) if each not in free], rows, given, n)
        live = live & np.logical_and.reduce([rows[each.label] >= 0 for each in free])
        sizes = tuple(len(given[f"{each.label}.{each.referred[0]}"]) for each in free)
        where = np.flatnonzero(live)
        chosen = np.ravel_multi_index([rows[each.label][where] for each in free], sizes)
        _, group = np.unique(fixed[where], return_inverse=True)
        made, left = unlike(group.reshape(-1), chosen, prod(sizes), stream)
        for each, parents in zip(free, np.unravel_index(made, sizes), strict=True):
            rows[each.label][where] = parents
        return left

    def _apart(self, edge: Edge, given: Columns) -> bool:
        """Whether a key of one column is chosen here, and nothing else speaks of that column."""
        name = edge.columns[0]
        shared = name in self.held or any(name in other.columns for other in self.edges if other is not edge)
        return len(edge.columns) == 1 and not shared and f"@{edge.label}" not in given

    def _compare(self, edge: Edge, done: Sequence[Edge], rows: dict[str, Ints], given: Columns) -> Wrong | None:
        """Which parents a row may not have by this key, because CHECKs compare them with those it has: two of one table change places."""
        found: list[tuple[Ints, Ints, Operator]] = []
        for a, op, b in self.compared:
            mine, theirs, way = (b, a, op) if b in edge.columns else (a, b, FLIPPED[op])
            other = next((other for other in done if theirs in other.columns), None)
            if other is None or mine not in edge.columns:
                continue
            values = given[f"{other.label}.{other.referred[other.columns.index(theirs)]}"]
            keys = given[f"{edge.label}.{edge.referred[edge.columns.index(mine)]}"]
            up, there = _ranks(values, keys)
            alone = all(set(unique) <= {a, b} for unique in self.uniques if theirs in unique)
            free = alone and not (edge.own or other.own or edge.single or other.single)
            if way != "<>" and free and self._apart(edge, given) and self._apart(other, given) and values.equals(keys):
                live = np.flatnonzero((rows[other.label] >= 0) & (rows[edge.label] >= 0))
                turn = live[_broken(up[rows[other.label][live]], way, there[rows[edge.label][live]])]
                rows[other.label][turn], rows[edge.label][turn] = rows[edge.label][turn], rows[other.label][turn].copy()
            here = np.where(rows[other.label] >= 0, up[rows[other.label]] if len(up) else -1, -1)
            found.append((here, there, way))
        if not found:
            return None

        def wrong(of: Ints, parents: Ints) -> NDArray[np.bool_]:
            broken = [(here[of] >= 0) & (parents >= 0) & _broken(here[of], way, there[parents]) for here, there, way in found]
            return np.asarray(np.logical_or.reduce(broken), dtype=np.bool_)

        return wrong

    def _undo(self, edge: Edge, rows: dict[str, Ints], out: dict[str, pa.Array], keys: list[pa.Array], stream: Stream) -> None:
        """Rows without a parent: NULL in a column that may be NULL, one of its own before one that is shared."""
        lost = rows[edge.label] < 0
        if not lost.any():
            return
        others = {name for other in self.edges if other is not edge for name in other.columns} | set(self.held)
        blank = [name for name in edge.optional if name not in others and not edge.full] or list(edge.optional)
        if not blank:
            raise CapacityError(
                f"{self.table}.{edge.label}", len(lost), int((~lost).sum()), "some rows find no row to reference", table=self.table
            )
        for name in blank:
            out[name] = pc.if_else(pa.array(~lost), out[name], pa.scalar(None, out[name].type))
        for name in edge.columns:  # a value that leads nowhere, where there must be one
            if name not in edge.optional and out[name].null_count:
                out[name] = self._lent(name, out[name], keys[edge.columns.index(name)], stream.at("lent", name))

    def _wholly(self, rows: dict[str, Ints], out: dict[str, pa.Array]) -> None:
        """Rows where one column of a MATCH FULL key became NULL, by another key that shares it: NULL in all of them."""
        full = [edge for edge in self.edges if edge.full and len(edge.columns) > 1 and edge.optional]
        for edge in full * len(full):  # one key may bind the next
            missing = np.logical_or.reduce([~np.asarray(out[name].is_valid()) for name in edge.columns])
            rows[edge.label] = np.where(missing, -1, rows[edge.label])
            for name in edge.columns:
                out[name] = pc.if_else(pa.array(~missing), out[name], pa.scalar(None, out[name].type))

    def _lent(self, name: str, values: pa.Array, keys: pa.Array, stream: Stream) -> pa.Array:
        """The value of some parent where there is none, or one that is made for it."""
        known, n = keys.drop_null(), len(values)
        if len(known):
            others = known.take(pa.array(stream.integers(n, len(known))))
        else:
            spare = next((made for made in self.spare if made.fills == (name,)), None)
            others = some(spare, n, stream.at(0)) if spare is not None else values
        return pc.if_else(values.is_valid(), values, others.cast(values.type))

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        edges = [
            [e.label, list(e.columns), list(e.referred), e.null_share, list(e.optional), e.own, e.single, e.full, e.each]
            for e in self.edges
        ]
        return {
            "table": self.table,
            "edges": edges,
            "uniques": [list(unique) for unique in self.uniques],
            "grouped": self.grouped,
            "rooms": [[list(columns), room] for columns, room in self.rooms],
            "held": list(self.held),
            "diamonds": [list(astuple(diamond)) for diamond in self.diamonds],
            "kin": [[kin.label, kin.via, kin.above, kin.own] for kin in self.kin],
            "matches": [match.state() for match in self.matches],
            "lacks": [lack.state() for lack in self.lacks],
            "late": list(self.late),
            "spare": [pack(made) for made in self.spare],
            "timely": [list(astuple(limit)) for limit in self.timely],
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        edges = tuple(
            Edge(label, tuple(columns), tuple(referred), share, tuple(optional), own, single, *full)
            for label, columns, referred, share, optional, own, single, *full in state["edges"]
        )
        rooms = tuple((tuple(columns), int(room)) for columns, room in state.get("rooms", ()))
        held, spare = tuple(state.get("held", ())), tuple(unpack(made) for made in state.get("spare", ()))
        kin = tuple(Kin(*told) for told in state["kin"])
        further = tuple(Diamond(*told) for told in state["diamonds"]), kin, tuple(Match.restore(told) for told in state["matches"])
        lacks = tuple(Lack.restore(told) for told in state["lacks"])
        return cls(
            state["table"],
            edges,
            tuple(map(tuple, state["uniques"])),
            state["grouped"],
            rooms,
            held,
            *further,
            lacks,
            tuple(state["late"]),
            spare,
            timely=tuple(Timely(*told) for told in state["timely"]),
        )


def assigned(task: Task, evidence: TableEvidence | None) -> tuple[Edge, ...]:
    """The keys of a task as edges, in the order in which they are assigned: the first one groups the rows."""
    edges, held, bound = list[Edge](), frozenset(task.options.get("held", ())), set[str]()

    def optional(name: str) -> bool:
        return task.table.column(name).nullable and name in task.options["may_be_null"]

    for key in task.options["edges"]:
        found = evidence.fan_outs.get(key.label) if evidence is not None else None
        nullable = tuple(name for name in key.columns if optional(name) and name not in held)
        if key.match_full and len(nullable) < len(key.columns):
            nullable = ()  # all of them are NULL or none is
        bare = {name for unique in task.options["uniques"] for name in unique if name in key.columns} - {*nullable, *held}
        if nullable and bare:
            firm = (other for other in task.options["edges"] if other is not key and not any(map(optional, other.columns)))
            if bare <= {name for other in firm for name in other.columns}:
                bound.add(key.label)  # what it shares has its value from a key that always leads somewhere
            else:
                nullable = ()  # a value that leads nowhere would have to be told apart from those that lead somewhere
        share = found.null_share if found is not None and found.rows else 0.1
        single = any(set(unique) <= set(key.columns) for unique in task.options["uniques"])
        edges.append(Edge.of(key, share if nullable else 0.0, nullable, single, key.label in task.options.get("each", ())))
    last = {told[0] for told in (*task.options.get("diamonds", ()), *task.options.get("kin", ()))}
    many = {label: int(found.parents.sum()) for label, found in evidence.fan_outs.items()} if evidence is not None else {}
    small = {label for label, rows in many.items() if SMALLER * rows < max(many.values())}
    # Of a pair that comes only once, the parents that are many are those that can still be exchanged at the end.
    small -= {edge.label for edge in edges if any(set(unique) & set(edge.columns) for unique in task.options["uniques"])}
    order = sorted(
        enumerate(edges),
        key=lambda pair: (
            _in_the_way(pair[1], edges, own=True),
            pair[1].own,
            pair[1].label in last,
            pair[1].label in bound or _in_the_way(pair[1], edges),
            bool(pair[1].optional) or held.isdisjoint(pair[1].columns),  # what is bound already leaves the least choice
            not _once_within(pair[1], edges),
            pair[1].label != task.options.get("leading", pair[1].label),  # along which rows stand in an order
            -len(pair[1].columns),
            pair[1].null_share > 0,
            pair[1].label in small,
            pair[0],
        ),
    )
    return tuple(edge for _, edge in order)


def _mirrored(edge: Edge, other: Edge) -> bool:
    """Whether each row has one parent and one child in its own table, which another key takes back, `(a) -> (b)` and `(b) -> (a)`: where it
    is bound in other columns too, only a row that is its own parent satisfies both."""
    if not (edge.own and other.own and edge.single) or edge.optional:
        return False
    return not set(zip(edge.columns, edge.referred, strict=True)).isdisjoint(zip(other.referred, other.columns, strict=True))


def _once_within(edge: Edge, edges: Sequence[Edge]) -> bool:
    """Whether each parent has one child at most, by a key that shares columns with others: these choose among what it leaves."""
    return edge.single and not edge.optional and any(set(edge.columns) & set(other.columns) for other in edges if other is not edge)


def _in_the_way(edge: Edge, edges: Sequence[Edge], *, own: bool = False) -> bool:
    """Whether an optional key would bind one that must have a parent (`own`: in its own table), and that a third key binds elsewhere: then
    it comes later."""
    if not edge.optional:
        return False
    mine = set(edge.columns)
    for firm in edges:
        if not firm.optional and firm is not edge and mine & set(firm.columns) and (firm.own or not own):
            left = set(firm.columns) - mine
            if any(left & set(third.columns) for third in edges if third is not firm and third is not edge):
                return True
    return False


# -- the arithmetic of choosing parents --------------------------------------------------------------------------------


def codes(left: Sequence[pa.Array], right: Sequence[pa.Array]) -> tuple[Ints, Ints]:
    """Numbers for the distinct combinations of several columns, the same on both sides; a NULL counts as a value."""
    n = len(left[0]) if left else 0
    m = len(right[0]) if right else 0
    total = np.zeros(n + m, dtype=np.int64)
    for i, values in enumerate(left):
        both = pa.concat_arrays([values, right[i].cast(values.type)]) if right else values
        encoded = both.dictionary_encode(null_encoding="encode")
        total = _pair(total, np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64))
    return total[:n], total[n:]


def _ranks(left: pa.Array, right: pa.Array) -> tuple[Ints, Ints]:
    """Numbers for the values of two columns, the same for equal ones and in their order; any number for NULL."""
    both = pa.concat_arrays([left, right.cast(left.type)]).dictionary_encode()
    order = np.asarray(pc.sort_indices(both.dictionary).to_numpy(zero_copy_only=False), dtype=np.int64)
    rank = np.zeros(len(order) + 1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    numbers = rank[np.asarray(pc.fill_null(both.indices.cast(pa.int64()), -1))]
    return numbers[: len(left)], numbers[len(left) :]


def _broken(a: Ints, op: Operator, b: Ints) -> NDArray[np.bool_]:
    """Where a comparison does not hold."""
    holds = {"<>": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[op]
    return ~np.asarray(holds(a, b), dtype=np.bool_)


def _satisfying(values: Ints, op: Operator, ascending: Ints) -> Ints:
    """For each value how many of others it is so compared to."""
    left, right = (np.searchsorted(ascending, values, side=side).astype(np.int64) for side in ("left", "right"))
    n = len(ascending)
    return {"<>": n - (right - left), "<": n - right, "<=": n - left, ">": left, ">=": right}[op]


def _pair(a: Ints, b: Ints) -> Ints:
    """One number per distinct pair."""
    width = int(b.max(initial=0)) + 1
    return np.asarray(np.unique(a * width + b, return_inverse=True)[1].reshape(-1), dtype=np.int64)


def _whole_keys(keys: Sequence[pa.Array]) -> NDArray[np.bool_]:
    """Which parents can be referred to: those whose key has no NULL."""
    return np.asarray(np.logical_and.reduce([np.asarray(values.is_valid()) for values in keys]))


def _partners(edge: Edge, keys: Sequence[pa.Array], other: Edge, given: Columns, names: Sequence[str]) -> Ints:
    """For each parent of `edge` how many different values `names` can have by `other`: those of its own tenant, where they share one."""

    def referred(wanted: Sequence[str]) -> list[pa.Array]:
        return [given[f"{other.label}.{other.referred[other.columns.index(name)]}"] for name in wanted]

    seen, _ = codes(referred(names), [])
    shared = [name for name in edge.columns if name in other.columns]
    if not shared:
        return np.full(len(keys[0]), max(1, len(np.unique(seen))), dtype=np.int64)
    mine, theirs = codes([keys[edge.columns.index(name)] for name in shared], referred(shared))
    group = np.unique(np.stack([theirs, seen], axis=1), axis=0)[:, 0] if len(seen) else np.zeros(0, dtype=np.int64)
    return np.asarray(np.bincount(group, minlength=int(mine.max(initial=0)) + 1)[mine], dtype=np.int64)


def _spares(task: Task, edges: Sequence[Edge]) -> Iterator[Generator]:
    """Plain values for each column that may not be NULL in rows without a parent."""
    names = dict.fromkeys(name for edge in edges if edge.optional for name in edge.columns if name not in edge.optional)
    for name in names:
        asked, _ = part(name, task.table.column(name).type, None, None, task)
        family = best(replace(asked, columns=(replace(asked.column, nullable=False),)), without=("key.", "null", "reference"))
        if family is not None:
            yield family.learn(replace(asked, columns=(replace(asked.column, nullable=False),)), None, Streams(0).at("spare", name))


def _floats(values: pa.Array, n: int) -> Floats:
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64) if len(values) else np.zeros(n)


def _take(values: pa.Array, rows: Ints) -> pa.Array:
    return values.take(pa.array(rows, mask=rows < 0))


def register(registry: Registry) -> None:
    registry.generators.add(References)
