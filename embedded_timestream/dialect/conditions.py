"""Conditions: comparisons, AND and OR, IN, LIKE, CASE, and the subqueries that stand in them."""

# ruff: noqa: S608 - the SQL is put together from what was bound, never from a query's own text

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from embedded_timestream.dialect import operators
from embedded_timestream.dialect.binding import describe
from embedded_timestream.dialect.bound import Expression
from embedded_timestream.dialect.casts import coerce
from embedded_timestream.dialect.scope import Scope
from embedded_timestream.sqltypes import BOOLEAN, VARCHAR, Type, common_type

if TYPE_CHECKING:
    from embedded_timestream.dialect.binder import Binder, Binders

_NESTED = {"array", "map", "row"}  # whose equality is not DuckDB's


def _comparison(binder: Binder, node: exp.Binary) -> Expression:
    symbol = operators.SYMBOLS[type(node)]
    if isinstance(node.expression, (exp.Any, exp.All)):
        return _quantified(binder, node, symbol)
    left, right = binder.bind(node.this), binder.bind(node.expression)
    return _compare(binder, node, symbol, left, right)


def _quantified(binder: Binder, node: exp.Binary, symbol: str) -> Expression:
    left = binder.bind(node.this)
    quantifier = "ANY" if isinstance(node.expression, exp.Any) else "ALL"
    query = node.expression.this
    query = query.this if isinstance(query, exp.Subquery) else query
    sql, type_ = _single_column(binder, query, node)
    both = common_type(left.type, type_)
    if both is None:
        raise binder.cannot_apply(node, symbol, left.type, type_)
    value = coerce(Expression("c1", type_), both)
    return Expression(
        f"({coerce(left, both)} {symbol} {quantifier} (SELECT {value} FROM ({sql})))", BOOLEAN
    )


def _logical(binder: Binder, node: exp.Binary) -> Expression:
    symbol, decided = ("AND", "FALSE") if isinstance(node, exp.And) else ("OR", "TRUE")
    operands: list[str] = []  # flat, so that a long condition does not nest as deep
    for operand in node.flatten(unnest=False):
        what = f"Logical expression term {describe(operand)}"
        sql = binder.bind_as(operand, BOOLEAN, what)
        if operands and _can_fail(operand):
            # Not where those before it decide: DuckDB may ask in any order.
            before = f" {symbol} ".join(operands)
            sql = f"(CASE WHEN ({before}) IS {decided} THEN {decided} ELSE {sql} END)"
        operands.append(sql)
    return Expression(f"({f' {symbol} '.join(operands)})", BOOLEAN)


def _not(binder: Binder, node: exp.Not) -> Expression:
    return Expression(
        f"(NOT {binder.bind_as(node.this, BOOLEAN, 'Value of logical NOT expression')})", BOOLEAN
    )


def _is(binder: Binder, node: exp.Is) -> Expression:
    if not isinstance(node.expression, exp.Null):
        raise binder.error(node, f"'{describe(node)}' is not supported: only IS [NOT] NULL")
    negate = "NOT " if node.args.get("negate") else ""
    return Expression(f"({binder.bind(node.this).sql} IS {negate}NULL)", BOOLEAN)


def _distinct_from(binder: Binder, node: exp.Binary) -> Expression:
    left, right = binder.bind(node.this), binder.bind(node.expression)
    symbol = "IS DISTINCT FROM"
    if isinstance(node, exp.NullSafeEQ):
        symbol = "IS NOT DISTINCT FROM"
    return _compare(binder, node, symbol, left, right)


def _between(binder: Binder, node: exp.Between) -> Expression:
    value = binder.bind(node.this)
    low, high = binder.bind(node.args["low"]), binder.bind(node.args["high"])
    type_ = common_type(value.type, low.type)
    type_ = type_ and common_type(type_, high.type)
    if type_ is None or not operators.comparable("<", type_):
        raise binder.error(
            node, f"Cannot check if {value.type} is BETWEEN {low.type} and {high.type}"
        )
    parts = [coerce(part, type_) for part in (value, low, high)]
    return Expression("({} BETWEEN {} AND {})".format(*parts), BOOLEAN)


def _in(binder: Binder, node: exp.In) -> Expression:
    value = binder.bind(node.this)
    query = node.args.get("query")
    if len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Values):
        query = node.expressions[0]
    if query is not None:
        query = query.this if isinstance(query, exp.Subquery) else query
        sql, type_ = _single_column(binder, query, node)
        both = common_type(value.type, type_)
        if both is None:
            raise binder.error(
                node,
                "Value expression and result of subquery must be of the same type: "
                f"{value.type} vs {type_}",
            )
        column = coerce(Expression("c1", type_), both)
        return Expression(f"({coerce(value, both)} IN (SELECT {column} FROM ({sql})))", BOOLEAN)
    if not node.expressions:
        raise binder.error(node, f"'{describe(node)}' is not supported")
    items = [binder.bind(item) for item in node.expressions]
    type_ = binder.common(
        [value, *items],
        [node.this, *node.expressions],
        "IN value and list items must be the same type",
    )
    wanted, parts = coerce(value, type_), [coerce(item, type_) for item in items]
    if type_.name in _NESTED:
        equal = (operators.equality(wanted, part, type_) for part in parts)
        return Expression(f"({' OR '.join(equal)})", BOOLEAN)
    return Expression(f"({wanted} IN ({', '.join(parts)}))", BOOLEAN)


