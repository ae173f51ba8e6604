"""Whether rows satisfy a condition, judged a column at a time in SQL's three-valued logic.

Inside, every kind of value has one Arrow form: numbers int64, decimal or float64; moments, times of day and intervals int64
microseconds; text, JSON, arrays and ranges strings. `now` is the midnight that begins the given day, in UTC, so that a verdict
does not depend on the hour of the run. Where a function is undefined (a text that is no number, a division by zero) the
result is NULL; the compiler adds what the engine would make of it.
"""

from mimic.truth.carrying import carried
from mimic.truth.comparing import compare, matches
from mimic.truth.forms import MICROS, floats, inner, read
from mimic.truth.functions import FUNCTIONS
from mimic.truth.rows import TODAY, Rows, day_of, evaluate, violated

__all__ = [
    "FUNCTIONS",
    "MICROS",
    "TODAY",
    "Rows",
    "carried",
    "compare",
    "day_of",
    "evaluate",
    "floats",
    "inner",
    "matches",
    "read",
    "violated",
]
