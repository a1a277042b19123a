"""UNNEST: a row for each element of arrays, maps and time series."""

# ruff: noqa: S608 - the SQL is put together from what was bound, never from a query's own text

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from embedded_timestream.dialect.expressions import Expressions
from embedded_timestream.dialect.scope import Field, Output, Scope
from embedded_timestream.sqltypes import BIGINT, Type, field_name, point

if TYPE_CHECKING:
    from embedded_timestream.dialect.binding import Binding
    from embedded_timestream.dialect.bound import Expression

_Unnested = tuple[str | None, Type, str]  # a column's name, its type and the SQL that reads it


def unnest(binding: Binding, node: exp.Unnest, scope: Scope) -> tuple[Output, exp.Expr | None]:
    """Bind UNNEST: one column per array (two per map, one per field of an array of rows)."""
    binder = Expressions(binding, scope, clause="UNNEST")
    lists: list[str] = []
    columns: list[_Unnested] = []
    for argument in node.expressions:
        value = binder.bind(argument)
        found = _unnested(value, len(lists))
        if found is None:
            raise binder.error(argument, f"Cannot unnest type: {value.type}")
        lists += found[0]
        columns += found[1]
    alias, ordinality = node.args.get("alias"), node.args.get("offset")
    if ordinality:
        longest = f"greatest({', '.join(f'len({one})' for one in lists)})"
        lists.append(f"range(1, {longest} + 1)")
        columns.append(("ordinality", BIGINT, f"u.u{len(lists)}"))
        if alias is not None and isinstance(ordinality, exp.Identifier):
            alias = alias.copy()
            if alias.args.get("columns"):
                alias.append("columns", ordinality.copy())
    inner = ", ".join(f"unnest({one}) AS u{i + 1}" for i, one in enumerate(lists))
    outer = ", ".join(f"{read} AS c{i + 1}" for i, (_, _, read) in enumerate(columns))
    fields = tuple(Field(name, type_, "") for name, type_, _ in columns)
    return Output(f"SELECT {outer} FROM (SELECT {inner}) AS u", fields), alias


def _unnested(value: Expression, before: int) -> tuple[list[str], list[_Unnested]] | None:
    """Return the lists that a value unnests from and the columns that come of them.

    :param before: how many lists are unnested beside them already: the next is called u{before+1}.
    """
    name = f"u.u{before + 1}"
    match value.type.name:
        case "map":
            keys, values = value.type.parts
            return (
                [f"map_keys({value.sql})", f"map_values({value.sql})"],
                [("key", keys, name), ("value", values, f"u.u{before + 2}")],
            )
        case "timeseries":
            return [value.sql], _fields_of(point(value.type.parts[0]), name)
        case "array":
            element = value.type.parts[0]
            whole: list[_Unnested] = [(None, element, name)]
            return [value.sql], _fields_of(element, name) if element.name == "row" else whole
    return None


def _fields_of(row: Type, sql: str) -> list[_Unnested]:
    return [
        (label, part, f"({sql}).{field_name(index)}")
        for index, (label, part) in enumerate(zip(row.labels, row.parts, strict=True))
    ]
