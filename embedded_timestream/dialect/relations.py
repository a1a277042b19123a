"""What stands in FROM, and which of it a column is of, without knowing what the tables have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from embedded_timestream.schema import MEASURE_NAME, TIME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from embedded_timestream.dialect.restrictions import Bounds

TableName = tuple[str, str]
Names = list[str | TableName]
"""The columns of a query in their order, in lower case: empty if they have no name, and a table's
name in place of all of its columns."""


_OF_TABLES = {TIME.name, MEASURE_NAME.name}
"""The columns that every table has, and of which bounds are wanted."""


@dataclass(frozen=True, slots=True)
class With:
    """A WITH query.

    :param sees: the WITH queries that it sees, whoever uses it.
    """

    node: exp.CTE
    sees: Ctes


Ctes = dict[str, With]  # the WITH queries that a query sees, by name in lower case


@dataclass(frozen=True, slots=True)
class Source:
    """One relation of a FROM.

    :param alias: what it is called, in lower case.
    :param inside: the columns that it has; None if that isn't known.
    """

    node: exp.Expr
    alias: str
    inside: Names | None

    @property
    def names(self) -> Names | None:
        """The columns as the query calls them: an alias may have given them other names."""
        return renamed(self.node) or self.inside

    def may_have(self, column: str) -> bool:
        """Whether it can have a column of that name."""
        return self.names is None or any(
            isinstance(name, tuple) or name == column for name in self.names
        )

    def count(self, column: str) -> int:
        """Count the columns of that name that it surely has, whatever the case; 1 if unknown.

        Names that differ in case are told apart, so of several nothing can be said.
        """
        if self.names is None:
            return 1
        of_tables = column in _OF_TABLES and any(isinstance(name, tuple) for name in self.names)
        return self.names.count(column) + of_tables

    def answers_to(self, column: exp.Column) -> bool:
        """Whether a column with a relation's name, and a database's perhaps, is one of its own."""
        return self.alias == column.table.lower() and (
            not column.db
            or (
                not self.node.args.get("alias")
                and column.db.lower() == self.node.text("db").lower()
            )
        )


@dataclass(frozen=True, slots=True)
class Join:
    """A join.

    :param right: the names of the relations to its right.
    """

    node: exp.Join
    right: frozenset[str]

    @property
    def side(self) -> str:
        """LEFT, RIGHT or FULL; empty of inner joins."""
        return (self.node.side or "").upper()

    @property
    def using(self) -> set[str]:
        """The columns that it merges."""
        return {one.name.lower() for one in self.node.args.get("using") or []}


@dataclass
class From:
    """The relations and joins of one SELECT."""

    sources: list[Source] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)

    def relation(self, column: exp.Column) -> str | None:
        """Name the relation that a column is of; None if that isn't known."""
        if column.table:
            found = [one for one in self.sources if one.answers_to(column)]
        else:
            found = [one for one in self.sources if one.may_have(column.name.lower())]
            for join in self.joins:
                found = _merged(found, join, column.name.lower())
        if len(found) != 1 or sum(one.alias == found[0].alias for one in self.sources) > 1:
            return None
        return found[0].alias if found[0].count(column.name.lower()) <= 1 else None

    def merged(self) -> Iterator[tuple[Join, str, str, str]]:
        """Give each join, each column that it merges, and the relations left and right of it."""
        for index, join in enumerate(self.joins):
            before = frozenset().union(*(one.right for one in self.joins[index:]))
            for name in join.using:
                left = From(
                    [one for one in self.sources if one.alias not in before], self.joins[:index]
                ).relation(exp.column(name))
                right = [one for one in self.sources if one.alias in join.right]
                if left is not None and len(right) == 1:
                    yield join, name, left, right[0].alias


def _merged(found: list[Source], join: Join, column: str) -> list[Source]:
    """Leave of the relations that may have a column the one whose column a join keeps."""
    if column not in join.using or join.side == "FULL":
        return found
    return [one for one in found if (one.alias in join.right) == (join.side == "RIGHT")]


