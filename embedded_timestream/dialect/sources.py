"""FROM: tables, subqueries, joins and UNNEST, and the scope that they make.

https://docs.aws.amazon.com/timestream/latest/developerguide/supported-sql-constructs.SELECT.html
"""

# ruff: noqa: S608 - the SQL is put together from what was bound, never from a query's own text

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from embedded_timestream.dialect.binding import Binding, describe
from embedded_timestream.dialect.bound import Expression, Scan, quote_identifier, table_mark
from embedded_timestream.dialect.casts import coerce
from embedded_timestream.dialect.expressions import Expressions
from embedded_timestream.dialect.scope import Field, Output, Relation, Scope, missing
from embedded_timestream.dialect.unnest import unnest
from embedded_timestream.sqltypes import BOOLEAN, common_type, field_name, parse_type

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Source:
    """What stands in FROM: its SQL, and what can be named because of it."""

    sql: str
    scope: Scope


def from_(binding: Binding, node: exp.Select, scope: Scope) -> Source:
    """Bind FROM and its joins."""
    clause = node.args.get("from_")
    if clause is None:
        return Source("", scope)
    joined = _source(binding, clause.this, scope)
    for join in [*(clause.this.args.get("joins") or []), *(node.args.get("joins") or [])]:
        joined = _join(binding, joined, join, scope)
    return joined


def _source(binding: Binding, node: exp.Expr, scope: Scope) -> Source:
    for part in ("pivots", "sample", "laterals", "hints", "version", "when", "system_time"):
        if node.args.get(part):
            raise binding.refuse(node, part.upper())
    if isinstance(node, exp.Table):
        return _table(binding, node, scope)
    if isinstance(node, (exp.Subquery, exp.Values)):
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):
            inner = _source(binding, node.this, scope)
            for join in [*(node.this.args.get("joins") or []), *(node.args.get("joins") or [])]:
                inner = _join(binding, inner, join, scope)
            return Source(f"({inner.sql})", inner.scope)
        output = (
            values(binding, node, scope)
            if isinstance(node, exp.Values)
            else binding.query(node.this, scope)
        )
        return _relation(binding, output, node.args.get("alias"), scope)
    if isinstance(node, exp.Unnest):
        output, alias = unnest(binding, node, scope)
        return _relation(binding, output, alias, scope)
    raise binding.refuse(node, f"'{describe(node)}'")


def _relation(
    binding: Binding, output: Output, alias: exp.Expr | None, scope: Scope, lateral: str = ""
) -> Source:
    name = binding.alias()
    fields = tuple(
        replace(f, sql=f"{name}.c{i + 1}")
        for i, f in enumerate(renamed(binding, output.fields, alias))
    )
    relation = Relation(alias.name if alias is not None else None, fields)
    return Source(f"{lateral}({output.sql}) AS {name}", scope.joined([relation]))


def _table(binding: Binding, node: exp.Table, scope: Scope) -> Source:
    database, name, alias = node.db, node.name, node.args.get("alias")
    if node.args.get("catalog"):
        raise binding.refuse(node, "A catalog")
    if isinstance(node.this, exp.Values):  # at the start of a join in parentheses
        return _relation(binding, values(binding, node.this, scope), alias, scope)
    if not isinstance(node.this, exp.Identifier):
        raise binding.refuse(node, f"The table function {describe(node.this)}")
    if not database:
        cte = scope.ctes.get(name.lower())
        if cte is None:
            raise missing(binding.catalog, "", name, binding.locate(node))
        if alias is None:
            alias = exp.TableAlias(this=exp.to_identifier(name))
        return _relation(binding, cte, alias, scope)
    table = binding.catalog.table(database, name)
    if table is None:
        raise missing(binding.catalog, database, name, binding.locate(node))
    columns = tuple(table.columns())
    binding.tables[database, name] = columns
    relation = binding.alias()
    binding.scans[relation] = Scan((database, name), relation, [], [])
    fields = [
        Field(
            column.name,
            parse_type(column.type),
            f"{relation}.{quote_identifier(column.stored)}",
            (database, name),
        )
        for column in columns
    ]
    bound = Relation(
        alias.name if alias is not None else name,
        renamed(binding, fields, alias),
        None if alias is not None else database,
    )
    return Source(f"{table_mark(database, name)} AS {relation}", scope.joined([bound]))


def _join(binding: Binding, left: Source, node: exp.Join, scope: Scope) -> Source:
    side, kind = (node.args.get("side") or "").upper(), (node.args.get("kind") or "").upper()
    if node.args.get("method") or kind not in {"", "INNER", "OUTER", "CROSS"}:
        raise binding.refuse(node, f"A {node.args.get('method') or kind} JOIN")
    condition, using = node.args.get("on"), node.args.get("using")
    if isinstance(node.this, exp.Unnest):
        return _join_unnest(binding, left, node, side)
    right = _source(binding, node.this, replace(scope, relations=(), merged=()))
    for join in node.this.args.get("joins") or []:
        right = _join(binding, right, join, scope)
    both = left.scope.joined(right.scope.relations, right.scope.merged)
    if using:
        return _join_using(binding, left, right, side, using)
    if condition is None:
        if side or kind == "INNER":
            raise binding.error(node, "a JOIN needs ON or USING")
        return Source(f"{left.sql} CROSS JOIN {right.sql}", both)
    on = Expressions(binding, both, clause="JOIN").bind_as(condition, BOOLEAN, "JOIN ON clause")
    return Source(f"{left.sql} {side or 'INNER'} JOIN {right.sql} ON {on}", both)


