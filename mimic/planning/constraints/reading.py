"""SQL of a CHECK, parsed by sqlglot, as a condition. What has no counterpart is `Refused` with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from mimic import textual
from mimic.conditions import (
    FLIPPED,
    NUMBERS,
    Call,
    Case,
    ColumnRef,
    Compare,
    Constant,
    Expression,
    In,
    IsNull,
    Kind,
    Match,
    Not,
    Operator,
    Sure,
    Truth,
    both,
    either,
    kind_of,
    kind_of_type,
    walk,
)
from mimic.planning.constraints.counting import counted
from mimic.planning.constraints.functions import BLIND, Functions
from mimic.planning.constraints.patterns import glob, like, posix, similar
from mimic.planning.constraints.refusing import Refused
from mimic.schema import Boolean, Column, Date, Enum, Integer, Table, Text, bare

DIALECTS = {"postgresql": "postgres", "sqlite": "sqlite"}
_COMPARED: Mapping[type[exp.Expression], Operator] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_BOOLEAN = (
    *_COMPARED,
    *(exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Operator, exp.Escape),
    *(exp.Like, exp.ILike, exp.SimilarTo, exp.RegexpLike, exp.RegexpILike, exp.Glob, exp.StartsWith),
)
_STRICT = {
    "rtrim",
    "ltrim",
    "trim",
    "lower",
    "upper",
    "ascii_lower",
    "ascii_upper",
    "length",
    "octet_length",
    "left",
    "right",
    "cast",
    "abs",
}
_OPERATORS: Mapping[str, type[exp.Expression]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
    "~": exp.RegexpLike,
    "~*": exp.RegexpILike,
    "~~": exp.Like,
    "~~*": exp.ILike,
}


def read(sql: str, table: Table, engine: str, value: str | None = None) -> Expression:
    """The condition of one CHECK. `value` is the column that VALUE stands for in the CHECK of a domain."""
    try:
        node: Any = parse_one(sql, read=DIALECTS.get(engine, engine))
    except (SqlglotError, RecursionError):
        raise Refused("its SQL cannot be parsed") from None
    try:
        made = Reader(table, engine, value).condition(node)
        if any(isinstance(part, Call) and part.function == BLIND for part in walk(made)):
            raise Refused("a collation outside of a comparison")
    except RecursionError:
        raise Refused("it is nested too deeply") from None
    return made


def read_parts(sql: str, table: Table, engine: str, value: str | None = None) -> tuple[Expression, ...]:
    """Of a CHECK that cannot be read as a whole, the parts of its AND that can: where one of them is false, so is the CHECK."""
    try:
        node: Any = _open(cast(exp.Expression, parse_one(sql, read=DIALECTS.get(engine, engine))))
    except (SqlglotError, RecursionError):
        return ()
    found = list[Expression]()
    for part in node.flatten() if isinstance(node, exp.And) else ():
        try:
            found.append(read(part.sql(DIALECTS.get(engine, engine)), table, engine, value))
        except (Refused, SqlglotError, RecursionError):
            continue
    return tuple(found)


class Reader(Functions):
    """The columns that a condition may name, and how its engine reads them."""

    def __init__(self, table: Table, engine: str, value: str | None) -> None:
        super().__init__(engine)
        self._table, self._value = table, value
        self._columns = {column.name: column for column in table.columns}
        self._folded = {column.name.lower(): column.name for column in table.columns}

    # -- conditions ----------------------------------------------------------------------------------------------------

    def condition(self, node: exp.Expression) -> Expression:
        """A node that stands where SQL wants a boolean."""
        match node:
            case exp.Paren():
                return self.condition(node.this)
            case exp.And():
                return both(*(self.condition(cast(exp.Expression, part)) for part in node.flatten()))
            case exp.Or():
                return either(*(self.condition(cast(exp.Expression, part)) for part in node.flatten()))
            case exp.Not():
                return Not(self.condition(node.this))
            case exp.Is():
                return _negated(self._is(node), node)
            case exp.In():
                return _negated(self._in(node), node)
            case exp.Between():
                return _negated(self._between(node), node)
            case exp.Like() | exp.ILike() | exp.SimilarTo() | exp.RegexpLike() | exp.RegexpILike() | exp.Glob() | exp.StartsWith():
                return _negated(self._match(node), node)
            case exp.Escape():
                return _negated(self._match(node.this, self.text_constant(node.expression)), node.this)
            case exp.NullSafeEQ() | exp.NullSafeNEQ():
                return self._distinct(node)
            case exp.Case() | exp.If():
                return self._case_condition(node)
            case exp.Operator():
                sign = str(node.args["operator"]).rpartition(".")[2]
                if sign not in _OPERATORS:
                    raise Refused(f"the operator {sign}")
                return self.condition(_OPERATORS[sign](this=node.this, expression=node.expression))
            case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
                return self._comparison(node)
        made = self.value(node)
        if kind_of(made) == "boolean":
            return made if not isinstance(made, ColumnRef | Constant | Call | Case) else Truth(made)
        if self.engine == "sqlite" and kind_of(made) in NUMBERS:
            return Compare("<>", made, Constant("integer", 0))
        raise Refused("a value that is no boolean stands for one")

    def value(self, node: exp.Expression) -> Expression:
        """A node that stands for a value; a condition is a boolean value."""
        match node:
            case exp.Paren():
                return self.value(node.this)
            case exp.Column():
                return self._column(node)
            case exp.Case() | exp.If():
                return self._case(node)
        if isinstance(node, _BOOLEAN):
            return self.condition(node)
        return self.function(node)

    def _column(self, node: exp.Column) -> Expression:
        name = str(node.name)
        if self._value is not None and name.upper() == "VALUE" and not node.this.quoted:
            name = self._value
        elif name not in self._columns:
            if self.engine == "sqlite" and name.lower() in self._folded:
                name = self._folded[name.lower()]
            elif self.engine == "sqlite" and node.this.quoted:
                return Constant("text", name)  # SQLite reads "x" as text where no column has that name
            else:
                raise Refused("it names a column that the table does not have")
        column = self._columns[name]
        if not column.written:
            return self._generated(column)
        made: Expression = ColumnRef(name, kind_of_type(column.type))
        kind = bare(column.type)
        if isinstance(kind, Text) and kind.fixed and self.engine == "postgresql":
            made = Call("rtrim", (made,), "text")  # the blanks that pad char(n) mean nothing
        return made

    def _generated(self, column: Column) -> Expression:
        """What a generated column is computed from, where storing it changes nothing: numbers are rounded, texts may be cut."""
        kind = bare(column.type)
        exact = isinstance(kind, Boolean | Integer | Date) or (isinstance(kind, Text) and kind.length is None and not kind.fixed)
        if exact:
            try:
                node: Any = parse_one(column.generated or "", read=DIALECTS.get(self.engine, self.engine))
                made = self.value(node)
            except SqlglotError:
                raise Refused(f"the SQL of the generated column {column.name!r} cannot be parsed") from None
            if kind_of(made) == kind_of_type(column.type):
                return made
        raise Refused(f"it reads the generated column {column.name!r}")

    def _type(self, expression: Expression) -> Any:
        """The logical type of a plain column, else None."""
        if isinstance(expression, Call) and expression.function == "rtrim" and len(expression.arguments) == 1:
            expression = expression.arguments[0]
        return bare(self._columns[expression.name].type) if isinstance(expression, ColumnRef) else None

    # -- comparing ------------------------------------------------------------------------------------------------------

    def _comparison(self, node: exp.Expression) -> Expression:
        op = _COMPARED[type(node)]
        left, right = node.this, node.expression
        for side, other, flip in ((right, left, False), (left, right, True)):
            if (quantified := _quantified(side)) is not None:
                if flip:
                    raise Refused("ANY or ALL on the left")
                return self._any(op, self.value(other), *quantified)
        if (mine := _row(left)) and (theirs := _row(right)):
            pairs = list(zip(mine, theirs, strict=True))
            same = both(*(self.compare("=", self.value(a), self.value(b)) for a, b in pairs))
            if op not in ("=", "<>"):
                return self._order_of_rows(op, pairs)
            return same if op == "=" else Not(same)
        return self.compare(op, self.value(left), self.value(right))

    def _order_of_rows(self, op: Operator, pairs: Sequence[tuple[exp.Expression, exp.Expression]]) -> Expression:
        """The first pair that differs decides."""
        strict: Operator = "<" if op in ("<", "<=") else ">"
        (a, b), rest = pairs[0], pairs[1:]
        if not rest:
            return self.compare(op, self.value(a), self.value(b))
        same = self.compare("=", self.value(a), self.value(b))
        return either(self.compare(strict, self.value(a), self.value(b)), both(same, self._order_of_rows(op, rest)))

    def compare(self, op: Operator, left: Expression, right: Expression) -> Expression:
        left, right = self.comparable(left, right)
        kind = kind_of(left)
        if "other" in (kind, kind_of(right)) or (kind in ("json", "range") and not self._known_null(left, right)):
            raise Refused("it compares values of a type that Mimic only carries")
        if kind == "boolean" and op in ("=", "<>"):
            yes, no = self._as_condition(left), self._as_condition(right)
            if isinstance(right, Constant) and right.value is not None:
                return yes if (op == "=") == bool(right.value) else Not(yes)
            if isinstance(left, Constant) and left.value is not None:
                return no if (op == "=") == bool(left.value) else Not(no)
            same = either(both(yes, no), both(Not(yes), Not(no)))
            return same if op == "=" else either(both(yes, Not(no)), both(Not(yes), no))
        if op not in ("=", "<>") and kind == "text":
            if (listed := self._enum_order(op, left, right)) is not None:
                return listed
            if self.engine != "sqlite":
                raise Refused("the order of text, which depends on the database's collation")
        if op not in ("=", "<>") and kind in ("jsonb", "array"):
            raise Refused("the order of documents or arrays")
        if (count := counted(op, left, right)) is not None:
            return count
        if isinstance(left, Constant) and not isinstance(right, Constant):
            op, left, right = FLIPPED[op], right, left
        return Compare(op, left, right)

    @staticmethod
    def _known_null(left: Expression, right: Expression) -> bool:
        return any(isinstance(side, Constant) and side.value is None for side in (left, right))

    def _as_condition(self, value: Expression) -> Expression:
        return Truth(value) if isinstance(value, ColumnRef | Constant | Call | Case) else value

    def comparable(self, left: Expression, right: Expression) -> tuple[Expression, Expression]:
        """Both sides in one kind: literals take the kind of the other side, text that ignores case is lowered."""
        ignore = any(isinstance(kind := self._type(side), Text) and kind.ignore_case for side in (left, right))
        if blind := [side for side in (left, right) if isinstance(side, Call) and side.function == BLIND]:
            ignore = True
            left, right = (side.arguments[0] if isinstance(side, Call) and side in blind else side for side in (left, right))
        left, right = self._adapted(left, kind_of(right)), self._adapted(right, kind_of(left))
        a, b = kind_of(left), kind_of(right)
        if self.engine == "sqlite" and "boolean" in (a, b) and a != b and {a, b} <= NUMBERS | {"boolean"}:
            left, right = self.cast(left, "integer"), self.cast(right, "integer")
        elif a != b and not {a, b} <= NUMBERS and not {a, b} <= {"date", "timestamp", "timestamptz"}:
            raise Refused(f"it compares {a} with {b}")
        if ignore and kind_of(left) == kind_of(right) == "text":
            return self._lowered(left), self._lowered(right)
        return left, right

    def _lowered(self, value: Expression) -> Expression:
        if isinstance(value, Constant):
            return Constant("text", value.value.lower() if isinstance(value.value, str) else None)
        return Call("ascii_lower" if self.engine == "sqlite" else "lower", (value,), "text")

    def _adapted(self, value: Expression, kind: Kind) -> Expression:
        """A literal of unknown type takes the type of what it is compared with."""
        if isinstance(value, Constant) and value.kind != kind and (value.kind == "text" or value.value is None):
            return self.constant_as(value, kind)
        return value

    def _enum_order(self, op: Operator, left: Expression, right: Expression) -> Expression | None:
        kind = self._type(left)
        if not (isinstance(kind, Enum) and isinstance(right, Constant)):
            return None
        if right.value not in kind.labels:
            raise Refused("the order of a label that the enum does not have")
        at = kind.labels.index(str(right.value))
        kept = {"<": kind.labels[:at], "<=": kind.labels[: at + 1], ">": kind.labels[at + 1 :], ">=": kind.labels[at:]}[op]
        return In(left, tuple(Constant("text", label) for label in kept))

    def _any(self, op: Operator, left: Expression, whole: bool, array: exp.Expression) -> Expression:
        """`left op ANY (array)`, or ALL where `whole`."""
        items = self._items(array)
        if items is None:
            array_value = self.value(array)
            if kind_of(array_value) != "array" or (op, whole) not in (("=", False), ("<>", True)):
                raise Refused("ANY or ALL of a column")
            found = Truth(Call("array_has", (left, array_value), "boolean"))
            return Not(found) if whole else found
        if op == "=" and not whole:
            return self._one_of(left, items)
        if op == "<>" and whole:
            return Not(self._one_of(left, items))
        return (both if whole else either)(*(self.compare(op, left, item) for item in items))

    def _items(self, array: exp.Expression) -> list[Expression] | None:
        """The elements of an array that is written out, else None."""
        array = _open(array)
        if isinstance(array, exp.Cast):
            inner = self._items(array.this)
            if inner is not None:
                return inner
            if isinstance(_open(array.this), exp.Literal):
                try:
                    return [Constant("text", item) for item in textual.array(str(_open(array.this).this))]
                except ValueError:
                    raise Refused("an array that cannot be read") from None
            return None
        if isinstance(array, exp.Array | exp.Tuple):
            return [self.value(item) for item in array.expressions]
        return None

    def _in(self, node: exp.In) -> Expression:
        if node.args.get("query") or node.args.get("unnest") or not node.expressions:
            raise Refused("a subquery")
        return self._one_of(self.value(node.this), [self.value(item) for item in node.expressions])

    def _one_of(self, left: Expression, items: list[Expression]) -> Expression:
        if not items:
            return Truth(Constant("boolean", False))
        parts: list[Expression] = []
        listed: list[Constant] = []
        of = left
        for item in items:
            made = self.compare("=", left, item)
            if isinstance(made, Compare) and isinstance(made.right, Constant) and made.right.value is not None:
                of = made.left
                listed.append(made.right)
            else:
                parts.append(made)
        if len(listed) > 1:
            parts.insert(0, In(of, tuple(dict.fromkeys(listed))))
        elif listed:
            parts.insert(0, Compare("=", of, listed[0]))
        return either(*parts)

    def _between(self, node: exp.Between) -> Expression:
        of, low, high = self.value(node.this), self.value(node.args["low"]), self.value(node.args["high"])
        plain = both(self.compare(">=", of, low), self.compare("<=", of, high))
        if not node.args.get("symmetric"):
            return plain
        return either(plain, both(self.compare(">=", of, high), self.compare("<=", of, low)))

    # -- NULL ------------------------------------------------------------------------------------------------------------

    def _is(self, node: exp.Is) -> Expression:
        match node.expression:
            case exp.Null():
                inner = _open(node.this)
                if isinstance(inner, exp.Tuple) or (isinstance(inner, exp.Anonymous) and str(inner.this).lower() == "row"):
                    raise Refused("a row that is compared with NULL")
                return is_null(self.value(inner))
            case exp.Boolean():
                part = self.condition(node.this)
                return Sure(part if node.expression.this else Not(part))
        raise Refused("an IS that is no comparison with NULL or a boolean")

    def _distinct(self, node: exp.Expression) -> Expression:
        """IS [NOT] DISTINCT FROM, and SQLite's IS between values."""
        left, right = self.value(node.this), self.value(node.expression)
        null_left, null_right = is_null(left), is_null(right)
        if isinstance(right, Constant):
            if right.value is None:
                same: Expression = null_left
            else:
                same = Sure(self.compare("=", left, right))
        else:
            same = either(both(null_left, null_right), Sure(self.compare("=", left, right)))
        return same if isinstance(node, exp.NullSafeEQ) else Not(same)

    # -- patterns --------------------------------------------------------------------------------------------------------

    def _match(self, node: exp.Expression, escape: str | None = None) -> Expression:
        if (quantified := _quantified(node.expression)) is not None:
            items = self._items(quantified[1])
            if items is None:
                raise Refused("a list of patterns that is no constant")
            return (both if quantified[0] else either)(*(self._one_match(node, item, escape) for item in items))
        return self._one_match(node, self._pattern(node.expression), escape)

    def _pattern(self, node: exp.Expression) -> Expression:
        inner = _open(node)
        if isinstance(inner, exp.Anonymous) and str(inner.this).lower() in ("similar_to_escape", "similar_escape"):
            escapes = [self.text_constant(item) for item in inner.expressions[1:] if not isinstance(item, exp.Null)]
            return Constant("other", similar(self.text_constant(inner.expressions[0]), *escapes))
        return self.value(node)

    def _one_match(self, node: exp.Expression, pattern: Expression, escape: str | None) -> Expression:
        if not isinstance(pattern, Constant) or not isinstance(pattern.value, str):
            raise Refused("a pattern that is no constant")
        of = self.as_text(self.value(node.this))
        kind = self._type(of)
        ignore = isinstance(kind, Text) and kind.ignore_case and self.engine == "postgresql"
        padded = isinstance(kind, Text) and kind.fixed and kind.length and not isinstance(_open(node.this), exp.Cast)
        if padded and self.engine == "postgresql" and isinstance(of, Call):
            of = Call("pad", (of.arguments[0], Constant("integer", kind.length)), "text")
        text = pattern.value
        if pattern.kind == "other":
            return Match(of, text, ignore)
        match node:
            case exp.Like() | exp.ILike():
                default = "" if self.engine == "sqlite" else "\\"
                case_blind = isinstance(node, exp.ILike) or self.engine == "sqlite"
                return Match(of, like(text, default if escape is None else escape), case_blind or ignore)
            case exp.SimilarTo():
                return Match(of, similar(text, *([] if escape is None else [escape])), ignore)
            case exp.Glob():
                return Match(of, glob(text))
            case exp.StartsWith():
                return Match(of, like("".join(f"\\{sign}" for sign in text) + "%"), ignore)
        if self.engine == "sqlite":
            raise Refused("REGEXP, which SQLite leaves to the application")
        made, blind = posix(text)
        return Match(of, made, ignore or blind or isinstance(node, exp.RegexpILike))

    # -- CASE ------------------------------------------------------------------------------------------------------------

    def _branches(self, node: exp.Expression) -> tuple[list[tuple[Expression, exp.Expression]], exp.Expression]:
        nothing = exp.Null()
        if isinstance(node, exp.If):
            return [(self.condition(node.this), node.args["true"])], node.args.get("false") or nothing
        made = []
        for branch in node.args["ifs"]:
            when = self.condition(branch.this) if node.this is None else self.compare("=", self.value(node.this), self.value(branch.this))
            made.append((when, branch.args["true"]))
        return made, node.args.get("default") or nothing

    def _case_condition(self, node: exp.Expression) -> Expression:
        branches, otherwise = self._branches(node)
        parts: list[Expression] = []
        before: list[Expression] = []
        for when, then in [*branches, (Truth(Constant("boolean", True)), otherwise)]:
            here = [Not(Sure(earlier)) for earlier in before]
            if when != Truth(Constant("boolean", True)):
                here.append(cast(Any, Sure(when)))
            if isinstance(_open(then), exp.Null):
                result: Expression = Truth(Constant("boolean", None))
            else:
                result = self.condition(then)
            parts.append(both(*here, result))
            before.append(when)
        return either(*parts)

    def _case(self, node: exp.Expression) -> Expression:
        branches, otherwise = self._branches(node)
        results = [self.value(then) for _, then in branches] + [self.value(otherwise)]
        kinds = {kind_of(result) for result in results if not (isinstance(result, Constant) and result.value is None)}
        if kinds <= NUMBERS and kinds:
            kind: Kind = "float" if "float" in kinds else "decimal" if "decimal" in kinds else "integer"
        elif len(kinds) == 1:
            kind = kinds.pop()
        else:
            raise Refused("a CASE of several types")
        if kind == "boolean":
            return self._case_condition(node)
        results = [self._adapted(result, kind) for result in results]
        made = tuple((when, result) for (when, _), result in zip(branches, results, strict=False))
        return Case(made, results[-1], kind)


