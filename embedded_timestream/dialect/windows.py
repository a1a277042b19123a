"""Window functions: OVER, its order and its frame.

https://docs.aws.amazon.com/timestream/latest/developerguide/window-functions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from embedded_timestream.dialect.binding import describe
from embedded_timestream.dialect.calls import Call, call
from embedded_timestream.dialect.casts import coerce
from embedded_timestream.dialect.ordering import order_by
from embedded_timestream.sqltypes import (
    BIGINT,
    DATE,
    DAY_TO_SECOND,
    DOUBLE,
    INTEGER,
    TIME,
    TIMESTAMP,
    YEAR_TO_MONTH,
    Type,
    coercion_cost,
)

if TYPE_CHECKING:
    from embedded_timestream.dialect.binder import Binder, Binders
    from embedded_timestream.dialect.bound import Expression


def _window(binder: Binder, node: exp.Window) -> Expression:
    inner, condition, ignore_nulls = node.this, None, False
    while not isinstance(inner, exp.Anonymous):
        if isinstance(inner, exp.Filter):
            condition = inner.expression.this
        elif isinstance(inner, exp.IgnoreNulls):
            ignore_nulls = True
        elif not isinstance(inner, exp.RespectNulls):
            raise binder.error(node, f"{describe(node)} is not supported")
        inner = inner.this
    if not binder.windows_allowed:
        raise binder.error(node, f"{binder.place} cannot contain window functions")
    over = _over(binder, node)
    return call(binder, Call(inner.name, inner, inner.expressions, condition, over, ignore_nulls))


def _over(binder: Binder, node: exp.Window) -> str:
    alias = node.args.get("alias")
    if alias is not None and (node.args.get("order") or node.args.get("spec")):
        raise binder.error(
            node, "A named window with more to it is not supported by this embedded Timestream"
        )
    if alias is not None and node.args.get("over") and not node.args.get("partition_by"):
        named = binder.named_windows.get(alias.name.lower())
        if not isinstance(named, exp.Window):
            raise binder.error(alias, f"Cannot resolve WINDOW name {alias.name}")
        return _over(binder, named)
    binder.windows_allowed, allowed = False, binder.windows_allowed
    try:
        parts = []
        if node.args.get("partition_by"):
            keys = ", ".join(binder.bind(key).sql for key in node.args["partition_by"])
            parts.append(f"PARTITION BY {keys}")
        order, spec = node.args.get("order"), node.args.get("spec")
        distances = spec is not None and _has_distances(spec)
        if order is not None:
            read = (lambda key: _ruler(binder, key)[0]) if distances else None
            parts.append(order_by(binder, order.expressions, read))
        if spec is not None:
            parts.append(_frame(binder, spec, order if distances else None))
    finally:
        binder.windows_allowed = allowed
    return f" OVER ({' '.join(parts)})"


def _frame(binder: Binder, spec: exp.Expr, order: exp.Expr | None) -> str:
    """Write a frame.

    :param order: what the distances of a RANGE frame are measured along.
    """
    kind = spec.args.get("kind", "").upper()
    if kind not in {"ROWS", "RANGE"} or spec.args.get("exclude"):
        raise binder.error(spec, f"A {kind} frame is not supported by this embedded Timestream")
    bounds = []
    for side in ("start", "end"):
        bound = spec.args.get(side)
        direction = (spec.args.get(f"{side}_side") or "").upper()
        if isinstance(bound, exp.Expr) and not direction:
            raise binder.error(bound, f"The {side} of a frame needs PRECEDING or FOLLOWING")
        if isinstance(bound, exp.Expr):
            distance = _distance(binder, bound, kind, order)
            bounds.append(f"frame_distance({distance}) {direction}")
        elif bound:
            bounds.append(f"{str(bound).upper()} {direction}".strip())
        else:
            bounds.append("CURRENT ROW")
    wrong = _impossible(*(bound.rpartition(") ")[2] for bound in bounds))
    if wrong:
        raise binder.error(spec, f"Window frame {wrong}")
    return f"{kind} BETWEEN {bounds[0]} AND {bounds[1]}"


def _distance(binder: Binder, node: exp.Expr, kind: str, order: exp.Expr | None) -> str:
    """Bind how far a bound of a frame is: rows, or what its order is measured in."""
    bound = binder.bind(node)
    if kind == "ROWS":
        if bound.type not in {INTEGER, BIGINT}:
            raise binder.error(
                node, f"Window frame ROWS offset must be a whole number, not {bound.type}"
            )
        return bound.sql
    if order is None or len(order.expressions) != 1:
        raise binder.error(
            node,
            "Window frame of type RANGE PRECEDING or FOLLOWING requires one sort item in ORDER BY",
        )
    key = order.expressions[0].this
    _, unit = _ruler(binder, key)
    cost = coercion_cost(bound.type, unit)
    if cost is None:
        raise binder.error(
            node, f"Window frame RANGE offset must be of type {unit}, not {bound.type}"
        )
    return coerce(bound, unit)


def _ruler(binder: Binder, node: exp.Expr) -> tuple[str, Type]:
    """Return a sort key as a number, and the type of a distance along it."""
    key = binder.bind(node)
    if key.type in {DATE, TIMESTAMP}:
        return f"epoch_ns({coerce(key, TIMESTAMP)})", DAY_TO_SECOND
    if key.type == TIME:
        return key.sql, DAY_TO_SECOND
    if key.type in {BIGINT, DOUBLE, DAY_TO_SECOND, YEAR_TO_MONTH}:
        return key.sql, key.type
    if key.type == INTEGER:
        return coerce(key, BIGINT), BIGINT
    raise binder.error(
        node, f"Window frame of type RANGE PRECEDING or FOLLOWING cannot measure {key.type}"
    )


def _has_distances(spec: exp.Expr) -> bool:
    """Whether a frame is bounded by values so far away, not by rows."""
    sides = (spec.args.get("start"), spec.args.get("end"))
    return spec.args.get("kind", "").upper() == "RANGE" and any(
        isinstance(side, exp.Expr) for side in sides
    )


def _impossible(start: str, end: str) -> str | None:
    """Say why a frame cannot go from `start` to `end`, if it cannot."""
    if start == "UNBOUNDED FOLLOWING":
        return "start cannot be UNBOUNDED FOLLOWING"
    if end == "UNBOUNDED PRECEDING":
        return "end cannot be UNBOUNDED PRECEDING"
    if (start, end) in {("CURRENT ROW", "PRECEDING"), ("FOLLOWING", "PRECEDING")} or (
        (start, end) == ("FOLLOWING", "CURRENT ROW")
    ):
        return f"starting from {start} cannot end with {end}"
    return None


BINDERS: Binders = {
    exp.Window: _window,
}
