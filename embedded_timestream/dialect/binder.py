"""Where an expression stands: what it can name there, and which functions it may call."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from embedded_timestream.errors import ValidationException
from embedded_timestream.sqltypes import UNKNOWN, Type, common_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlglot import exp

    from embedded_timestream.dialect.binding import Binding
    from embedded_timestream.dialect.bound import Expression
    from embedded_timestream.dialect.scope import Scope

LAMBDA = "Lambda expression"

Binders = dict["type[exp.Expr]", "Callable[..., Expression]"]
"""How each kind of expression is bound: by a function of a binder and the expression."""


@dataclass
class Grouping:
    """What GROUP BY leaves an expression to use: the grouped expressions' SQL, and aggregates.

    :param loose: the columns met so far that are neither grouped nor inside an aggregate.
    """

    keys: set[str]
    loose: list[exp.Expr] = field(default_factory=list)


class Binder:
    """Binds the expressions of one clause; `expressions.Expressions` knows how each kind is bound.

    :param binding: the statement, which binds subqueries.
    :param scope: the columns that can be named.
    :param clause: the clause, for errors.
    :param aggregates: whether aggregate and window functions may stand here.
    """

    BINDERS: ClassVar[Mapping[type[exp.Expr], Callable[..., Expression]]] = {}

    def __init__(  # noqa: PLR0913 - where an expression stands has this many sides
        self,
        binding: Binding,
        scope: Scope,
        *,
        clause: str = "SELECT",
        aggregates: bool = False,
        grouping: Grouping | None = None,
        windows: dict[str, exp.Expr] | None = None,
    ) -> None:
        self.binding = binding
        self.scope = scope
        self.clause = clause
        self.aggregates = aggregates
        self.windows_allowed = aggregates
        self.grouping = grouping
        self.named_windows = windows or {}
        self.lambdas: list[dict[str, Expression]] = []

    def bind(self, node: exp.Expr | None) -> Expression:
        """Bind one expression.

        :param node: None where sqlglot puts up with an expression that is missing.
        :raises ValidationException: if it means nothing in Timestream, or is not supported here.
        """
        if node is None:
            raise ValidationException(f"{self.clause} clause: an expression is missing")
        binder = self.BINDERS.get(type(node))
        if binder is None:
            raise self.binding.refuse(node, self.binding.source(node))
        if self.grouping is None:
            return binder(self, node)
        mark = len(self.grouping.loose)
        bound = binder(self, node)
        if bound.sql in self.grouping.keys:
            del self.grouping.loose[mark:]
        return bound

    def bind_as(self, node: exp.Expr | None, type_: Type, what: str) -> str:
        """Bind an expression that must be of a type; return its SQL.

        :param what: what the expression is, for the error.
        """
        bound = self.bind(node)
        if node is not None and bound.type not in (type_, UNKNOWN):
            raise self.error(node, f"{what} must evaluate to a {type_}: actual type {bound.type}")
        return bound.sql

    @contextmanager
    def inside(self, clause: str | None = None) -> Iterator[None]:
        """Bind meanwhile what stands where no aggregate and no window function may.

        :param clause: what that place is called, if not as what is around it.
        """
        outside = self.aggregates, self.windows_allowed, self.clause
        self.aggregates, self.windows_allowed, self.clause = False, False, clause or self.clause
        try:
            yield
        finally:
            self.aggregates, self.windows_allowed, self.clause = outside

    @property
    def place(self) -> str:
        """Where the expression stands, for errors."""
        return self.clause if self.clause == LAMBDA else f"{self.clause} clause"

    def common(self, values: Sequence[Expression], nodes: Sequence[exp.Expr], message: str) -> Type:
        """Return the type that all values become.

        :raises ValidationException: `message`, if there is none.
        """
        type_ = UNKNOWN
        for value, node in zip(values, nodes, strict=True):
            both = common_type(type_, value.type)
            if both is None:
                raise self.error(node, f"{message}: {type_}, {value.type}")
            type_ = both
        return type_

    def error(self, node: exp.Expr, message: str) -> ValidationException:
        """Make an exception that tells where an expression stands."""
        return self.binding.error(node, message)

    def cannot_apply(self, node: exp.Expr, symbol: str, *types: Type) -> ValidationException:
        """Make an exception for an operator that these types do not have."""
        where = self.binding.locate_operator(node, symbol)
        return ValidationException(
            f"{where}: '{symbol}' cannot be applied to {', '.join(map(str, types))}"
        )
