"""What follows from the country of a row: where it lies on the map, and how its telephone numbers begin.

Coordinates are those of public cities with a little distance from them, so that nothing lies in the sea; of telephone numbers
only the code of the country is real.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.draws import null_share, nulls, without
from mimic.generators.logical import heard, told
from mimic.generators.pools import provider
from mimic.generators.relations import cast
from mimic.generators.text import width
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import LogicalType, Text, arrow_type, bare
from mimic.streams import Ints, Stream

# Country, calling code, and some of its cities on the map.
_COUNTRIES = """US 1 40.71,-74.00 34.05,-118.24 41.88,-87.63 29.76,-95.37 39.74,-104.99 47.61,-122.33;DE 49 52.52,13.40 48.14,11.58 50.11,8.68 51.05,13.74
GB 44 51.51,-0.13 53.48,-2.24 55.95,-3.19;FR 33 48.86,2.35 45.76,4.84 47.22,-1.55;ES 34 40.42,-3.70 37.39,-5.98 39.47,-0.38;IT 39 41.90,12.50 45.46,9.19 44.49,11.34
NL 31 52.37,4.90 52.09,5.12;PL 48 52.23,21.01 50.06,19.94;SE 46 59.33,18.06 57.71,11.97;CH 41 47.37,8.54 46.95,7.45;AT 43 48.21,16.37 47.07,15.44
JP 81 35.68,139.69 34.69,135.50;CA 1 43.65,-79.38 45.50,-73.57 51.05,-114.07;BR 55 -23.55,-46.63 -15.79,-47.88;IN 91 28.61,77.21 12.97,77.59
AU 61 -33.87,151.21 -37.81,144.96;MX 52 19.43,-99.13 20.67,-103.35;PT 351 38.72,-9.14 41.15,-8.61;NO 47 59.91,10.75;DK 45 55.68,12.57;FI 358 60.17,24.94
IE 353 53.35,-6.26;BE 32 50.85,4.35;GR 30 37.98,23.73;TR 90 39.93,32.86 41.01,28.98;ZA 27 -26.20,28.05;KE 254 -1.29,36.82;NG 234 6.52,3.38;EG 20 30.04,31.24
CN 86 31.23,121.47 39.90,116.41;KR 82 37.57,126.98;ID 62 -6.21,106.85;TH 66 13.76,100.50;VN 84 21.03,105.85;PH 63 14.60,120.98;NZ 64 -36.85,174.76
AR 54 -34.60,-58.38;CL 56 -33.45,-70.67;CO 57 4.71,-74.07;PE 51 -12.05,-77.04;CZ 420 50.08,14.44;HU 36 47.50,19.04;RO 40 44.43,26.10;UA 380 50.45,30.52
RU 7 55.76,37.62;IL 972 32.09,34.78;SA 966 24.71,46.68;AE 971 25.20,55.27;PK 92 33.68,73.05;BD 880 23.81,90.41;LU 352 49.61,6.13;LI 423 47.14,9.52"""
_SPREAD = 0.04  # degrees around a city: some kilometres


@lru_cache(maxsize=1)
def _known() -> tuple[dict[str, int], np.ndarray, list[str], list[tuple[int, int]]]:
    """Place of a country by code or name, upper case; cities (c, 2); calling codes; the cities of each country, first and number."""
    names: dict[str, int] = {}
    cities: list[tuple[float, float]] = []
    codes, ranges = list[str](), list[tuple[int, int]]()
    spelled = {str(c.alpha_2_code): (str(c.alpha_3_code), str(c.name)) for c in provider("en_US", "date_time").countries}
    for i, line in enumerate(_COUNTRIES.replace("\n", ";").split(";")):
        code, calling, *found = line.split()
        for name in (code, *spelled.get(code, ())):
            names[name.upper()] = i
        ranges.append((len(cities), len(found)))
        codes.append(calling)
        cities += [(float(lat), float(lon)) for lat, lon in (place.split(",") for place in found)]
    names |= {
        "USA": names["US"],
        "UNITED STATES OF AMERICA": names["US"],
        "UK": names["GB"],
        "ENGLAND": names["GB"],
        "SCOTLAND": names["GB"],
    }
    return names, np.array(cities), codes, ranges


def _countries(values: pa.Array | None, n: int) -> Ints:
    """The place of each row's country, -1 where it is unknown."""
    if values is None:
        return np.full(n, -1, dtype=np.int64)
    encoded = pc.fill_null(values.cast(pa.string()), "").dictionary_encode()
    known = _known()[0]
    places = np.array([known.get(text.strip().upper(), -1) for text in encoded.dictionary.to_pylist()] or [-1], dtype=np.int64)
    return places[np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)]


