"""Which rows a query can need, by time and measure name: for whoever has to fetch them first.

What is said of a table is never too narrow. It follows from conditions that nothing but a row
within them can fulfil: comparisons of the columns with constants, joined by AND and OR, in WHERE
and in the ON of joins, of the query itself and of the queries around a subquery. What it doesn't
understand it takes for a condition that any row fulfils; what it doesn't find it takes for a table
that is read from beginning to end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from embedded_timestream.schema import MEASURE_NAME, TIME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

TableName = tuple[str, str]
_DAY = 86_400 * 1_000_000_000
_UNITS = {
    "millisecond": 1_000_000,
    "second": 1_000_000_000,
    "minute": 60 * 1_000_000_000,
    "hour": 3600 * 1_000_000_000,
    "day": _DAY,
    "week": 7 * _DAY,
    "month": 31 * _DAY,
    "quarter": 92 * _DAY,
    "year": 366 * _DAY,
}
"""The longest that each is, in nanoseconds."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a value has to be between, or among: None if it may be anything.

    :param first: a time in nanoseconds since 1970, that is within; likewise `last`.
    :param texts: the texts that it may be.
    """

    first: int | None = None
    last: int | None = None
    texts: frozenset[str] | None = None

    def both(self, other: Bounds) -> Bounds:
        """Give the bounds of what is within both."""
        firsts = [one for one in (self.first, other.first) if one is not None]
        lasts = [one for one in (self.last, other.last) if one is not None]
        texts = [one for one in (self.texts, other.texts) if one is not None]
        return Bounds(
            max(firsts, default=None),
            min(lasts, default=None),
            frozenset.intersection(*texts) if texts else None,
        )

    def either(self, other: Bounds) -> Bounds:
        """Give the bounds of what is within one or the other."""
        return Bounds(
            None if self.first is None or other.first is None else min(self.first, other.first),
            None if self.last is None or other.last is None else max(self.last, other.last),
            None if self.texts is None or other.texts is None else self.texts | other.texts,
        )

    def before(self, nanoseconds: int) -> Bounds:
        """Give the bounds of what a value that is up to so much earlier is made of."""
        last = None if self.last is None else self.last + nanoseconds
        return Bounds(self.first, last, self.texts if nanoseconds == 0 else None)


ANYTHING = Bounds()

Key = tuple[str, str]  # a relation's name in its FROM, a column's name: both in lower case
Known = dict[Key, Bounds]


@dataclass(frozen=True, slots=True)
class Needed:
    """The rows of one table, at one of the places where it is read.

    :param time: the times that they may have.
    :param names: the measure names that they may have.
    """

    time: Bounds
    names: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Constant:
    """The value of an expression without columns.

    :param time: as a time, in nanoseconds since 1970, if it is one.
    :param text: as a text, if it has one.
    """

    time: int | None
    text: str | None


@dataclass
class Finder:
    """Finds what one query needs.

    :param constant: computes an expression without columns; None if it can't.
    :ivar found: what is needed of each table, place by place.
    """

    constant: Callable[[exp.Expr], Constant | None]
    found: list[tuple[TableName, Needed]] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)

    def find(self, tree: exp.Expr) -> list[tuple[TableName, Needed]]:
        """Go through a query."""
        self._query(tree, {}, {})
        for table in tree.find_all(exp.Table):
            if table.db and id(table) not in self._seen:
                self._need(table, ANYTHING, None)
        return self.found

    def _need(self, table: exp.Table, time: Bounds, names: frozenset[str] | None) -> None:
        self._seen.add(id(table))
        self.found.append(((table.db, table.name), Needed(time, names)))

    def _query(
        self, node: exp.Expr, ctes: Mapping[str, exp.CTE], wanted: Mapping[str, Bounds]
    ) -> None:
        """Go through a query of which only rows are wanted whose columns are within bounds.

        :param ctes: the WITH queries that it sees, by name in lower case.
        :param wanted: the bounds, by the column's name in lower case.
        """
        with_ = node.args.get("with_")
        if with_ is not None:
            ctes = {**ctes, **{cte.alias.lower(): cte for cte in with_.expressions}}
        if node.args.get("limit") or node.args.get("offset"):
            wanted = {}
        if isinstance(node, exp.Subquery):
            self._query(node.this, ctes, wanted)
        elif isinstance(node, exp.SetOperation):
            sides = (node.this, node.expression)
            # By place, not by name: only if both call them the same.
            names = [_names(side) for side in sides]
            if names[0] is None or names[0] != names[1]:
                wanted = {}
            for side in sides:
                self._query(side, ctes, wanted)
        elif isinstance(node, exp.Select):
            self._select(node, ctes, wanted)

    def _select(
        self, node: exp.Select, ctes: Mapping[str, exp.CTE], wanted: Mapping[str, Bounds]
    ) -> None:
        sources = list(_sources(node))
        alone = _alias(sources[0]) if len(sources) == 1 else None
        where = node.args.get("where")
        known: Known = self._known(where.this, alone) if where is not None else {}
        for join in node.args.get("joins") or []:
            known = _both(known, self._of_join(join))
        known = _both(known, self._of_wanted(node, wanted, alone))
        for source in sources:
            of_source = {
                column: bounds for (name, column), bounds in known.items() if name == _alias(source)
            }
            self._source(source, ctes, of_source)
        for subquery in _subqueries(node, sources):
            self._query(subquery, ctes, {})

    def _source(
        self, source: exp.Expr, ctes: Mapping[str, exp.CTE], wanted: Mapping[str, Bounds]
    ) -> None:
        if _renamed(source) or source.args.get("joins") or source.args.get("pivots"):
            wanted = {}
        if isinstance(source, exp.Table):
            if source.db:
                names = wanted.get(MEASURE_NAME.name, ANYTHING).texts
                self._need(source, wanted.get(TIME.name, ANYTHING), names)
            elif cte := ctes.get(source.name.lower()):
                outside = {name: one for name, one in ctes.items() if one is not cte}
                self._query(cte.this, outside, {} if _renamed(cte) else wanted)
        elif isinstance(source, exp.Subquery) and isinstance(source.this, exp.Query):
            self._query(source, ctes, wanted)

    def _of_join(self, join: exp.Join) -> Known:
        """Tell what the ON of a join says of the relations whose rows it can drop."""
        on, side = join.args.get("on"), (join.side or "").upper()
        if on is None or side not in {"", "LEFT"} or (join.kind or "") not in {"", "INNER"}:
            return {}
        known = self._known(on, None)
        if side == "LEFT":
            return {key: one for key, one in known.items() if key[0] == _alias(join.this)}
        return known

    def _of_wanted(
        self, node: exp.Select, wanted: Mapping[str, Bounds], alone: str | None
    ) -> Known:
        """Tell what bounds of a query's columns say of the columns of its relations.

        A row that is dropped must change no other: so not below windows, and below GROUP BY only
        by what is grouped by.
        """
        if node.args.get("qualify") or any(
            window.find_ancestor(exp.Select) is node for window in node.find_all(exp.Window)
        ):
            return {}
        known: Known = {}
        for name, bounds in wanted.items():
            for item in _items(node, name):
                key, width = self._column(item, alone)
                if key is not None:
                    known = _both(known, {key: bounds.before(width)})
        return known

    def _known(self, condition: exp.Expr, alone: str | None) -> Known:  # noqa: PLR0911 - a case each
        """Tell what columns have to be where a condition is true.

        :param alone: the relation that columns without one are of, if it is the only one.
        """
        match condition:
            case exp.Paren():
                return self._known(condition.this, alone)
            case exp.And():
                return _both(
                    self._known(condition.left, alone), self._known(condition.right, alone)
                )
            case exp.Or():
                left = self._known(condition.left, alone)
                right = self._known(condition.right, alone)
                return {key: left[key].either(right[key]) for key in left.keys() & right.keys()}
            case exp.Between():
                if condition.args.get("symmetric"):
                    return {}
                low = self._compared(exp.GTE, condition.this, condition.args["low"], alone)
                high = self._compared(exp.LTE, condition.this, condition.args["high"], alone)
                return _both(low, high)
            case exp.In() if condition.expressions:
                known = [
                    self._compared(exp.EQ, condition.this, one, alone)
                    for one in condition.expressions
                ]
                return _any(known)
            case exp.GT() | exp.GTE() | exp.LT() | exp.LTE() | exp.EQ():
                kind = type(condition)
                return _both(
                    self._compared(kind, condition.left, condition.right, alone),
                    self._compared(_MIRRORED[kind], condition.right, condition.left, alone),
                )
        return {}

    def _compared(
        self, kind: type[exp.Expr], column: exp.Expr, value: exp.Expr, alone: str | None
    ) -> Known:
        key, width = self._column(column, alone)
        if key is None or any(map(_varies, value.walk())):
            return {}
        constant = self.constant(value)
        if constant is None:
            return {}
        first = constant.time if kind in {exp.GT, exp.GTE, exp.EQ} else None
        last = constant.time if kind in {exp.LT, exp.LTE, exp.EQ} else None
        texts = None
        if kind is exp.EQ and constant.text is not None:
            texts = frozenset({constant.text})
        return {key: Bounds(first, last, texts).before(width)}

    def _column(self, node: exp.Expr, alone: str | None) -> tuple[Key | None, int]:
        """Tell of which column an expression is, and how much earlier at most than that, in ns."""
        match node:
            case exp.Paren():
                return self._column(node.this, alone)
            case exp.Column() if isinstance(node.this, exp.Identifier) and not node.db:
                relation = node.table.lower() or alone
                return (None if relation is None else (relation, node.name.lower())), 0
            case exp.Cast() if node.to.this == exp.DType.DATE:
                key, width = self._column(node.this, alone)
                return key, width + _DAY
            case exp.Anonymous():
                return self._of_call(node.name.lower(), node.expressions, alone)
        return None, 0

    def _of_call(
        self, name: str, arguments: Sequence[exp.Expr], alone: str | None
    ) -> tuple[Key | None, int]:
        match name, arguments:
            case "bin", [column, exp.Interval() as interval]:
                unit = _UNITS.get(interval.text("unit").lower())
                count = interval.this.name
                width = int(count) * unit if unit and count.isdecimal() else None
            case "date_trunc", [exp.Literal() as unit_name, column]:
                width = _UNITS.get(unit_name.name.lower())
            case "date", [column]:
                width = _DAY
            case _:
                return None, 0
        key, inner = self._column(column, alone)
        return (key, inner + width) if width else (None, 0)


_BY_CHANCE = {"rand", "random"}
_MIRRORED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.EQ: exp.EQ,
}


def _varies(node: exp.Expr) -> bool:
    """Whether it isn't the same wherever and whenever it is computed in a query."""
    return (
        isinstance(node, (exp.Column, exp.Query, exp.Rand)) or node.name.lower() in _BY_CHANCE
    ) and not isinstance(node, exp.Literal)


