"""One statement while it is bound: its tables, its CTEs, and the places that errors name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from embedded_timestream.dialect.grammar import TIMESTREAM, position
from embedded_timestream.errors import ValidationException

if TYPE_CHECKING:
    from sqlglot import exp

    from embedded_timestream.dialect.bound import Scan, TableName
    from embedded_timestream.dialect.scope import Catalog, Output, Scope
    from embedded_timestream.schema import Column


def describe(node: exp.Expr) -> str:
    """Write an expression, for an error."""
    return node.sql(dialect=TIMESTREAM, normalize_functions=False)


class Binding(ABC):
    """What the parts of one statement share while they are bound.

    :param sql: the statement, for the places in errors.
    :param catalog: the tables that there are.
    """

    def __init__(self, sql: str, catalog: Catalog) -> None:
        self.catalog = catalog
        self.tables: dict[TableName, tuple[Column, ...]] = {}  # that the statement reads
        self.scans: dict[str, Scan] = {}  # by relation
        self._sql = sql
        self._relations = 0

    @abstractmethod
    def query(self, node: exp.Expr, scope: Scope | None = None) -> Output:
        """Bind a query, as it stands in FROM, in an expression or alone.

        :param scope: what the query sees from outside: CTEs and, of a subquery, columns.
        :raises ValidationException: if it means nothing, or is not supported.
        """

    def alias(self) -> str:
        """Return a name for one more relation."""
        self._relations += 1
        return f"r{self._relations}"

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
            return f"'{describe(node)}'"
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

    def error(self, node: exp.Expr, message: str) -> ValidationException:
        """Make an exception that tells where an expression stands."""
        return ValidationException(f"{self.locate(node)}: {message}")

    def refuse(self, node: exp.Expr, what: str) -> ValidationException:
        """Make an exception for what Timestream may know and this one does not."""
        return self.error(node, f"{what} is not supported by this embedded Timestream")
