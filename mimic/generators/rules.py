"""Numbers where there are no rows to learn from: shapes that the meaning of a column alone suggests.

Each rule gives a sketch in the column's own unit and how many decimals its values have. Sizes are those of ordinary
applications: prices follow a lognormal with a median near 20, counts fall off geometrically, percentages are spread evenly.
"""

from __future__ import annotations

import re

import numpy as np
from scipy.special import ndtri

from mimic.generators.cells import Sketch, described, even, mixed
from mimic.generators.cells import constant as always
from mimic.semantics import Kind
from mimic.streams import Floats


def lognormal(median: float, sigma: float) -> Sketch:
    return described(lambda u: median * np.exp(sigma * ndtri(u)), floor=0.0)


def geometric(mean: float) -> Sketch:
    """Whole numbers from 0 that become rarer: as a continuous exponential, rounded down when drawn."""
    return described(lambda u: np.floor(np.log1p(-u) / np.log(mean / (1 + mean))), floor=0.0)


def normal(mean: float, deviation: float) -> Sketch:
    def ppf(u: Floats) -> Floats:
        return np.asarray(mean + deviation * ndtri(u), dtype=np.float64)

    return described(ppf)


_NAMED: tuple[tuple[str, str], ...] = (
    (r"(timestamp|_at|_on|_time|_date|_refresh|expiration|not_before|created|updated|modified)(_ms|_millis)?$", "moment"),
    (r"exit_?(status|code)$|return_?code$", "exit"),
    (
        r"(^|_)(status|state|type|kind|mode|role|action|action_flag|flag|realm|visibility|access|category|class|level|stage|phase|theme|method|format|source|gender|sex|requirement|decision|strategy|policy)$",
        "choice",
    ),
    (r"(^|_)(limit|quota|max|maximum|capacity|cap|threshold)$|^(max|limit|quota)_|_limit_|_limit", "limit"),
    (r"(^|_)(timeout|ttl|lifespan|lifetime|interval|retention|delay|grace|period)(_?(s|sec|secs|seconds|ms))?$", "span"),
    (r"(attempt|attempts|retry|retries|failures?|fails|errors?|warnings?)(_count)?$|^(failed|failures?|errors?|retry|retries)_", "mishaps"),
    (r"(^|_)(hour|hours_of_day)$", "hour"),
    (r"(^|_)(minute)$", "minute"),
    (r"(^|_)(day_of_week|weekday|dow)$", "weekday"),
    (r"(^|_)(day|day_of_month)$", "day"),
    (r"(^|_)(month)$", "month"),
    (r"(^|_)(quarter)$", "quarter"),
    (r"(^|_)(week|week_of_year)$", "week"),
    (r"(^|_)days?(_|$)|days", "days"),
    (r"(^|_)(pid|process_id)$", "pid"),
    (r"^(is|has|can|allow|allows|enable|enabled)_", "flag"),
    (r"lat(itude)?$", "latitude"),
    (r"(lng|lon|long|longitude)$", "longitude"),
    (r"(percent|percentage|pct)", "percent"),
    (r"(ratio|rate|probability|share|fraction|confidence)$", "ratio"),
    (r"(cents)$|in_cents", "cents"),
    (r"(price|amount|cost|total|fee|balance|revenue|tax|salary|money|budget|payment|discount)", "money"),
    (r"(year)$", "year"),
    (r"(age)$", "age"),
    (r"(quantity|qty)", "quantity"),
    (r"(position|ordinal|sort|rank|sequence|order|index|priority|weight|level|depth)$", "position"),
    (r"(bytes|filesize|file_size|size)$", "bytes"),
    (r"(width|height)$", "pixels"),
    (r"(duration|seconds|elapsed|timeout|interval|ttl|runtime)", "duration"),
    (r"(minutes|length)$", "minutes"),
    (r"(rating|stars|score|grade)$", "rating"),
    (r"(port)$", "port"),
    (r"(status_code|http_code|http_status|response_code)", "http"),
    (r"(version|revision|lock_version)", "version"),
    (r"(count|counter|views|likes|votes|downloads|comments|visits|attempts|retries|number_of|num_|n_)", "count"),
)
_MEANINGS = {
    Kind.LATITUDE: "latitude",
    Kind.LONGITUDE: "longitude",
    Kind.PERCENT: "percent",
    Kind.MONEY: "money",
    Kind.SALARY: "salary",
    Kind.YEAR: "year",
    Kind.AGE: "age",
    Kind.QUANTITY: "quantity",
    Kind.POSITION: "position",
    Kind.COUNT: "count",
    Kind.FLAG: "flag",
    Kind.VERSION: "version",
    Kind.ID: "id",
}


