"""One way to call a function: what it takes, what it answers, and the DuckDB SQL that does it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from embedded_timestream.sqltypes import (
    UNKNOWN,
    Type,
    array,
    coercion_cost,
    common_type,
    parse_type,
    physical,
    point,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

VARIABLES = frozenset("TUKVRS")


class Kind(Enum):
    """Where a function may stand."""

    SCALAR = auto()
    AGGREGATE = auto()  # also a window function, as in Trino
    WINDOW = auto()


@dataclass(frozen=True, slots=True)
class Overload:
    """One row of a function table.

    :param sql: DuckDB SQL. `{0}`, `{1}`... are the arguments, `{args}` all of them with commas,
        `{T}` the DuckDB type that a variable stands for, `{now}` the query's time in nanoseconds.
        Of an aggregate, `{over}` stands directly behind the call, for FILTER and OVER; `{distinct}`
        and `{order}` where DISTINCT and ORDER BY may (none: it does not take the one, and answers
        the same whatever the other).
        Of a function whose lambda takes what DuckDB's does not, `{p}` is the parameter of DuckDB's
        lambda and `{body}` the bound body.
    :param variadic: the last parameter may be repeated.
    :param reads: how the lambda's parameters read `{p}`, if not plainly.
    """

    name: str
    parameters: tuple[Type, ...]
    result: Type
    sql: str
    kind: Kind = Kind.SCALAR
    variadic: bool = False
    reads: tuple[str, ...] = ()

    def accepts(self, count: int) -> bool:
        """Whether it can be called with that many arguments."""
        least = len(self.parameters) - self.variadic
        return count >= least if self.variadic else count == least

    def parameter(self, index: int) -> Type:
        """Return the type of the parameter that the argument `index` is for."""
        return self.parameters[min(index, len(self.parameters) - 1)]


def scalar(signature: str, sql: str, *, reads: tuple[str, ...] = ()) -> Overload:
    """Declare a scalar function: `abs(bigint) -> bigint` and its SQL; `T...` repeats."""
    return replace(_declare(signature, sql, Kind.SCALAR), reads=reads)


def aggregate(signature: str, sql: str) -> Overload:
    """Declare an aggregate function."""
    return _declare(signature, sql, Kind.AGGREGATE)


def window(signature: str, sql: str) -> Overload:
    """Declare a function that only stands before OVER."""
    return _declare(signature, sql, Kind.WINDOW)


def _declare(signature: str, sql: str, kind: Kind) -> Overload:
    call, result = signature.rsplit(" -> ", 1)
    name, parameters = call.split("(", 1)
    parameters = parameters.removesuffix(")")
    variadic = parameters.endswith("...")
    # A function's parameters read like the parts of one type.
    text = parameters.removesuffix("...")
    types = parse_type(f"function({text})", VARIABLES).parts if text else ()
    return Overload(name, types, parse_type(result, VARIABLES), sql, kind, variadic)


Bindings = dict[str, Type]


def match(parameter: Type, argument: Type, bindings: Bindings) -> int | None:
    """Bind a parameter's variables to what an argument's type says.

    Return how far the argument is from the parameter; None if it does not fit.
    """
    if parameter.name in VARIABLES:
        return _match_variable(parameter.name, argument, bindings)
    if argument.name == parameter.name and len(argument.parts) == len(parameter.parts) > 0:
        costs = [
            match(a, b, bindings) for a, b in zip(parameter.parts, argument.parts, strict=True)
        ]
        return None if None in costs else sum(cost or 0 for cost in costs)
    if parameter.name == "array" and argument.name == "timeseries":
        cost = match(parameter, array(point(argument.parts[0])), bindings)
        return None if cost is None else cost + 2
    if argument == UNKNOWN:
        for variable in VARIABLES & _variables(parameter):
            bindings.setdefault(variable, UNKNOWN)
        return 1
    return coercion_cost(argument, parameter)


def _match_variable(variable: str, argument: Type, bindings: Bindings) -> int | None:
    bound = bindings.get(variable)
    if bound is None or bound == UNKNOWN:
        bindings[variable] = argument
        return 0
    both = common_type(bound, argument)
    if both is None:
        return None
    bindings[variable] = both
    return 0 if both == bound == argument else 1


def _variables(type_: Type) -> set[str]:
    return {type_.name}.union(*(_variables(part) for part in type_.parts))


def resolve(
    overloads: Iterable[Overload], arguments: Sequence[Type | None]
) -> tuple[Overload, Bindings] | None:
    """Return the overload that arguments fit best and what its variables are; None if none fits.

    :param arguments: their types; None for a lambda.
    """
    best: tuple[int, Overload, Bindings] | None = None
    for overload in overloads:
        bindings: Bindings = {}
        cost = _cost(overload, arguments, bindings)
        if cost is not None and (best is None or cost < best[0]):
            best = cost, overload, bindings
    return best and best[1:]


def _cost(overload: Overload, arguments: Sequence[Type | None], bindings: Bindings) -> int | None:
    if not overload.accepts(len(arguments)):
        return None
    total = 0
    for index, argument in enumerate(arguments):
        parameter = overload.parameter(index)
        if (argument is None) != (parameter.name == "function"):
            return None
        cost = 0 if argument is None else match(parameter, argument, bindings)
        if cost is None:
            return None
        # NULL alone says less of a variable than of a type.
        total += cost + (argument == UNKNOWN and parameter.name in VARIABLES)
    return total


def substitute(type_: Type, bindings: Bindings) -> Type:
    """Return a type with its variables replaced."""
    if type_.name in VARIABLES:
        return bindings.get(type_.name, UNKNOWN)
    if not type_.parts:
        return type_
    return Type(type_.name, tuple(substitute(p, bindings) for p in type_.parts), type_.labels)


def physical_bindings(bindings: Bindings) -> dict[str, str]:
    """Return the DuckDB type of each variable, for a template."""
    return {name: physical(type_) for name, type_ in bindings.items() if type_.name != "function"}


def expected(name: str, overloads: Sequence[Overload]) -> str:
    """List how a function may be called, for an error."""
    return ", ".join(
        f"{name}({', '.join(map(str, o.parameters))}{'...' if o.variadic else ''})"
        for o in overloads
    )
