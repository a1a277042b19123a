"""Which rows a query can need, by time and measure name: for whoever has to fetch them first.

What is said of a table is never too narrow. It follows from conditions that nothing but a row
within them can fulfil, in WHERE, HAVING and the ON of joins, of the query itself and of the queries
around a subquery. What it doesn't understand it takes for a condition that any row fulfils; what it
doesn't find it takes for a table that is read from beginning to end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from embedded_timestream.dialect.grammar import (
    TOO_DEEP,
    ShowStatement,
    Unload,
    parse,
    position,
)
from embedded_timestream.dialect.relations import (
    From,
    Relations,
    by_place,
    is_star,
    name_of,
    renamed,
    starred,
    with_ctes,
)
from embedded_timestream.dialect.restrictions import (
    ANYTHING,
    Bounds,
    Conditions,
    Constant,
    Key,
    Known,
    both,
    follow,
)
from embedded_timestream.errors import ValidationException
from embedded_timestream.schema import MEASURE_NAME, TIME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from embedded_timestream.dialect.relations import Ctes, Source, TableName

    Wanted = Mapping[str, Bounds]
    """What of a query's columns is wanted, by their names in lower case."""


@dataclass(frozen=True, slots=True)
class Needed:
    """The rows of one table, at one of the places where it is read.

    :param place: the table as the query names it there, and where that is.
    :param time: the times that they may have.
    :param names: the measure names that they may have.
    """

    place: str
    time: Bounds
    names: frozenset[str] | None


def read_from_the_beginning(sql: str) -> list[str]:
    """Name the tables, each with its place, that a query reads from their beginning.

    :raises ValidationException: if it is no query, or is nested too deeply.
    """
    needed = Finder(sql, lambda _: Constant(time=0, text=None)).find()
    return list(dict.fromkeys(one.place for _, one in needed if one.time.first is None))


@dataclass
class Finder:
    """Finds what one query needs.

    :param sql: the query.
    :param constant: computes an expression without columns.
    :ivar found: what is needed of each table, place by place.
    """

    sql: str
    constant: Callable[[exp.Expr], Constant]
    found: list[tuple[TableName, Needed]] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)
    _used: set[tuple[int, frozenset[tuple[str, Bounds]]]] = field(default_factory=set)
    _relations: Relations = field(default_factory=Relations)

    def find(self) -> list[tuple[TableName, Needed]]:
        """Go through the query.

        :raises ValidationException: if it is none, or is nested too deeply.
        """
        tree = parse(self.sql)
        if isinstance(tree, (ShowStatement, exp.Describe)):
            return []
        try:
            self._query(tree.this if isinstance(tree, Unload) else tree, {}, {})
        except RecursionError:
            raise ValidationException(TOO_DEEP) from None
        tables = list(tree.find_all(exp.Table))
        used = {table.name.lower() for table in tables if not table.db}
        ctes: dict[str, list[exp.CTE]] = {}
        for cte in tree.find_all(exp.CTE):
            ctes.setdefault(cte.alias.lower(), []).append(cte)
        for table in tables:
            if id(table) not in self._seen and _is_read(table, used):
                self._all_of(table, ctes)
        return self.found

    def _all_of(self, table: exp.Table, ctes: dict[str, list[exp.CTE]]) -> None:
        """Take a table, or those of a WITH query, from beginning to end.

        :param ctes: all WITH queries that were not taken so, by name in lower case.
        """
        if table.db:
            self._need(table, ANYTHING, None)
            return
        for cte in ctes.pop(table.name.lower(), ()):
            for one in cte.find_all(exp.Table):
                self._all_of(one, ctes)

    def _need(self, table: exp.Table, time: Bounds, names: frozenset[str] | None) -> None:
        self._seen.add(id(table))
        named = exp.table_(table.this.copy(), table.args["db"].copy(), alias=table.alias or None)
        start = table.args["db"].meta.get("start", 0)
        place = f"{named.sql()} ({position(self.sql, start)})"
        self.found.append(((table.db, table.name), Needed(place, time, names)))

    def _query(self, node: exp.Expr, ctes: Ctes, wanted: Wanted) -> None:
        """Go through a query of which only rows are wanted whose columns are within bounds.

        :param ctes: the WITH queries that it sees.
        """
        ctes = with_ctes(node, ctes)
        if node.args.get("limit") or node.args.get("offset"):
            wanted = {}
        if isinstance(node, exp.Subquery):
            self._query(node.this, ctes, wanted)
        elif isinstance(node, exp.SetOperation):
            names = self._relations.names(node.this, ctes)
            for side in (node.this, node.expression):
                others = self._relations.names(side, ctes)
                self._query(side, ctes, by_place(wanted, names, others))
        elif isinstance(node, exp.Select):
            self._select(node, ctes, wanted)

    def _select(self, node: exp.Select, ctes: Ctes, wanted: Wanted) -> None:
        sources = self._relations.of(node, ctes)
        conditions = Conditions(self.constant, sources.relation)
        known: Known = {}
        equal: set[tuple[Key, Key]] = set()
        for clause in ("where", "having"):
            if condition := node.args.get(clause):
                known = both(known, conditions.known(condition.this))
                equal |= _both_ways(conditions.equal(condition.this))
        known = both(known, _of_joins(sources, conditions))
        known = both(known, _of_wanted(node, wanted, sources, conditions))
        known = follow(known, equal | set(_of_merged(sources, conditions)))
        for source in sources.sources:
            of_source = {
                column: bounds for (name, column), bounds in known.items() if name == source.alias
            }
            self._source(source, ctes, of_source)
        for subquery in _subqueries(node, [source.node for source in sources.sources]):
            self._query(subquery, ctes, {})

    def _source(self, source: Source, ctes: Ctes, wanted: Wanted) -> None:
        node = source.node
        if node.args.get("pivots") or node.args.get("sample"):
            wanted = {}
        wanted = by_place(wanted, source.names, source.inside) if renamed(node) else wanted
        if isinstance(node, exp.Subquery):
            self._query(node, ctes, wanted)
        elif isinstance(node, exp.Table) and node.db:
            names = wanted.get(MEASURE_NAME.name, ANYTHING).texts
            self._need(node, wanted.get(TIME.name, ANYTHING), names)
        elif isinstance(node, exp.Table) and (cte := ctes.get(node.name.lower())):
            self._seen.add(id(node))
            query = cte.node.this
            if names_given := renamed(cte.node):
                wanted = by_place(wanted, names_given, self._relations.names(query, cte.sees))
            # Once for what is wanted of it, or WITH queries that join the one before with itself
            # would be gone through twice as often each.
            use = id(query), frozenset(wanted.items())
            if use not in self._used:
                self._used.add(use)
                self._query(query, cte.sees, wanted)


