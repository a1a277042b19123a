"""ORDER BY, LIMIT and OFFSET, and the places in the select list that numbers mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from embedded_timestream.dialect.binding import describe
from embedded_timestream.errors import ValidationException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from embedded_timestream.dialect.binder import Binder
    from embedded_timestream.dialect.binding import Binding


def order_by(
    binder: Binder, nodes: Iterable[exp.Expr], sql: Callable[[exp.Expr], str] | None = None
) -> str:
    """Write ORDER BY: nulls last, whatever the direction, unless it says so.

    :param sql: how an item's expression is bound.
    """
    items = []
    for node in nodes:
        if not isinstance(node, exp.Ordered) or node.args.get("with_fill"):
            raise binder.error(node, f"ORDER BY {describe(node)} is not supported")
        item = sql(node.this) if sql else binder.bind(node.this).sql
        if node.find(exp.Column) is None and not item.isdigit():
            item = f"coalesce({item})"  # DuckDB takes a constant for a place or a mistake
        direction = "DESC" if node.args.get("desc") else "ASC"
        nulls = "FIRST" if node.args.get("nulls_first") else "LAST"
        items.append(f"{item} {direction} NULLS {nulls}")
    return f"ORDER BY {', '.join(items)}"


def ordinal(node: exp.Expr, count: int, binding: Binding, clause: str = "ORDER BY") -> int | None:
    """Return the place in the select list that a whole number in GROUP BY or ORDER BY means."""
    if not isinstance(node, exp.Literal) or node.is_string or not node.this.isdigit():
        return None
    index = int(node.this)
    if not 1 <= index <= count:
        raise ValidationException(
            f"{binding.locate(node)}: {clause} position {index} is not in select list"
        )
    return index


def limits(binding: Binding, node: exp.Expr) -> str:
    """Write OFFSET and LIMIT (or FETCH FIRST)."""
    sql = ""
    limit, offset = node.args.get("limit"), node.args.get("offset")
    if limit is not None:
        count = limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.expression
        if isinstance(limit, exp.Fetch) and limit.args.get("limit_options"):
            options = limit.args["limit_options"]
            if options.args.get("with_ties") or options.args.get("percent"):
                raise binding.refuse(limit, "FETCH FIRST ... WITH TIES")
        if count is None or count.name.upper() != "ALL":
            sql += f" LIMIT {_whole(binding, count, limit)}"
    if offset is not None:
        sql += f" OFFSET {_whole(binding, offset.expression, offset)}"
    return sql


def _whole(binding: Binding, node: exp.Expr | None, at: exp.Expr) -> int:
    if not isinstance(node, exp.Literal) or node.is_string or not node.this.isdigit():
        raise binding.refuse(at, "A LIMIT or OFFSET that is not a whole number")
    return int(node.this)
