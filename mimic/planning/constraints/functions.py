"""Functions, arithmetic, literals and casts of a CHECK, as values of a condition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from mimic import textual
from mimic.conditions import MOMENTS, NUMBERS, Call, Case, ColumnRef, Constant, Expression, Kind, Truth, both, either, kind_of
from mimic.planning.constraints.refusing import Refused
from mimic.truth import inner

_KINDS: Mapping[str, Kind] = {
    "BOOLEAN": "boolean",
    "TINYINT": "integer",
    "SMALLINT": "integer",
    "INT": "integer",
    "BIGINT": "integer",
    "DECIMAL": "decimal",
    "FLOAT": "float",
    "DOUBLE": "float",
    "TEXT": "text",
    "VARCHAR": "text",
    "NVARCHAR": "text",
    "CHAR": "text",
    "BPCHAR": "text",
    "NAME": "text",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMPNTZ": "timestamp",
    "DATETIME": "timestamp",
    "TIMESTAMPTZ": "timestamptz",
    "TIME": "time",
    "INTERVAL": "interval",
    "UUID": "uuid",
    "JSON": "json",
    "JSONB": "jsonb",
    "ARRAY": "array",
    "VARBINARY": "bytes",
    "BYTEA": "bytes",
    "BLOB": "bytes",
}
_ARITHMETIC: Mapping[type[exp.Expression], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
BLIND = "COLLATE NOCASE"  # marks a text for whoever compares it; nothing computes it
_FIELDS = {"year", "month", "day", "hour", "minute", "second", "quarter", "week", "doy", "dow", "isodow", "isoyear", "epoch"}


class Functions:
    """Values other than columns. The reader of conditions completes it with `value` and `condition`."""

    def __init__(self, engine: str) -> None:
        self.engine = engine

    def value(self, node: exp.Expression) -> Expression:
        raise NotImplementedError

    def function(self, node: exp.Expression) -> Expression:
        """Any node that is neither a column, a condition nor a CASE."""
        match node:
            case exp.Literal():
                return Constant("text", str(node.this)) if node.is_string else _numeral(str(node.this), self.engine)
            case exp.Null():
                return Constant("text", None)
            case exp.Boolean():
                return Constant("boolean", bool(node.this))
            case exp.RawString() | exp.ByteString() | exp.National():
                return Constant("text", str(node.this))
            case exp.HexString():
                return Constant("bytes", str(node.this))
            case exp.Neg():
                return self._negative(self.value(node.this))
            case exp.Add() | exp.Sub() | exp.Mul() | exp.Div() | exp.Mod():
                return self.arithmetic(_ARITHMETIC[type(node)], self.value(node.this), self.value(node.expression))
            case exp.Cast():
                return self._cast_node(node)
            case exp.Array():
                return self._written_out(node)
            case exp.Collate():
                return self._collated(node)
            case exp.CurrentDate():
                return Call("today", (), "date")
            case exp.CurrentTimestamp():
                return Call("now", (), "timestamptz")
            case exp.Interval():
                unit = node.args.get("unit")
                return self.constant_as(Constant("text", f"{node.this.this} {unit.name if unit else ''}".strip()), "interval")
            case exp.JSONExtract() | exp.JSONBExtract() | exp.JSONExtractScalar() | exp.JSONBExtractScalar():
                return self._json_path(node)
            case exp.Lower() | exp.Upper():
                return self._case_of_letters(node)
            case exp.Trim():
                side = str(node.args.get("position") or "BOTH").upper()
                name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(side, "trim")
                letters = [Constant("text", self.text_constant(node.expression))] if node.args.get("expression") else []
                return Call(name, (self.as_text(self.value(node.this)), *letters), "text")
            case exp.Length():
                return self._length(self.value(node.this))
            case exp.Extract():
                field = node.this.name if isinstance(node.this, exp.Var) else self.text_constant(node.this)
                return self._extract(str(field), self.value(node.expression))
            case exp.TimestampTrunc() | exp.DateTrunc():
                unit = node.args["unit"]
                return self._date_trunc(str(unit.name or unit.this), self.value(node.this))
            case exp.StrPosition():
                return Call("position", (self.as_text(self.value(node.this)), self.as_text(self.value(node.args["substr"]))), "integer")
            case exp.Substring():
                start = node.args.get("start")
                more = [node.args[name] for name in ("length",) if node.args.get(name)]
                if start is None:
                    raise Refused("a substring by pattern")
                numbers = [self._whole_constant(part) for part in (start, *more)]
                if _negative(numbers[0]) or (self.engine == "sqlite" and not numbers[0].value):
                    raise Refused("a substring from the end")
                return Call("substring", (self.as_text(self.value(node.this)), *numbers), "text")
            case exp.Left() | exp.Right():
                name = "left" if isinstance(node, exp.Left) else "right"
                return Call(name, (self.as_text(self.value(node.this)), self._whole_constant(node.expression)), "text")
            case exp.DPipe():
                return self._concatenated(node)
            case exp.Coalesce() | exp.Greatest() | exp.Least():
                name = {exp.Coalesce: "coalesce", exp.Greatest: "greatest"}.get(type(node), "least")
                if name != "coalesce" and self.engine == "sqlite":
                    raise Refused("max() or min() of several values")
                return self._alike(name, [self.value(part) for part in (node.this, *node.expressions)])
            case exp.Nullif():
                return self._alike("nullif", [self.value(node.this), self.value(node.expression)])
            case exp.Abs() | exp.Sign() | exp.Sqrt() | exp.Floor() | exp.Ceil():
                value = self._number(self.value(node.this))
                name = {exp.Abs: "abs", exp.Sign: "sign", exp.Sqrt: "sqrt", exp.Floor: "floor"}.get(type(node), "ceil")
                return Call(name, (value,), "float" if name in ("sign", "sqrt") else kind_of(value))
            case exp.Round() | exp.Trunc():
                value = self._number(self.value(node.this))
                places = node.args.get("decimals")
                more = [self._whole_constant(places)] if places is not None else []
                return Call("round" if isinstance(node, exp.Round) else "trunc", (value, *more), kind_of(value))
            case exp.Pow():
                return Call("power", (self._number(self.value(node.this)), self._number(self.value(node.expression))), "float")
            case exp.Date():
                return self.cast(self.value(node.this), "date")
            case exp.ArraySize():
                dimension = self._whole_constant(node.expression) if node.args.get("expression") else Constant("integer", 1)
                return Call("array_length", (self.value(node.this), dimension), "integer")
            case exp.ArrayPosition():
                element = self.value(node.expression)
                if not isinstance(element, Constant):
                    raise Refused("the position of a value that is no constant")
                return Call("array_position", (self._array(self.value(node.this)), element), "integer")
            case exp.ArrayContainsAll() | exp.ArrayContainedBy() | exp.ArrayOverlaps():
                return self._containment(node)
            case exp.Pad():
                fill = (
                    Constant("text", self.text_constant(node.args["fill_pattern"]))
                    if node.args.get("fill_pattern")
                    else Constant("text", " ")
                )
                name = "lpad" if node.args.get("is_left") else "rpad"
                return Call(name, (self.as_text(self.value(node.this)), self._whole_constant(node.expression), fill), "text")
            case exp.SplitPart():
                at = self._whole_constant(node.args["part_index"])
                sign = Constant("text", self.text_constant(node.args["delimiter"]))
                if not isinstance(at.value, int) or at.value < 1 or not sign.value:
                    raise Refused("a part counted from the end")
                return Call("split_part", (self.as_text(self.value(node.this)), sign, at), "text")
            case exp.Initcap():
                return Call("initcap", (self.as_text(self.value(node.this)),), "text")
            case exp.JSONBContainsAllTopKeys() | exp.JSONBContainsAnyTopKeys():
                document, keys = self.value(node.this), self.value(node.expression)
                listed = textual.array(str(keys.value)) if isinstance(keys, Constant) and keys.kind == "array" else []
                if not listed or None in listed:
                    raise Refused("keys of a document that are no constants")
                each = (Truth(Call("json_has", (document, Constant("text", key)), "boolean")) for key in listed)
                return both(*each) if isinstance(node, exp.JSONBContainsAllTopKeys) else either(*each)
            case exp.JSONBContains() | exp.JSONBContainsTopKey():
                return Call("json_has", (self.value(node.this), Constant("text", self.text_constant(node.expression))), "boolean")
            case exp.Bracket():
                at = self._whole_constant(node.expressions[0])
                shift = 1 if self.engine == "postgresql" else 0  # sqlglot counts from 0
                return Call("array_item", (self._array(self.value(node.this)), Constant("integer", int(at.value or 0) + shift)), "text")
            case exp.Typeof():
                return self._typeof(self.value(node.this))
            case exp.Concat():
                return Call("concat", tuple(self.as_text(self.value(part)) for part in node.expressions), "text")
            case exp.Replace():
                words = [Constant("text", self.text_constant(node.args[name])) for name in ("expression", "replacement")]
                return Call("replace", (self.as_text(self.value(node.this)), *words), "text")
            case exp.Anonymous():
                return self._named(str(node.this).lower(), list(node.expressions))
            case exp.Dot():
                called = node.expression
                raise Refused(f"the function {called.this if isinstance(called, exp.Anonymous) else called.name}")
        raise Refused(f"{node.key.replace('_', ' ')}, which Mimic does not compute")

    def _named(self, name: str, parts: list[exp.Expression]) -> Expression:
        """Functions for which sqlglot has no node of its own."""
        if name in ("num_nonnulls", "num_nulls"):
            return Call(name, tuple(self.value(part) for part in parts), "integer")
        if name in ("octet_length", "bit_length"):
            value = self.value(parts[0])
            length = Call("octet_length", (value if kind_of(value) == "bytes" else self.as_text(value),), "integer")
            return length if name == "octet_length" else Call("*", (length, Constant("integer", 8)), "integer")
        if name in ("json_typeof", "jsonb_typeof", "json_array_length", "jsonb_array_length"):
            return Call(name.replace("jsonb", "json"), (self._document(self.value(parts[0])),), "text" if "typeof" in name else "integer")
        if name == "json_valid":
            return Call("json_valid", (self.as_text(self.value(parts[0])),), "integer")
        if name in ("cardinality", "array_length", "array_ndims"):
            if name == "array_ndims":
                raise Refused("the function array_ndims")
            return Call(name, (self._array(self.value(parts[0])), *(self._whole_constant(part) for part in parts[1:])), "integer")
        if name in ("isempty", "lower_inf", "upper_inf"):
            value = self.value(parts[0])
            if kind_of(value) != "range":
                raise Refused(f"the function {name} of something that is no range")
            return Call(name, (value,), "boolean")
        if name in ("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp"):
            return Call("now", (), "timestamptz")
        if name in ("btrim", "ltrim", "rtrim"):
            letters = [Constant("text", self.text_constant(part)) for part in parts[1:]]
            return Call(name.replace("btrim", "trim"), (self.as_text(self.value(parts[0])), *letters), "text")
        if name in ("char_length", "character_length"):
            return self._length(self.value(parts[0]))
        if name == "date_part":
            return self._extract(self.text_constant(parts[0]), self.value(parts[1]))
        raise Refused(f"the function {name}")

    # -- literals ----------------------------------------------------------------------------------------------------------

    def text_constant(self, node: exp.Expression) -> str:
        made = self.value(node)
        if not isinstance(made, Constant) or not isinstance(made.value, str):
            raise Refused("a text that is no constant")
        return made.value

    def _whole_constant(self, node: exp.Expression) -> Constant:
        made = self.value(node)
        if not isinstance(made, Constant) or made.kind != "integer":
            raise Refused("a number that is no constant")
        return made

    def constant_as(self, value: Constant, kind: Kind) -> Constant | Call:
        """A literal as a value of another kind."""
        found = value.value
        if found is None or kind in ("text", "json", "jsonb", "array", "range", "other"):
            return Constant(kind, None if found is None else _spelt(found))
        if isinstance(found, str) and found.lower() in ("now", "today") and kind in MOMENTS:
            return Call("today" if kind == "date" else "now", (), kind)
        try:
            if kind in ("integer", "float"):
                text = str(found)
                return Constant(kind, float(text) if kind == "float" else int(text) if text.lstrip("+-").isdigit() else round(float(text)))
            if kind == "decimal":
                text = str(found)
                float(text)
                return Constant(kind, text)
            if kind == "boolean":
                words = {"t": True, "true": True, "1": True, "yes": True, "on": True}
                words |= {"f": False, "false": False, "0": False, "no": False, "off": False}
                return Constant(kind, words[str(found).lower()])
            inner(str(found), kind)
        except (ValueError, KeyError, OverflowError):
            raise Refused(f"a literal that is no {kind}") from None
        return Constant(kind, str(found))

    # -- arithmetic --------------------------------------------------------------------------------------------------------

    def arithmetic(self, sign: str, left: Expression, right: Expression) -> Expression:
        a, b = kind_of(left), kind_of(right)
        if a in NUMBERS and isinstance(right, Constant) and b == "text":
            right = self.constant_as(right, a)
        elif b in NUMBERS and isinstance(left, Constant) and a == "text":
            left = self.constant_as(left, b)
        if self.engine == "sqlite":  # where a condition is 0 or 1
            left, right = (self.cast(side, "integer") if kind_of(side) == "boolean" else side for side in (left, right))
        a, b = kind_of(left), kind_of(right)
        if {a, b} <= NUMBERS:
            kind: Kind = "float" if "float" in (a, b) else "decimal" if "decimal" in (a, b) else "integer"
            return Call(sign, (left, right), kind)
        if sign in "+-" and a in MOMENTS | {"time"} and b == "interval":
            return self._shifted(left, right, sign)
        if sign == "+" and a == "interval" and b in MOMENTS | {"time"}:
            return self._shifted(right, left, sign)
        if sign in "+-" and a == "date" and b == "integer":
            return Call("plus_days", (left, right if sign == "+" else self._negative(right)), "date")
        if sign == "-" and a == b == "date":
            return Call("days_apart", (left, right), "integer")
        if sign == "-" and ({a, b} <= MOMENTS or a == b == "time"):
            return Call("-", (left, right), "interval")
        if sign in "+-" and a == b == "interval":
            return Call(sign, (left, right), "interval")
        if sign == "*" and {a, b} & NUMBERS and "interval" in (a, b):
            number, span = (left, right) if b == "interval" else (right, left)
            if isinstance(span, Constant) and isinstance(span.value, str) and not textual.interval_parts(span.value)[0]:
                return Call("times", (number, span), "interval")
        if sign in "-" and a in ("jsonb", "array"):
            raise Refused("a document without some of its keys")
        raise Refused(f"{a} {sign} {b}")

    def _shifted(self, at: Expression, span: Expression, sign: str) -> Expression:
        kind = "timestamp" if kind_of(at) == "date" else kind_of(at)
        if isinstance(span, Constant) and isinstance(span.value, str):
            months, micros = textual.interval_parts(span.value)
            turn = -1 if sign == "-" else 1
            if kind == "time":
                raise Refused("a time of day that is moved")
            return Call("shift", (at, Constant("integer", turn * months), Constant("integer", turn * micros)), kind)
        return Call(sign, (at, span), kind)

    def _negative(self, value: Expression) -> Expression:
        if isinstance(value, Constant) and isinstance(value.value, int | float) and not isinstance(value.value, bool):
            return Constant(value.kind, -value.value)
        if isinstance(value, Constant) and value.kind == "decimal" and isinstance(value.value, str):
            return Constant("decimal", value.value[1:] if value.value.startswith("-") else f"-{value.value}")
        if kind_of(value) not in NUMBERS:
            raise Refused("the negative of something that is no number")
        return Call("neg", (value,), kind_of(value))

    def _number(self, value: Expression) -> Expression:
        if kind_of(value) not in NUMBERS:
            raise Refused("a function of numbers of something that is no number")
        return value

    def _alike(self, name: str, values: list[Expression]) -> Expression:
        """A function whose arguments are of one kind."""
        kinds = [kind_of(value) for value in values if not isinstance(value, Constant)] or [kind_of(value) for value in values]
        kind = kinds[0]
        if all(found in NUMBERS for found in kinds):
            kind = "float" if "float" in kinds else "decimal" if "decimal" in kinds else "integer"
            if any(isinstance(value, Constant) and value.kind == "decimal" for value in values) and kind == "integer":
                kind = "decimal"
        elif any(found != kind for found in kinds):
            raise Refused(f"{name} of values of several types")
        made = [self.constant_as(v, kind) if isinstance(v, Constant) and v.kind not in NUMBERS and v.kind != kind else v for v in values]
        if kind not in NUMBERS and any(kind_of(value) != kind for value in made):
            raise Refused(f"{name} of values of several types")
        if name in ("greatest", "least") and kind == "text" and self.engine != "sqlite":
            raise Refused("the order of text, which depends on the database's collation")
        return Call(name, tuple(made), kind)

    # -- text --------------------------------------------------------------------------------------------------------------

    def as_text(self, value: Expression) -> Expression:
        return value if kind_of(value) == "text" else self.cast(value, "text")

    def _length(self, value: Expression) -> Expression:
        return Call("length", (value if kind_of(value) in ("text", "bytes") else self.as_text(value),), "integer")

    def _case_of_letters(self, node: exp.Expression) -> Expression:
        value, name = self.value(node.this), "lower" if isinstance(node, exp.Lower) else "upper"
        if kind_of(value) == "range":
            raise Refused(f"the {name} end of a range")
        return Call(f"ascii_{name}" if self.engine == "sqlite" else name, (self.as_text(value),), "text")

    def _concatenated(self, node: exp.DPipe) -> Expression:
        left, right = self.value(node.this), self.value(node.expression)
        if {"array", "jsonb", "bytes"} & {kind_of(left), kind_of(right)}:
            raise Refused("a concatenation of arrays or documents")
        return Call("||", (self.as_text(left), self.as_text(right)), "text")

    def _collated(self, node: exp.Collate) -> Expression:
        value, name = self.value(node.this), node.expression.name.strip('"').upper()
        if self.engine == "sqlite" and name == "NOCASE":
            return Call(BLIND, (value,), "text")
        if name in ("BINARY", "C", "POSIX", "DEFAULT", "UCS_BASIC"):
            return value
        raise Refused(f"the collation {name}")

    # -- documents, arrays -------------------------------------------------------------------------------------------------

    def _document(self, value: Expression) -> Expression:
        if kind_of(value) in ("json", "jsonb"):
            return value
        raise Refused("a document in something that is no JSON")

    def _array(self, value: Expression) -> Expression:
        if kind_of(value) != "array":
            raise Refused("an element of something that is no array")
        return value

    def _json_path(self, node: exp.Expression) -> Expression:
        of = self.value(node.this)
        if self.engine == "sqlite" and kind_of(of) == "text":
            raise Refused("a path into JSON text")
        of, path = self._document(of), node.expression
        steps: list[str | int]
        if isinstance(path, exp.JSONPath):
            steps = [part.this for part in path.expressions if isinstance(part, exp.JSONPathKey | exp.JSONPathSubscript)]
            if len(steps) != len(path.expressions) - 1:
                raise Refused("a path into JSON")
        else:
            made = self.value(path)
            if not isinstance(made, Constant) or not isinstance(made.value, str | int):
                raise Refused("a path into JSON that is no constant")
            nested = isinstance(node, exp.JSONBExtract | exp.JSONBExtractScalar)
            steps = list(textual.array(str(made.value))) if nested else [made.value]
        keys = tuple(Constant("integer" if isinstance(step, int) else "text", step) for step in steps)
        if isinstance(node, exp.JSONExtractScalar | exp.JSONBExtractScalar):
            return Call("json_get_text", (of, *keys), "text")
        return Call("json_get", (of, *keys), kind_of(of))

    def _containment(self, node: exp.Expression) -> Expression:
        left, right = self.value(node.this), self.value(node.expression)
        if isinstance(node, exp.ArrayContainedBy) and "jsonb" in (kind_of(left), kind_of(right)):
            raise Refused("a document inside another")
        if "jsonb" in (kind_of(left), kind_of(right)):
            if not isinstance(right, Constant) or isinstance(node, exp.ArrayOverlaps):
                raise Refused("a document inside another")
            return Call("json_contains", (left, right), "boolean")
        names = ((exp.ArrayContainsAll, "contains"), (exp.ArrayContainedBy, "contained_by"))
        name = next((name for kind, name in names if isinstance(node, kind)), "overlaps")
        sides = [self.constant_as(side, "array") if isinstance(side, Constant) and side.kind == "text" else side for side in (left, right)]
        if any(kind_of(side) != "array" for side in sides):
            raise Refused("containment of something that is no array")
        return Call(name, tuple(sides), "boolean")

    def _written_out(self, node: exp.Array) -> Constant:
        """ARRAY[...] of constants."""
        items = [self.value(item) for item in node.expressions]
        if not all(isinstance(item, Constant) for item in items):
            raise Refused("an array of values that are no constants")
        return Constant("array", textual.array_text([_text_of(item) for item in items]))

    # -- moments -----------------------------------------------------------------------------------------------------------

    def _extract(self, field: str, value: Expression) -> Expression:
        field = field.lower().removesuffix("s") if field.lower() in ("years", "months", "days") else field.lower()
        if field not in _FIELDS or kind_of(value) not in MOMENTS | {"time", "interval"}:
            raise Refused(f"extract({field})")
        return Call("extract", (Constant("text", field), value), "float" if field in ("second", "epoch") else "integer")

    def _date_trunc(self, unit: str, value: Expression) -> Expression:
        unit, kind = unit.lower(), kind_of(value)
        known = {"second", "minute", "hour", "day"} | ({"week", "month", "quarter", "year"} if kind in MOMENTS else set())
        if unit not in known or kind not in MOMENTS | {"interval"}:
            raise Refused(f"date_trunc({unit})")
        return Call("date_trunc", (Constant("text", unit), value), "timestamptz" if kind in ("date", "timestamptz") else kind)

    # -- casts -------------------------------------------------------------------------------------------------------------

    def _cast_node(self, node: exp.Cast) -> Expression:
        target = node.to
        name = target.this.name if hasattr(target.this, "name") else str(target.this)
        value = self.value(node.this)
        if name == "USERDEFINED":  # an enum's label, citext, a domain
            if isinstance(value, Constant) or kind_of(value) == "text":
                return value
            raise Refused("a cast to a type of this database")
        kind = _KINDS.get(name)
        if kind is None:
            raise Refused(f"a cast to {name.lower()}")
        if kind == "array":
            return self.constant_as(value, "array") if isinstance(value, Constant) else self._array(value)
        made = self.cast(value, kind)
        sizes = [int(str(part.this.this)) for part in target.expressions if isinstance(part, exp.DataTypeParam)]
        if kind == "text" and sizes and not isinstance(made, Constant):
            return Call("left", (made, Constant("integer", sizes[0])), "text")
        if kind == "decimal" and len(sizes) == 2 and not isinstance(made, Constant):
            return Call("round", (made, Constant("integer", sizes[1])), "decimal")
        return made

    def cast(self, value: Expression, kind: Kind) -> Expression:
        """A cast that loses nothing is left out."""
        old = kind_of(value)
        if old == kind:
            return value
        if isinstance(value, Constant):
            if value.kind == "text" or value.value is None or kind == "text" or (value.kind in NUMBERS and kind in NUMBERS):
                return self.constant_as(value, kind)
            if {value.kind, kind} <= MOMENTS:
                return Call("cast", (value,), kind)
            raise Refused(f"a cast of {value.kind} to {kind}")
        if old == "other" or (old in ("array", "range") and kind == "text"):
            raise Refused("a cast of a value that Mimic only carries")
        if old == "float" and kind == "text":
            raise Refused("the text of a floating-point number")
        if self.engine == "sqlite" and kind == "text" and old not in ("integer", "date", "boolean"):
            raise Refused(f"the text of a {old}")
        if old == "text" and kind in NUMBERS and self.engine == "sqlite":
            raise Refused("a number read from text")
        if old in ("bytes", "uuid") and kind != "text":
            raise Refused(f"a cast of {old} to {kind}")
        if old in NUMBERS and kind in ("decimal", "float") and isinstance(value, ColumnRef | Call | Case):
            return Call("cast", (value,), kind)
        return Call("cast", (value,), kind)

    def _typeof(self, value: Expression) -> Expression:
        if not isinstance(value, ColumnRef) or value.kind in ("decimal", "other"):
            raise Refused("typeof() of a value that may be stored in several ways")
        return Call("typeof", (value,), "text")


def _negative(number: Constant) -> bool:
    return isinstance(number.value, int) and number.value < 0


def _numeral(text: str, engine: str) -> Constant:
    if text.isdigit():
        return Constant("integer", int(text))
    return Constant("float", float(text)) if engine == "sqlite" else Constant("decimal", text)


def _spelt(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text_of(value: Any) -> str | None:
    return None if value.value is None else _spelt(value.value)
