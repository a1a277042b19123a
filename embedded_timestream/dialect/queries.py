"""Queries: SELECT and what stands around it, bound to tables and written as DuckDB SQL.

Every block's columns are called c1, c2... in DuckDB and every relation r1, r2..., so that no name
of the query can mean something else there. The tables stay open (`TABLE`), as does the time.
https://docs.aws.amazon.com/timestream/latest/developerguide/supported-sql-constructs.html
"""

# ruff: noqa: S608 - the SQL is put together from what was bound, never from a query's own text

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from embedded_timestream.dialect.binding import Binding, describe
from embedded_timestream.dialect.blocks import Block
from embedded_timestream.dialect.bound import Expression
from embedded_timestream.dialect.casts import coerce
from embedded_timestream.dialect.expressions import Expressions
from embedded_timestream.dialect.ordering import limits, order_by, ordinal
from embedded_timestream.dialect.scope import Catalog, Field, Output, Relation, Scope
from embedded_timestream.dialect.sources import renamed, values
from embedded_timestream.sqltypes import Type, common_type

if TYPE_CHECKING:
    from collections.abc import Iterable


class Queries(Binding):
    """Binds the queries of one statement."""

    def __init__(self, sql: str, catalog: Catalog) -> None:
        super().__init__(sql, catalog)
        self._ctes: list[tuple[str, str]] = []

    def query(self, node: exp.Expr, scope: Scope | None = None) -> Output:
        """Bind a query.

        :param scope: what the query sees from outside: CTEs and, of a subquery, columns.
        :raises ValidationException: if it means nothing, or is not supported.
        """
        scope = scope or Scope()
        scope = self._with(node, scope)
        if isinstance(node, exp.Select):
            return Block(self, node, scope).bind()
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, scope)
        if isinstance(node, exp.Subquery):
            return self._modified(node, self.query(node.this, scope), scope)
        if isinstance(node, exp.Values):
            return self._modified(node, values(self, node, scope), scope)
        if isinstance(node, exp.Table):
            return self.query(exp.select("*").from_(node.copy()), scope)
        raise self.refuse(node, f"'{describe(node)}'")

    def _with(self, node: exp.Expr, scope: Scope) -> Scope:
        clause = node.args.get("with_")
        if clause is None:
            return scope
        if clause.args.get("recursive"):
            raise self.refuse(clause, "WITH RECURSIVE")
        named: set[str] = set()
        for cte in clause.expressions:
            if cte.alias.lower() in named:
                raise self.error(
                    cte.args["alias"], f"WITH query name '{cte.alias}' specified more than once"
                )
            named.add(cte.alias.lower())
            output = self.query(cte.this, scope)
            fields = renamed(self, output.fields, cte.args["alias"])
            name = f"q{len(self._ctes) + 1}"
            self._ctes.append((name, output.sql))
            bound = Output(f"FROM {name}", fields)
            scope = replace(scope, ctes={**scope.ctes, cte.alias.lower(): bound})
        return scope

    def ctes(self) -> str:
        """Write the WITH clause of the whole statement."""
        if not self._ctes:
            return ""
        return f"WITH {', '.join(f'{name} AS ({sql})' for name, sql in self._ctes)} "

    def _set_operation(self, node: exp.SetOperation, scope: Scope) -> Output:
        sides: list[exp.Expr] = []
        kind = {exp.Union: "UNION", exp.Except: "EXCEPT", exp.Intersect: "INTERSECT"}[type(node)]
        if not node.args.get("distinct", True):
            kind += " ALL"
        if node.args.get("by_name") or node.args.get("side") or node.args.get("kind"):
            raise self.refuse(node, "UNION BY NAME")
        sides = [node.this, node.expression]
        left, right = (self.query(side, scope) for side in sides)
        if len(left.fields) != len(right.fields):
            raise self.error(
                node.expression,
                f"{kind} query has different number of fields: "
                f"{len(left.fields)}, {len(right.fields)}",
            )
        types = []
        for index, (a, b) in enumerate(zip(left.fields, right.fields, strict=True)):
            type_ = common_type(a.type, b.type)
            if type_ is None:
                raise self.error(
                    node.expression,
                    f"column {index + 1} in {kind} query has "
                    f"incompatible types: {a.type}, {b.type}",
                )
            types.append(type_)
        parts = [_as_types(output, types) for output in (left, right)]
        fields = tuple(
            Field(f.name, type_, f"c{i + 1}")
            for i, (f, type_) in enumerate(zip(left.fields, types, strict=True))
        )
        return self._modified(node, Output(f"({parts[0]}) {kind} ({parts[1]})", fields), scope)

    def _modified(self, node: exp.Expr, output: Output, scope: Scope) -> Output:
        """Add ORDER BY, OFFSET and LIMIT to a query that is not a SELECT block."""
        if not any(node.args.get(part) for part in ("order", "offset", "limit")):
            return output
        name = self.alias()
        fields = tuple(replace(f, sql=f"{name}.c{i + 1}") for i, f in enumerate(output.fields))
        binder = Expressions(
            self, Scope((Relation(None, fields),), outer=scope.outer, ctes=scope.ctes)
        )
        sql = f"SELECT * FROM ({output.sql}) AS {name}"
        if node.args.get("order"):
            sql += " " + order_by(
                binder,
                node.args["order"].expressions,
                lambda item: str(ordinal(item, len(fields), self) or binder.bind(item).sql),
            )
        return Output(sql + limits(self, node), output.fields)


def _as_types(output: Output, types: Iterable[Type]) -> str:
    """Return a query's SQL with its columns coerced."""
    types = list(types)
    if [f.type for f in output.fields] == types:
        return output.sql
    columns = ", ".join(
        f"{coerce(Expression(f'c{i + 1}', f.type), type_)} AS c{i + 1}"
        for i, (f, type_) in enumerate(zip(output.fields, types, strict=True))
    )
    return f"SELECT {columns} FROM ({output.sql})"