_PLAIN = frozenset(
    {"moment", "exit", "choice", "limit", "span", "mishaps", "hour", "minute", "weekday", "day", "month", "quarter", "week", "days", "pid"}
)
_CROWD = re.compile(r"(page|batch|team|pool|group|party|family|class|queue|sample|chunk|window|step|shoe|font)_?size")


def rule(kind: Kind, name: str, *, year: int = 2025, today: int = 20_089, bits: int = 0) -> tuple[Sketch, int]:
    """The sketch for a column that means `kind` and is called `name`, and its decimals (0 for whole numbers).

    `today` (days since 1970) and `bits` of whole numbers are for moments that are told as numbers, in seconds or milliseconds.
    """
    meant = _MEANINGS.get(kind, "")
    lowered = name.lower()
    named = next((what for pattern, what in _NAMED if re.search(pattern, lowered)), "")
    if (named in _PLAIN and (named != "moment" or bits >= 32)) or (
        named == "bytes" and meant == "count" and not _CROWD.search(lowered)
    ):  # the name says more than the meaning
        meant = named
    # "money" alone does not say whether `total_cents` counts cents.
    if meant in ("", "money"):
        meant = next((what for pattern, what in _NAMED if re.search(pattern, lowered)), meant)
    match meant:
        case "latitude":
            return normal(42.0, 9.0), 6
        case "longitude":
            return mixed([(normal(8.0, 9.0), 0.6), (normal(-90.0, 15.0), 0.4)]), 6
        case "percent":
            return even(0, 100), 0
        case "ratio":
            return even(0, 1), 3
        case "cents":
            return lognormal(1_999, 1.0), 0
        case "money":
            return lognormal(19.99, 1.0), 2
        case "salary":
            return lognormal(48_000, 0.4), 0
        case "year":
            return described(lambda u: year - 25 * (1 - u) ** 2), 0
        case "age":
            return described(lambda u: 18 + 62 * u**1.4), 0
        case "quantity":
            return geometric(2.0).scaled(1.0, 1.0), 0
        case "position":
            return geometric(4.0).scaled(1.0, 1.0), 0
        case "bytes":
            return lognormal(48_000, 1.8), 0
        case "pixels":
            return lognormal(800, 0.5), 0
        case "duration":
            return lognormal(90, 1.2), 0
        case "minutes":
            return normal(100, 20), 0
        case "rating":
            return described(lambda u: 1 + 4 * u**0.6, floor=0.0), 0
        case "port":
            return even(1_024, 49_151), 0
        case "http":
            parts = ((200, 0.82), (302, 0.06), (404, 0.08), (500, 0.04))
            return mixed([(always(code), share) for code, share in parts]), 0
        case "moment":
            end = 86_400.0 * today * (1_000 if bits > 32 and re.search(r"timestamp|time$|_ms|millis", lowered) else 1)
            return described(lambda u: end * (1 - 0.05 * (1 - u) ** 1.5)), 0
        case "exit":
            return mixed([(always(code), share) for code, share in ((0, 0.9), (1, 0.07), (2, 0.02), (127, 0.01))]), 0
        case "choice":
            return mixed([(always(code), share) for code, share in ((0, 0.3), (1, 0.45), (2, 0.15), (3, 0.1))]), 0
        case "limit":
            return mixed([(always(n), 1.0) for n in (5, 10, 20, 25, 50, 100, 200, 500, 1_000)]), 0
        case "span":
            return mixed([(always(n), 1.0) for n in (30, 60, 120, 300, 600, 1_800, 3_600, 86_400)]), 0
        case "mishaps":
            return geometric(0.6), 0
        case "hour":
            return even(0, 23.49), 0
        case "minute":
            return even(0, 59.49), 0
        case "weekday":
            return even(0.51, 7.49), 0
        case "day":
            return even(0.51, 28.49), 0
        case "month":
            return even(0.51, 12.49), 0
        case "quarter":
            return even(0.51, 4.49), 0
        case "week":
            return even(0.51, 52.49), 0
        case "days":
            return lognormal(10, 0.8), 0
        case "pid":
            return even(300, 65_000), 0
        case "version":
            return geometric(2.0), 0
        case "flag":
            return mixed([(always(0), 0.7), (always(1), 0.3)]), 0
        case "id":
            return even(1, 100_000), 0
        case "count":
            return geometric(12.0), 0
    return lognormal(40, 1.2), 0
