"""Queries: SELECT and what stands around it, bound to tables and written as DuckDB SQL.

Every block's columns are called c1, c2... in DuckDB and every relation r1, r2..., so that no name
of the query can mean something else there. The tables stay open (`TABLE`), as does the time.
https://docs.aws.amazon.com/timestream/latest/developerguide/supported-sql-constructs.html
"""

# ruff: noqa: S608 - the SQL is put together from what was bound, never from a query's own text

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from embedded_timestream.dialect.casts import coerce
from embedded_timestream.dialect.expressions import (
    Expression,
    Expressions,
    Grouping,
    quote_identifier,
)
from embedded_timestream.dialect.grammar import position
from embedded_timestream.dialect.scope import Field, Output, Relation, Scope
from embedded_timestream.errors import ValidationException
from embedded_timestream.functions import FUNCTIONS
from embedded_timestream.functions.signature import Kind
from embedded_timestream.schema import TIME
from embedded_timestream.sqltypes import (
    BIGINT,
    BOOLEAN,
    Type,
    common_type,
    field_name,
    parse_type,
    point,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from embedded_timestream.dialect.scope import Catalog
    from embedded_timestream.schema import Column

TableName = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Scan:
    """One table in one FROM, and the conditions on time that spare the service reading all of it.

    :param relation: what the conditions' SQL calls it.
    """

    table: TableName
    relation: str
    conditions: list[str]


_SUPPORTED = {  # of a query block; everything else that sqlglot can read is refused
    "with_", "kind", "expressions", "distinct", "from_", "joins", "where", "group", "having",
    "windows", "order", "limit", "offset",
}  # fmt: skip


def table_mark(database: str, name: str) -> str:
    """Return what stands in the SQL for a table's rows."""
    return f"\0{database}\0{name}\0"


_Unnested = tuple[str | None, Type, str]  # a column's name, its type and the SQL that reads it


@dataclass(frozen=True, slots=True)
class _From:
    sql: str
    scope: Scope


class Queries:
    """Binds the queries of one statement.

    :param sql: the statement, for the places in errors.
    :param catalog: the tables that there are.
    """

    def __init__(self, sql: str, catalog: Catalog) -> None:
        self._sql = sql
        self._catalog = catalog
        self._relations = 0
        self._ctes: list[tuple[str, str]] = []
        self.tables: dict[TableName, tuple[Column, ...]] = {}  # that the statement reads
        self.scans: dict[str, Scan] = {}  # by relation

    # Places

    def locate(self, node: exp.Expr) -> str:
        """Say where an expression begins: `line 1:8`."""
        starts = [n.meta["start"] for n in node.walk() if "start" in n.meta]
        if not starts and node.parent is not None:
            return self.locate(node.parent)
        return position(self._sql, min(starts, default=0))

    def source(self, node: exp.Expr) -> str:
        """Return the words that an expression was read from, as far as their places are known."""
        found = [n.meta for n in node.walk() if "start" in n.meta]
        if not found:
            return f"'{Expressions.describe(node)}'"
        start, end = min(m["start"] for m in found), max(m["end"] for m in found) + 1
        while self._sql.count("(", start, end) > self._sql.count(")", start, end):
            end = self._sql.index(")", end) + 1  # which no expression has the place of
        return f"'{self._sql[start:end]}'"

    def locate_operator(self, node: exp.Expr, symbol: str) -> str:
        """Say where the operator of a binary expression stands."""
        right = node.args.get("expression")
        starts = [n.meta["start"] for n in right.walk() if "start" in n.meta] if right else []
        at = self._sql.rfind(symbol, 0, min(starts)) if starts else -1
        return position(self._sql, at) if at >= 0 else self.locate(node)

    def refuse(self, node: exp.Expr, what: str) -> ValidationException:
        """Make an exception for what Timestream may know and this one does not."""
        return ValidationException(
            f"{self.locate(node)}: {what} is not supported by this embedded Timestream"
        )

    # Queries

    def query(self, node: exp.Expr, scope: Scope | None = None) -> Output:
        """Bind a query.

        :param scope: what the query sees from outside: CTEs and, of a subquery, columns.
        :raises ValidationException: if it means nothing, or is not supported.
        """
        scope = scope or Scope()
        scope = self._with(node, scope)
        if isinstance(node, exp.Select):
            return _Block(self, node, scope).bind()
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, scope)
        if isinstance(node, exp.Subquery):
            return self._modified(node, self.query(node.this, scope), scope)
        if isinstance(node, exp.Values):
            return self._modified(node, self._values(node, scope), scope)
        if isinstance(node, exp.Table):
            return self.query(exp.select("*").from_(node.copy()), scope)
        raise self.refuse(node, f"'{Expressions.describe(node)}'")

    def alias(self) -> str:
        """Return a name for one more relation."""
        self._relations += 1
        return f"r{self._relations}"

    def _with(self, node: exp.Expr, scope: Scope) -> Scope:
        clause = node.args.get("with_")
        if clause is None:
            return scope
        if clause.args.get("recursive"):
            raise self.refuse(clause, "WITH RECURSIVE")
        named: set[str] = set()
        for cte in clause.expressions:
            if cte.alias.lower() in named:
                raise ValidationException(
                    f"{self.locate(cte.args['alias'])}: WITH query name '{cte.alias}' specified "
                    "more than once"
                )
            named.add(cte.alias.lower())
            output = self.query(cte.this, scope)
            fields = self._renamed(output.fields, cte.args["alias"])
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

    def _renamed(self, fields: Sequence[Field], alias: exp.Expr | None) -> tuple[Field, ...]:
        """Give fields the column names of an alias, `t (a, b)`, if it has any."""
        names = alias.args.get("columns") if alias is not None else None
        if alias is None or not names:
            return tuple(fields)
        if len(names) != len(fields):
            raise ValidationException(
                f"{self.locate(alias)}: Column alias list has {len(names)} entries but "
                f"'{alias.name}' has {len(fields)} columns available"
            )
        return tuple(
            replace(f, name=name.name, aliased=True) for f, name in zip(fields, names, strict=True)
        )

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
            raise ValidationException(
                f"{self.locate(node.expression)}: {kind} query has different number of fields: "
                f"{len(left.fields)}, {len(right.fields)}"
            )
        types = []
        for index, (a, b) in enumerate(zip(left.fields, right.fields, strict=True)):
            type_ = common_type(a.type, b.type)
            if type_ is None:
                raise ValidationException(
                    f"{self.locate(node.expression)}: column {index + 1} in {kind} query has "
                    f"incompatible types: {a.type}, {b.type}"
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
            sql += " " + binder.order_by(
                node.args["order"].expressions,
                lambda item: str(_ordinal(item, len(fields), self) or binder.bind(item).sql),
            )
        return Output(sql + self.limits(node), output.fields)

    def limits(self, node: exp.Expr) -> str:
        """Write OFFSET and LIMIT (or FETCH FIRST)."""
        sql = ""
        limit, offset = node.args.get("limit"), node.args.get("offset")
        if limit is not None:
            count = limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.expression
            if isinstance(limit, exp.Fetch) and limit.args.get("limit_options"):
                options = limit.args["limit_options"]
                if options.args.get("with_ties") or options.args.get("percent"):
                    raise self.refuse(limit, "FETCH FIRST ... WITH TIES")
            if count is None or count.name.upper() != "ALL":
                sql += f" LIMIT {self._whole(count, limit)}"
        if offset is not None:
            sql += f" OFFSET {self._whole(offset.expression, offset)}"
        return sql

    def _whole(self, node: exp.Expr | None, at: exp.Expr) -> int:
        if not isinstance(node, exp.Literal) or node.is_string or not node.this.isdigit():
            raise self.refuse(at, "A LIMIT or OFFSET that is not a whole number")
        return int(node.this)

    def _values(self, node: exp.Values, scope: Scope) -> Output:
        binder = Expressions(self, Scope(outer=scope.outer, ctes=scope.ctes), clause="VALUES")
        rows = [_line(binder, row) for row in node.expressions]
        types = [value.type for value in rows[0]]
        for values in rows:
            if len(values) != len(types):
                raise ValidationException(f"{self.locate(node)}: Values rows have mismatched types")
            for index, value in enumerate(values):
                type_ = common_type(types[index], value.type)
                if type_ is None:
                    raise ValidationException(
                        f"{self.locate(node)}: Values rows have mismatched types: "
                        f"{types[index]} vs {value.type}"
                    )
                types[index] = type_
        lines = ", ".join(
            f"({', '.join(coerce(v, t) for v, t in zip(values, types, strict=True))})"
            for values in rows
        )
        names = [f"c{i + 1}" for i in range(len(types))]
        fields = tuple(Field(None, t, name) for t, name in zip(types, names, strict=True))
        return Output(
            f"SELECT * FROM (VALUES {lines}) AS {self.alias()}({', '.join(names)})", fields
        )

    # FROM

    def from_(self, node: exp.Select, scope: Scope) -> _From:
        """Bind FROM and its joins."""
        clause = node.args.get("from_")
        if clause is None:
            return _From("", scope)
        joined = self._source(clause.this, scope)
        for join in [*(clause.this.args.get("joins") or []), *(node.args.get("joins") or [])]:
            joined = self._join(joined, join, scope)
        return joined

    def _source(self, node: exp.Expr, scope: Scope) -> _From:
        for part in ("pivots", "sample", "laterals", "hints", "version", "when", "system_time"):
            if node.args.get(part):
                raise self.refuse(node, part.upper())
        if isinstance(node, exp.Table):
            return self._table(node, scope)
        if isinstance(node, (exp.Subquery, exp.Values)):
            if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):
                inner = self._source(node.this, scope)
                for join in [*(node.this.args.get("joins") or []), *(node.args.get("joins") or [])]:
                    inner = self._join(inner, join, scope)
                return _From(f"({inner.sql})", inner.scope)
            output = (
                self._values(node, scope)
                if isinstance(node, exp.Values)
                else self.query(node.this, scope)
            )
            return self._relation(output, node.args.get("alias"), scope)
        if isinstance(node, exp.Unnest):
            output, alias = self._unnest(node, scope)
            return self._relation(output, alias, scope)
        raise self.refuse(node, f"'{Expressions.describe(node)}'")

    def _relation(
        self, output: Output, alias: exp.Expr | None, scope: Scope, lateral: str = ""
    ) -> _From:
        name = self.alias()
        fields = tuple(
            replace(f, sql=f"{name}.c{i + 1}")
            for i, f in enumerate(self._renamed(output.fields, alias))
        )
        relation = Relation(alias.name if alias is not None else None, fields)
        return _From(f"{lateral}({output.sql}) AS {name}", scope.joined([relation]))

    def _table(self, node: exp.Table, scope: Scope) -> _From:
        database, name, alias = node.db, node.name, node.args.get("alias")
        if node.args.get("catalog"):
            raise self.refuse(node, "A catalog")
        if isinstance(node.this, exp.Values):  # at the start of a join in parentheses
            return self._relation(self._values(node.this, scope), alias, scope)
        if not isinstance(node.this, exp.Identifier):
            raise self.refuse(node, f"The table function {Expressions.describe(node.this)}")
        if not database:
            cte = scope.ctes.get(name.lower())
            if cte is None:
                raise ValidationException(
                    f"{self.locate(node)}: Table '{name}' does not exist: "
                    'write it as "database"."table"'
                )
            if alias is None:
                alias = exp.TableAlias(this=exp.to_identifier(name))
            return self._relation(cte, alias, scope)
        table = self._catalog.table(database, name)
        if table is None:
            what = (
                f"Table {database}.{name}"
                if database in self._catalog.databases
                else f"Database {database}"
            )
            raise ValidationException(f"{self.locate(node)}: {what} does not exist")
        columns = tuple(table.columns())
        self.tables[database, name] = columns
        relation = self.alias()
        self.scans[relation] = Scan((database, name), relation, [])
        fields = [
            Field(
                column.name,
                parse_type(column.type),
                f"{relation}.{quote_identifier(column.name)}",
                (database, name),
            )
            for column in columns
        ]
        bound = Relation(
            alias.name if alias is not None else name,
            self._renamed(fields, alias),
            None if alias is not None else database,
        )
        return _From(f"{table_mark(database, name)} AS {relation}", scope.joined([bound]))

    def _join(self, left: _From, node: exp.Join, scope: Scope) -> _From:
        side, kind = (node.args.get("side") or "").upper(), (node.args.get("kind") or "").upper()
        if node.args.get("method") or kind not in {"", "INNER", "OUTER", "CROSS"}:
            raise self.refuse(node, f"A {node.args.get('method') or kind} JOIN")
        condition, using = node.args.get("on"), node.args.get("using")
        if isinstance(node.this, exp.Unnest):
            return self._join_unnest(left, node, side)
        right = self._source(node.this, replace(scope, relations=(), merged=()))
        for join in node.this.args.get("joins") or []:
            right = self._join(right, join, scope)
        both = left.scope.joined(right.scope.relations, right.scope.merged)
        if using:
            return self._join_using(left, right, side, using)
        if condition is None:
            if side or kind == "INNER":
                raise ValidationException(f"{self.locate(node)}: a JOIN needs ON or USING")
            return _From(f"{left.sql} CROSS JOIN {right.sql}", both)
        on = Expressions(self, both, clause="JOIN").bind_as(condition, BOOLEAN, "JOIN ON clause")
        return _From(f"{left.sql} {side or 'INNER'} JOIN {right.sql} ON {on}", both)

    def _join_using(self, left: _From, right: _From, side: str, using: Sequence[exp.Expr]) -> _From:
        conditions, merged = [], []
        for identifier in using:
            name = identifier.name
            found = [s.find((), name) for s in (left.scope, right.scope)]
            for fields, word in zip(found, ("left", "right"), strict=True):
                if len(fields) != 1:
                    raise ValidationException(
                        f"{self.locate(identifier)}: Column '{name}' is missing from {word} "
                        "side of join"
                    )
            a, b = (Expression(f[0].sql, f[0].type) for f in found)
            type_ = common_type(a.type, b.type)
            if type_ is None:
                raise ValidationException(
                    f"{self.locate(identifier)}: Column types do not match in USING: "
                    f"{a.type}, {b.type}"
                )
            one, other = coerce(a, type_), coerce(b, type_)
            conditions.append(f"({one} = {other})")
            value = {"LEFT": one, "RIGHT": other, "": one}.get(side, f"coalesce({one}, {other})")
            merged.append(Field(name, type_, value))
        names = {f.name for f in merged}

        def without(relation: Relation) -> Relation:
            return replace(
                relation, fields=tuple(f for f in relation.fields if f.name not in names)
            )

        scope = replace(
            left.scope,
            relations=tuple(without(r) for r in (*left.scope.relations, *right.scope.relations)),
            merged=(
                *merged,
                *(f for f in (*left.scope.merged, *right.scope.merged) if f.name not in names),
            ),
        )
        sql = f"{left.sql} {side or 'INNER'} JOIN {right.sql} ON {' AND '.join(conditions)}"
        return _From(sql, scope)

    def _join_unnest(self, left: _From, node: exp.Join, side: str) -> _From:
        output, alias = self._unnest(node.this, left.scope)
        right = self._relation(output, alias, Scope(), "LATERAL ")
        both = left.scope.joined(right.scope.relations)
        condition = node.args.get("on")
        if side == "LEFT" and isinstance(condition, exp.Boolean) and condition.this:
            return _From(f"{left.sql} LEFT JOIN {right.sql} ON TRUE", both)
        if side or condition is not None:
            raise self.refuse(
                node, "A JOIN with UNNEST other than CROSS JOIN and LEFT JOIN ON TRUE"
            )
        return _From(f"{left.sql} CROSS JOIN {right.sql}", both)

    def _unnest(self, node: exp.Unnest, scope: Scope) -> tuple[Output, exp.Expr | None]:
        """Bind UNNEST: one column per array (two per map, one per field of an array of rows)."""
        binder = Expressions(self, scope, clause="UNNEST")
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


