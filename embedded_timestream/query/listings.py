"""SHOW and DESCRIBE: what there is.

https://docs.aws.amazon.com/timestream/latest/developerguide/supported-sql-constructs.SHOW.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embedded_timestream.dialect.bound import quote_identifier, quote_string
from embedded_timestream.dialect.scope import missing
from embedded_timestream.schema import Role
from embedded_timestream.sqltypes import VARCHAR, Type, array, row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from embedded_timestream.query.statements import Listing
    from embedded_timestream.schema import Column
    from embedded_timestream.write.store import Store
    from embedded_timestream.write.table import Table

Rows = tuple[list[str], list[Type], list[tuple[Any, ...]]]
_PLACE = "line 1:1"  # of a statement, which is all that the service says of one
_DIMENSION = row(VARCHAR, VARCHAR, labels=("dimension_name", "data_type"))


def rows(listing: Listing, store: Store) -> Rows:
    """Return the names, the types and the rows of a listing.

    :raises ValidationException: if the database or the table does not exist.
    """
    match listing.kind:
        case "DATABASES":
            names = _like(sorted(store.databases), listing.like, store)
            return ["Database"], [VARCHAR], [(name,) for name in names]
        case "TABLES":
            tables = _tables(listing, store)
            return ["Table"], [VARCHAR], [(n,) for n in _like(tables, listing.like, store)]
    table = store.table(listing.database or "", listing.table or "")
    if table is None:
        raise missing(store, listing.database or "", listing.table or "", _PLACE)
    if listing.kind == "MEASURES":
        return _measures(table, listing.like, store)
    described = [(column.name, column.type, _attribute(column)) for column in table.columns()]
    return ["Column", "Type", "Timestream attribute type"], [VARCHAR] * 3, described


def _attribute(column: Column) -> str:
    multi = column.role is Role.MEASURE and not column.name.startswith("measure_value::")
    return "MULTI" if multi else column.role.value


def _tables(listing: Listing, store: Store) -> list[str]:
    if listing.database is None:
        return sorted(name for d in store.databases.values() for name in d.tables)
    database = store.databases.get(listing.database)
    if database is None:
        raise missing(store, listing.database, "", _PLACE)
    return sorted(database.tables)


def _like(names: Iterable[str], pattern: str | None, store: Store) -> list[str]:
    if pattern is None:
        return list(names)
    cursor = store.cursor()
    return [
        name
        for name in names
        if cursor.execute("SELECT ? LIKE ?", [name, pattern]).fetchall()[0][0]
    ]


def _measures(table: Table, like: str | None, store: Store) -> Rows:
    """List each measure name with its type and the dimensions that its records have."""
    columns = table.columns()
    dimensions = [c for c in columns if c.role is Role.DIMENSION]
    measures = [c for c in columns if c.role is Role.MEASURE]
    names = ["measure_name", "data_type", "dimensions"]
    types = [VARCHAR, VARCHAR, array(_DIMENSION)]
    if not columns:
        return names, types, []
    present = ", ".join(
        f"bool_or({quote_identifier(c.stored)} IS NOT NULL)" for c in (*dimensions, *measures)
    )
    condition = f" WHERE measure_name LIKE {quote_string(like)}" if like is not None else ""
    found = store.cursor().execute(
        f"SELECT measure_name, {present} FROM {table.relation()}"  # noqa: S608 - quoted above
        f"{condition} GROUP BY measure_name ORDER BY measure_name"
    )
    listed = []
    for name, *has in found.fetchall():
        used = [c for c, there in zip(measures, has[len(dimensions) :], strict=True) if there]
        single = len(used) == 1 and used[0].name.startswith("measure_value::")
        entries = [
            {"f1": c.name, "f2": c.type} for c, there in zip(dimensions, has, strict=False) if there
        ]
        listed.append((name, used[0].type if single else "multi", entries))
    return names, types, listed
