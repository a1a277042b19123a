"""Names: which column a name means, seen from one place in a query."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from embedded_timestream.errors import ValidationException

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from embedded_timestream.schema import Column
    from embedded_timestream.sqltypes import Type


class TableSource(Protocol):
    """A table as the binder needs it; `write.table.Table` is one."""

    def columns(self) -> list[Column]:
        """Return its columns in the order of SELECT *."""


class Catalog(Protocol):
    """Where tables are looked up; `write.store.Store` is one."""

    def table(self, database: str, name: str) -> TableSource | None:
        """Return a table; None if there is none."""

    @property
    def databases(self) -> Container[str]:
        """The names of the databases."""


def missing(catalog: Catalog, database: str, table: str, place: str) -> ValidationException:
    """Make the exception for a table that is not there, in the service's words.

    https://github.com/awslabs/aws-athena-query-federation/issues/265 and /792

    :param table: empty for the database alone.
    :param place: where it is named: `line 1:15`.
    """
    if not database:
        return ValidationException(
            f'{place}: Table \'{table}\' does not exist: write it as "database"."table"'
        )
    if database in catalog.databases:
        return ValidationException(
            f"The table '{table}' does not exist in database '{database}' at {place}"
        )
    identifier = f"{database}.{table}" if table else database
    return ValidationException(
        f"Requested database '{database}' not found for identifier '{identifier}' at {place}"
    )


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a relation: its name (None: it has none) and the DuckDB SQL that reads it.

    :param origin: the database and table that it comes from, unchanged.
    :param aliased: it was named by AS.
    """

    name: str | None
    type: Type
    sql: str
    origin: tuple[str, str] | None = None
    aliased: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """A bound query: DuckDB SQL whose columns are c1, c2... in the order of `fields`."""

    sql: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """What stands in FROM: the names it answers to, and its columns.

    :param name: the alias or the table's name; None if it has neither.
    :param database: the database, where `database.table.column` may be written.
    """

    name: str | None
    fields: tuple[Field, ...]
    database: str | None = None

    def answers_to(self, qualifier: tuple[str, ...]) -> bool:
        """Whether `qualifier.column` may mean a column of this relation."""
        names = (self.database, self.name)
        return all(
            own is not None and _same(own, asked)
            for own, asked in zip(reversed(names), reversed(qualifier), strict=False)
        ) and len(qualifier) <= (2 if self.database else 1)


@dataclass(frozen=True, slots=True)
class Scope:
    """The relations that a block's expressions see; `outer` is the query around a subquery.

    :param merged: the columns of JOIN ... USING, which belong to no relation.
    """

    relations: tuple[Relation, ...] = ()
    merged: tuple[Field, ...] = ()
    outer: Scope | None = None
    ctes: dict[str, Output] = field(default_factory=dict)

    def joined(self, relations: Iterable[Relation], merged: Iterable[Field] = ()) -> Scope:
        """Return the scope with more relations."""
        return replace(
            self,
            relations=(*self.relations, *relations),
            merged=(*self.merged, *merged),
        )

    def find(self, qualifier: tuple[str, ...], name: str) -> list[Field]:
        """Return the columns that a name may mean here; more than one: it is ambiguous."""
        if not qualifier:
            merged = _named(self.merged, name)
            if merged:
                return merged
        return [
            found
            for relation in self.relations
            if not qualifier or relation.answers_to(qualifier)
            for found in _named(relation.fields, name)
        ]

    def star(self) -> list[Field]:
        """Return what SELECT * means: the merged columns, then every relation's own."""
        names = {f.name for f in self.merged}
        return [
            *self.merged,
            *(f for r in self.relations for f in r.fields if f.name not in names),
        ]


def _same(left: str, right: str) -> bool:
    return left == right or left.lower() == right.lower()


def _named(fields: Iterable[Field], name: str) -> list[Field]:
    """Return the fields of that name: as it is written, else whatever the case."""
    exact = [f for f in fields if f.name == name]
    return exact or [f for f in fields if f.name is not None and _same(f.name, name)]
