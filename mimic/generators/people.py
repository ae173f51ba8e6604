"""Persons whose name, user name, e-mail address and gender agree within a row.

Who a row is, is told by its number alone: the rows of a table are dealt out over pairs of first and last name, in proportion
to the lengths and forms that the source's names have, and a pair that comes again is counted. Columns of one person may be
filled by several generators (a unique e-mail address by one, the names by another): they learn from the same rows, read the
same stream of the table, and so deal alike. Name, user name and address with a pair's count are unique by construction.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import ClassVar, Self, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.cells import sketch
from mimic.generators.draws import Guide, systematic, without
from mimic.generators.forms import Form, Sampled, form_or_lent, grouped, learn_form, look
from mimic.generators.matched import Allowed, Matched, before_count, packed, unpacked, withheld
from mimic.generators.pools import Spelling, ascii_letters, draws_of, names_of, provider, unique
from mimic.generators.text import text_like, width
from mimic.generators.things import HANDLES, RESERVED, reserved
from mimic.profile import Owners, TableEvidence
from mimic.schema import Column, bare
from mimic.semantics import Kind
from mimic.streams import Floats, Ints, Permutation, Stream, Streams

PARTS = frozenset({Kind.FIRST_NAME, Kind.LAST_NAME, Kind.PERSON_NAME, Kind.USERNAME, Kind.EMAIL, Kind.GENDER})
_INVENTED = 2_000  # names of a language's sound beside those of its public list
_REACH = 24  # lengths that stand for all domains
_USUAL = 7_500  # names of a pool that are "First Last" and the like; behind them stand the unusual ones
_SCALE = 1 << 38  # shares as whole numbers, so that pairs are counted exactly

# How a user name or the local part of an address is put together; `{f}` first name, `{l}` last name, `{i}` and `{j}` their first
# letters, all in a-z. `number` marks those that end in digits.
TEMPLATES = ("{f}.{l}", "{f}_{l}", "{f}-{l}", "{f}{l}", "{i}{l}", "{i}.{l}", "{l}.{f}", "{l}{f}", "{l}{i}", "{f}{j}", "{l}", "{f}")
_OTHERWISE = ("{f}{l}", "{i}{l}", "{f}.{l}", "{f}_{l}", "{f}{j}", "{f}", "{l}")
ORDERS = ("{F} {L}", "{L}, {F}", "{L} {F}", "{F}", "{L}")
NARROW = 16  # characters: an address at a domain reserved for examples needs as many
SHORT = ("a.test", "b.test", "c.test")  # reserved too
_POOLS = {Kind.PERSON_NAME: "name", Kind.USERNAME: "handle", Kind.EMAIL: "local"}
_MALE = frozenset(
    [
        "m",
        "male",
        "man",
        "masculine",
        "mr",
        "mr.",
        "herr",
        "h",
        "homme",
        "monsieur",
        "m.",
        "masculino",
        "hombre",
        "sr",
        "sr.",
        "uomo",
        "maschio",
        "signor",
        "man",
        "heer",
        "dhr",
        "dhr.",
        "1",
    ]
)
_FEMALE = frozenset(
    [
        "f",
        "female",
        "woman",
        "feminine",
        "ms",
        "mrs",
        "miss",
        "ms.",
        "mrs.",
        "frau",
        "w",
        "weiblich",
        "femme",
        "madame",
        "mme",
        "femenino",
        "mujer",
        "sra",
        "sra.",
        "donna",
        "femmina",
        "vrouw",
        "mevr",
        "2",
    ]
)


@lru_cache(maxsize=32)
def first_names(locale: str) -> tuple[tuple[str, ...], np.ndarray]:
    """First names of the public list and invented ones, with their genders: 0 male, 1 female, 2 either."""
    person = provider(locale, "person")
    male = dict.fromkeys(text for text in getattr(person, "first_names_male", ()) if isinstance(text, str))
    female = dict.fromkeys(text for text in getattr(person, "first_names_female", ()) if isinstance(text, str))
    if len(male) < 20 or len(female) < 20:
        known = names_of(locale)[0]
        made = _invented(known, locale, "first", _INVENTED)
        return unique((*known, *made)), np.full(len(unique((*known, *made))), 2)
    out: dict[str, int] = {}
    for names, gender in ((male, 0), (female, 1)):
        for name in (*names, *_invented(tuple(names), locale, f"first {gender}", _INVENTED // 2)):
            out[name] = 2 if out.get(name, gender) != gender else gender
    return tuple(out), np.array(list(out.values()), dtype=np.int64)


@lru_cache(maxsize=32)
def last_names(locale: str) -> tuple[str, ...]:
    known = names_of(locale)[1]
    return unique((*known, *_invented(known, locale, "last", _INVENTED)))


def _invented(known: tuple[str, ...], locale: str, what: str, most: int) -> tuple[str, ...]:
    """Names that sound like the known ones; none for scripts whose letters have no case."""
    plain = [name for name in known if name.isalpha() and name.istitle()]
    if len(plain) < 20:
        return ()
    spelling = Spelling(name.lower() for name in plain)
    draws = draws_of("invented", locale, what)
    lengths = [len(name) for name in plain]
    out = (spelling.word(lengths[next(draws) % len(lengths)], draws).capitalize() for _ in range(most))
    return unique(
        name
        for name in out
        if re.search("[aeiouyåäöüéáíóúæø]", name.lower()) and not re.search(r"(.)\1\1|[^aeiouyåäöüéáíóúæø]{4}", name.lower())
    )


@lru_cache(maxsize=32)
def _pairs(locale: str, what: str) -> tuple[tuple[str, ...], Ints, Ints]:
    """Names or handles with the first and last name behind each: entries (e,), numbers of their first and last names."""
    firsts, lasts = first_names(locale)[0], last_names(locale)
    draws = draws_of("pairs", locale, what)
    entries: dict[str, tuple[int, int]] = {}
    if what == "handle":
        for text in HANDLES(locale):
            entries.setdefault(text, (next(draws) % len(firsts), next(draws) % len(lasts)))
    elif what == "local":  # what may stand before the @
        for text in HANDLES(locale):
            if re.fullmatch(r"[a-z0-9._-]+", text):
                entries.setdefault(text, (next(draws) % len(firsts), next(draws) % len(lasts)))
    for _ in range(12_000 if what == "name" else 3_000):
        f, last = next(draws) % len(firsts), next(draws) % len(lasts)
        first_text, last_text = firsts[f], lasts[last]
        if what == "name" and len(entries) >= _USUAL:
            text = _unusual(first_text, last_text, firsts[next(draws) % len(firsts)], next(draws))
        elif what != "name":
            text = _filled(TEMPLATES[next(draws) % len(TEMPLATES)], ascii_letters(first_text), ascii_letters(last_text))
        else:
            turn = next(draws) % 12
            text = (
                f"{first_text} {last_text}"
                if turn < 8
                else f"{last_text}, {first_text}"
                if turn < 10
                else f"{first_text} {lasts[next(draws) % len(lasts)]}-{last_text}"
            )
            if turn == 8:
                text = f"{first_text} {chr(65 + next(draws) % 26)}. {last_text}"
        entries.setdefault(text, (f, last))
    found = np.array(list(entries.values()), dtype=np.int64)
    return tuple(entries), found[:, 0], found[:, 1]


def _unusual(first: str, last: str, other: str, turn: int) -> str:
    """Names that are written otherwise than "First Last"; drawn where the source's have their form."""
    return (
        last,
        first,
        last,
        f"{first[:1]}. {last}",
        f"{first[:1]}. {other[:1]}. {last}",
        f"{first} {other} {last}",
        f"{first[:1]}.{other[:1]}. {last}",
        f"{last} {first[:1]}.",
    )[turn % 8]


