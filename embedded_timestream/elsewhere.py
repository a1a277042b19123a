"""Timestream's SQL over one table whose rows are kept elsewhere, in one process.

Whoever keeps them asks `needed` which rows a query can need, puts those into DuckDB through
`connection`, says by `define` what they look like, and lets `engine` answer the query.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import duckdb

from embedded_timestream import functions
from embedded_timestream.errors import TimestreamError
from embedded_timestream.query.engine import Engine
from embedded_timestream.write.rows import ordered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlglot import exp

    from embedded_timestream.clock import Clock
    from embedded_timestream.dialect.bounds import Needed
    from embedded_timestream.dialect.restrictions import Constant
    from embedded_timestream.schema import Column
    from embedded_timestream.write.store import Store


@dataclass
class _Table:
    """What the engine knows of the table."""

    own: list[Column] = field(default_factory=list)
    sql: str = "(SELECT 1 AS time WHERE false)"

    def columns(self) -> list[Column]:
        return self.own

    def relation(self) -> str:
        return self.sql

    def count(self, _first: int, _last: int) -> None:
        """Let DuckDB tell."""


@dataclass
class _Database:
    tables: dict[str, _Table]


@dataclass(frozen=True)
class StoppedClock:
    """A time that does not pass: a query and what was fetched for it are of one moment.

    :param now: in nanoseconds since 1970.
    """

    now: int

    def now_ns(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Wait for nothing."""


class Elsewhere:
    """One table, in one database.

    :param clock: what time it is in the queries; it should not pass between `needed` and the query.
    :ivar connection: DuckDB's, in memory.
    """

    def __init__(self, clock: Clock, database: str, table: str) -> None:
        self.clock = clock
        self._table = _Table()
        self._constants: dict[exp.Expr, Constant] = {}
        self.databases = {database: _Database({table: self._table})}
        self.connection = duckdb.connect(":memory:")
        functions.install(self.connection)
        for setting in ("TimeZone = 'UTC'", "enable_external_access = false"):
            self.connection.execute(f"SET GLOBAL {setting}")
        # The engine asks of a store what is here.
        self.engine = Engine(cast("Store", self))

    def table(self, database: str, name: str) -> _Table | None:
        """Look up a table; None if there is none."""
        found = self.databases.get(database)
        return found.tables.get(name) if found else None

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Open a cursor."""
        return self.connection.cursor()

    def close(self) -> None:
        """Let go of the rows."""
        self.connection.close()

    def define(self, columns: Iterable[Column], relation: str) -> None:
        """Say what the table looks like.

        :param columns: in any order.
        :param relation: DuckDB SQL that can stand in FROM, with the columns by the names that they
            are stored by.
        """
        self._table.own = ordered(columns)
        self._table.sql = relation

    def needed(self, sql: str) -> Sequence[tuple[tuple[str, str], Needed]]:
        """Tell which rows a query can need: of which table, place by place where it is read.

        :raises ValidationException: if it is no query.
        """
        from embedded_timestream.dialect.bounds import Finder  # noqa: PLC0415 - sqlglot loads when a query comes

        return Finder(sql, self._constant).find()

    def kind(self, sql: str) -> str:
        """Tell what a query is: `list` (SHOW, DESCRIBE: it needs no rows), `unload`, or `select`.

        :raises ValidationException: if it is no query.
        """
        from sqlglot import exp  # noqa: PLC0415 - likewise

        from embedded_timestream.dialect.grammar import ShowStatement, Unload, parse  # noqa: PLC0415 - likewise

        tree = parse(sql)
        if isinstance(tree, (ShowStatement, exp.Describe)):
            return "list"
        return "unload" if isinstance(tree, Unload) else "select"

    def fits(self, sql: str) -> bool:
        """Whether a query speaks only of columns that are defined; SELECT * speaks of all others.

        :raises ValidationException: if it is no query.
        """
        from sqlglot import exp  # noqa: PLC0415 - likewise

        from embedded_timestream.dialect.grammar import parse  # noqa: PLC0415 - likewise

        if any(not isinstance(star.parent, exp.Func) for star in parse(sql).find_all(exp.Star)):
            return False
        try:
            self.engine.statement(sql)
        except TimestreamError:
            return False
        return True

    def _constant(self, node: exp.Expr) -> Constant:
        """Compute an expression without columns, once; of neither kind if it can't be."""
        from embedded_timestream.dialect.restrictions import Constant  # noqa: PLC0415 - likewise

        if node.is_string and not node.name[:1].isdigit():
            return Constant(None, node.name)  # a name, of which lists may have thousands
        if node not in self._constants:
            time, text = (self._computed(node, kind) for kind in ("timestamp", "varchar"))
            self._constants[node] = Constant(time, text)
        return self._constants[node]

    def _computed(self, node: exp.Expr, kind: str) -> Any:  # noqa: ANN401 - a time or a text
        from embedded_timestream.query.compiler import compile_constant  # noqa: PLC0415 - likewise

        try:
            select = compile_constant(node, kind, cast("Store", self))
            cursor = self.connection.cursor()
            ((value,),) = cursor.execute(select.at(self.clock.now_ns(), {})).fetchall()
        except (TimestreamError, duckdb.Error):
            return None
        return value