def _is_read(table: exp.Table, used: set[str]) -> bool:
    """Whether a table isn't in a WITH query that nothing names."""
    cte = table.find_ancestor(exp.CTE)
    return cte is None or cte.alias.lower() in used


def _of_joins(sources: From, conditions: Conditions) -> Known:
    """Tell what the ON of joins says of the relations whose rows it can drop."""
    known: Known = {}
    for join in sources.joins:
        if (on := join.node.args.get("on")) is not None and join.side != "FULL":
            said = conditions.known(on)
            if join.side:
                is_left = join.side == "LEFT"
                said = {key: one for key, one in said.items() if (key[0] in join.right) == is_left}
            known = both(known, said)
    return known


def _of_merged(sources: From, conditions: Conditions) -> Iterator[tuple[Key, Key]]:
    """Tell which columns joins make equal: what the first has to be, the second has to be too.

    A row that is kept of the one relation must have the same matches in the other as ever.
    """
    pairs = [(join, (left, name), (right, name)) for join, name, left, right in sources.merged()]
    for join in sources.joins:
        if (on := join.node.args.get("on")) is not None:
            for one, other in conditions.equal(on):
                if (one[0] in join.right) != (other[0] in join.right):
                    left, right = (other, one) if one[0] in join.right else (one, other)
                    pairs.append((join, left, right))
    for join, left, right in pairs:
        if join.side in {"", "LEFT"}:
            yield left, right
        if join.side in {"", "RIGHT"}:
            yield right, left


def _both_ways(pairs: Iterator[tuple[Key, Key]]) -> set[tuple[Key, Key]]:
    return {pair for one, other in pairs for pair in ((one, other), (other, one))}


def _of_wanted(node: exp.Select, wanted: Wanted, sources: From, conditions: Conditions) -> Known:
    """Tell what bounds of a query's columns say of the columns of its relations.

    A row that is dropped must change no other: so below GROUP BY and windows only by what these
    group by, which leaves whole groups.
    """
    if node.args.get("qualify"):
        return {}
    groups = [_partition(window, node) for window in _windows(node)]
    known: Known = {}
    for name, bounds in wanted.items():
        items = list(_items(node, name, sources))
        if len(items) != 1:
            continue  # names that differ in case are told apart
        key, width = conditions.column(items[0])
        if key is not None and all(
            items[0] in group or any(conditions.column(one) == (key, 0) for one in group)
            for group in groups
        ):
            known = both(known, {key: bounds.before(width)})
    return known


def _windows(node: exp.Select) -> Iterator[exp.Window]:
    """Give the windows of a query, without those of its subqueries."""
    for window in node.find_all(exp.Window):
        if window.find_ancestor(exp.Select) is node and window.arg_key != "windows":
            yield window


def _partition(window: exp.Window, node: exp.Select) -> Sequence[exp.Expr]:
    """Give what a window is partitioned by, itself or where WINDOW names it."""
    named = [
        one for one in node.args.get("windows") or [] if one.name.lower() == window.alias.lower()
    ]
    return next(filter(None, (one.args.get("partition_by") for one in (window, *named))), [])


def _items(node: exp.Select, name: str, sources: From) -> Iterator[exp.Expr]:
    """Give what a query's columns of a name are, whatever the case."""
    for item in node.expressions:
        if is_star(item):
            found = [one for one in starred(item, sources) if one.count(name)]
            merged = sources.relation(exp.column(name))
            for source in found:
                if len(found) == 1 or source.alias == merged:
                    yield exp.column(name, source.alias)
        elif name_of(item) == name:
            yield item.this if isinstance(item, exp.Alias) else item


def _subqueries(node: exp.Select, sources: Sequence[exp.Expr]) -> Iterator[exp.Expr]:
    """Give the queries in a query's expressions, but for those that stand in FROM or WITH."""
    within = {id(source) for source in sources}
    waiting: list[object] = [value for part, value in node.args.items() if part != "with_"]
    while waiting:  # thousands of conditions nest as deep: no recursion
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, exp.Query):
            if id(part) not in within:
                yield part
        elif isinstance(part, exp.Expr) and id(part) not in within:
            waiting += part.args.values()
