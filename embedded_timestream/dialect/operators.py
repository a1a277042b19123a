"""Operators: which types they take, what they answer, and the DuckDB SQL for it.

https://docs.aws.amazon.com/timestream/latest/developerguide/mathematical-operators.html
https://docs.aws.amazon.com/timestream/latest/developerguide/date-time-operators.html
"""

from __future__ import annotations

from sqlglot import exp

from embedded_timestream.sqltypes import (
    BIGINT,
    DATE,
    DAY_TO_SECOND,
    DOUBLE,
    INTEGER,
    TIME,
    TIMESTAMP,
    UNKNOWN,
    YEAR_TO_MONTH,
    Type,
    field_name,
)

SYMBOLS: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}

# Of dates and times: (operator, left, right) -> (what the answer is, SQL of {0} and {1}).
_ADD = {TIMESTAMP: "timestamp_add", DATE: "date_add_duration", TIME: "time_add"}
_TEMPORAL: dict[tuple[str, Type, Type], tuple[Type, str]] = {}
for _symbol in "+-":
    for _moment in (TIMESTAMP, DATE, TIME):
        _TEMPORAL[_symbol, _moment, DAY_TO_SECOND] = (
            _moment,
            f"{_ADD[_moment]}({{0}}, {_symbol}{{1}})",
        )
        if _moment != TIME:
            _TEMPORAL[_symbol, _moment, YEAR_TO_MONTH] = (
                _moment,
                f"{_moment.name}_add_months({{0}}, {_symbol}{{1}})",
            )
    for _interval in (DAY_TO_SECOND, YEAR_TO_MONTH):
        _TEMPORAL[_symbol, _interval, _interval] = (_interval, f"({{0}} {_symbol} {{1}})")
for _moment in (TIMESTAMP, DATE, TIME):
    _TEMPORAL["+", DAY_TO_SECOND, _moment] = (_moment, f"{_ADD[_moment]}({{1}}, {{0}})")
for _moment in (TIMESTAMP, DATE):
    _TEMPORAL["+", YEAR_TO_MONTH, _moment] = (
        _moment,
        f"{_moment.name}_add_months({{1}}, {{0}})",
    )
for _interval in (DAY_TO_SECOND, YEAR_TO_MONTH):
    for _whole in (INTEGER, BIGINT):
        _TEMPORAL["*", _interval, _whole] = (_interval, "({0} * {1})")
        _TEMPORAL["*", _whole, _interval] = (_interval, "({0} * {1})")
        _TEMPORAL["/", _interval, _whole] = (_interval, "({0} // {1})")
    _TEMPORAL["*", _interval, DOUBLE] = (_interval, "CAST(trunc({0} * {1}) AS BIGINT)")
    _TEMPORAL["*", DOUBLE, _interval] = (_interval, "CAST(trunc({0} * {1}) AS BIGINT)")
    _TEMPORAL["/", _interval, DOUBLE] = (_interval, "CAST(trunc({0} / {1}) AS BIGINT)")

_NUMBERS = {INTEGER: 0, BIGINT: 1, DOUBLE: 2}

Operand = tuple[str, Type]


def arithmetic(symbol: str, left: Operand, right: Operand) -> tuple[str, Type] | None:
    """Return the SQL and the type of `left symbol right`; None if the types do not allow it.

    The quotient of integers is an integer, cut towards zero; of doubles, whatever IEEE 754 says.
    """
    (left_sql, left_type), (right_sql, right_type) = left, right
    if UNKNOWN in (left_type, right_type):
        other = right_type if left_type == UNKNOWN else left_type
        return ("NULL", BIGINT) if other == UNKNOWN else _with_null(symbol, left, right, other)
    if left_type in _NUMBERS and right_type in _NUMBERS:
        type_ = max(left_type, right_type, key=_NUMBERS.__getitem__)
        if symbol == "/" and type_ != DOUBLE:
            symbol = "//"
        if symbol == "%" and type_ == DOUBLE:
            return f"fmod(CAST({left_sql} AS DOUBLE), CAST({right_sql} AS DOUBLE))", type_
        if symbol in {"+", "-", "*", "//", "%"} or type_ == DOUBLE:
            return f"({left_sql} {symbol} {right_sql})", type_
    rule = _TEMPORAL.get((symbol, left_type, right_type))
    if rule is None:
        return None
    type_, template = rule
    return template.format(left_sql, right_sql), type_


def _with_null(symbol: str, left: Operand, right: Operand, other: Type) -> tuple[str, Type] | None:
    """Guess that the operand of unknown type is of the kind that fits the other."""
    for guess in (other, DAY_TO_SECOND):
        result = arithmetic(
            symbol,
            left if left[1] != UNKNOWN else (left[0], guess),
            right if right[1] != UNKNOWN else (right[0], guess),
        )
        if result is not None:
            return "NULL", result[1]
    return None


def comparable(symbol: str, type_: Type) -> bool:
    """Whether two values of a type can be compared; maps and rows have no order."""
    return symbol in {"=", "<>"} or symbol.startswith("IS") or type_.name not in {"map", "row"}


def equality(left: str, right: str, type_: Type, depth: int = 0) -> str:
    """Return SQL that tells whether two values are equal: unknown, if it hangs on a NULL inside.

    To DuckDB, two NULLs inside arrays, rows and maps are the same, and maps have an order.
    """
    if type_.name == "row":
        parts = (
            equality(f"({left}).{field_name(i)}", f"({right}).{field_name(i)}", part, depth)
            for i, part in enumerate(type_.parts)
        )
        return f"({' AND '.join(parts)})"
    if type_.name == "array":
        pair = f"q{depth}"
        inner = equality(f"{pair}[1]", f"{pair}[2]", type_.parts[0], depth + 1)
        return f"lists_equal({left}, {right}, lambda {pair}: {inner})"
    if type_.name == "map":
        pair = f"q{depth}"
        inner = equality(f"{pair}[1]", f"{pair}[2]", type_.parts[1], depth + 1)
        return f"maps_equal({left}, {right}, lambda {pair}: {inner})"
    return f"({left} = {right})"
