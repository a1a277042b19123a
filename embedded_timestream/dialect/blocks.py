"""One SELECT: what it selects, WHERE, GROUP BY, HAVING and ORDER BY.

https://docs.aws.amazon.com/timestream/latest/developerguide/supported-sql-constructs.SELECT.html
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from sqlglot import exp

from embedded_timestream.dialect.binder import Grouping
from embedded_timestream.dialect.binding import Binding, describe
from embedded_timestream.dialect.casts import coerce
from embedded_timestream.dialect.expressions import Expressions
from embedded_timestream.dialect.operators import SYMBOLS
from embedded_timestream.dialect.ordering import limits, order_by, ordinal
from embedded_timestream.dialect.restrictions import MIRRORED
from embedded_timestream.dialect.scope import Field, Output, Relation, Scope
from embedded_timestream.dialect.sources import from_
from embedded_timestream.functions import FUNCTIONS
from embedded_timestream.functions.signature import Kind
from embedded_timestream.schema import TIME
from embedded_timestream.sqltypes import BOOLEAN, TIMESTAMP

if TYPE_CHECKING:
    from collections.abc import Sequence

_SUPPORTED = {  # of a query block; everything else that sqlglot can read is refused
    "with_", "kind", "expressions", "distinct", "from_", "joins", "where", "group", "having",
    "windows", "order", "limit", "offset",
}  # fmt: skip


class Block:
    """One SELECT."""

    def __init__(self, binding: Binding, node: exp.Select, scope: Scope) -> None:
        self._binding = binding
        self._node = node
        self._outside = scope
        for part, value in node.args.items():
            if value and part not in _SUPPORTED:
                raise binding.error(
                    node, f"{part.rstrip('_').upper()} is not supported by this embedded Timestream"
                )

    def bind(self) -> Output:
        """Bind it.

        :raises ValidationException: if it means nothing, or is not supported.
        """
        node, binding = self._node, self._binding
        source = from_(binding, node, self._outside)
        self._scope = source.scope
        sql = [f" FROM {source.sql}"] if source.sql else []
        where = node.args.get("where")
        if where is not None:
            condition = self._binder("WHERE").bind_as(where.this, BOOLEAN, "WHERE clause")
            sql.append(f" WHERE {condition}")
            self._note_scans(where.this)
        self._items = self._expanded()
        if not self._items:
            raise binding.error(node, "SELECT needs a column")
        grouping, group_by = self._grouping()
        sql.append(group_by)
        binder = self._binder("SELECT", aggregates=True, grouping=grouping)
        fields = [self._item(item, binder, grouping) for item in self._items]
        having = node.args.get("having")
        if having is not None:
            inner = self._binder("HAVING", aggregates=True, grouping=grouping)
            condition = inner.bind_as(having.this, BOOLEAN, "HAVING clause")
            self._check(having.this, grouping)
            sql.append(f" HAVING {condition}")
        distinct = node.args.get("distinct")
        if distinct is not None and distinct.args.get("on"):
            raise binding.refuse(distinct, "DISTINCT ON")
        if node.args.get("order"):
            sql.append(self._order_by(fields, grouping, distinct=distinct is not None))
        sql.append(limits(binding, node))
        columns = ", ".join(f"{f.sql} AS c{i + 1}" for i, f in enumerate(fields))
        head = f"SELECT {'DISTINCT ' if distinct is not None else ''}{columns}"
        return Output(head + "".join(sql), tuple(fields))

    def _note_scans(self, condition: exp.Expr) -> None:
        """Note each part of WHERE that restricts one table's time."""
        parts = condition.flatten(unnest=False) if isinstance(condition, exp.And) else [condition]
        for part in chain.from_iterable(map(_both_ends, parts)):
            columns = list(part.find_all(exp.Column))
            found = [self._scope.find((c.table,) if c.table else (), c.name) for c in columns]
            fields = [fields[0] for fields in found if fields]
            relations = {field.sql.split(".")[0] for field in fields}
            if len(relations) != 1 or len(fields) != len(columns) or part.find(exp.Query):
                continue
            scan = self._binding.scans.get(relations.pop())
            if scan is not None and all(field.name == TIME.name for field in fields):
                binder = self._binder("WHERE")
                scan.conditions.append(binder.bind(part).sql)
                if (bound := _bound(part)) is not None:
                    operator, value = bound
                    scan.bounds.append((operator, coerce(binder.bind(value), TIMESTAMP)))

    def _binder(
        self, clause: str, *, aggregates: bool = False, grouping: Grouping | None = None,
        scope: Scope | None = None,
    ) -> Expressions:  # fmt: skip
        windows = {
            window.this.name.lower(): window for window in self._node.args.get("windows") or []
        }
        return Expressions(
            self._binding, scope or self._scope, clause=clause, aggregates=aggregates,
            grouping=grouping, windows=windows,
        )  # fmt: skip

    def _expanded(self) -> list[exp.Expr | Field]:
        """Return the select items, with the columns that a star means in its place."""
        items: list[exp.Expr | Field] = []
        for item in self._node.expressions:
            if isinstance(item, exp.Star) or (
                isinstance(item, exp.Column) and isinstance(item.this, exp.Star)
            ):
                items += self._star(item)
            else:
                items.append(item)
        return items

    def _star(self, item: exp.Expr) -> list[Field]:
        star = item.this if isinstance(item, exp.Column) else item
        if any(star.args.values()):
            raise self._binding.refuse(item, f"'{describe(item)}'")
        if not isinstance(item, exp.Column):
            found = self._scope.star()
            if not self._scope.relations:
                raise self._binding.error(
                    item, "SELECT * not allowed in queries without FROM clause"
                )
            return found
        qualifier = tuple(part.name for part in item.parts[:-1])
        relations = [r for r in self._scope.relations if r.answers_to(qualifier)]
        if not relations:
            raise self._binding.error(item, f"Unable to resolve reference {'.'.join(qualifier)}")
        return list(relations[0].fields)

    def _grouping(self) -> tuple[Grouping | None, str]:
        """Bind GROUP BY; return what it leaves the other clauses, and its SQL."""
        group = self._node.args.get("group")
        if group is None:
            aggregated = any(
                not isinstance(item, Field) and _aggregates(item)
                for item in [*self._items, self._node.args.get("having")]
                if item is not None
            )
            ordered = self._node.args.get("order")
            if aggregated or self._node.args.get("having") or (ordered and _aggregates(ordered)):
                return Grouping(set()), ""
            return None, ""
        nodes = list(group.expressions)
        for word in ("grouping_sets", "cube", "rollup"):
            nodes += group.args.get(word) or []
        if group.args.get("totals"):
            raise self._binding.refuse(group, "GROUP BY ... WITH TOTALS")
        sets = any(isinstance(n, (exp.Cube, exp.Rollup, exp.GroupingSets)) for n in nodes)
        if sets and group.args.get("all") is False:
            raise self._binding.refuse(group, "GROUP BY DISTINCT with grouping sets")
        if not nodes:
            raise self._binding.error(self._node, "GROUP BY needs a column")
        keys: set[str] = set()
        parts = [self._group_sets(node, keys) for node in nodes]
        return Grouping(keys), f" GROUP BY {', '.join(parts)}"

    def _group_sets(self, node: exp.Expr, keys: set[str]) -> str:
        """Bind an item of GROUP BY; add the expressions in it to `keys`."""
        if isinstance(node, (exp.Cube, exp.Rollup, exp.GroupingSets)):
            word = {exp.Cube: "CUBE", exp.Rollup: "ROLLUP"}.get(type(node), "GROUPING SETS")
            if not node.expressions:
                raise self._binding.refuse(self._node, f"An empty {word}")
            return f"{word} ({', '.join(self._group_sets(n, keys) for n in node.expressions)})"
        if isinstance(node, (exp.Tuple, exp.Paren)):
            inner = node.expressions if isinstance(node, exp.Tuple) else [node.this]
            return f"({', '.join(self._group_sets(n, keys) for n in inner)})"
        key = self._group_key(node)
        keys.add(key)
        return key

    def _group_key(self, node: exp.Expr) -> str:
        index = ordinal(node, len(self._items), self._binding, "GROUP BY")
        item = self._items[index - 1] if index else node
        if isinstance(item, Field):
            return item.sql
        item = item.this if isinstance(item, exp.Alias) else item
        sql = self._binder("GROUP BY").bind(item).sql
        # A bare number would mean a column's place to DuckDB.
        return f"CAST({sql} AS BIGINT)" if sql.isdigit() else sql

    def _item(
        self, item: exp.Expr | Field, binder: Expressions, grouping: Grouping | None
    ) -> Field:
        if isinstance(item, Field):
            if grouping is not None and item.sql not in grouping.keys:
                raise self._binding.error(
                    self._node,
                    f"'{item.name}' must be an aggregate expression or appear in GROUP BY clause",
                )
            return item
        if isinstance(item, exp.Alias):
            value = binder.bind(item.this)
            self._check(item.this, grouping)
            return Field(item.alias, value.type, value.sql, value.origin, aliased=True)
        value = binder.bind(item)
        self._check(item, grouping)
        return Field(value.name, value.type, value.sql, value.origin)

    def _check(self, node: exp.Expr, grouping: Grouping | None) -> None:
        if grouping is not None and grouping.loose:
            raise self._binding.error(
                node,
                f"'{describe(node)}' must be an aggregate expression or appear in GROUP BY clause",
            )

    def _order_by(
        self, fields: Sequence[Field], grouping: Grouping | None, *, distinct: bool
    ) -> str:
        """Write ORDER BY: a number and an output column's name come before the tables' columns."""
        outputs = Relation(None, tuple(fields))
        binder = self._binder("ORDER BY", aggregates=True, grouping=grouping)
        selected = {f.sql: i + 1 for i, f in enumerate(fields)}

        def item(node: exp.Expr) -> str:
            index = ordinal(node, len(fields), self._binding)
            if index:
                return str(index)
            if isinstance(node, exp.Column) and not node.table:
                named = Scope((outputs,)).find((), node.name)
                if len({f.sql for f in named}) > 1:
                    raise self._binding.error(node, f"Column '{node.name}' is ambiguous")
                if named:
                    return str(selected[named[0].sql])
            aliased = tuple(f for f in fields if f.aliased)
            inner = binder
            if aliased and not distinct:
                inner = self._binder(
                    "ORDER BY", aggregates=True, grouping=grouping,
                    scope=replace(self._scope, merged=(*aliased, *self._scope.merged)),
                )  # fmt: skip
                if grouping is not None:
                    grouping.keys.update(f.sql for f in aliased)
            sql = inner.bind(node).sql
            self._check(node, grouping)
            if sql in selected:
                return str(selected[sql])
            if distinct:
                raise self._binding.error(
                    node, "For SELECT DISTINCT, ORDER BY expressions must appear in select list"
                )
            return sql

        return " " + order_by(binder, self._node.args["order"].expressions, item)