def is_null(value: Expression) -> IsNull:
    """`value IS NULL`, without the functions around a column that are NULL where it is and nowhere else."""
    while isinstance(value, Call) and value.function in _STRICT and (value.function != "cast" or value.kind == "text"):
        value = value.arguments[0]
    return IsNull(value)


def _row(node: exp.Expression) -> list[exp.Expression]:
    """The values of `(a, b)`, which the server writes as ROW(a, b); nothing for what is no row."""
    node = _open(node)
    row = isinstance(node, exp.Tuple) or (isinstance(node, exp.Anonymous) and str(node.this).upper() == "ROW")
    return list(node.expressions) if row else []


def _open(node: exp.Expression) -> Any:
    """A node without the parentheses around it."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _negated(made: Expression, node: exp.Expression) -> Expression:
    return Not(made) if node.args.get("negate") else made


def _quantified(node: exp.Expression) -> tuple[bool, exp.Expression] | None:
    """Whether ALL, and the array, of `ANY (...)`, `SOME (...)`, `ALL (...)`."""
    if isinstance(node, exp.Any):
        return False, node.this
    if isinstance(node, exp.All):
        return True, node.this
    if isinstance(node, exp.Anonymous) and str(node.this).upper() in ("ALL", "ANY", "SOME") and len(node.expressions) == 1:
        return str(node.this).upper() == "ALL", node.expressions[0]
    return None
