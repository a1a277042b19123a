"""Functions that take more than values: of any types, or not evaluated before the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedded_timestream.dialect.bound import Expression, quote_string
from embedded_timestream.dialect.casts import cast, coerce
from embedded_timestream.dialect.values import row_of
from embedded_timestream.sqltypes import BIGINT, BOOLEAN, VARCHAR, array

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlglot import exp

    from embedded_timestream.dialect.binder import Binder


def _array_join(binder: Binder, node: exp.Expr, arguments: Sequence[exp.Expr]) -> Expression:
    if len(arguments) not in (2, 3):
        raise binder.error(node, "array_join takes an array, a delimiter and a word for NULL")
    values, *texts = (binder.bind(argument) for argument in arguments)
    words = cast(values, array(VARCHAR))
    if words is None or any(text.type != VARCHAR for text in texts):
        types = ", ".join(str(part.type) for part in (values, *texts))
        raise binder.error(node, f"Unexpected parameters ({types}) for function array_join")
    if len(texts) > 1:
        kept = f"list_transform({words.sql}, lambda e: coalesce(e, {texts[1].sql}))"
    else:
        kept = f"list_filter({words.sql}, lambda e: e IS NOT NULL)"
    return Expression(f"array_to_string({kept}, {texts[0].sql})", VARCHAR)


def _grouping_of(binder: Binder, node: exp.Expr, arguments: Sequence[exp.Expr]) -> Expression:
    if binder.grouping is None:
        raise binder.error(node, "A GROUPING() operation can only be used with GROUP BY")
    keys = [binder.bind(argument).sql for argument in arguments]
    return Expression(f"GROUPING({', '.join(keys)})", BIGINT)


def _if(binder: Binder, node: exp.Expr, arguments: Sequence[exp.Expr]) -> Expression:
    if len(arguments) not in (2, 3):
        raise binder.error(node, "IF takes a condition and one or two values")
    condition = binder.bind_as(arguments[0], BOOLEAN, "IF condition")
    values = [binder.bind(value) for value in arguments[1:]]
    type_ = binder.common(values, arguments[1:], "Result types for IF must be the same")
    parts = [coerce(value, type_) for value in values]
    default = f" ELSE {parts[1]}" if len(parts) > 1 else ""
    return Expression(f"(CASE WHEN {condition} THEN {parts[0]}{default} END)", type_)


def _row(binder: Binder, _: exp.Expr, arguments: Sequence[exp.Expr]) -> Expression:
    return row_of([binder.bind(argument) for argument in arguments])


def _try(binder: Binder, node: exp.Expr, arguments: Sequence[exp.Expr]) -> Expression:
    if len(arguments) != 1:
        raise binder.error(node, "TRY takes one expression")
    value = binder.bind(arguments[0])
    return Expression(f"TRY({value.sql})", value.type)


def _typeof(binder: Binder, node: exp.Expr, arguments: Sequence[exp.Expr]) -> Expression:
    if len(arguments) != 1:
        raise binder.error(node, "typeof takes one expression")
    value = binder.bind(arguments[0])
    name = quote_string(str(value.type))
    # The value stays in the SQL: an aggregate makes its block one that groups.
    return Expression(f"(CASE WHEN {value.sql} IS NULL THEN {name} ELSE {name} END)", VARCHAR)


SPECIAL: dict[str, Callable[[Binder, exp.Expr, Sequence[exp.Expr]], Expression]] = {
    "array_join": _array_join,
    "grouping": _grouping_of,
    "if": _if,
    "row": _row,
    "try": _try,
    "typeof": _typeof,
}