def _both_ends(node: exp.Expr) -> Sequence[exp.Expr]:
    """Take BETWEEN apart."""
    if not isinstance(node, exp.Between):
        return (node,)
    low = exp.GTE(this=node.this, expression=node.args["low"])
    return low, exp.LTE(this=node.this, expression=node.args["high"])


def _bound(node: exp.Expr) -> tuple[str, exp.Expr] | None:
    """Take a comparison of a column with what names none apart, as if the column stood first."""
    if type(node) not in MIRRORED:
        return None
    for column, value, kind in (
        (node.this, node.expression, type(node)),
        (node.expression, node.this, MIRRORED[type(node)]),
    ):
        if isinstance(column, exp.Column) and value.find(exp.Column) is None:
            return SYMBOLS[kind], value
    return None


def _aggregates(node: exp.Expr) -> bool:
    """Whether an expression has an aggregate of its own block, outside OVER and subqueries."""
    waiting = [node]  # and no recursion: thousands of conditions nest as deep
    while waiting:
        node = waiting.pop()
        if isinstance(node, exp.Window):
            parts = [*(node.args.get("partition_by") or []), node.args.get("order")]
            inner = node.this
            while not isinstance(inner, exp.Anonymous) and isinstance(inner.this, exp.Expr):
                inner = inner.this
            parts += inner.expressions if isinstance(inner, exp.Anonymous) else []
            waiting += [part for part in parts if part is not None]
        elif isinstance(node, exp.Anonymous) and _is_aggregate(node.name):
            return True
        elif not isinstance(node, exp.Query):
            waiting += node.iter_expressions()
    return False


def _is_aggregate(function: str) -> bool:
    overloads = FUNCTIONS.get(function.lower())
    return overloads is not None and overloads[0].kind is Kind.AGGREGATE
