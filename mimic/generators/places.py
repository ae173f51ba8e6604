"""Addresses whose street, postcode, city, region and country agree within a row.

The country comes first: those that k owners share keep their shares, others are of the public list. It decides the language of
street and city, the city its region and the first digits of the postcode; lengths and forms are those of the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import ClassVar, Self, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from faker import Faker

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators import formats
from mimic.generators.codes import Shape, learn_shapes, parsed
from mimic.generators.draws import Guide, systematic
from mimic.generators.forms import Form, cut_form, form_of, form_or_lent, lent, look
from mimic.generators.locale import OF_COUNTRY, locale_of, written_as
from mimic.generators.matched import Matched
from mimic.generators.people import emptied, emptiness, kept_values
from mimic.generators.pools import known_locale, provider, unique, words
from mimic.generators.templates import Bytes, strings
from mimic.generators.text import text_like, width
from mimic.generators.things import pool
from mimic.profile import TableEvidence
from mimic.semantics import Kind
from mimic.streams import Floats, Ints, Stream

PARTS = frozenset({Kind.STREET, Kind.POSTCODE, Kind.CITY, Kind.REGION, Kind.COUNTRY, Kind.COUNTRY_CODE})
_SMALL = 160  # entries of a language that is not the database's own
_ABROAD = 12  # countries beside those that k owners share: each costs a language
_COUNTRY = re.compile(r"country|land$|pays|pais|nation", re.I)
Kept = tuple[tuple[str, float, int], ...]  # values with their shares and owners


@lru_cache(maxsize=128)
def small_pool(kind: Kind, locale: str) -> tuple[str, ...]:
    """Streets or cities of another language than the database's own."""
    known = words(locale, "address", "cities", "city_names") if kind is Kind.CITY else ()
    if len(known) >= _SMALL:
        return known[:: max(1, len(known) // _SMALL)]
    fake = Faker(known_locale(locale), providers=["faker.providers.address", "faker.providers.person"])
    fake.seed_instance(f"mimic small {kind}")
    write = fake.city if kind is Kind.CITY else fake.street_address
    return unique((*known, *(str(write()).replace("\n", ", ") for _ in range(_SMALL))))


@lru_cache(maxsize=64)
def regions_of(locale: str, *, short: bool) -> tuple[str, ...]:
    """States, provinces, cantons ... of a locale: their names, or their short forms where it has such."""
    if short:
        found = words(locale, "address", "states_abbr", "provinces_abbr", "estado_sigla", "provincias_abbr")
        if found:
            return found
        cantons = getattr(provider(locale, "address"), "cantons", ())
        if cantons and isinstance(cantons[0], tuple):
            return tuple(str(short_form) for short_form, _ in cantons)
        return words("en_US", "address", "states_abbr")
    return pool(Kind.REGION, locale)


@dataclass(frozen=True)
class Place:
    """Fills the columns of an address, given nothing, or given the country when another generator fills that."""

    kind: ClassVar[str] = "semantic.place"
    version: ClassVar[int] = 1

    fills: tuple[str, ...]
    needs: tuple[str, ...]
    kinds: tuple[Kind, ...]  # one per column of `fills`
    widths: tuple[int | None, ...]
    forms: tuple[Form, ...]
    countries: Kept  # values of the country column that k owners hold
    regions: Kept
    postcodes: Mapping[str, tuple[Shape, ...]] = field(default_factory=dict)  # by locale; "" for all others
    empty: tuple[tuple[str, float], ...] = ()
    locale: str = "en_US"

    @classmethod
    def suits(cls, task: Task) -> float:
        if not task.meanings or not all(text_like(column.type) for column in task.columns) or task.unique:
            return 0.0
        kinds = {meaning.kind for meaning in task.meanings}
        return 0.9 if kinds <= PARTS and len(task.columns) > 1 else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kinds = tuple(meaning.kind for meaning in task.meanings)
        present = evidence if evidence is not None and evidence.sampled else None
        texts = {name: present.column(name) for name in task.fills} if present is not None else {}
        forms = tuple(form_or_lent(task, name, look(texts[name], present.owners)) if present is not None else Form() for name in task.fills)
        countries: Kept = ()
        regions: Kept = ()
        shapes: dict[str, tuple[Shape, ...]] = {}
        given = next((need for need in task.needs if "." not in need and _COUNTRY.search(need)), None)
        if present is not None:
            by_kind = dict(zip(kinds, task.fills, strict=True))
            country = next((by_kind[kind] for kind in (Kind.COUNTRY, Kind.COUNTRY_CODE) if kind in by_kind), given)
            if country is not None:
                countries = _kept(task, country, present)
            if Kind.REGION in by_kind:
                regions = _kept(task, by_kind[Kind.REGION], present)
            if Kind.POSTCODE in by_kind:
                postcode = by_kind[Kind.POSTCODE]
                shapes = _postcodes(present, postcode, country, task.k)
                if not shapes[""] and (other := lent(task, postcode)) is not None:
                    shapes[""] = learn_shapes(other, task.k, machine=False, unique=False)
        columns = [task.table.column(name) for name in task.fills]
        empty = emptiness([None if not column.nullable else texts.get(column.name) for column in columns], present, task.k)
        widths = tuple(width(column.type) for column in columns)
        needs = tuple(dict.fromkeys((*task.needs, *((given,) if given else ()))))
        return cls(task.fills, needs, kinds, widths, forms, countries, regions, shapes, empty, task.locale)

    # -- sampling ----------------------------------------------------------------------------------------------------

    @cached_property
    def _spelled(self) -> tuple[list[str], Floats]:
        """Countries that may come, with their shares: those kept, then some of the public list that are written alike."""
        kept = [value for value, _, _ in self.countries]
        shares = [share for _, share, _ in self.countries]
        left = max(1.0 - sum(shares), 0.0)
        if kept and left < 0.005:
            return kept, np.array(shares)
        at = next((i for i, kind in enumerate(self.kinds) if kind in (Kind.COUNTRY, Kind.COUNTRY_CODE)), None)
        form = self.forms[at] if at is not None else Form()
        others = [value for value in self._public(at, form) if value not in set(kept)]
        weights = _alike(others, form, kept, shares)
        chosen = sorted(np.argsort(-weights, kind="stable")[:_ABROAD].tolist())
        weights = weights[chosen]
        return [*kept, *(others[i] for i in chosen)], np.array([*shares, *(weights / weights.sum() * left)])

    def _public(self, at: int | None, form: Form) -> list[str]:
        """The public list of countries as the source writes them, those first whose locale speaks for many people."""
        kept = [value for value, _, _ in self.countries]
        cells = [(length, share) for shown, length, share in zip(form.forms, form.lengths, form.shares, strict=True) if shown.isalpha()]
        size = max(cells, key=lambda cell: cell[1])[0] if cells else form.typical if form.known else 20
        code = at is not None and self.kinds[at] is Kind.COUNTRY_CODE
        varied = len({length for length, share in cells if share > 0.02}) > 1
        address = provider("en_US", "address")
        width = self.widths[at] if at is not None else None
        if not form.known and width in (2, 3):
            found = list(address.alpha_3_country_codes if width == 3 else address.alpha_2_country_codes)
        elif (form.known and size <= 3 and not varied and max(cells, default=(0, 0))[0] <= 3) or (code and not form.known):
            found = list(address.alpha_3_country_codes if size == 3 else address.alpha_2_country_codes)
        else:
            found = list(words(self.locale, "address", "countries"))
        spoken = [value for value in found if locale_of(value)] or found  # countries of whose language something is known
        order = {locale: i for i, locale in enumerate(OF_COUNTRY.values())}
        spoken.sort(key=lambda value: (order.get(locale_of(value), len(order)), value))
        shown = [value for value in (*kept, *form.forms) if len(value) > 3]  # USA tells nothing
        upper = bool(shown) and all(value.isupper() for value in shown)
        return [value.upper() if upper else value for value in spoken]

    @cached_property
    def _country_guide(self) -> Guide:
        return Guide.of(self._spelled[1])

    def _matched(self, at: int, locale: str) -> Matched:
        key = (at, locale)
        if key not in self._cache:
            kind = self.kinds[at]
            entries = pool(kind, locale) if locale == self.locale else small_pool(kind, locale)
            self._cache[key] = Matched(entries, self.forms[at], self.widths[at], None, locale)
        return self._cache[key]

    @cached_property
    def _cache(self) -> dict[tuple[int, str], Matched]:
        return {}

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        n = span.n
        countries, locales, which = self._countries(n, stream, given)
        out: dict[str, pa.Array] = {}
        city = self._city_numbers(n, stream, locales, which)
        for at, (name, kind) in enumerate(zip(self.fills, self.kinds, strict=True)):
            own = stream.at("column", name)
            if kind in (Kind.COUNTRY, Kind.COUNTRY_CODE):
                first = next(i for i, other in enumerate(self.kinds) if other in (Kind.COUNTRY, Kind.COUNTRY_CODE))
                code = kind is Kind.COUNTRY_CODE
                out[name] = countries if at == first else _other_spelling(countries, self.forms[at], self.widths[at], code=code)
            elif kind is Kind.CITY and at == self._city:
                out[name] = self._by_locale(n, locales, which, lambda i, rows, at=at: self._matched(at, i).texts.take(pa.array(city[rows])))
            elif kind in (Kind.CITY, Kind.STREET):
                u, v = systematic(own.at("cell"), n), own.at("entry").uniform(n)
                out[name] = self._by_locale(
                    n,
                    locales,
                    which,
                    lambda i, rows, at=at, u=u, v=v: self._matched(at, i).texts.take(pa.array(self._matched(at, i).draw(u[rows], v[rows]))),
                )
            elif kind is Kind.REGION:
                out[name] = self._by_locale(n, locales, which, lambda i, rows, at=at: self._region(at, i, city[rows]))
            else:
                out[name] = self._by_locale(n, locales, which, lambda i, rows, own=own: self._postcode(i, city[rows], own.at(i)))
            if (most := self.widths[at]) is not None:
                out[name] = pc.utf8_slice_codeunits(out[name], 0, most)
        return emptied(out, self.fills, self.empty, span.n, stream)

    @property
    def _city(self) -> int | None:
        return next((i for i, kind in enumerate(self.kinds) if kind is Kind.CITY), None)

    def _countries(self, n: int, stream: Stream, given: Columns) -> tuple[pa.Array, list[str], Ints]:
        """Each row's country, the locales that occur, and which of them a row has."""
        known = next((given[need] for need in self.needs if need in given and _COUNTRY.search(need)), None)
        if known is None and not any(kind in (Kind.COUNTRY, Kind.COUNTRY_CODE) for kind in self.kinds):
            return pa.nulls(n, pa.string()), [self.locale], np.zeros(n, dtype=np.int64)
        if known is None:
            index = self._country_guide(systematic(stream.at("country"), n))
            countries = pa.array(self._spelled[0], pa.string()).take(pa.array(index))
        else:
            countries = known.cast(pa.string())
        encoded = pc.fill_null(countries, "").dictionary_encode()
        spoken = [known_locale(written_as(locale_of(value) or self.locale, self.locale)) for value in encoded.dictionary.to_pylist()]
        locales = sorted(set(spoken)) or [self.locale]
        place = np.array([locales.index(locale) for locale in spoken] or [0], dtype=np.int64)
        codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
        return countries, locales, place[codes] if n else codes

    def _city_numbers(self, n: int, stream: Stream, locales: list[str], which: Ints) -> Ints:
        """Each row's city as a number, of texts of its locale's pool; any numbers where there is no city."""
        u, v = systematic(stream.at("city"), n), stream.at("city entry").uniform(n)
        at = self._city
        if at is None:
            return (u * 4_096).astype(np.int64)
        out = np.zeros(n, dtype=np.int64)
        for i, locale in enumerate(locales):
            rows = np.flatnonzero(which == i)
            out[rows] = self._matched(at, locale).draw(u[rows], v[rows])
        return out

    @staticmethod
    def _by_locale(n: int, locales: list[str], which: Ints, make: object) -> pa.Array:
        """One array out of parts that are made locale by locale."""
        write = cast("_Maker", make)
        if len(locales) == 1:
            return write(locales[0], np.arange(n, dtype=np.int64))
        rows = [np.flatnonzero(which == i) for i in range(len(locales))]
        parts = [write(locale, inside) for locale, inside in zip(locales, rows, strict=True) if len(inside)]
        order = np.empty(n, dtype=np.int64)
        order[np.concatenate(rows)] = np.arange(n)
        return pa.concat_arrays([part.cast(pa.string()) for part in parts]).take(pa.array(order)) if parts else pa.array([], pa.string())

    def _region(self, at: int, locale: str, city: Ints) -> pa.Array:
        """The region of a city: a city has one, whichever row it stands in."""
        key = (at, locale)
        if key not in self._regions:
            form = self.forms[at]
            short = form.known and form.typical <= 3
            kept = [(value, share) for value, share, _ in self.regions] if locale == self.locale or not self.countries else []
            known = {value for value, _ in kept}
            listed = dict.fromkeys((*regions_of(locale, short=short), *(regions_of(locale, short=not short) if form.known else ())))
            public = [value for value in listed if value not in known and (self.widths[at] is None or len(value) <= (self.widths[at] or 0))]
            shares = [share for _, share in kept]
            left = max(1.0 - sum(shares), 0.0)
            if public:
                weights = _alike(public, form, [value for value, _ in kept], shares, most=len(public))
                shares += (weights / weights.sum() * left).tolist()
            names = [*(value for value, _ in kept), *public] or [""]
            weighed = np.array(shares or [1.0])
            self._regions[key] = pa.array(names, pa.string()), Guide.of(weighed if weighed.sum() > 0 else np.ones(len(names)))
        texts, guide = self._regions[key]
        return texts.take(pa.array(guide(self._spread(locale, city))))

    def _spread(self, locale: str, city: Ints) -> Floats:
        """A number in [0, 1) for each city, evenly spread over rows: large cities take as much room as they have rows."""
        if self._city is None:
            return (_mixed(city) % 1_000_003) / 1_000_003
        weights = self._matched(self._city, locale).weights
        key = (self._city, locale)
        if key not in self._places:
            order = np.argsort(_mixed(np.arange(len(weights), dtype=np.int64)), kind="stable")
            ends = np.cumsum(weights[order])
            middles = np.empty(len(weights))
            middles[order] = (ends - weights[order] / 2) / ends[-1]
            self._places[key] = np.minimum(middles, 1 - 1e-9)
        return self._places[key][city]

    @cached_property
    def _places(self) -> dict[tuple[int, str], Floats]:
        return {}

    @cached_property
    def _regions(self) -> dict[tuple[int, str], tuple[pa.Array, Guide]]:
        return {}

    def _postcode(self, locale: str, city: Ints, stream: Stream) -> pa.Array:
        """A postcode in the country's form; its first two digits are those of the city."""
        shapes = self.postcodes.get(locale) or (self.postcodes.get("") if locale == self.locale else None)
        if not shapes:
            shapes = tuple(Shape(parsed(text), share, 0) for text, share in formats.usual(Kind.POSTCODE, "", locale, None, fixed=False))
        n = len(city)
        part = Guide.of(np.array([shape.share for shape in shapes]))(systematic(stream.at("shape"), n))
        digits = _mixed(city)
        rows: list[Ints] = []
        made: list[Bytes] = []
        for i, shape in enumerate(shapes):
            inside = np.flatnonzero(part == i)
            if not len(inside):
                continue
            grid = shape.template().fill(None, len(inside), stream.at("fill", i))
            if grid.shape[1] >= 4 and all(len(letters) == 10 for letters, _ in shape.slots[:1]) and shape.slots[0][1] >= 4:
                grid[:, 0] = 49 + digits[inside] % 9
                grid[:, 1] = 48 + digits[inside] // 9 % 10
            rows.append(inside)
            made.append(grid)
        return strings(n, rows, made)

    # -- contract ----------------------------------------------------------------------------------------------------

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        for name, kind in zip(self.fills, self.kinds, strict=True):
            known = self.regions if kind is Kind.REGION else self.countries if kind in (Kind.COUNTRY, Kind.COUNTRY_CODE) else ()
            yield from (Literal(name, value, owners, "k owners") for value, _, owners in known)

    def state(self) -> State:
        return {
            "fills": list(self.fills),
            "needs": list(self.needs),
            "kinds": [str(kind) for kind in self.kinds],
            "widths": list(self.widths),
            "forms": [form.state() for form in self.forms],
            "countries": [list(item) for item in self.countries],
            "regions": [list(item) for item in self.regions],
            "postcodes": {
                locale: [[[list(slot) for slot in s.slots], s.share, s.owners] for s in shapes] for locale, shapes in self.postcodes.items()
            },
            "empty": [list(item) for item in self.empty],
            "locale": self.locale,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        shapes = {
            locale: tuple(Shape(tuple((letters, run) for letters, run in slots), share, owners) for slots, share, owners in found)
            for locale, found in state["postcodes"].items()
        }
        return cls(
            tuple(state["fills"]),
            tuple(state["needs"]),
            tuple(Kind(kind) for kind in state["kinds"]),
            tuple(state["widths"]),
            tuple(Form.restore(form) for form in state["forms"]),
            tuple((v, s, o) for v, s, o in state["countries"]),
            tuple((v, s, o) for v, s, o in state["regions"]),
            shapes,
            tuple((p, s) for p, s in state["empty"]),
            state["locale"],
        )


class _Maker:
    """Texts of one locale for some rows."""

    def __call__(self, locale: str, rows: Ints) -> pa.Array: ...


def _kept(task: Task, column: str, evidence: TableEvidence) -> Kept:
    """Values that k owners hold: of the column, or of the one that lends it its form."""
    if task.options.get("keep_literals") is False:
        return ()
    found = kept_values(evidence.column(column), evidence.owners, task.k)
    other = (task.options.get("alike") or {}).get(column)
    return found if found or other is None else kept_values(other[0].column(other[1]), other[0].owners, task.k)


def _alike(texts: list[str], form: Form, kept: list[str], shares: list[float], most: int = 2) -> Floats:
    """Weights (texts,) by which lengths and forms come out as learned, beside the shares of the texts that are kept anyway.

    For every cell `most` of those that fit equally well are taken.
    """
    if not form.known:
        return np.full(len(texts), 1.0)
    out = np.full(len(texts), 1e-9)
    cells = {(cut_form(shown), length): share for shown, length, share in zip(form.forms, form.lengths, form.shares, strict=True)}
    for value, share in zip(kept, shares, strict=True):
        cell = (form_of(value), len(value))
        cells[cell] = max(cells.get(cell, 0.0) - share, 0.0)
    wished: list[tuple[str, float, float]] = [(shown, length, share) for (shown, length), share in cells.items()]
    if form.rest_lengths is not None:
        wished += [("", float(length), form.rest / 24) for length in form.rest_lengths.quantile((np.arange(24) + 0.5) / 24)]
    lengths = np.array([len(text) for text in texts], dtype=np.float64)
    forms = [form_of(text) for text in texts]
    for shown, length, share in wished:
        off = np.abs(lengths - length) + np.array([0.0 if not shown or other == shown else 40.0 for other in forms])
        best = np.flatnonzero(off == off.min())[:most]
        out[best] += share / len(best)
    return out


def _mixed(city: Ints) -> Ints:
    """Numbers of cities, scattered: neighbours in the pool are no neighbours on the map."""
    scattered = (city.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    return (scattered >> np.uint64(20)).astype(np.int64)


def _postcodes(evidence: TableEvidence, column: str, country: str | None, k: int) -> dict[str, tuple[Shape, ...]]:
    """Forms of postcodes, of each country that enough owners live in, and of all together."""
    values = evidence.column(column)
    out = {"": learn_shapes(look(values, evidence.owners), k, machine=False, unique=False)}
    if country is None:
        return out
    encoded = evidence.column(country).dictionary_encode()
    codes = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
    held = evidence.owners.distinct(codes, len(encoded.dictionary))
    for i, name in enumerate(encoded.dictionary.to_pylist()):
        if held[i] >= k and (locale := locale_of(name)) and locale not in out:
            rows = np.flatnonzero(codes == i)
            shapes = learn_shapes(look(values.take(pa.array(rows)), evidence.owners.take(rows)), k, machine=False, unique=False)
            if shapes:
                out[known_locale(locale)] = shapes
    return out


def _other_spelling(countries: pa.Array, form: Form, most: int | None, *, code: bool) -> pa.Array:
    """The same countries in a second column: as codes, or by name."""
    encoded = pc.fill_null(countries, "").dictionary_encode()
    table = provider("en_US", "date_time").countries
    by_any = {str(text).upper(): c for c in table for text in (c.name, c.alpha_2_code, c.alpha_3_code)}
    three = form.typical == 3 if form.known else most == 3
    code = code or (not form.known and most in (2, 3))
    told = []
    for value in encoded.dictionary.to_pylist():
        found = by_any.get(value.upper())
        told.append(value if found is None else str(found.alpha_3_code if three else found.alpha_2_code) if code else str(found.name))
    return pa.array(told, pa.string()).take(encoded.indices)


__all__ = ["Place"]
