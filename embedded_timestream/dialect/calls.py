"""Calls of functions: which overload is meant, with which lambdas, FILTER and ORDER BY."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from embedded_timestream.dialect.binder import LAMBDA, Binder, Binders
from embedded_timestream.dialect.binding import describe
from embedded_timestream.dialect.bound import NOW, Expression
from embedded_timestream.dialect.casts import coerce
from embedded_timestream.dialect.ordering import order_by
from embedded_timestream.dialect.special_functions import SPECIAL
from embedded_timestream.functions import FUNCTIONS
from embedded_timestream.functions.signature import (
    Bindings,
    Kind,
    Overload,
    expected,
    match,
    physical_bindings,
    resolve,
    substitute,
)
from embedded_timestream.sqltypes import BOOLEAN, Type

if TYPE_CHECKING:
    from collections.abc import Sequence

_INSIDE = "Aggregate argument"


@dataclass(frozen=True, slots=True)
class Call:
    """The call of a function.

    :param node: where it stands.
    :param condition: of FILTER (WHERE ...).
    :param over: a bound OVER clause: the function is a window function.
    """

    name: str
    node: exp.Expr
    arguments: Sequence[exp.Expr]
    condition: exp.Expr | None = None
    over: str | None = None
    ignore_nulls: bool = False


def call(binder: Binder, called: Call) -> Expression:
    """Bind the call of a function."""
    name, node = called.name.lower(), called.node
    special = SPECIAL.get(name)
    if special is not None:
        return special(binder, node, called.arguments)
    overloads = FUNCTIONS.get(name)
    if overloads is None:
        raise binder.error(node, f"Function {name} not registered")
    kind = overloads[0].kind
    if kind is Kind.WINDOW and called.over is None:
        raise binder.error(node, f"Window function {name} requires an OVER clause")
    if kind is Kind.SCALAR and (called.over is not None or called.condition is not None):
        raise binder.error(node, f"{name} is not an aggregate or window function")
    if kind is not Kind.AGGREGATE or called.over is not None:
        return _apply(binder, called, overloads)
    if binder.clause == _INSIDE:
        raise binder.error(node, f"Cannot nest aggregations inside aggregation: [{describe(node)}]")
    if not binder.aggregates:
        raise binder.error(
            node,
            f"{binder.place} cannot contain aggregations, window functions or "
            f"grouping operations: [{describe(node)}]",
        )
    mark = len(binder.grouping.loose) if binder.grouping else 0
    with binder.inside(_INSIDE):
        bound = _apply(binder, called, overloads)
    if binder.grouping:
        del binder.grouping.loose[mark:]
    return bound


def _apply(binder: Binder, called: Call, overloads: list[Overload]) -> Expression:
    name, node = called.name.lower(), called.node
    arguments, distinct, order = _modifiers(called.arguments)
    if name == "count" and len(arguments) == 1 and isinstance(arguments[0], exp.Star):
        arguments = []
    bound = [
        None if isinstance(argument, exp.Lambda) else binder.bind(argument)
        for argument in arguments
    ]
    types = [None if value is None else value.type for value in bound]
    resolved = resolve(overloads, types)
    if resolved is None:
        given = ", ".join("function" if type_ is None else str(type_) for type_ in types)
        raise binder.error(
            node,
            f"Unexpected parameters ({given}) for function {name}. "
            f"Expected: {expected(name, overloads)}",
        )
    overload, bindings = resolved
    # Lambdas first: what they answer can say of what type the other arguments have to be.
    lambdas = {
        index: _lambda(binder, argument, overload.parameter(index), bindings, overload.reads)
        for index, argument in enumerate(arguments)
        if isinstance(argument, exp.Lambda)
    }
    sql = [
        lambdas[index]
        if value is None
        else coerce(value, substitute(overload.parameter(index), bindings))
        for index, value in enumerate(bound)
    ]
    extra = {"distinct": "DISTINCT " if distinct else "", "order": "", "over": ""}
    if distinct and "{distinct}" not in overload.sql:
        raise binder.error(node, f"DISTINCT is not supported in {name}")
    if order is not None:
        values = [value.sql for value in bound if value is not None]
        extra["order"] = f" {_order(binder, called, order, values if distinct else None)}"
    if called.condition is not None:
        condition = binder.bind_as(called.condition, BOOLEAN, "FILTER expression")
        extra["over"] = f" FILTER (WHERE {condition})"
    extra["over"] += called.over or ""
    if called.ignore_nulls and "{nulls}" not in overload.sql:
        raise binder.error(node, f"IGNORE NULLS is not supported in {name}")
    extra["nulls"] = " IGNORE NULLS" if called.ignore_nulls else ""
    if overload.reads:
        extra["body"] = sql[-1]
        extra["p"] = f"p{len(binder.lambdas)}"
    extra["joined"] = " || ".join(sql)
    return Expression(
        overload.sql.format(
            *sql, args=", ".join(sql), now=NOW, **extra, **physical_bindings(bindings)
        ),
        substitute(overload.result, bindings),
    )


def _order(
    binder: Binder, called: Call, order: Sequence[exp.Expr], distinct: Sequence[str] | None
) -> str:
    """Bind ORDER BY inside a call; an aggregate that does not depend on it leaves it out.

    :param distinct: the arguments, which alone DISTINCT can be ordered by.
    """
    if FUNCTIONS[called.name.lower()][0].kind is not Kind.AGGREGATE:
        raise binder.error(called.node, f"ORDER BY is not supported in {called.name.lower()}")
    if called.over is not None:
        raise binder.error(called.node, "Window function with ORDER BY is not supported")

    def item(node: exp.Expr) -> str:
        sql = binder.bind(node).sql
        if distinct is not None and sql not in distinct:
            raise binder.error(
                node,
                "For aggregate function with DISTINCT, ORDER BY expressions must appear in "
                "arguments",
            )
        return sql

    return order_by(binder, order, item)


def _modifiers(
    arguments: Sequence[exp.Expr],
) -> tuple[list[exp.Expr], bool, list[exp.Expr] | None]:
    """Take DISTINCT and ORDER BY, which sqlglot hangs on an argument, off the arguments."""
    plain, distinct, order = list(arguments), False, None
    if plain and isinstance(plain[-1], exp.Order):
        order = plain[-1].expressions
        if plain[-1].this is None:
            plain.pop()
        else:
            plain[-1] = plain[-1].this
    if len(plain) == 1 and isinstance(plain[0], exp.Distinct):
        distinct = True
        plain = list(plain[0].expressions)
    return plain, distinct, order


def _lambda(
    binder: Binder, node: exp.Lambda, parameter: Type, bindings: Bindings, reads: tuple[str, ...]
) -> str:
    """Bind a lambda; return it, or only its body if the function's SQL says how it is read."""
    *arguments, result = parameter.parts
    if len(node.expressions) != len(arguments):
        raise binder.error(
            node,
            f"Expected a lambda that takes {len(arguments)} argument(s) "
            f"but got {len(node.expressions)}",
        )
    own = f"p{len(binder.lambdas)}"
    names = [f"{own}_{index}" for index in range(len(arguments))]
    if reads:
        names = [read.format(p=own) for read in reads]
    types = [substitute(argument, bindings) for argument in arguments]
    binder.lambdas.append(
        {
            identifier.name.lower(): Expression(name, type_)
            for identifier, name, type_ in zip(node.expressions, names, types, strict=True)
        }
    )
    with binder.inside(LAMBDA):
        body = binder.bind(node.this)
    binder.lambdas.pop()
    if match(result, body.type, bindings) is None:
        raise binder.error(
            node, f"Lambda must answer {substitute(result, bindings)}, not {body.type}"
        )
    if types != [substitute(argument, bindings) for argument in arguments]:
        # The answer is wider than the state it starts from: reduce(x, 0, (s, e) -> s + 0.5...).
        return _lambda(binder, node, parameter, bindings, reads)
    sql = coerce(body, substitute(result, bindings))
    return sql if reads else f"lambda {', '.join(names)}: {sql}"


def _anonymous(binder: Binder, node: exp.Anonymous) -> Expression:
    return call(binder, Call(node.name, node, node.expressions))


def _filter(binder: Binder, node: exp.Filter) -> Expression:
    inner = node.this
    return call(binder, Call(inner.name, inner, inner.expressions, condition=node.expression.this))


def _extract(binder: Binder, node: exp.Extract) -> Expression:
    part = node.this.name.lower()
    functions = {"dow": "day_of_week", "doy": "day_of_year", "yow": "year_of_week"}
    return call(binder, Call(functions.get(part, part), node, [node.expression]))


def _concatenate(binder: Binder, node: exp.DPipe) -> Expression:
    return call(binder, Call("concat", node, [node.this, node.expression]))


def _map(binder: Binder, node: exp.Map) -> Expression:
    parts = [node.args.get("keys"), node.args.get("values")]
    return call(binder, Call("map", node, [part for part in parts if part is not None]))


BINDERS: Binders = {
    exp.Anonymous: _anonymous,
    exp.DPipe: _concatenate,
    exp.Extract: _extract,
    exp.Filter: _filter,
    exp.Map: _map,
}