def _like(binder: Binder, node: exp.Like, escape: str = "") -> Expression:
    value = binder.bind_as(node.this, VARCHAR, "Left side of LIKE expression")
    pattern = binder.bind_as(node.expression, VARCHAR, "Pattern for LIKE expression")
    negate = "NOT " if node.args.get("negate") else ""
    return Expression(f"({value} {negate}LIKE {pattern}{escape})", BOOLEAN)


def _escape(binder: Binder, node: exp.Escape) -> Expression:
    if not isinstance(node.this, exp.Like):
        raise binder.error(node, f"'{describe(node)}' is not supported")
    escape = binder.bind_as(node.expression, VARCHAR, "Escape for LIKE expression")
    if isinstance(node.expression, exp.Literal) and len(node.expression.name) != 1:
        raise binder.error(node.expression, "Escape string must be a single character")
    return _like(binder, node.this, f" ESCAPE {escape}")


def _exists(binder: Binder, node: exp.Exists) -> Expression:
    query = node.this.this if isinstance(node.this, exp.Subquery) else node.this
    output = binder.binding.query(query, Scope(outer=binder.scope, ctes=binder.scope.ctes))
    return Expression(f"(EXISTS ({output.sql}))", BOOLEAN)


def _subquery(binder: Binder, node: exp.Subquery) -> Expression:
    sql, type_ = _single_column(binder, node, node)
    return Expression(f"({sql})", type_)


def _case(binder: Binder, node: exp.Case) -> Expression:
    branches = node.args["ifs"]
    if node.this is not None:
        operand = binder.bind(node.this)
        conditions = [
            _compare(binder, branch, "=", operand, binder.bind(branch.this)).sql
            for branch in branches
        ]
    else:
        conditions = [
            binder.bind_as(branch.this, BOOLEAN, "CASE WHEN clause") for branch in branches
        ]
    nodes = [branch.args["true"] for branch in branches]
    default = node.args.get("default")
    if default is not None:
        nodes.append(default)
    results = [binder.bind(result) for result in nodes]
    type_ = binder.common(results, nodes, "All CASE results must be the same type")
    parts = [
        f"WHEN {condition} THEN {coerce(result, type_)}"
        for condition, result in zip(conditions, results, strict=False)
    ]
    if default is not None:
        parts.append(f"ELSE {coerce(results[-1], type_)}")
    return Expression(f"(CASE {' '.join(parts)} END)", type_)


def _compare(
    binder: Binder, node: exp.Expr, symbol: str, left: Expression, right: Expression
) -> Expression:
    type_ = common_type(left.type, right.type)
    if type_ is None or not operators.comparable(symbol, type_):
        raise binder.cannot_apply(node, symbol, left.type, right.type)
    values = coerce(left, type_), coerce(right, type_)
    if symbol in {"=", "<>"} and type_.name in _NESTED:
        negate = "NOT " if symbol == "<>" else ""
        return Expression(f"({negate}{operators.equality(*values, type_)})", BOOLEAN)
    if type_.name == "map":  # whatever the order of its entries
        values = f"list_sort(map_entries({values[0]}))", f"list_sort(map_entries({values[1]}))"
    return Expression(f"({values[0]} {symbol} {values[1]})", BOOLEAN)


def _single_column(binder: Binder, query: exp.Expr, node: exp.Expr) -> tuple[str, Type]:
    output = binder.binding.query(query, Scope(outer=binder.scope, ctes=binder.scope.ctes))
    if len(output.fields) != 1:
        raise binder.error(
            node,
            "Multiple columns returned by subquery are not yet supported. "
            f"Found {len(output.fields)}",
        )
    return output.sql, output.fields[0].type


def _can_fail(node: exp.Expr) -> bool:
    """Whether evaluating an expression can be an error; a literal like DATE '...' is none."""
    return any(
        not isinstance(part, exp.TryCast)
        and not (isinstance(part, exp.Cast) and isinstance(part.this, exp.Literal))
        for part in node.find_all(exp.Div, exp.Mod, exp.Cast, exp.Bracket)
    )


BINDERS: Binders = {
    exp.And: _logical,
    exp.Between: _between,
    exp.Case: _case,
    exp.EQ: _comparison,
    exp.Escape: _escape,
    exp.Exists: _exists,
    exp.GT: _comparison,
    exp.GTE: _comparison,
    exp.In: _in,
    exp.Is: _is,
    exp.LT: _comparison,
    exp.LTE: _comparison,
    exp.Like: _like,
    exp.NEQ: _comparison,
    exp.Not: _not,
    exp.NullSafeEQ: _distinct_from,
    exp.NullSafeNEQ: _distinct_from,
    exp.Or: _logical,
    exp.Subquery: _subquery,
}
