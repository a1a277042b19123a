"""What a condition says of columns: the times and the texts that they have where it is true.

It follows from comparisons with constants, joined by AND, OR and NOT. Of what isn't understood here
nothing is said, so that what is said is never too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

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

MIRRORED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.EQ,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
}
"""What a comparison is if its sides change places."""
_DENIED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.NEQ: exp.EQ,
    exp.GT: exp.LTE,
    exp.GTE: exp.LT,
    exp.LT: exp.GTE,
    exp.LTE: exp.GT,
}
_BY_CHANCE = {"rand", "random"}


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
class Constant:
    """The value of an expression without columns.

    :param time: as a time, in nanoseconds since 1970, if it is one.
    :param text: as a text, if it has one.
    """

    time: int | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Conditions:
    """Reads the conditions of one SELECT.

    :param constant: computes an expression without columns.
    :param relation: names the relation in FROM that a column is of; None if that isn't known.
    """

    constant: Callable[[exp.Expr], Constant]
    relation: Callable[[exp.Column], str | None]

    def known(self, condition: exp.Expr, *, is_denied: bool = False) -> Known:  # noqa: PLR0911 - a case each
        """Tell what columns have to be where a condition is true.

        :param is_denied: where it is false instead. Neither is where it is NULL.
        """
        kind = type(condition)
        match condition:
            case exp.Paren():
                return self.known(condition.this, is_denied=is_denied)
            case exp.Not():
                return self.known(condition.this, is_denied=not is_denied)
            case exp.And() | exp.Or():
                # Thousands of conditions nest as deep: no recursion.
                parts = condition.flatten(unnest=False)
                every = (self.known(part, is_denied=is_denied) for part in parts)
                return reduce(
                    _either if isinstance(condition, exp.Or) != is_denied else both, every
                )
            case exp.Between() if not condition.args.get("symmetric"):
                low, high = (exp.LT, exp.GT) if is_denied else (exp.GTE, exp.LTE)
                ends = (
                    self._compared(low, condition.this, condition.args["low"]),
                    self._compared(high, condition.this, condition.args["high"]),
                )
                return _either(*ends) if is_denied else both(*ends)
            case exp.In() if condition.expressions and not is_denied:
                return reduce(
                    _either,
                    (self._compared(exp.EQ, condition.this, one) for one in condition.expressions),
                )
            case exp.GT() | exp.GTE() | exp.LT() | exp.LTE() | exp.EQ() | exp.NEQ():
                kind = _DENIED.get(kind, exp.NEQ) if is_denied else kind
                if kind is exp.NEQ:
                    return {}
                return both(
                    self._compared(kind, condition.left, condition.right),
                    self._compared(MIRRORED[kind], condition.right, condition.left),
                )
        return {}

    def equal(self, condition: exp.Expr) -> Iterator[tuple[Key, Key]]:
        """Tell which columns have the same value where a condition is true."""
        condition = condition.unnest()
        if isinstance(condition, exp.And):
            for part in condition.flatten():
                yield from self.equal(part)
        elif isinstance(condition, exp.EQ):
            (left, _), (right, _) = sides = (
                self.column(condition.left),
                self.column(condition.right),
            )
            if left is not None and right is not None and not any(width for _, width in sides):
                yield left, right

    def column(self, node: exp.Expr) -> tuple[Key | None, int]:
        """Tell of which column an expression is, and how much earlier at most than that, in ns."""
        match node:
            case exp.Paren():
                return self.column(node.this)
            case exp.Column() if isinstance(node.this, exp.Identifier):
                relation = self.relation(node)
                return (None if relation is None else (relation, node.name.lower())), 0
            case exp.Cast() if node.to.this == exp.DType.DATE:
                key, width = self.column(node.this)
                return key, width + _DAY
            case exp.Anonymous():
                return self._of_call(node.name.lower(), node.expressions)
        return None, 0

    def _compared(self, kind: type[exp.Expr], column: exp.Expr, value: exp.Expr) -> Known:
        key, width = self.column(column)
        if key is None or any(map(_varies, value.walk())):
            return {}
        constant = self.constant(value)
        first = constant.time if kind in {exp.GT, exp.GTE, exp.EQ} else None
        last = constant.time if kind in {exp.LT, exp.LTE, exp.EQ} else None
        texts = None
        if kind is exp.EQ and constant.text is not None:
            texts = frozenset({constant.text})
        return {key: Bounds(first, last, texts).before(width)}

    def _of_call(self, name: str, arguments: Sequence[exp.Expr]) -> tuple[Key | None, int]:
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
        key, inner = self.column(column)
        return (key, inner + width) if width else (None, 0)


def both(left: Known, right: Known) -> Known:
    """Tell what columns have to be where both are true."""
    return {
        key: left.get(key, ANYTHING).both(right.get(key, ANYTHING))
        for key in left.keys() | right.keys()
    }


def follow(known: Known, equal: Iterable[tuple[Key, Key]]) -> Known:
    """Tell what follows for columns from those whose values they have.

    :param equal: pairs of columns: what the first has to be, the second has to be too.
    """
    pairs = set(equal)
    for _ in pairs:  # at most so many steps from one column to another
        for one, other in pairs:
            if one in known:
                known = both(known, {other: known[one]})
    return known


def _either(left: Known, right: Known) -> Known:
    return {key: left[key].either(right[key]) for key in left.keys() & right.keys()}


def _varies(node: exp.Expr) -> bool:
    """Whether it isn't the same wherever and whenever it is computed in a query."""
    return (
        isinstance(node, (exp.Column, exp.Query, exp.Rand)) or node.name.lower() in _BY_CHANCE
    ) and not isinstance(node, exp.Literal)