@dataclass(frozen=True)
class Coordinates:
    """Fills latitude and longitude, given the country of the row where it has one (option `country`)."""

    kind: ClassVar[str] = "place.coordinates"
    version: ClassVar[int] = 1

    fills: tuple[str, ...]
    types: tuple[LogicalType, ...]
    country: str
    null_share: float

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.country,) if self.country else ()

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        seen = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        share = null_share(task, seen) if all(column.nullable for column in task.columns) else 0.0
        return cls(task.fills, tuple(column.type for column in task.columns), str(task.options.get("country", "")), share)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        _, cities, _, ranges = _known()
        country = _countries(given.get(self.country), span.n)
        u = stream.at("city").uniform(span.n)
        first = np.array([begin for begin, _ in ranges])[country]
        many = np.array([number for _, number in ranges])[country]
        city = np.where(country >= 0, first + np.floor(u * many), np.floor(u * len(cities))).astype(np.int64)
        mask = nulls(stream, span.n, self.null_share)
        out = {}
        for axis, (name, kind) in enumerate(zip(self.fills, self.types, strict=True)):
            values = pa.array(np.round(cities[city, axis] + _SPREAD * stream.at("near", axis).normal(span.n), 6))
            out[name] = without(_spelled(values, kind), mask)
        return out

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        types = [told(kind) for kind in self.types]
        return {"fills": list(self.fills), "types": types, "country": self.country, "null_share": self.null_share}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**{**state, "fills": tuple(state["fills"]), "types": tuple(heard(kind) for kind in state["types"])})


@dataclass(frozen=True)
class Phone:
    """Fills a column of telephone numbers, given the country of the row (option `country`)."""

    kind: ClassVar[str] = "phone.local"
    version: ClassVar[int] = 1

    column: str
    country: str
    most: int | None
    null_share: float

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.country,)

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        seen = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        return cls(task.column.name, str(task.options["country"]), width(task.column.type), null_share(task, seen))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        codes = _known()[2]
        country = _countries(given[self.country], span.n)
        calling = pa.array([f"+{code}" for code in codes], pa.string()).take(pa.array(np.maximum(country, 0)))
        america = np.array([code == "1" for code in codes])[np.maximum(country, 0)]
        area = stream.at("area").integers(span.n, 79) + 21  # two digits, 21 .. 99
        line = stream.at("line").integers(span.n, 100)
        # 555-01xx belongs to nobody in North America; elsewhere 0555 is no area.
        abroad = _joined(_digits(area, 2), pa.scalar(" 555 01"), _digits(line, 2))
        there = _joined(pa.scalar("2"), _digits(area, 2), pa.scalar(" 555 01"), _digits(line, 2))
        made = _joined(calling, pa.scalar(" "), pc.if_else(pa.array(america), there, abroad))
        if self.most is not None and self.most < 18:
            made = pc.utf8_slice_codeunits(pc.replace_substring(made, " ", ""), 0, self.most)
        return {self.column: without(made, nulls(stream, span.n, self.null_share))}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {"column": self.column, "country": self.country, "most": self.most, "null_share": self.null_share}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**state)


def _digits(numbers: Ints, size: int) -> pa.Array:
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), size, "0")


def _joined(*parts: pa.Array | pa.Scalar) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _spelled(values: pa.Array, kind: LogicalType) -> pa.Array:
    return values.cast(pa.string()) if isinstance(bare(kind), Text) else cast(values, arrow_type(kind))


def register(registry: Registry) -> None:
    registry.generators.add(Coordinates)
    registry.generators.add(Phone)


__all__ = ["Coordinates", "Phone", "register"]
