"""Network addresses out of ranges that belong to nobody: documentation and private ones, never an address of the source.

Kept are the shares of IPv4 and IPv6, of private addresses, and of the widths of networks. Unique columns count through
10.0.0.0/8 and 2001:db8::/32 by a permutation.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.draws import Guide, null_share, nulls, systematic, without
from mimic.generators.pooled import Pools, from_pool
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Network, Text, bare
from mimic.semantics import Kind
from mimic.streams import Floats, Permutation, Stream

_MOST = 20_000
_DOCUMENTATION = ("192.0.2.0", "198.51.100.0", "203.0.113.0")  # RFC 5737


@dataclass(frozen=True)
class Networks:
    """Fills one column of inet, cidr, macaddr or macaddr8."""

    kind: ClassVar[str] = "network.forms"
    version: ClassVar[int] = 1

    column: str
    form: str
    groups: tuple[str, ...]  # "4 private 32": family, range, mask
    shares: Floats
    null_share: float
    unique: bool

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        kind = bare(task.column.type)
        if len(task.columns) != 1 or not isinstance(kind, Network | Text):
            return 0.0
        if isinstance(kind, Network):
            return 0.7
        # An address kept as text, in a column that no uniqueness or length makes narrow.
        return 0.85 if task.meanings and task.meaning.kind is Kind.IP and not task.unique and (kind.length or 45) >= 39 else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kind = bare(task.column.type)
        form = kind.form if isinstance(kind, Network) else "inet"
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        groups: tuple[str, ...] = ("4 public 24",) if form == "cidr" else ("4 public 32",)
        shares = np.ones(1)
        if evidence is not None and column is not None and not form.startswith("mac"):
            rows = np.flatnonzero(np.asarray(column.is_valid()))[:_MOST]
            found = [_group(text) for text in column.take(pa.array(rows)).to_pylist()]
            names = sorted(set(found))
            codes = np.array([names.index(group) for group in found], dtype=np.int64)
            held = evidence.owners.take(rows).distinct(codes, len(names))
            told = [i for i in range(len(names)) if held[i] >= task.k and names[i]]
            if told:
                groups = tuple(names[i] for i in told)
                shares = np.bincount(codes, minlength=len(names))[told].astype(np.float64)
        if task.unique:
            # Numbered addresses: one range holds them all.
            groups, shares = (("6 public 128",) if form == "inet" and groups[0].startswith("6") else ("4 private 32",)), np.ones(1)
        return cls(task.column.name, form, groups, shares / shares.sum(), null_share(task, column), task.unique)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.unique:
            order = Permutation.of(max(self.capacity() or 1, 1), stream.whole.at("order"))
            numbers = order(np.arange(span.start, span.start + span.n, dtype=np.int64))
            texts = pa.array([self._numbered(number) for number in numbers.tolist()], pa.string())
            return {self.column: without(texts, nulls(stream, span.n, self.null_share))}
        return {self.column: from_pool(span, stream, self.null_share, self._made, self._pools)}

    @cached_property
    def _pools(self) -> Pools:
        return {}

    def _made(self, n: int, stream: Stream) -> pa.Array:
        high, low = stream.at("high").integers(n, 1 << 24), stream.at("low").integers(n, 1 << 24)
        if self.form.startswith("mac"):
            return pa.array([self._mac((a << 24) | b) for a, b in zip(high.tolist(), low.tolist(), strict=True)], pa.string())
        which = Guide.of(self.shares)(systematic(stream.at("group"), n)).tolist()
        texts = [_address(self.groups[group], a, b, self.form) for group, a, b in zip(which, high.tolist(), low.tolist(), strict=True)]
        return pa.array(texts, pa.string())

    def _mac(self, number: int) -> str:
        """Locally administered, so no maker's: the first byte is 02."""
        digits = f"{number & ((1 << 40) - 1):010x}"
        head = "02" if self.form == "macaddr" else "02:00:00"
        return ":".join([head, *(digits[i : i + 2] for i in range(0, 10, 2))])

    def _numbered(self, number: int) -> str:
        if self.form.startswith("mac"):
            return self._mac(number)
        if self.groups[0].startswith("6"):
            return str(ipaddress.IPv6Address((0x20010DB8 << 96) + number))
        if self.form == "cidr":
            return f"{ipaddress.IPv4Address((10 << 24) + number)}/32"
        return str(ipaddress.IPv4Address((10 << 24) + number))

    def capacity(self) -> int | None:
        if self.form.startswith("mac"):
            return 1 << 40
        return None if self.groups[0].startswith("6") and not self.unique else 1 << 52 if self.groups[0].startswith("6") else 1 << 24

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "column": self.column,
            "form": self.form,
            "groups": list(self.groups),
            "shares": self.shares,
            "null_share": self.null_share,
            "unique": self.unique,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**{**state, "groups": tuple(state["groups"])})


def _group(text: str) -> str:
    """`4 private 32` and the like; "" of what is no address."""
    try:
        found = ipaddress.ip_interface(text)
    except ValueError:
        return ""
    where = "loopback" if found.ip.is_loopback else "private" if found.ip.is_private else "public"
    return f"{found.version} {where} {found.network.prefixlen}"


def _address(group: str, high: int, low: int, form: str) -> str:
    family, where, mask = group.split()
    width = int(mask)
    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    if where == "loopback":
        address = ipaddress.ip_address("127.0.0.1" if family == "4" else "::1")
    elif family == "6":
        start = 0xFD00 << 112 if where == "private" else 0x20010DB8 << 96
        address = ipaddress.IPv6Address(start + (high << 64) + (low << 32) + (high ^ low))
    elif where == "private":
        address = ipaddress.IPv4Address((10 << 24) + low)
    elif width < 24:
        # Documentation ranges hold no such large network; 198.18.0.0/15 is kept for tests of devices (RFC 2544).
        address = ipaddress.IPv4Address(int(ipaddress.IPv4Address("198.18.0.0")) + low % (1 << 17))
    else:
        address = ipaddress.IPv4Address(int(ipaddress.IPv4Address(_DOCUMENTATION[high % 3])) + low % 256)
    if form == "cidr":
        return str(ipaddress.ip_network(f"{address}/{width}", strict=False))
    return str(address) if width == address.max_prefixlen else f"{address}/{width}"


def register(registry: Registry) -> None:
    registry.generators.add(Networks)