def _filled(template: str, first: str, last: str) -> str:
    return template.format(f=first, l=last, i=first[:1], j=last[:1])


@dataclass(frozen=True)
class Deal:
    """First and last name (numbers of texts), the entry they were dealt by, and how often that pair came before; all (n,)."""

    first: Ints
    last: Ints
    entry: Ints
    again: Ints


@dataclass(frozen=True)
class Local:
    """How user names or local parts of addresses are written: templates with shares, how many end in digits, their case."""

    templates: tuple[str, ...] = ("{f}.{l}",)
    shares: tuple[float, ...] = (1.0,)
    digits: float = 0.0
    upper: bool = False
    own: bool = False  # it is the anchor's text itself
    tail: int = 2  # how many digits, on average

    def state(self) -> State:
        return {"templates": list(self.templates), "shares": list(self.shares), "digits": self.digits, "upper": self.upper, "own": self.own,
                "tail": self.tail}  # fmt: skip

    @classmethod
    def restore(cls, state: State) -> Local:
        return cls(tuple(state["templates"]), tuple(state["shares"]), state["digits"], state["upper"], state["own"], state["tail"])


@dataclass(frozen=True)
class Person:
    """Fills the columns of a person, or some of them; `group` are all that it has."""

    kind: ClassVar[str] = "semantic.person"
    version: ClassVar[int] = 1

    fills: tuple[str, ...]
    needs: tuple[str, ...]
    group: tuple[str, ...]  # columns of the person, in table order
    kinds: tuple[Kind, ...]  # one per column of the group
    widths: tuple[int | None, ...]
    forms: tuple[Form, ...]  # one per column of the group; of addresses, of their local parts
    allowed_first: Allowed | None
    allowed_last: Allowed | None
    allowed_anchor: Allowed | None = None
    locals: Mapping[str, Local] = field(default_factory=dict)  # of user names and addresses, by column
    domains: Mapping[str, tuple[tuple[str, float, int], ...]] = field(default_factory=dict)  # by column: domain, share, owners
    orders: Mapping[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)  # of full names, by column
    genders: Mapping[str, tuple[tuple[str, float, int], ...]] = field(default_factory=dict)  # by column: value, share, owners
    reach: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # by column: lengths of domains that few share, ascending
    empty: tuple[tuple[str, float], ...] = ()  # patterns of NULLs over `fills` ("01": the second is NULL), with shares
    locale: str = "en_US"
    unique: bool = False
    public: bool = False  # where there is nothing to be like: first and last names of the public lists alone decide who a row is

    # -- learning ----------------------------------------------------------------------------------------------------

    @classmethod
    def suits(cls, task: Task) -> float:
        if not task.meanings or not all(text_like(column.type) for column in task.columns):
            return 0.0
        kinds = {meaning.kind for meaning in task.meanings}
        if not kinds <= PARTS or kinds <= {Kind.GENDER}:
            return 0.0
        if any(_narrow(column, meaning.kind, task.unique) for column, meaning in zip(task.columns, task.meanings, strict=True)):
            return 0.0
        return 0.9

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        meant = {column.name: meaning.kind for column, meaning in zip(task.columns, task.meanings, strict=True)}
        names = [column.name for column in task.table.columns if column.name in {*task.fills, *task.group}]
        kinds = {name: meant.get(name) or _kind_by_name(name) for name in names}
        group = tuple(name for name in names if kinds[name] in PARTS and text_like(task.table.column(name).type))
        present = evidence if evidence is not None and evidence.sampled else None
        public = present is None and "alike" not in task.options
        texts = {name: present.column(name) for name in group} if present is not None else {}
        keep = task.options.get("keep_literals") is not False
        forms: list[Form] = []
        locals_: dict[str, Local] = {}
        domains: dict[str, tuple[tuple[str, float, int], ...]] = {}
        reach: dict[str, tuple[int, ...]] = {}
        orders: dict[str, tuple[tuple[str, float], ...]] = {}
        genders: dict[str, tuple[tuple[str, float, int], ...]] = {}
        allowed: dict[Kind, Allowed | None] = {}
        for name in group:
            kind = kinds[name]
            values = texts.get(name)
            if present is None or values is None or values.null_count == len(values):
                forms.append(Form())
                if kind in (Kind.USERNAME, Kind.EMAIL):
                    locals_[name] = Local() if kind is Kind.EMAIL else Local(("{i}{l}",))
                continue
            whole = values
            if kind is Kind.EMAIL:
                values, domains[name], reach[name] = _domains(values, present.owners, task.k)
                if not keep:
                    domains[name] = ()
                other = (task.options.get("alike") or {}).get(name)
                if not reach[name] and not domains[name] and other is not None:
                    reach[name] = _domains(other[0].column(other[1]), other[0].owners, task.k)[2]
            sampled = look(values, present.owners)
            forms.append(form_or_lent(task, name, sampled) if kind is not Kind.EMAIL else learn_form(sampled, task.k))
            if kind in (Kind.USERNAME, Kind.EMAIL):
                locals_[name] = _local(values, whole, texts, {n: k for n, k in kinds.items() if k is not None}, present.owners, task.k)
            elif kind is Kind.PERSON_NAME:
                orders[name] = _orders(values, texts, {n: k for n, k in kinds.items() if k is not None}, present.owners, task.k)
            elif kind is Kind.GENDER and keep:
                genders[name] = kept_values(values, present.owners, task.k)
            elif kind in (Kind.FIRST_NAME, Kind.LAST_NAME):
                pool = first_names(task.locale)[0] if kind is Kind.FIRST_NAME else last_names(task.locale)
                # The stream of the table, not of the task: a twin that fills another column withholds the same names.
                lot = withheld(pool, sampled, task.k, stream.whole.at("names", name))
                before = allowed.get(kind)
                allowed[kind] = lot if before is None else before & lot
            if kind in (Kind.PERSON_NAME, Kind.USERNAME) and kind not in allowed:
                allowed[kind] = withheld(_pairs(task.locale, _POOLS[kind])[0], sampled, task.k, stream.whole.at("names", name))
        if public:
            firsts, lasts = (set(names) for names in names_of(task.locale))
            allowed[Kind.FIRST_NAME] = np.array([name in firsts for name in first_names(task.locale)[0]])
            allowed[Kind.LAST_NAME] = np.array([name in lasts for name in last_names(task.locale)])
        kinds_ = tuple(cast("Kind", kinds[name]) for name in group)
        columns = [task.table.column(name) for name in task.fills]
        empty = emptiness([None if column.nullable is False else texts.get(column.name) for column in columns], present, task.k)
        return cls(
            task.fills,
            task.needs,
            group,
            kinds_,
            tuple(width(task.table.column(name).type) for name in group),
            tuple(forms),
            allowed.get(Kind.FIRST_NAME),
            allowed.get(Kind.LAST_NAME),
            _anchored(kinds_, allowed),
            locals_,
            domains,
            orders,
            genders,
            reach,
            empty,
            task.locale,
            task.unique,
            public,
        )

    # -- dealing -----------------------------------------------------------------------------------------------------

    def _column(self, kind: Kind) -> int | None:
        return next((i for i, here in enumerate(self.kinds) if here is kind), None)

    @cached_property
    def _first(self) -> Matched:
        at = self._column(Kind.FIRST_NAME)
        form, most = (self.forms[at], self.widths[at]) if at is not None else (Form(), None)
        return Matched(first_names(self.locale)[0], form, most, self.allowed_first, self.locale)

    @cached_property
    def _last(self) -> Matched:
        at = self._column(Kind.LAST_NAME)
        form, most = (self.forms[at], self.widths[at]) if at is not None else (Form(), None)
        return Matched(last_names(self.locale), form, most, self.allowed_last, self.locale)

    @cached_property
    def _anchor(self) -> tuple[int, Matched] | None:
        """The column whose texts decide the pair where there is no column of first and last names: its place, and its pool."""
        if self.public or self._column(Kind.FIRST_NAME) is not None or self._column(Kind.LAST_NAME) is not None:
            return None
        for kind in (Kind.PERSON_NAME, Kind.USERNAME, Kind.EMAIL):
            at = self._column(kind)
            if at is not None:
                most = self._room(at)
                if most is not None and self.unique:
                    most = max(most - 5, 1)  # for a count
                entries = _pairs(self.locale, _POOLS[kind])[0]
                plain = _USUAL if kind is Kind.PERSON_NAME else None
                glue = ", " if kind is Kind.PERSON_NAME else "."
                return at, Matched(entries, self.forms[at], most, self.allowed_anchor, self.locale, glue, plain=plain)
        return None

    @property
    def _told_by_anchor(self) -> bool:
        """Whether the names of the anchor should be used up before one comes again: user names and addresses are mostly unique."""
        return self._anchor is not None and self.kinds[self._anchor[0]] is not Kind.PERSON_NAME

    def _deal(self, span: Span, stream: Stream) -> Deal:
        """Who the rows of a span are. `stream` is the table's, not the column's."""
        rows = np.arange(span.start, span.start + span.n, dtype=np.int64)
        rank = Permutation.of(max(span.total, 1), stream.at("person"))(rows)
        if self._anchor is not None:
            _, matched = self._anchor
            kept, _, _ = matched.distinct
            number, again = matched.numbered(rank, span.total, unique=self._told_by_anchor) if len(kept) else (rank * 0, rank)
            _, first, last = _pairs(self.locale, _POOLS[self.kinds[self._anchor[0]]])
            source = matched.sources[number]
            made = source < 0  # a text that its form alone made: any pair will do
            other = number % len(first)
            return Deal(np.where(made, first[other], first[source]), np.where(made, last[other], last[source]), number, again)
        heads, tails = self._shares
        ends = (heads * span.total) // _SCALE
        f = np.minimum(np.searchsorted(ends, rank, side="right"), len(heads) - 1)
        begin = np.concatenate([[0], ends])[f]
        size = ends[f] - begin
        turn = rank - begin
        offset = self._offsets(len(heads), stream)[f]
        x = (turn * _SCALE + offset) // np.maximum(size, 1)
        last = np.minimum(np.searchsorted(tails, x, side="right"), len(tails) - 1)
        floor = np.concatenate([[0], tails])[last]
        before = np.maximum(-((offset - floor * size) // _SCALE), 0)  # turns of the same first name that met a smaller last name
        return Deal(self._order_first[f], self._order_last[last], f, np.maximum(turn - before, 0))

    @cached_property
    def _order_first(self) -> Ints:
        """Numbers of first names in the order in which ranks are dealt over them: by gender, then mixed."""
        return Streams(0).at("first names").permutation(len(self._first.texts))

    @cached_property
    def _order_last(self) -> Ints:
        return Streams(0).at("last names").permutation(len(self._last.texts))

    @cached_property
    def _shares(self) -> tuple[Ints, Ints]:
        """Cumulated shares of first and of last names, as whole numbers up to _SCALE."""
        out = []
        first = _merged(self._first.texts, self._weighted_by_gender)
        last = _merged(self._last.texts, self._last.weights)
        for weights in (first[self._order_first], last[self._order_last]):
            ends = np.floor(np.cumsum(weights / weights.sum()) * _SCALE).astype(np.int64)
            ends[-1] = _SCALE
            out.append(ends)
        return out[0], out[1]

    def _offsets(self, n: int, stream: Stream) -> Ints:
        return (stream.at("offset").words(n) >> np.uint64(26)).astype(np.int64)

    @cached_property
    def _gender_of_first(self) -> Ints:
        """0 male, 1 female, 2 either; of every text of `_first`."""
        genders = first_names(self.locale)[1]
        source = self._first.sources
        return np.where(source >= 0, genders[np.maximum(source, 0)], 2)

    @cached_property
    def _weighted_by_gender(self) -> Floats:
        """Weights of first names so that the genders have the shares that the gender column learned."""
        weights = self._first.weights.copy()
        for values in self.genders.values():
            shares = [sum(share for value, share, _ in values if _gender(value) == gender) for gender in (0, 1)]
            if min(shares) >= 0 and sum(shares) > 0:
                for gender in (0, 1):
                    inside = self._gender_of_first == gender
                    if weights[inside].sum() > 0:
                        weights[inside] *= max(shares[gender], 1e-6) / sum(shares) / weights[inside].sum()
                weights[self._gender_of_first == 2] *= 1e-3
                break
        return weights

    # -- sampling ----------------------------------------------------------------------------------------------------

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        deal = self._deal(span, stream.whole.whole)
        out = {}
        for name in self.fills:
            out[name] = self._text(self.group.index(name), deal, span, stream)
        return emptied(out, self.fills, self.empty, span.n, stream)

    def _text(self, at: int, deal: Deal, span: Span, stream: Stream) -> pa.Array:
        kind, name, most = self.kinds[at], self.group[at], self.widths[at]
        own = stream.whole.whole.at("column", name, span.chunk)  # what one column adds is the same whoever fills it
        if kind is Kind.FIRST_NAME:
            if at == self._column(kind):
                return (
                    self._first.texts.take(pa.array(deal.first))
                    if self._anchor is None
                    else _cut(self._raw_first.take(pa.array(deal.first)), most)
                )
            other = Matched(first_names(self.locale)[0], self.forms[at], most, self.allowed_first, self.locale)
            return other.texts.take(pa.array(other.draw(systematic(own.at("cell"), span.n), own.at("entry").uniform(span.n))))
        if kind is Kind.LAST_NAME:
            if at == self._column(kind):
                return self._last.texts.take(pa.array(deal.last))
            other = Matched(last_names(self.locale), self.forms[at], most, self.allowed_last, self.locale)
            return other.texts.take(pa.array(other.draw(systematic(own.at("cell"), span.n), own.at("entry").uniform(span.n))))
        if kind is Kind.GENDER:
            return self._gendered(name, deal, span, own)
        if kind is Kind.PERSON_NAME:
            return _cut(self._full(at, deal, span, own), most)
        local = self._handle(at, deal, span, own, self._room(at))
        return local if kind is Kind.USERNAME else self._at_domain(name, local, span, own)

    def _room(self, at: int) -> int | None:
        """Characters for a name, a user name, or what stands before the @."""
        most = self.widths[at]
        if most is None or self.kinds[at] is not Kind.EMAIL:
            return most
        return max(most - 1 - max(len(name) for name, _ in self._domains_of(at)), 1)

    def _domains_of(self, at: int) -> list[tuple[str, float]]:
        """Domains that k owners share, and some that are reserved for examples, as long as the others are, with their shares."""
        most = self.widths[at]
        if most is not None and most < NARROW:
            short = SHORT if most > len(SHORT[0]) + 1 else ("x",)
            return [(domain, 1.0 / len(short)) for domain in short]
        kept = [(domain, share) for domain, share, _ in self.domains.get(self.group[at], ()) if most is None or len(domain) <= most // 2]
        rest = max(1.0 - sum(share for _, share in kept), 0.0)
        lengths = [length for length in self.reach.get(self.group[at], ()) if most is None or length <= max(most // 2, len(RESERVED[0]))]
        if not lengths:
            return [*kept, *((domain, rest / len(RESERVED)) for domain in RESERVED)]
        out: dict[str, float] = {}
        for length in lengths:
            fitting = reserved(self.locale, length)
            for domain in fitting:
                out[domain] = out.get(domain, 0.0) + rest / len(lengths) / len(fitting)
        return [*kept, *out.items()]

    @cached_property
    def _raw_first(self) -> pa.Array:
        return pa.array(first_names(self.locale)[0], pa.string()) if self._anchor is not None else self._first.texts

    @cached_property
    def _raw_last(self) -> pa.Array:
        return pa.array(last_names(self.locale), pa.string()) if self._anchor is not None else self._last.texts

    @cached_property
    def _plain(self) -> tuple[pa.Array, pa.Array]:
        """First and last names in a-z, by number of text; no two names of one kind are written alike."""
        return _told_apart(self._raw_first), _told_apart(self._raw_last)

    def _full(self, at: int, deal: Deal, span: Span, own: Stream) -> pa.Array:
        if self._anchor is not None and self._anchor[0] == at:
            texts = self._anchor[1].texts.take(pa.array(deal.entry))
            return _again(texts, deal.again, before_count(texts, (" ", "  "))) if self.unique and self.group[at] in self.fills else texts
        orders = self.orders.get(self.group[at]) or (("{F} {L}", 1.0),)
        first, last = self._raw_first.take(pa.array(deal.first)), self._raw_last.take(pa.array(deal.last))
        which = Guide.of(np.array([share for _, share in orders]))(systematic(own.at("order"), span.n))
        made = [_joined(order, first, last) for order, _ in orders]
        texts = made[0] if len(made) == 1 else pc.choose(pa.array(which.astype(np.int64)), *made)
        return _again(texts, deal.again, " ") if self.unique and self.group[at] in self.fills else texts

    def _handle(self, at: int, deal: Deal, span: Span, own: Stream, most: int | None) -> pa.Array:
        """User names and local parts; unique where the column is."""
        name = self.group[at]
        local = self.locals.get(name, Local())
        unique_here = self.unique and name in self.fills
        if self._anchor is not None and (self._anchor[0] == at or (local.own and self.kinds[self._anchor[0]] is not Kind.PERSON_NAME)):
            texts = self._anchor[1].texts.take(pa.array(deal.entry))
            # An address that repeats a user name repeats its count as well, whoever fills the name.
            return _again(texts, deal.again, self._before_count) if unique_here or self._anchor[0] != at else texts
        first, last = (plain.take(pa.array(index)) for plain, index in zip(self._plain, (deal.first, deal.last), strict=True))
        if unique_here:
            template = max(zip(local.shares, local.templates, strict=True))[1]
            template = (
                template
                if template in ("{f}.{l}", "{f}_{l}", "{f}-{l}", "{l}.{f}")
                else "{f}.{l}"
                if self.kinds[at] is Kind.EMAIL
                else "{f}_{l}"
            )
            texts = _template(template, first, last)
            if most is not None:
                return self._squeezed(texts, deal, span, most, local.upper)
            texts = _again(texts, deal.again, "")
        else:
            which = Guide.of(np.array(local.shares))(systematic(own.at("template"), span.n))
            made = [_template(template, first, last) for template in local.templates]
            texts = made[0] if len(made) == 1 else pc.choose(pa.array(which.astype(np.int64)), *made)
            if local.digits > 0:
                least = 10 ** (local.tail - 1) if local.tail > 2 else 0
                numbers = pc.cast(pa.array(least + own.at("digits").integers(span.n, 10**local.tail - least)), pa.string())
                with_digits = own.at("whether").uniform(span.n) < local.digits
                texts = pc.if_else(pa.array(with_digits), pc.binary_join_element_wise(texts, numbers, ""), texts)
            texts = _cut(texts, most)
        return pc.utf8_upper(texts) if local.upper else texts

    @cached_property
    def _before_count(self) -> str:
        """What stands before the count of a text that comes again: nothing in the pool ends like that."""
        return before_count(self._anchor[1].texts, ("_", ".", "-", "__", ".-")) if self._anchor is not None else "_"

    def _squeezed(self, texts: pa.Array, deal: Deal, span: Span, most: int, upper: bool) -> pa.Array:
        """Unique texts of at most `most` characters: those that are too long end in the row's own number instead."""
        counted = _again(texts, deal.again, "")
        longest = pc.max(pc.utf8_length(counted)).as_py() or 0
        if longest > most:
            rows = np.arange(span.start, span.start + span.n, dtype=np.int64)
            number = pc.cast(pa.array(rows), pa.string())
            digits = len(str(max(span.total - 1, 1)))
            # `_` and digits end no other text here, so the cut ones meet nothing.
            cut = pc.binary_join_element_wise(pc.utf8_slice_codeunits(texts, 0, max(most - digits - 1, 0)), number, "_")
            counted = pc.if_else(pc.greater(pc.utf8_length(counted), most), _cut(cut, most), counted)
        return pc.utf8_upper(counted) if upper else counted

    def _at_domain(self, name: str, local: pa.Array, span: Span, own: Stream) -> pa.Array:
        known = self._domains_of(self.group.index(name))
        which = Guide.of(np.array([share for _, share in known]))(systematic(own.at("domain"), span.n))
        return pc.binary_join_element_wise(local, pa.array([domain for domain, _ in known], pa.string()).take(pa.array(which)), "@")

    def _gendered(self, name: str, deal: Deal, span: Span, own: Stream) -> pa.Array:
        values = self.genders.get(name) or (("male", 0.5, 0), ("female", 0.5, 0))
        male = [(value, share) for value, share, _ in values if _gender(value) == 0]
        female = [(value, share) for value, share, _ in values if _gender(value) == 1]
        other = [(value, share) for value, share, _ in values if _gender(value) == 2]
        u = systematic(own.at("gender"), span.n)
        if not male or not female or (self._anchor is not None and self._column(Kind.PERSON_NAME) is None):
            index = Guide.of(np.array([share for _, share, _ in values]))(u)
            return pa.array([value for value, _, _ in values], pa.string()).take(pa.array(index))
        genders = first_names(self.locale)[1][deal.first] if self._anchor is not None else self._gender_of_first[deal.first]
        coin = own.at("either").uniform(span.n) < 0.5
        genders = np.where(genders == 2, coin.astype(np.int64), genders)
        out = np.zeros(span.n, dtype=np.int64)
        texts = [value for value, _ in (*male, *female, *other)]
        for gender, pairs, begin in ((0, male, 0), (1, female, len(male))):
            inside = genders == gender
            out[inside] = begin + Guide.of(np.array([share for _, share in pairs]))(u[inside])
        aside = own.at("other").uniform(span.n) < sum(share for _, share in other)
        if other and aside.any():
            out[aside] = len(male) + len(female) + Guide.of(np.array([share for _, share in other]))(u[aside])
        return pa.array(texts, pa.string()).take(pa.array(out))

    # -- contract ----------------------------------------------------------------------------------------------------

    def capacity(self) -> int | None:
        if not self.unique:
            return None
        room = self._room(self.group.index(self.fills[0]))
        if room is None or room >= 24:
            return None
        if self._anchor is not None:
            return len(self._anchor[1].distinct[0]) * (9_999 if room > 6 else 1)
        return int(10 ** max(room - 1, 0))

    def literals(self) -> Iterable[Literal]:
        for name, known in (*self.domains.items(), *self.genders.items()):
            if name in self.fills:
                yield from (Literal(name, value, owners, "k owners") for value, _, owners in known if value and owners)

    def state(self) -> State:
        return {
            "fills": list(self.fills),
            "needs": list(self.needs),
            "group": list(self.group),
            "kinds": [str(kind) for kind in self.kinds],
            "widths": list(self.widths),
            "forms": [form.state() for form in self.forms],
            "allowed_first": packed(self.allowed_first),
            "allowed_last": packed(self.allowed_last),
            "allowed_anchor": packed(self.allowed_anchor),
            "locals": {name: local.state() for name, local in self.locals.items()},
            "domains": {name: [list(item) for item in found] for name, found in self.domains.items()},
            "orders": {name: [list(item) for item in found] for name, found in self.orders.items()},
            "genders": {name: [list(item) for item in found] for name, found in self.genders.items()},
            "reach": {name: list(found) for name, found in self.reach.items()},
            "empty": [list(item) for item in self.empty],
            "locale": self.locale,
            "unique": self.unique,
            "public": self.public,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        locale = state["locale"]
        kinds = tuple(Kind(kind) for kind in state["kinds"])
        anchor = next((kind for kind in _POOLS if kind in kinds), Kind.PERSON_NAME)
        return cls(
            tuple(state["fills"]),
            tuple(state["needs"]),
            tuple(state["group"]),
            kinds,
            tuple(state["widths"]),
            tuple(Form.restore(form) for form in state["forms"]),
            unpacked(state["allowed_first"], len(first_names(locale)[0])),
            unpacked(state["allowed_last"], len(last_names(locale))),
            unpacked(state["allowed_anchor"], len(_pairs(locale, _POOLS[anchor])[0])),
            {name: Local.restore(local) for name, local in state["locals"].items()},
            {name: tuple((v, s, o) for v, s, o in found) for name, found in state["domains"].items()},
            {name: tuple((v, s) for v, s in found) for name, found in state["orders"].items()},
            {name: tuple((v, s, o) for v, s, o in found) for name, found in state["genders"].items()},
            {name: tuple(found) for name, found in state["reach"].items()},
            tuple((pattern, share) for pattern, share in state["empty"]),
            locale,
            state["unique"],
            state["public"],
        )


def _anchored(kinds: tuple[Kind, ...], allowed: Mapping[Kind, Allowed | None]) -> Allowed | None:
    """Which names or handles may be used where they decide who a row is."""
    if Kind.FIRST_NAME in kinds or Kind.LAST_NAME in kinds:
        return None
    return next((allowed.get(kind) for kind in (Kind.PERSON_NAME, Kind.USERNAME, Kind.EMAIL) if kind in kinds), None)


# -- reading the source ------------------------------------------------------------------------------------------------

_NAMED = (
    (re.compile(r"e[-_]?mail|mail$|correo|courriel", re.I), Kind.EMAIL),
    (re.compile(r"user[-_]?name|login|handle|nick", re.I), Kind.USERNAME),
    (re.compile(r"first|given|fore|vorname|prenom", re.I), Kind.FIRST_NAME),
    (re.compile(r"last|sur|family|nachname|apellido|cognome", re.I), Kind.LAST_NAME),
    (re.compile(r"gender|sex|geschlecht|salutation|anrede", re.I), Kind.GENDER),
    (re.compile(r"name", re.I), Kind.PERSON_NAME),
)


def _kind_by_name(name: str) -> Kind | None:
    """The kind of a column of the group that this task does not fill, whose meaning it is not told."""
    return next((kind for pattern, kind in _NAMED if pattern.search(name)), None)


def _gender(value: str) -> int:
    """0 male, 1 female, 2 neither or unknown."""
    word = value.strip().lower()
    return 0 if word in _MALE else 1 if word in _FEMALE else 2


def kept_values(values: pa.Array, owners: Owners, k: int) -> tuple[tuple[str, float, int], ...]:
    """Values that k owners hold, with shares and owners."""
    sampled = look(values, owners)
    if not sampled.rows:
        return ()
    held = sampled.owners.distinct(sampled.codes, len(sampled.texts))
    counts = np.bincount(sampled.codes, minlength=len(sampled.texts))
    kept = [(text, float(counts[i]) / sampled.rows, int(held[i])) for i, text in enumerate(sampled.texts) if held[i] >= k]
    return tuple(sorted(kept, key=lambda item: (-item[1], item[0])))


def _domains(values: pa.Array, owners: Owners, k: int) -> tuple[pa.Array, tuple[tuple[str, float, int], ...], tuple[int, ...]]:
    """Local parts of addresses, the domains that k owners share, and how long the others are, averaged over k owners."""
    parts = pc.extract_regex(values, r"^(?P<local>[^@]*)@?(?P<domain>.*)$")
    local, domain = pc.struct_field(parts, "local"), pc.struct_field(parts, "domain")
    kept = tuple(item for item in kept_values(domain, owners, k) if item[0])
    common = pc.is_in(domain, pa.array([name for name, _, _ in kept], pa.string()))
    rare = np.flatnonzero(np.asarray(pc.and_(pc.invert(common), domain.is_valid())))
    lengths = np.asarray(pc.fill_null(pc.utf8_length(domain), 0).to_numpy(zero_copy_only=False), dtype=np.float64)[rare]
    found = sketch(lengths[lengths > 0], owners.take(rare[lengths > 0]), k) if len(rare) else None
    steps = (np.arange(_REACH) + 0.5) / _REACH
    return local, kept, () if found is None else tuple(np.rint(found.quantile(steps)).astype(int).tolist())


def _norm(values: pa.Array) -> list[str | None]:
    return [None if text is None else ascii_letters(text) for text in values.to_pylist()]


def _names(texts: Mapping[str, pa.Array], kinds: Mapping[str, Kind]) -> tuple[pa.Array | None, pa.Array | None]:
    """The columns of first and of last names; from a full name, its first and last word."""
    first = next((texts[name] for name in texts if kinds.get(name) is Kind.FIRST_NAME), None)
    last = next((texts[name] for name in texts if kinds.get(name) is Kind.LAST_NAME), None)
    full = next((texts[name] for name in texts if kinds.get(name) is Kind.PERSON_NAME), None)
    if first is None and last is None and full is not None:
        swapped = pc.replace_substring_regex(full, r"^([^,]+), *(.+)$", r"\2 \1")
        parts = pc.extract_regex(swapped, r"^(?P<first>\S+)(?:.*\s(?P<last>\S+))?$")
        return pc.struct_field(parts, "first"), pc.struct_field(parts, "last")
    return first, last


def _local(values: pa.Array, whole: pa.Array, texts: Mapping[str, pa.Array], kinds: Mapping[str, Kind], owners: Owners, k: int) -> Local:
    """How local parts or user names come from the names of their rows; by their form where there are no names."""
    n = min(len(values), 5_000)
    index = np.linspace(0, len(values) - 1, n).astype(np.int64)
    shown = [text or "" for text in values.take(pa.array(index)).to_pylist()]
    filled = [text for text in shown if text]
    upper = bool(filled) and sum(text.isupper() for text in filled) > 0.5 * len(filled)
    digits = sum(text[-1:].isdigit() for text in filled) / max(len(filled), 1)
    tail = _tail(shown, owners.take(index), k)
    for name, kind in kinds.items():
        if kind is Kind.USERNAME and name in texts and texts[name] is not whole:
            same = [a == b for a, b in zip(shown, texts[name].take(pa.array(index)).to_pylist(), strict=True) if a and b]
            if same and sum(same) > 0.5 * len(same):
                return Local(upper=upper, own=True)
    first, last = _names(texts, kinds)
    if first is None and last is None:
        return Local(_by_form(filled), tuple([1.0] * len(_by_form(filled))), digits if digits >= 0.05 else 0.0, upper, tail=tail)
    firsts = _norm(first.take(pa.array(index))) if first is not None else [""] * n
    lasts = _norm(last.take(pa.array(index))) if last is not None else [""] * n
    unknown = ("{f}", "{i}") if first is None else ("{l}", "{j}") if last is None else ()
    usable = [template for template in TEMPLATES if not any(part in template for part in unknown)]
    found: list[object] = []
    for text, f, last_ in zip(shown, firsts, lasts, strict=True):
        bare = re.sub(r"[^a-z._-]+$", "", text.lower().rstrip("0123456789"))
        hit = next((t for t in usable if (f or "") + (last_ or "") and _filled(t, f or "", last_ or "") == bare and bare), "")
        found.append(hit if text else "")
    keys, _, counts, held = grouped(found, _rows(n, owners.take(index)))
    kept = {str(key): float(counts[i]) for i, key in enumerate(keys) if key and held[i] >= k}
    if not kept:
        guessed = _by_form(filled)
        return Local(guessed, tuple([1.0] * len(guessed)), digits if digits >= 0.05 else 0.0, upper, tail=tail)
    rest = len(filled) - sum(kept.values())
    others = [template for template in _OTHERWISE if template in usable and template not in kept]
    if others and rest >= k:  # of ways that fewer than k owners share, any of the usual ones
        kept |= dict.fromkeys(others, rest / len(others))
    total = sum(kept.values())
    return Local(tuple(kept), tuple(share / total for share in kept.values()), digits if digits >= 0.05 else 0.0, upper, tail=tail)


def _tail(texts: list[str], owners: Owners, k: int) -> int:
    """How many digits stand at the end of texts that end in digits, on average over k owners or more."""
    counts = np.array([len(text) - len(text.rstrip("0123456789")) for text in texts], dtype=np.int64)
    held = owners.distinct(np.where(counts > 0, 0, -1), 1)[0]
    return int(np.clip(round(float(counts[counts > 0].mean())), 1, 9)) if held >= k else 2


def _rows(n: int, owners: Owners) -> Sampled:
    """Rows that are grouped by what is found in each, whatever their texts."""
    return Sampled([""] * n, np.arange(n, dtype=np.int64), owners, 0.0)


def _by_form(texts: list[str]) -> tuple[str, ...]:
    """Templates that look like most of the texts: by the separator that they use."""
    for separator in "._-":
        if sum(separator in text for text in texts) > 0.4 * max(len(texts), 1):
            return (f"{{f}}{separator}{{l}}",)
    return ("{i}{l}", "{f}{l}", "{f}", "{l}")


def _orders(
    values: pa.Array, texts: Mapping[str, pa.Array], kinds: Mapping[str, Kind], owners: Owners, k: int
) -> tuple[tuple[str, float], ...]:
    """How full names are put together from first and last names of the same row; none where they are not."""
    first, last = (next((texts[n] for n in texts if kinds.get(n) is kind), None) for kind in (Kind.FIRST_NAME, Kind.LAST_NAME))
    if first is None or last is None:
        return ()
    n = min(len(values), 5_000)
    index = np.linspace(0, len(values) - 1, n).astype(np.int64)
    columns = [column.take(pa.array(index)).to_pylist() for column in (values, first, last)]
    found: list[object] = [
        next((order for order in ORDERS if f and name and text == order.format(F=f, L=name)), "")
        for text, f, name in zip(*columns, strict=True)
    ]
    keys, _, counts, held = grouped(found, _rows(n, owners.take(index)))
    kept = {str(key): float(counts[i]) for i, key in enumerate(keys) if key and held[i] >= k}
    return tuple((order, share / sum(kept.values())) for order, share in kept.items())


def emptiness(columns: list[pa.Array | None], evidence: TableEvidence | None, k: int) -> tuple[tuple[str, float], ...]:
    """Patterns of NULLs over the columns (None: never NULL), with shares.

    Patterns that k owners have are kept. Of the other rows each column keeps its own share of NULLs, and columns are NULL
    together as far as those shares allow.
    """
    if evidence is None or all(column is None or not column.null_count for column in columns):
        return ()
    n = evidence.sampled
    none = np.zeros(n, dtype=np.int64)
    flags = np.array([none if column is None else np.asarray(column.is_null()).astype(np.int64) for column in columns])
    codes = np.zeros(n, dtype=np.int64)
    for flag in flags:
        codes = codes * 2 + flag
    values, index = np.unique(codes, return_inverse=True)
    held = evidence.owners.distinct(np.asarray(index, dtype=np.int64), len(values))
    counts = np.bincount(index, minlength=len(values))
    out: dict[str, float] = {}
    for value, count in zip(values[held >= k].tolist(), counts[held >= k].tolist(), strict=True):
        out[format(value, f"0{len(columns)}b")] = count / n
    rare = held[index] < k
    if rare.any():
        means = [float(share) for share in flags[:, rare].mean(axis=1)]
        edges = [0.0, *sorted({share for share in means if 0.0 < share < 1.0}), 1.0]
        for low, high in itertools.pairwise(edges):
            pattern = "".join("1" if share >= high else "0" for share in means)
            out[pattern] = out.get(pattern, 0.0) + (high - low) * float(rare.mean())
    return tuple(sorted(out.items()))


def emptied(columns: dict[str, pa.Array], fills: tuple[str, ...], empty: tuple[tuple[str, float], ...], n: int, stream: Stream) -> Columns:
    """The columns with NULLs, together where they are together in the source."""
    if not empty:
        return columns
    which = Guide.of(np.array([share for _, share in empty]))(systematic(stream.at("null"), n, exact=True))
    return {name: without(columns[name], np.array([pattern[i] == "1" for pattern, _ in empty])[which]) for i, name in enumerate(fills)}


# -- putting texts together --------------------------------------------------------------------------------------------


def _merged(texts: pa.Array, weights: Floats) -> Floats:
    """A name that stands in several cells is dealt by its first place alone, with the weight of all."""
    encoded = texts.dictionary_encode()
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    _, first = np.unique(codes, return_index=True)
    out = np.zeros(len(weights))
    out[first] = np.bincount(codes, weights=weights)
    return out


def _told_apart(names: pa.Array) -> pa.Array:
    """Names in a-z; letters are added to those that are written like one before, and to those with no letter of a-z."""
    seen: set[str] = set()
    out = []
    draws = draws_of("apart")
    for name in names.to_pylist():
        plain = ascii_letters(name) or "x"
        while plain in seen:
            plain += "aeioulnrst"[next(draws) % 10]
        seen.add(plain)
        out.append(plain)
    return pa.array(out, pa.string())


def _template(template: str, first: pa.Array, last: pa.Array) -> pa.Array:
    pieces: list[pa.Array | pa.Scalar] = []
    for part in re.findall(r"\{[flij]\}|[^{]+", template):
        match part:
            case "{f}":
                pieces.append(first)
            case "{l}":
                pieces.append(last)
            case "{i}":
                pieces.append(pc.utf8_slice_codeunits(first, 0, 1))
            case "{j}":
                pieces.append(pc.utf8_slice_codeunits(last, 0, 1))
            case _:
                pieces.append(pa.scalar(part))
    return pieces[0] if len(pieces) == 1 else pc.binary_join_element_wise(*pieces, "")


def _joined(order: str, first: pa.Array, last: pa.Array) -> pa.Array:
    match order:
        case "{L}, {F}":
            return pc.binary_join_element_wise(last, first, ", ")
        case "{L} {F}":
            return pc.binary_join_element_wise(last, first, " ")
        case "{F}":
            return first
        case "{L}":
            return last
    return pc.binary_join_element_wise(first, last, " ")


def _again(texts: pa.Array, again: Ints, before: str) -> pa.Array:
    """Texts with a number, from 2 on, where the same pair came before."""
    if not again.any():
        return texts
    numbers = pc.binary_join_element_wise(pa.scalar(""), pc.cast(pa.array(again + 1), pa.string()), before)
    return pc.if_else(pa.array(again > 0), pc.binary_join_element_wise(texts, numbers, ""), texts)


def _narrow(column: Column, kind: Kind, unique: bool) -> bool:
    """Whether there is no room for an address of its own domain, or for many different values."""
    most = getattr(bare(column.type), "length", None)
    return most is not None and most < (NARROW if kind is Kind.EMAIL else 8 if unique else 0)


def _cut(texts: pa.Array, most: int | None) -> pa.Array:
    return texts if most is None else pc.utf8_slice_codeunits(texts, 0, most)


__all__ = ["Person", "emptied", "emptiness", "first_names", "kept_values", "last_names"]
