"""Which row gets which value: trees that look at the rest of the row, at its parents and at what hangs on it.

The column's own generator makes the values, so that their distribution, spelling and limits stay what they were; the trees
only deal them out. They are *cross-fitted*: one half of the rows says where a tree splits, the other what its leaves hold.
A leaf holds shares of the codes that k owners have there, and for ordered values cells of k owners, of each its mean and
slope among all ranks; no value and no row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.calendar import about_calendar, dated, read
from mimic.generators.chains import ENOUGH, NEAR, ROUNDS, Before, in_turn, nearer, some_of
from mimic.generators.dealing import akin, even, groups, in_order, kinship, located, raked, repaired, unraked
from mimic.generators.dials import dial_of
from mimic.generators.draws import LARGE
from mimic.generators.familiar import Familiar, Limits, Shared, alone
from mimic.generators.features import Codes, Feature, Scale, arranged, binned, evenly, feature_of, scale_of
from mimic.generators.growing import LEAST, Lost, filled, guide_of, held, judged, renumbered
from mimic.generators.lines import Line, about_sameness, about_siblings, own_column
from mimic.generators.nested import inside, pack, unpack
from mimic.generators.pooling import Learnt, grown_together
from mimic.generators.skill import outcome_of
from mimic.generators.so_far import SoFar, Sums
from mimic.generators.targets import Target, ranks, spread_out
from mimic.generators.trees import Bins, Tree, gains, grow
from mimic.generators.windows import Windows
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import HIDDEN, Column, Float, Integer
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Floats, Ints, Stream

MOST_ROWS = 25_000  # that a tree's structure is grown on
MOST_WEIGHED = 10_000  # that features are weighed on
MOST_FEATURES = 20  # that a tree chooses from
ALIKE = 4  # of those that tell the very same at first sight
WORTH = 10.0  # how far above chance a split must be
PLENTY = 4_096  # values from which free rows take theirs
MOST_TRIED = 20_000  # rows on which it is learned how siblings resemble each other
ASTRAY = 0.018  # of the rows may be NULL beyond what should be, or may lack: a column keeps its share within 0.02
MANY = 4  # categories from which windows may tell something
PASSED = ("features", "categories", "siblings", "keep_literals", "line", "dial")  # options of a column that its distances are told
DISTANCE = Meaning(Kind.OTHER, Sensitivity.NONE, 1.0, "a distance")
OWN = ("drawn_by", "features", "categories", "siblings", "prefer", "line", "so_far")  # options that the generator inside is not told


@dataclass(frozen=True)
class Leaves:
    """Fills the column of its `inner` generator, given columns of the row ("status"), of parents ("customer_id.country") and hidden ones.

    Options: `drawn_by` (kind of the generator that makes the values), `features` (needs that may be asked about), `categories`
    (those of them whose values are told apart by name, the column itself included), `prefer` (those that are asked about even where
    others seem to tell more), `siblings` (need whose equal rows are dealt values evenly), `line` (need whose equal rows are siblings,
    and the columns by which they stand in order: for features about the sibling before a row).
    """

    kind: ClassVar[str] = "tree.leaves"
    version: ClassVar[int] = 1

    inner: Generator
    target: Target
    features: tuple[Feature, ...]
    tables: tuple[NDArray[np.uint8], ...]  # codes of each feature to bins
    trees: tuple[Learnt, ...]
    siblings: str = ""
    guide: Scale | None = None  # the column that ranks follow closely within a leaf
    line: tuple[str, ...] = ()
    familiar: Familiar | None = None  # how siblings' categories resemble each other
    windows: Windows | None = None  # between which numbers each category comes
    alike: tuple[float, float] | None = None  # how codes and places of siblings correlate beyond what leaves say
    so_far: SoFar | None = None  # what siblings have added up to, the own column included
    judged: Floats | None = field(default=None, compare=False, repr=False)  # of the sample's rows (n,), by `skill`: only while learning

    free: bool = False  # rows are others than those learned from: what leaves say counts, not how often values come in all (`freely.py`)

    @property
    def fills(self) -> tuple[str, ...]:
        return self.inner.fills

    @property
    def needs(self) -> tuple[str, ...]:
        alike = self.familiar.beside if self.familiar is not None else ()
        beside = [own_column(need) for need in (*self._asked, *alike) if about_siblings(need)]
        told = [dated(need) if about_calendar(need) else need for need in self._asked if not about_siblings(need)]
        summed = [self.so_far.column] if self.so_far is not None else []
        told += [name for name in beside if name and name not in (*self.fills, *summed)]
        told += self.so_far.needs if self.so_far is not None else ()
        more = [*([self.siblings] if self.siblings else []), *(self.line if beside or summed or self.familiar is not None else [])]
        return tuple(dict.fromkeys([*self.inner.needs, *told, *more]))

    @property
    def _asked(self) -> tuple[str, ...]:
        """What is asked about, the sibling before included."""
        further = [scale.need for scale in (self.guide, self.windows.scale if self.windows else None) if scale is not None]
        return (*(feature.need for feature in self.features), *further)

    @property
    def chained(self) -> bool:
        """Whether a row asks which value its own column has in the siblings before it."""
        return f"<{self.fills[0]}" in self._asked or self.so_far is not None

    @property
    def lined(self) -> bool:
        """Whether a row asks anything about its siblings."""
        return any(map(about_siblings, self._asked))

    @property
    def plain(self) -> Generator:
        """The generator to use: the inner one where the trees found nothing to ask."""
        return self if self.trees else self.inner

    @classmethod
    def suits(cls, task: Task) -> float:
        """It is put around another generator by the planner, never chosen by type."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        from mimic.generators import builtin

        told = {name: value for name, value in task.options.items() if name not in OWN}
        family = builtin().generators.get(str(task.options["drawn_by"]))
        inner = family.learn(
            Task(task.table, task.columns, (), task.meanings, task.unique, told, task.k, task.locale, task.group), evidence, stream
        )
        nothing = cls(inner, Target("presence"), (), (), ())
        name = task.column.name
        if evidence is None or evidence.sampled < 4 * LEAST:
            return nothing
        categories = frozenset(task.options.get("categories", ()))
        asked = [feature_of(evidence, need, task.k, need in categories) for need in task.options.get("features", ())]
        features = [(feature, codes) for feature, codes in asked if feature.width > 1 and codes.min() != codes.max()]
        if not features:
            return nothing
        return cls._grown(inner, features, evidence, task, name in categories, stream)

    @classmethod
    def _grown(
        cls,
        inner: Generator,
        features: Sequence[tuple[Feature, Codes]],
        evidence: TableEvidence,
        task: Task,
        category: bool,
        stream: Stream,
    ) -> Self:
        values, owners = evidence.column(task.column.name), evidence.owners
        n, place = len(values), stream.at("trees")
        noise = place.at("noise").uniform(max(n, 4_096))
        first = max(features, key=lambda asked: asked[0].width)[1]
        target = Target.learn(values, owners, task.k, category, first.astype(np.float64))
        codes, number = target.read(values)
        rank = ranks(codes, number, noise[:n]) if target.scaled else np.full(n, 0.5)
        wanted = spread_out(target, codes, number, noise)
        wanted = wanted[:, np.argsort(-wanted.var(axis=0), kind="stable")]
        nothing = cls(inner, target, (), (), ())
        if not wanted.shape[1]:
            return nothing
        dial = dial_of(task)
        least = max(dial.least, task.k, n // dial.leaves)
        order = place.at("folds").permutation(n)
        halves = np.sort(order[: n // 2]), np.sort(order[n // 2 :])
        few = order[:MOST_WEIGHED]
        gain = gains([bins_of(asked, few, wanted) for asked in features], wanted[few], max(dial.least, least * len(few) // n))
        most = _strongest(gain, [feature.need for feature, _ in features])
        asked = task.options.get("prefer", ())
        strong = [i for i, (feature, _) in enumerate(features) if i in most or feature.need in asked]
        some = order[:MOST_ROWS]
        tables = [arranged(features[i][0], features[i][1][some], wanted[some], apart=not target.scaled) for i in strong]
        bins: Bins = np.stack([table[features[i][1]] for table, i in zip(tables, strong, strict=True)])
        known = [features[i][0] for i in strong]
        lost = Lost.of(bins, [about_siblings(feature.need) and bool(own_column(feature.need)) for feature in known], place.at("lost"))
        grown: list[tuple[Tree, Ints]] = []
        for turn, (rows, others) in enumerate((halves, halves[::-1])):
            some = rows if len(rows) <= MOST_ROWS else np.sort(rows[place.at("some", turn).permutation(len(rows))[:MOST_ROWS]])
            seen, again = lost.with_rows(some)
            tree = grow(seen, wanted[again], least=max(dial.least, int(least * len(some) / len(rows))), worth=WORTH)
            seen, again = lost.with_rows(others)
            grown.append((held(tree, seen, lost.behind(owners, again), task.k), others))
        guide = guide_of(grown, bins, codes, rank, evidence, known, task.k) if target.scaled else None
        led = None if guide is None else guide[1]
        follows = guide is not None and guide[0].need == f"<{task.column.name}"
        made = [filled(tree, lost, rows, codes, rank, led, follows, owners, target, task.k) for tree, rows in grown]
        used = sorted({f for learnt in made for f in learnt.tree.used})
        if not used and guide is None:
            return nothing
        anew = {f: i for i, f in enumerate(used)}
        learnt = tuple(renumbered(one, anew) for one in made)
        siblings = str(task.options.get("siblings", ""))
        asks = tuple(known[f] for f in used), tuple(tables[f] for f in used)
        found = cls(inner, target, *asks, learnt, siblings, guide[0] if guide else None, tuple(task.options.get("line", ())))
        if "so_far" in task.options and ((so_far := SoFar.restore(task.options["so_far"])).floor or so_far.need in found._asked):
            found = replace(found, so_far=so_far)
        found = replace(found, judged=judged(outcome_of(values, codes, target.way), learnt, grown, bins, codes, led))
        leaf = found._unheld(bins[used], halves)
        found = replace(found, alike=found._alike(leaf, codes, rank, led, evidence, noise))
        beside = tuple(feature.need for feature, _ in features if about_sameness(feature.need))
        return found._among(leaf, codes, evidence, known, beside, task.k) if target.way == "codes" else found

    def _unheld(self, bins: Bins, halves: tuple[Ints, Ints]) -> Ints:
        """The leaf of each row of the sample in the tree whose leaves do not hold it, numbered through all trees."""
        other = np.zeros(len(halves[0]) + len(halves[1]), dtype=np.int64)
        other[halves[1]] = 1
        return grown_together(self.trees).leaf(bins if len(bins) else np.zeros((1, len(other)), dtype=np.uint8), other)

    def _alike(
        self, leaf: Ints, codes: Ints, rank: Floats, led: Floats | None, evidence: TableEvidence, noise: Floats
    ) -> tuple[float, float] | None:  # fmt: skip
        """How siblings correlate in what leaves leave open: which code, and which place."""
        if self.siblings not in evidence.hidden:
            return None
        group, shares = groups(evidence.hidden[self.siblings]), self._shares
        edges = np.cumsum(shares, axis=1)
        own = shares[leaf, codes]
        u = edges[leaf, codes] - own + noise[: len(codes)] * own
        place, live = -1.0, np.flatnonzero(codes == 1)
        if self.target.scaled and len(live):
            left = rank[live]
            if led is not None:
                tilt, centre = (np.concatenate([getattr(learnt.cells, name) for learnt in self.trees]) for name in ("tilt", "centre"))
                left = left - tilt[leaf[live]] * np.nan_to_num(led[live] - centre[leaf[live]])
            order = np.lexsort((left, leaf[live]))
            size = np.bincount(leaf[live])
            v = np.empty(len(live))
            v[order] = (np.arange(len(live)) - (np.cumsum(size) - size)[leaf[live][order]] + 0.5) / size[leaf[live][order]]
            place = kinship(v, group[live])
        return kinship(u, group), place

    def _among(
        self, leaf: Ints, codes: Ints, evidence: TableEvidence, known: Sequence[Feature], beside: tuple[str, ...], k: int
    ) -> Self:  # fmt: skip
        """The same with what leaves do not say of categories: which come when, and how siblings resemble each other.

        `leaf` (n,) as of `_unheld`; `beside` the needs that say what a row shares with the sibling before.
        """
        shares, windows = self._shares, None
        if self.target.codes >= MANY + 2:
            plain = [feature.need for feature in known if feature.way == "number" and not _hidden(feature.need)]
            scales = [found for need in plain if (found := scale_of(evidence, need, k)) is not None]
            windows = Windows.learn(scales, codes, shares, leaf, evidence.owners, k)
        familiar = None
        if self.siblings in evidence.hidden and self.so_far is None:
            given = {name: evidence.column(name) for name in (self.siblings, *self.line) if name}
            group = groups(given[self.siblings])
            some = np.argsort(group, kind="stable")
            some = np.sort(some[group[some] >= 0][:MOST_TRIED])
            line = Line.of(self._order, {name: values.take(pa.array(some)) for name, values in given.items()})
            limits = None if windows is None else windows.limits(evidence.column(windows.scale.need).take(pa.array(some)))
            shared = _shared([evidence.column(need).take(pa.array(some)) for need in beside], len(some))
            familiar = Familiar.learn(line, codes[some], shares, leaf[some], evidence.owners.take(some), k, limits, shared, beside)
        return replace(self, windows=windows, familiar=familiar)

    @property
    def _order(self) -> tuple[str, ...]:
        """The line of siblings; they stand as they are made where no other is known."""
        return self.line if self.line else (self.siblings,)

    @cached_property
    def _shares(self) -> Floats:
        """The shares of codes in all leaves, tree after tree."""
        return np.concatenate([learnt.shares for learnt in self.trees]).astype(np.float64)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        name = self.fills[0]
        if self.free and self.trees and span.n and not self.inner.needs:  # enough values to choose any from
            span = Span(span.start, max(span.n, PLENTY), max(span.total, PLENTY))
        values = self.inner.sample(span, stream, {need: given[need] for need in self.inner.needs})[name]
        if not span.n or not self.trees:
            return {name: values}
        made = values.take(pa.array(self.dealt(values, given, inside(stream, "trees"))))
        if self.so_far is not None and self.so_far.floor:
            made = self.so_far.afloat(made, given, Line.of(self.line, given))
        return {name: made}

    def _leaf(self, bins: Bins, place: Stream) -> Ints:
        """The leaf of each row in a tree drawn for it, numbered through all trees."""
        return grown_together(self.trees).leaf(bins, place.at("tree").integers(bins.shape[1], len(self.trees)))

    def alike_in(self, given: Columns, n: int) -> Ints:
        """The leaf (n,) of each row in the first tree; `given` as for `sample`, and the column itself."""
        told = self._answered(given, Line.of(self.line, given) if self.lined else None)
        return grown_together(self.trees).leaf(binned(self.features, self.tables, told, n), np.zeros(n, dtype=np.int64))

    def _answered(self, given: Columns, line: Line | None) -> Columns:
        """The same columns, and what is asked about siblings and calendars."""
        if line is not None:
            there = [need for need in self._asked if about_siblings(need) and (not own_column(need) or own_column(need) in given)]
            given = {**given, **{need: line.read(need, given) for need in there}}
        return {**given, **{need: read(need, given[dated(need)]) for need in self._asked if about_calendar(need) and need not in given}}

    def dealt(self, values: pa.Array, given: Columns, place: Stream, *, exact: bool = False) -> Ints:
        """Which of the `values` each of n rows gets; when `exact`, every value goes to one row. `given`: the features, row by row.

        So it is in small tables. In others a category comes as often as the features ask for: forced to the row, what follows exactly
        from them would not. There are n values, any number where rows are `free`.
        """
        n = len(values) if not self.free else max((len(column) for column in given.values()), default=len(values))
        exact = (exact or n < LARGE) and not self.free
        codes, number = self.target.read(values)
        have = np.bincount(codes, minlength=self.target.codes)
        group = groups(given[self.siblings]) if self.siblings else None
        line = Line.of(self.line, given) if self.so_far is not None or self.lined else None
        given = self._answered(given, line)
        bins, led = binned(self.features, self.tables, given, n), None
        if self.guide is not None and self.guide.need in given:
            led = self.guide.place(given[self.guide.need])
        if line is not None and self.chained:
            before = Before.of(self.features, self.tables, self.guide, f"<{self.fills[0]}", values, codes, number)
            everywhere = np.zeros(n, dtype=np.int64)
            u, v = (self._even(everywhere, group, part, place.at(name)) for part, name in ((0, "code"), (1, "place")))
            turns = line.turns()
            sums = None
            if self.so_far is not None:
                sums = Sums.of(self.so_far, self.features, self.tables, self.guide, given, values, codes, number, n)
            walk = None
            if self.familiar is not None:
                walk = self.familiar.walk(line, len(have), _shared([line.read(need, given) for need in self.familiar.beside], n))
            dealt, at, leaf, shares = in_turn(
                self.trees, turns, line.before, bins, led, before, have, u, v, place, free=self.free, sums=sums, walk=walk
            )
            if exact:
                dealt = repaired(dealt, have, shares, leaf, place.at("repair"))
        else:
            leaf = self._leaf(bins, place)
            dealt = self._codes(leaf, have, group, given, place.at("code"), exact=exact)
            at = self._places(leaf, dealt, led, group, place.at("place")) if self.target.scaled else place.at("mix").uniform(n)
        if not self.free and abs(int((dealt == 0).sum()) - int(have[0])) > ASTRAY * n:
            # Rows that are like none of the source lead trees astray; at least as many are NULL as should be.
            was = dealt
            dealt = repaired(dealt, have, self._shares, leaf, place.at("astray"))
            at = np.where((was != 1) & (dealt == 1), place.at("anywhere").uniform(n), at)
        source = in_order(codes, number)
        if self.free:
            spot = (np.clip(at, 0.0, 1 - 1e-9) * have[dealt]).astype(np.int64)
            return np.asarray(source[(np.cumsum(have) - have)[dealt] + spot], dtype=np.int64)
        order = in_order(dealt, at)
        code, wanted = dealt[order], np.bincount(dealt, minlength=len(have))
        rank = np.arange(n) - (np.cumsum(wanted) - wanted)[code]
        index = np.empty(n, dtype=np.int64)
        index[order] = source[(np.cumsum(have) - have)[code] + (2 * rank + 1) * have[code] // (2 * wanted[code])]
        return index

    def _codes(self, leaf: Ints, counts: Ints, group: Ints | None, given: Columns, stream: Stream, *, exact: bool) -> Ints:
        """A code for every row: by the shares of its leaf, among those that `counts` has; as often as it says when `exact`."""
        if (counts > 0).sum() <= 1:
            return np.full(len(leaf), int(np.argmax(counts)), dtype=np.int64)
        shares, wanted = self._shares, counts.astype(np.float64)
        rows = np.bincount(leaf, minlength=len(shares)).astype(np.float64)
        fitted = unraked(shares, wanted) if self.free else raked(shares, rows, wanted)
        if self.familiar is not None or self.windows is not None:
            line = None if self.familiar is None else Line.of(self._order, given)
            limits = None if self.windows is None else self.windows.limits(given[self.windows.scale.need])
            u = even(leaf, None, stream)
            shared = None
            if self.familiar is not None and line is not None:
                shared = _shared([line.read(need, given) for need in self.familiar.beside], len(leaf))
            if not self.free:
                fitted = self._fitted(fitted, wanted, line, limits, leaf, u, shared)
            codes = self._drawn(line, limits, fitted, leaf, u, shared)
        else:
            edges = np.cumsum(fitted, axis=1)
            u = self._even(leaf, group, 0, stream)
            few = shares.shape[1] <= 8
            codes = np.minimum((u[:, None] >= edges[leaf]).sum(axis=1), shares.shape[1] - 1) if few else located(edges, leaf, u)
        return repaired(codes, counts, fitted, leaf, stream.at("repair")) if exact else codes

    def _even(self, leaf: Ints, group: Ints | None, part: int, stream: Stream) -> Floats:
        """Numbers in [0, 1), evenly spread in a leaf and as alike among siblings as codes (`part` 0) or places (1) are in the source."""
        if group is None or self.alike is None:
            return even(leaf, group, stream)
        return akin(leaf, group, self.alike[part], stream)

    def _fitted(
        self,
        shares: Floats,
        wanted: Floats,
        line: Line | None,
        limits: Limits | None,
        leaf: Ints,
        u: Floats,
        shared: Shared | None,
    ) -> Floats:
        """Shares with which codes come about as often as `wanted` (codes,) says: some lines are drawn until they do."""
        if len(leaf) > ENOUGH:
            rows = np.arange(0, len(leaf), -(-len(leaf) // ENOUGH))
            if line is not None:
                rows = np.sort(np.concatenate(some_of(line.turns(), line.before, len(leaf))))
                line = line.only(rows)
            leaf, u = leaf[rows], u[rows]
            limits = None if limits is None else (limits[0], limits[1][rows])
            shared = None if shared is None else shared[:, rows]
            wanted = wanted * (len(rows) / wanted.sum())
        for _ in range(ROUNDS):
            got = np.bincount(self._drawn(line, limits, shares, leaf, u, shared), minlength=len(wanted))
            if np.abs(got - wanted).max() <= NEAR * len(leaf):
                break
            shares = nearer(shares, wanted, got, np.clip((wanted + 1.0) / (got + 1.0), 0.2, 5.0))
        return shares

    def _drawn(
        self, line: Line | None, limits: Limits | None, shares: Floats, leaf: Ints, u: Floats, shared: Shared | None
    ) -> Ints:  # fmt: skip
        if line is None or self.familiar is None:
            return alone(shares, leaf, u, limits)
        return self.familiar.draw(line, shares, leaf, u, limits, shared)

    def _places(self, leaf: Ints, codes: Ints, led: Floats | None, group: Ints | None, stream: Stream) -> Floats:
        """Where each row of code 1 stands among all of them."""
        out = np.zeros(len(leaf))
        live = np.flatnonzero(codes == 1)
        u = self._even(leaf[live], None if group is None else group[live], 1, stream)
        offset = 0
        for learnt in self.trees:
            mine = np.flatnonzero((leaf[live] >= offset) & (leaf[live] < offset + len(learnt.shares)))
            if learnt.cells is not None:
                rows = live[mine]
                out[rows] = learnt.cells.draw(leaf[rows] - offset, u[mine], None if led is None else led[rows])
            offset += len(learnt.shares)
        return out

    def capacity(self) -> int | None:
        return self.inner.capacity()

    def literals(self) -> Iterable[Literal]:
        return self.inner.literals()

    def state(self) -> State:
        return {
            "inner": pack(self.inner),
            "target": self.target.state(),
            "features": [feature.state() for feature in self.features],
            "tables": list(self.tables),
            "trees": [learnt.state() for learnt in self.trees],
            "siblings": self.siblings,
            "line": list(self.line),
            "familiar": self.familiar.state() if self.familiar is not None else None,
            "windows": self.windows.state() if self.windows is not None else None,
            "alike": list(self.alike) if self.alike is not None else None,
            "guide": [self.guide.need, self.guide.knots] if self.guide is not None else None,
            "so_far": self.so_far.state() if self.so_far is not None else None,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(
            unpack(state["inner"]),
            Target.restore(state["target"]),
            tuple(Feature.restore(feature) for feature in state["features"]),
            tuple(state["tables"]),
            tuple(Learnt.restore(learnt) for learnt in state["trees"]),
            state["siblings"],
            Scale(*state["guide"]) if state["guide"] is not None else None,
            tuple(state["line"]),
            Familiar.restore(state["familiar"]) if state["familiar"] is not None else None,
            Windows.restore(state["windows"]) if state["windows"] is not None else None,
            (state["alike"][0], state["alike"][1]) if state["alike"] is not None else None,
            SoFar.restore(state["so_far"]) if state["so_far"] is not None else None,
        )


def distance(task: Task, values: pa.Array | None, evidence: TableEvidence | None, stream: Stream, prefer: Sequence[str] = ()) -> Generator:
    """What deals out numbers that stand for a column's own: distances, steps. What is said of the column holds for them, too.

    `values` (n,) of the sample's rows, int64 or float64, NULL where there is none; none are made NULL. `prefer` as in `Leaves`.
    """
    name = task.column.name
    asked: dict[str, Any] = {each: task.options[each] for each in PASSED if each in task.options}
    asked["features"] = [need for need in asked.get("features", ()) if need != f"<{name}"]
    asked |= {"null_share": 0.0, "drawn_by": "numeric.quantiles", "prefer": prefer}
    found = None
    if values is not None and evidence is not None:
        found = replace(evidence, hidden={**evidence.hidden, name: values}, memo=dict(evidence.memo))
    column = Column(name, Float() if values is not None and pa.types.is_floating(values.type) else Integer())
    return plain(Leaves.learn(replace(task, columns=(column,), meanings=(DISTANCE,), options=asked), found, stream))


def plain(made: Generator) -> Generator:
    """Leaves that found nothing to ask about are what they would deal out."""
    return made.plain if isinstance(made, Leaves) else made


def _strongest(gain: Floats, needs: Sequence[str]) -> set[int]:
    """The features that tell most at first sight. Of those that say the very same few are taken, those of the row itself first: all that
    stands in a parent says which rows have none."""
    far = [(0 if "." not in need else 1) + 2 * _hidden(need) for need in needs]
    order = sorted(range(len(needs)), key=lambda i: (-gain[i], far[i], i))
    most, rest, alike = list[int](), list[int](), dict[float, int]()
    for i in order:
        alike[gain[i]] = alike.get(gain[i], 0) + 1
        (most if alike[gain[i]] <= ALIKE else rest).append(i)
    return set((most + rest)[:MOST_FEATURES])


def bins_of(asked: tuple[Feature, Codes], rows: Ints, wanted: Floats) -> NDArray[np.uint8]:
    """Bins of some rows that will do to weigh a feature."""
    feature, codes = asked[0], asked[1][rows]
    return (evenly(codes, feature.width) if feature.way == "number" else arranged(feature, codes, wanted[rows]))[codes]


def _shared(alike: Sequence[pa.Array], n: int) -> Shared:
    """1 where a row has what the sibling before has, -1 where not, 0 for the first of a line (columns, n)."""
    out = np.zeros((len(alike), n))
    for i, values in enumerate(alike):
        out[i] = np.asarray(pc.fill_null(pc.subtract(pc.multiply(values.cast(pa.float64()), 2.0), 1.0), 0.0))
    return out


def _hidden(need: str) -> bool:
    """Whether a need is no column of a row or of a parent."""
    return (
        about_siblings(need)
        or about_calendar(need)
        or need.rsplit(".", 1)[-1].startswith(HIDDEN)
        or any(f".{mark}" in need for mark in HIDDEN)
    )


def register(registry: Registry) -> None:
    registry.generators.add(Leaves)


__all__ = ["OWN", "Leaves", "distance", "plain"]
