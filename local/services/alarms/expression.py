"""Metric math, as far as alarms of ours use it: numbers, metrics, + - * /, and FILL.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import ast
import operator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def evaluate(expression: str, values: Mapping[str, float | None]) -> float | None:
    """Compute one data point, or None if it is missing.

    :param values: what the metrics have there, by their ids; None where nothing was measured.
    :raises NotImplementedError: if it is more than the above.
    """
    return _value(_parsed(expression), values)


@lru_cache
def _parsed(expression: str) -> ast.expr:
    try:
        return ast.parse(expression, mode="eval").body
    except SyntaxError:
        raise NotImplementedError(f"the metric math {expression!r}") from None


def _value(node: ast.expr, values: Mapping[str, float | None]) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.Call(func=ast.Name(id="FILL"), args=[filled, ast.Constant(value=int() as number)]):
            found = _value(filled, values)
            return float(number) if found is None else found
        case ast.BinOp(left=left, op=how, right=right) if type(how) in _OPERATORS:
            one, other = _value(left, values), _value(right, values)
            # Where one side has no data point, the result has none.
            return None if one is None or other is None else _OPERATORS[type(how)](one, other)
    raise NotImplementedError(f"the metric math {ast.unparse(node)!r}")