def _join_using(
    binding: Binding, left: Source, right: Source, side: str, using: Sequence[exp.Expr]
) -> Source:
    conditions: list[str] = []
    merged: list[Field] = []
    used: set[str] = set()
    for identifier in using:
        name = identifier.name
        found = [s.find((), name) for s in (left.scope, right.scope)]
        for fields, word in zip(found, ("left", "right"), strict=True):
            if len(fields) != 1:
                raise binding.error(
                    identifier, f"Column '{name}' is missing from {word} side of join"
                )
        a, b = (Expression(f[0].sql, f[0].type) for f in found)
        if a.sql in used:
            raise binding.error(
                identifier, f"Column '{name}' appears multiple times in the JOIN USING clause"
            )
        used.add(a.sql)
        type_ = common_type(a.type, b.type)
        if type_ is None:
            raise binding.error(
                identifier, f"Column types do not match in USING: {a.type}, {b.type}"
            )
        one, other = coerce(a, type_), coerce(b, type_)
        conditions.append(f"({one} = {other})")
        value = {"LEFT": one, "RIGHT": other, "": one}.get(side, f"coalesce({one}, {other})")
        merged.append(Field(name, type_, value))
    names = {f.name for f in merged}

    def without(relation: Relation) -> Relation:
        return replace(relation, fields=tuple(f for f in relation.fields if f.name not in names))

    scope = replace(
        left.scope,
        relations=tuple(without(r) for r in (*left.scope.relations, *right.scope.relations)),
        merged=(
            *merged,
            *(f for f in (*left.scope.merged, *right.scope.merged) if f.name not in names),
        ),
    )
    sql = f"{left.sql} {side or 'INNER'} JOIN {right.sql} ON {' AND '.join(conditions)}"
    return Source(sql, scope)


def _join_unnest(binding: Binding, left: Source, node: exp.Join, side: str) -> Source:
    output, alias = unnest(binding, node.this, left.scope)
    right = _relation(binding, output, alias, Scope(), "LATERAL ")
    both = left.scope.joined(right.scope.relations)
    condition = node.args.get("on")
    if side == "LEFT" and isinstance(condition, exp.Boolean) and condition.this:
        return Source(f"{left.sql} LEFT JOIN {right.sql} ON TRUE", both)
    if side or condition is not None:
        raise binding.refuse(node, "A JOIN with UNNEST other than CROSS JOIN and LEFT JOIN ON TRUE")
    return Source(f"{left.sql} CROSS JOIN {right.sql}", both)


def values(binding: Binding, node: exp.Values, scope: Scope) -> Output:
    """Bind VALUES."""
    binder = Expressions(binding, Scope(outer=scope.outer, ctes=scope.ctes), clause="VALUES")
    rows = [_line(binder, row) for row in node.expressions]
    types = [value.type for value in rows[0]]
    for values in rows:
        if len(values) != len(types):
            raise binding.error(node, "Values rows have mismatched types")
        for index, value in enumerate(values):
            type_ = common_type(types[index], value.type)
            if type_ is None:
                raise binding.error(
                    node, f"Values rows have mismatched types: {types[index]} vs {value.type}"
                )
            types[index] = type_
    lines = ", ".join(
        f"({', '.join(coerce(v, t) for v, t in zip(values, types, strict=True))})"
        for values in rows
    )
    names = [f"c{i + 1}" for i in range(len(types))]
    fields = tuple(Field(None, t, name) for t, name in zip(types, names, strict=True))
    return Output(
        f"SELECT * FROM (VALUES {lines}) AS {binding.alias()}({', '.join(names)})", fields
    )


def _line(binder: Expressions, node: exp.Expr) -> list[Expression]:
    """Bind one row of VALUES: (1, 'a'), or a single value, which may be a row itself."""
    values = [binder.bind(v) for v in (node.expressions if isinstance(node, exp.Tuple) else [node])]
    if len(values) > 1 or values[0].type.name != "row":
        return values
    row = values[0]
    return [
        Expression(f"({row.sql}).{field_name(i)}", part) for i, part in enumerate(row.type.parts)
    ]


def renamed(binding: Binding, fields: Sequence[Field], alias: exp.Expr | None) -> tuple[Field, ...]:
    """Give fields the column names of an alias, `t (a, b)`, if it has any."""
    names = alias.args.get("columns") if alias is not None else None
    if alias is None or not names:
        return tuple(fields)
    if len(names) != len(fields):
        raise binding.error(
            alias,
            f"Column alias list has {len(names)} entries but "
            f"'{alias.name}' has {len(fields)} columns available",
        )
    return tuple(
        replace(f, name=name.name, aliased=True) for f, name in zip(fields, names, strict=True)
    )