class Relations:
    """Finds what stands in FROM; remembers the columns of queries."""

    def __init__(self) -> None:
        self._names: dict[int, Names | None] = {}

    def of(self, node: exp.Select, ctes: Ctes) -> From:
        """Tell what stands in the FROM of a SELECT."""
        found = From()
        clause = node.args.get("from_")
        if clause is not None:
            self._add(found, clause.this, ctes)
            for join in node.args.get("joins") or []:
                self._join(found, join, ctes)
        return found

    def _add(self, found: From, node: exp.Expr, ctes: Ctes) -> None:
        """Add a relation, or a join in parentheses."""
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):
            self._add(found, node.this, ctes)
        else:
            found.sources.append(Source(node, node.alias_or_name.lower(), self._inside(node, ctes)))
        for join in node.args.get("joins") or []:
            self._join(found, join, ctes)

    def _join(self, found: From, join: exp.Join, ctes: Ctes) -> None:
        start = len(found.sources)
        self._add(found, join.this, ctes)
        right = frozenset(one.alias for one in found.sources[start:])
        found.joins.append(Join(join, right))

    def _inside(self, node: exp.Expr, ctes: Ctes) -> Names | None:
        match node:
            case exp.Table() if node.db:
                return [(node.db, node.name)]
            case exp.Table() if cte := ctes.get(node.name.lower()):
                return renamed(cte.node) or self.names(cte.node.this, cte.sees)
            case exp.Subquery():
                return self.names(node.this, ctes)
        return None

    def names(self, node: exp.Expr, ctes: Ctes) -> Names | None:
        """Name the columns of a query; None if that isn't known."""
        if id(node) not in self._names:
            self._names[id(node)] = self._named(node, with_ctes(node, ctes))
        return self._names[id(node)]

    def _named(self, node: exp.Expr, ctes: Ctes) -> Names | None:
        if isinstance(node, (exp.Subquery, exp.SetOperation)):
            return self.names(node.this, ctes)
        if not isinstance(node, exp.Select):
            return None
        sources = self.of(node, ctes)
        names: Names = []
        for item in node.expressions:
            if not is_star(item):
                names.append(name_of(item))
                continue
            every = [one.names for one in starred(item, sources)]
            if any(join.using for join in sources.joins) or not every:
                return None
            for one in every:
                if one is None:
                    return None
                names += one
        return names


def with_ctes(node: exp.Expr, ctes: Ctes) -> Ctes:
    """Give the WITH queries that a query sees: its own, and those around it.

    Each of its own sees those before it, and those around them all.
    """
    clause = node.args.get("with_")
    for cte in clause.expressions if clause is not None else ():
        ctes = {**ctes, cte.alias.lower(): With(cte, ctes)}
    return ctes


def renamed(node: exp.Expr) -> Names:
    """Give the names that an alias gives to columns; none if it leaves theirs."""
    alias = node.args.get("alias")
    columns = alias.args.get("columns") if alias is not None else None
    columns = [*(columns or []), node.args.get("offset")]  # UNNEST ... WITH ORDINALITY has one
    return [column.name.lower() for column in columns if isinstance(column, exp.Identifier)]


def name_of(item: exp.Expr) -> str:
    """Name a column of a query, in lower case; empty if it has no name."""
    return item.alias_or_name.lower() if isinstance(item, (exp.Alias, exp.Column)) else ""


def is_star(item: exp.Expr) -> bool:
    """Whether an item is `*` or `x.*`."""
    return isinstance(item, exp.Star) or (
        isinstance(item, exp.Column) and isinstance(item.this, exp.Star)
    )


def starred(item: exp.Expr, sources: From) -> Sequence[Source]:
    """Give the relations whose columns a star means."""
    if isinstance(item, exp.Column):
        return [one for one in sources.sources if one.answers_to(item)]
    return sources.sources


def by_place(
    wanted: Mapping[str, Bounds], names: Names | None, others: Names | None
) -> dict[str, Bounds]:
    """Tell the same of the columns in the same places.

    :param wanted: what is said, by the name of the column in `names`.
    :param others: how the columns are called elsewhere.
    """
    if names is None or others is None:
        return {}
    if names == others:
        return dict(wanted)
    if any(isinstance(name, tuple) for name in (*names, *others)):
        return {}
    pairs = zip(map(str, names), map(str, others), strict=False)
    return {
        other: wanted[name]
        for name, other in pairs
        if name in wanted and other and names.count(name) == 1
    }
