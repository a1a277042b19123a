"""Values: literals, arrays and rows of them, arithmetic and CAST."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from embedded_timestream.dialect import operators
from embedded_timestream.dialect.bound import NOW, Expression, quote_string
from embedded_timestream.dialect.casts import cast, coerce
from embedded_timestream.dialect.grammar import TIMESTREAM
from embedded_timestream.dialect.intervals import MONTHS, NANOSECONDS
from embedded_timestream.sqltypes import (
    BIGINT,
    BOOLEAN,
    DATE,
    DAY_TO_SECOND,
    DOUBLE,
    INTEGER,
    TIME,
    TIMESTAMP,
    UNKNOWN,
    VARCHAR,
    YEAR_TO_MONTH,
    Type,
    array,
    field_name,
    parse_type,
    physical,
    row,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embedded_timestream.dialect.binder import Binder, Binders

_INTEGER_LIMIT = 2**31
_BIGINT_LIMIT = 2**63


def _literal(binder: Binder, node: exp.Literal) -> Expression:
    text = node.this
    if node.is_string:
        return Expression(quote_string(text), VARCHAR)
    if text.isdigit():
        value = int(text)
        if value < _INTEGER_LIMIT:
            return Expression(text, INTEGER)
        if value < _BIGINT_LIMIT:
            return Expression(f"CAST({text} AS BIGINT)", BIGINT)
        raise binder.error(node, f"Invalid numeric literal: {text}")
    return Expression(f"CAST({text} AS DOUBLE)", DOUBLE)


def _null(_: Binder, __: exp.Null) -> Expression:
    return Expression("NULL", UNKNOWN)


def _boolean(_: Binder, node: exp.Boolean) -> Expression:
    return Expression("TRUE" if node.this else "FALSE", BOOLEAN)


def _interval(binder: Binder, node: exp.Interval) -> Expression:
    unit = node.args.get("unit")
    value = node.this
    if unit is None or value is None or not value.is_string:
        raise binder.error(node, "An interval is written as INTERVAL 'value' unit, or 15m")
    if isinstance(unit, exp.IntervalSpan):
        raise binder.error(node, f"INTERVAL ... {unit.sql()} is not supported")
    name, sign = unit.name.lower().removesuffix("s"), 1
    text = value.this
    if text.startswith(("-", "+")):
        text, sign = text[1:], -1 if text[0] == "-" else 1
    if not text.isdigit() or (name not in NANOSECONDS and name not in MONTHS):
        raise binder.error(node, f"Invalid INTERVAL literal: {value.this} {name}")
    scale = NANOSECONDS.get(name) or MONTHS[name]
    type_ = DAY_TO_SECOND if name in NANOSECONDS else YEAR_TO_MONTH
    amount = sign * int(text) * scale
    if abs(amount) >= _BIGINT_LIMIT:
        raise binder.error(node, f"Invalid INTERVAL literal: {value.this} {name}")
    return Expression(f"CAST({amount} AS BIGINT)", type_)


def _now(_: Binder, node: exp.Expr) -> Expression:
    now = Expression(f"make_timestamp_ns({NOW})", TIMESTAMP)
    if isinstance(node, exp.CurrentDate):
        return Expression(f"date_of({now.sql})", DATE)
    if isinstance(node, (exp.CurrentTime, exp.Localtime)):
        return Expression(f"nanoseconds_of_day({now.sql})", TIME)
    return now


def _array(binder: Binder, node: exp.Array) -> Expression:
    elements = [binder.bind(element) for element in node.expressions]
    type_ = binder.common(elements, node.expressions, "All ARRAY elements must be the same type")
    parts = ", ".join(coerce(element, type_) for element in elements)
    return Expression(f"CAST([{parts}] AS {physical(array(type_))})", array(type_))


def _tuple(binder: Binder, node: exp.Tuple) -> Expression:
    return row_of([binder.bind(value) for value in node.expressions])


def row_of(values: Sequence[Expression]) -> Expression:
    """Build a row without field names."""
    fields = ", ".join(f"{field_name(i)} := {v.sql}" for i, v in enumerate(values))
    return Expression(f"struct_pack({fields})", row(*(v.type for v in values)))


def _paren(binder: Binder, node: exp.Paren) -> Expression:
    inner = binder.bind(node.this)
    return Expression(inner.sql, inner.type)


def _arithmetic(binder: Binder, node: exp.Binary) -> Expression:
    left, right = binder.bind(node.this), binder.bind(node.expression)
    symbol = operators.SYMBOLS[type(node)]
    result = operators.arithmetic(symbol, (left.sql, left.type), (right.sql, right.type))
    if result is None:
        raise binder.cannot_apply(node, symbol, left.type, right.type)
    return Expression(*result)


def _negative(binder: Binder, node: exp.Neg) -> Expression:
    if isinstance(node.this, exp.Literal) and node.this.this == str(_BIGINT_LIMIT):
        return Expression(f"CAST(-{_BIGINT_LIMIT} AS BIGINT)", BIGINT)
    value = binder.bind(node.this)
    if value.type not in (INTEGER, BIGINT, DOUBLE, DAY_TO_SECOND, YEAR_TO_MONTH, UNKNOWN):
        raise binder.cannot_apply(node, "-", value.type)
    return Expression(f"(-{value.sql})", value.type)


def _cast(binder: Binder, node: exp.Cast) -> Expression:
    value = binder.bind(node.this)
    target = _type_of(binder, node.args["to"], node)
    bound = cast(value, target, safe=isinstance(node, exp.TryCast))
    if bound is None:
        raise binder.error(node, f"Cannot cast {value.type} to {target}")
    length = node.args["to"].find(exp.DataTypeParam)
    if target == VARCHAR and length is not None:
        return Expression(f"left({bound.sql}, {int(length.name)})", VARCHAR)
    return bound


def _type_of(binder: Binder, node: exp.Expr, at: exp.Expr) -> Type:
    """Read the type that CAST names."""
    text = node.sql(dialect=TIMESTREAM)
    try:
        return parse_type(text)
    except ValueError:
        raise binder.error(at, f"Unknown type: {text.lower()}") from None


BINDERS: Binders = {
    exp.Add: _arithmetic,
    exp.Array: _array,
    exp.Boolean: _boolean,
    exp.Cast: _cast,
    exp.CurrentDate: _now,
    exp.CurrentTime: _now,
    exp.CurrentTimestamp: _now,
    exp.Div: _arithmetic,
    exp.Interval: _interval,
    exp.Literal: _literal,
    exp.Localtime: _now,
    exp.Localtimestamp: _now,
    exp.Mod: _arithmetic,
    exp.Mul: _arithmetic,
    exp.Neg: _negative,
    exp.Null: _null,
    exp.Paren: _paren,
    exp.Sub: _arithmetic,
    exp.TryCast: _cast,
    exp.Tuple: _tuple,
}
