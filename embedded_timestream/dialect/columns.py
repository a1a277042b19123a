"""What is read from a name: columns, the fields of rows, the elements of arrays and maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from embedded_timestream.dialect.binding import describe
from embedded_timestream.dialect.bound import Expression
from embedded_timestream.dialect.casts import coerce
from embedded_timestream.sqltypes import BIGINT, INTEGER, array, common_type, field_name, point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embedded_timestream.dialect.binder import Binder, Binders
    from embedded_timestream.dialect.scope import Field, Scope


def _column(binder: Binder, node: exp.Column) -> Expression:
    return _name(binder, [part for part in node.parts if isinstance(part, exp.Identifier)], node)


def _identifier(binder: Binder, node: exp.Identifier) -> Expression:
    return _name(binder, [node], node)


def _dot(binder: Binder, node: exp.Dot) -> Expression:
    base = binder.bind(node.this)
    if not isinstance(node.expression, exp.Identifier):
        raise binder.error(node, f"'{describe(node)}' is not supported")
    return _fields(binder, base, [node.expression.name], node)


def _bracket(binder: Binder, node: exp.Bracket) -> Expression:
    base = binder.bind(node.this)
    if len(node.expressions) != 1 or isinstance(node.expressions[0], exp.Slice):
        raise binder.error(node, f"'{describe(node)}' is not supported")
    index = binder.bind(node.expressions[0])
    if base.type.name == "timeseries":
        base = Expression(base.sql, array(point(base.type.parts[0])))
    if base.type.name == "array" and index.type in (INTEGER, BIGINT):
        return Expression(f"array_subscript({base.sql}, {index.sql})", base.type.parts[0])
    if base.type.name == "map":
        both = common_type(base.type.parts[0], index.type)
        if both == base.type.parts[0]:
            return Expression(
                f"map_subscript({base.sql}, {coerce(index, both)})", base.type.parts[1]
            )
    if base.type.name == "row" and isinstance(node.expressions[0], exp.Literal):
        number = int(node.expressions[0].this) if index.type == INTEGER else 0
        if not 1 <= number <= len(base.type.parts):
            raise binder.error(node, f"Invalid subscript index: {number}")
        return Expression(f"({base.sql}).{field_name(number - 1)}", base.type.parts[number - 1])
    raise binder.cannot_apply(node, "[]", base.type, index.type)


def _name(binder: Binder, parts: Sequence[exp.Identifier], node: exp.Expr) -> Expression:
    names = tuple(part.name for part in parts)
    for parameters in reversed(binder.lambdas):
        if names[0].lower() in parameters:
            return _fields(binder, parameters[names[0].lower()], names[1:], node)
    scope: Scope | None = binder.scope
    while scope is not None:
        for qualifier in range(min(2, len(names) - 1), -1, -1):
            found = scope.find(names[:qualifier], names[qualifier])
            if len(found) > 1:
                raise binder.error(node, f"Column '{'.'.join(names)}' is ambiguous")
            if found:
                if binder.grouping is not None and scope is binder.scope:
                    binder.grouping.loose.append(node)
                return _fields(binder, _read(found[0]), names[qualifier + 1 :], node)
        scope = scope.outer
    raise binder.error(node, f"Column '{'.'.join(names)}' does not exist")


def _fields(binder: Binder, base: Expression, names: Sequence[str], node: exp.Expr) -> Expression:
    for name in names:
        labels = [label.lower() if label else None for label in base.type.labels]
        if base.type.name != "row" or name.lower() not in labels:
            raise binder.error(node, f"Column '{describe(node)}' does not exist")
        index = labels.index(name.lower())
        base = Expression(
            f"({base.sql}).{field_name(index)}", base.type.parts[index], base.type.labels[index]
        )
    return base


def _read(found: Field) -> Expression:
    return Expression(found.sql, found.type, found.name, found.origin)


BINDERS: Binders = {
    exp.Bracket: _bracket,
    exp.Column: _column,
    exp.Dot: _dot,
    exp.Identifier: _identifier,
}