def _both(left: Known, right: Known) -> Known:
    return {
        key: left.get(key, ANYTHING).both(right.get(key, ANYTHING))
        for key in left.keys() | right.keys()
    }


def _any(known: Sequence[Known]) -> Known:
    result = known[0]
    for one in known[1:]:
        result = {key: result[key].either(one[key]) for key in result.keys() & one.keys()}
    return result


def _sources(node: exp.Select) -> Iterator[exp.Expr]:
    from_ = node.args.get("from_")
    if from_ is not None:
        yield from_.this
    for join in node.args.get("joins") or []:
        yield join.this


def _alias(source: exp.Expr) -> str:
    return source.alias_or_name.lower()


def _renamed(source: exp.Expr) -> bool:
    """Whether an alias gives other names to the columns."""
    alias = source.args.get("alias")
    return alias is not None and bool(alias.args.get("columns"))


def _items(node: exp.Select, name: str) -> Iterator[exp.Expr]:
    """Give what a query's column of a name is, if it is found."""
    for item in node.expressions:
        if isinstance(item, exp.Star):
            yield exp.column(name)
        elif item.alias_or_name.lower() == name:
            yield item.this if isinstance(item, exp.Alias) else item


def _names(node: exp.Expr) -> list[str] | None:
    """Name the columns of a query; None if that isn't known."""
    while isinstance(node, (exp.Subquery, exp.SetOperation)):
        node = node.this
    if not isinstance(node, exp.Select):
        return None
    names = [item.alias_or_name.lower() for item in node.expressions]
    return None if "*" in names or "" in names else names


def _subqueries(node: exp.Select, sources: Sequence[exp.Expr]) -> Iterator[exp.Expr]:
    """Give the queries in a query's expressions, but for those that stand in FROM or WITH."""
    within = {id(source) for source in sources}
    for part, value in node.args.items():
        values = value if isinstance(value, list) else [value]
        if part != "with_":
            for one in values:
                yield from _outermost(one, within)


def _outermost(node: object, without: set[int]) -> Iterator[exp.Expr]:
    if not isinstance(node, exp.Expr) or id(node) in without:
        return
    if isinstance(node, exp.Query):
        yield node
        return
    for value in node.args.values():
        for one in value if isinstance(value, list) else [value]:
            yield from _outermost(one, without)