class _Block:
    """One SELECT."""

    def __init__(self, queries: Queries, node: exp.Select, scope: Scope) -> None:
        self._queries = queries
        self._node = node
        self._outside = scope
        for part, value in node.args.items():
            if value and part not in _SUPPORTED:
                raise ValidationException(
                    f"{queries.locate(node)}: {part.rstrip('_').upper()} is not supported by this "
                    "embedded Timestream"
                )

    def bind(self) -> Output:
        node, queries = self._node, self._queries
        source = queries.from_(node, self._outside)
        self._scope = source.scope
        sql = [f" FROM {source.sql}"] if source.sql else []
        where = node.args.get("where")
        if where is not None:
            condition = self._binder("WHERE").bind_as(where.this, BOOLEAN, "WHERE clause")
            sql.append(f" WHERE {condition}")
            self._note_scans(where.this)
        self._items = self._expanded()
        if not self._items:
            raise ValidationException(f"{queries.locate(node)}: SELECT needs a column")
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
            raise queries.refuse(distinct, "DISTINCT ON")
        if node.args.get("order"):
            sql.append(self._order_by(fields, grouping, distinct=distinct is not None))
        sql.append(queries.limits(node))
        columns = ", ".join(f"{f.sql} AS c{i + 1}" for i, f in enumerate(fields))
        head = f"SELECT {'DISTINCT ' if distinct is not None else ''}{columns}"
        return Output(head + "".join(sql), tuple(fields))

    def _note_scans(self, condition: exp.Expr) -> None:
        """Note each part of WHERE that restricts one table's time."""
        parts = condition.flatten(unnest=False) if isinstance(condition, exp.And) else [condition]
        for part in parts:
            columns = list(part.find_all(exp.Column))
            found = [self._scope.find((c.table,) if c.table else (), c.name) for c in columns]
            fields = [fields[0] for fields in found if fields]
            relations = {field.sql.split(".")[0] for field in fields}
            if len(relations) != 1 or len(fields) != len(columns) or part.find(exp.Query):
                continue
            scan = self._queries.scans.get(relations.pop())
            if scan is not None and all(field.name == TIME.name for field in fields):
                scan.conditions.append(self._binder("WHERE").bind(part).sql)

    def _binder(
        self, clause: str, *, aggregates: bool = False, grouping: Grouping | None = None,
        scope: Scope | None = None,
    ) -> Expressions:  # fmt: skip
        windows = {
            window.this.name.lower(): window for window in self._node.args.get("windows") or []
        }
        return Expressions(
            self._queries, scope or self._scope, clause=clause, aggregates=aggregates,
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
            raise self._queries.refuse(item, f"'{Expressions.describe(item)}'")
        if not isinstance(item, exp.Column):
            found = self._scope.star()
            if not self._scope.relations:
                raise ValidationException(
                    f"{self._queries.locate(item)}: SELECT * not allowed in queries without FROM "
                    "clause"
                )
            return found
        qualifier = tuple(part.name for part in item.parts[:-1])
        relations = [r for r in self._scope.relations if r.answers_to(qualifier)]
        if not relations:
            raise ValidationException(
                f"{self._queries.locate(item)}: Unable to resolve reference {'.'.join(qualifier)}"
            )
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
            raise self._queries.refuse(group, "GROUP BY ... WITH TOTALS")
        sets = any(isinstance(n, (exp.Cube, exp.Rollup, exp.GroupingSets)) for n in nodes)
        if sets and group.args.get("all") is False:
            raise self._queries.refuse(group, "GROUP BY DISTINCT with grouping sets")
        if not nodes:
            raise ValidationException(
                f"{self._queries.locate(self._node)}: GROUP BY needs a column"
            )
        keys: set[str] = set()
        parts = [self._group_sets(node, keys) for node in nodes]
        return Grouping(keys), f" GROUP BY {', '.join(parts)}"

    def _group_sets(self, node: exp.Expr, keys: set[str]) -> str:
        """Bind an item of GROUP BY; add the expressions in it to `keys`."""
        if isinstance(node, (exp.Cube, exp.Rollup, exp.GroupingSets)):
            word = {exp.Cube: "CUBE", exp.Rollup: "ROLLUP"}.get(type(node), "GROUPING SETS")
            if not node.expressions:
                raise self._queries.refuse(self._node, f"An empty {word}")
            return f"{word} ({', '.join(self._group_sets(n, keys) for n in node.expressions)})"
        if isinstance(node, (exp.Tuple, exp.Paren)):
            inner = node.expressions if isinstance(node, exp.Tuple) else [node.this]
            return f"({', '.join(self._group_sets(n, keys) for n in inner)})"
        key = self._group_key(node)
        keys.add(key)
        return key

    def _group_key(self, node: exp.Expr) -> str:
        index = _ordinal(node, len(self._items), self._queries, "GROUP BY")
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
                raise ValidationException(
                    f"{self._queries.locate(self._node)}: '{item.name}' must be an aggregate "
                    "expression or appear in GROUP BY clause"
                )
            return item
        if isinstance(item, exp.Alias):
            value = binder.bind(item.this)
            self._check(item.this, grouping, binder)
            return Field(item.alias, value.type, value.sql, value.origin, aliased=True)
        value = binder.bind(item)
        self._check(item, grouping, binder)
        return Field(value.name, value.type, value.sql, value.origin)

    def _check(
        self, node: exp.Expr, grouping: Grouping | None, _: Expressions | None = None
    ) -> None:
        if grouping is not None and grouping.loose:
            raise ValidationException(
                f"{self._queries.locate(node)}: '{Expressions.describe(node)}' must be an "
                "aggregate expression or appear in GROUP BY clause"
            )

    def _order_by(
        self, fields: Sequence[Field], grouping: Grouping | None, *, distinct: bool
    ) -> str:
        """Write ORDER BY: a number and an output column's name come before the tables' columns."""
        outputs = Relation(None, tuple(fields))
        binder = self._binder("ORDER BY", aggregates=True, grouping=grouping)
        selected = {f.sql: i + 1 for i, f in enumerate(fields)}

        def item(node: exp.Expr) -> str:
            index = _ordinal(node, len(fields), self._queries)
            if index:
                return str(index)
            if isinstance(node, exp.Column) and not node.table:
                named = Scope((outputs,)).find((), node.name)
                if len({f.sql for f in named}) > 1:
                    raise ValidationException(
                        f"{self._queries.locate(node)}: Column '{node.name}' is ambiguous"
                    )
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
                raise ValidationException(
                    f"{self._queries.locate(node)}: For SELECT DISTINCT, ORDER BY expressions must "
                    "appear in select list"
                )
            return sql

        return " " + binder.order_by(self._node.args["order"].expressions, item)


def _line(binder: Expressions, node: exp.Expr) -> list[Expression]:
    """Bind one row of VALUES: (1, 'a'), or a single value, which may be a row itself."""
    values = [binder.bind(v) for v in (node.expressions if isinstance(node, exp.Tuple) else [node])]
    if len(values) > 1 or values[0].type.name != "row":
        return values
    row = values[0]
    return [
        Expression(f"({row.sql}).{field_name(i)}", part) for i, part in enumerate(row.type.parts)
    ]


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


def _ordinal(node: exp.Expr, count: int, queries: Queries, clause: str = "ORDER BY") -> int | None:
    """Return the place in the select list that a whole number in GROUP BY or ORDER BY means."""
    if not isinstance(node, exp.Literal) or node.is_string or not node.this.isdigit():
        return None
    index = int(node.this)
    if not 1 <= index <= count:
        raise ValidationException(
            f"{queries.locate(node)}: {clause} position {index} is not in select list"
        )
    return index
