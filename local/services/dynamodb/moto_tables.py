"""What is changed in moto's tables: each change is taken down, and a page is read in order."""

# ruff: noqa: ANN401 - moto's own tables and items

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from local.services.dynamodb.sizes import bytes_of, forget_bytes
from local.services.dynamodb.table import extra
from local.services.dynamodb.units import item_of

if TYPE_CHECKING:
    from local.services.dynamodb.partitions import Page
    from local.services.patches import Patches


def install(patches: Patches) -> None:
    """Change moto's tables until `patches` is closed."""
    _count_changes(patches)
    _describe(patches)
    _query_in_order(patches)
    _scan_in_order(patches)


def _count_changes(patches: Patches) -> None:
    """Take down each change of a table's items."""

    def put_item(self: Any, item_attrs: dict[str, Any], *args: Any, **options: Any) -> Any:
        before = item_of(self, item_attrs)
        item = stock_put(self, item_attrs, *args, **options)
        extra(self).changed(self, before, item)
        return item

    def delete_item(self: Any, hash_key: Any, range_key: Any) -> Any:
        item = stock_delete(self, hash_key, range_key)
        if item is not None:
            extra(self).changed(self, item, None)
        return item

    def update_item(
        self: Any, table_name: str, key: dict[str, Any], *args: Any, **more: Any
    ) -> Any:
        table = self.get_table(table_name)
        before = item_of(table, key)
        # It is changed in place.
        extra(table).changed(table, before, None)
        try:
            return stock_update(self, table_name, key, *args, **more)
        finally:
            after = item_of(table, key)
            if after is not None:
                forget_bytes(after)
            extra(table).changed(table, None, after)

    stock_put = patches.replace(Table, "put_item", put_item)
    stock_delete = patches.replace(Table, "delete_item", delete_item)
    stock_update = patches.replace(DynamoDBBackend, "update_item", update_item)


def _describe(patches: Patches) -> None:
    """Describe a table with its limits and its size; AWS renews the size every six hours."""

    def describe(self: Any, base_key: str = "TableDescription") -> dict[str, Any]:
        description: dict[str, Any] = stock(self, base_key)
        description[base_key] |= extra(self).described()
        return description

    stock = patches.replace(Table, "describe", describe)


def _query_in_order(patches: Patches) -> None:
    """Read the next items of a partition, but for what only moto knows: indexes, legacy filters."""

    def query(self: Any, *args: Any, **options: Any) -> tuple[list[Any], int, Any]:
        call = signature(stock).bind(self, *args, **options)
        call.apply_defaults()
        asked = call.arguments
        if (
            asked["index_name"]
            or asked["filter_kwargs"]
            or asked["range_comparison"] == "BEGINS_WITH"
            or not self.has_range_key
        ):
            result: tuple[list[Any], int, Any] = stock(self, *args, **options)
            extra(self).read_bytes = sum(map(bytes_of, result[0]))
            return result
        start = asked["exclusive_start_key"]
        page = (
            extra(self)
            .ordered(self)
            .page(
                asked["hash_key"].cast_value,
                asked["range_comparison"],
                [one.cast_value for one in asked["range_objs"]],
                after=start and DynamoType(start[self.range_key_attr]).cast_value,
                forward=asked["scan_index_forward"] is not False,
                limit=asked["limit"],
            )
        )
        return _answered(self, page, asked["filter_expression"], asked["projection_expressions"])

    stock = patches.replace(Table, "query", query)


def _scan_in_order(patches: Patches) -> None:
    """Read the next items of a table, but for what only moto knows: indexes, segments, filters."""

    def scan(self: Any, *args: Any, **options: Any) -> tuple[list[Any], int, Any]:
        call = signature(stock).bind(self, *args, **options)
        call.apply_defaults()
        asked = call.arguments
        if (
            asked["index_name"]
            or asked["filters"]
            or asked["segments"] != (None, None)
            or not self.has_range_key
        ):
            unfiltered: dict[str, Any] = {
                "filters": {},
                "filter_expression": None,
                "projection_expression": None,
            }
            # Counted is all that it looks at, whatever it answers.
            looked_at = stock(**(asked | unfiltered))[0]
            result: tuple[list[Any], int, Any] = stock(self, *args, **options)
            extra(self).read_bytes = sum(map(bytes_of, looked_at))
            return result
        start = asked["exclusive_start_key"]
        keys = (self.hash_key_attr, self.range_key_attr)
        after = tuple(DynamoType(start[key]).cast_value for key in keys) if start else None
        page = extra(self).ordered(self).scan(after=after, limit=asked["limit"])
        return _answered(self, page, asked["filter_expression"], asked["projection_expression"])

    stock = patches.replace(Table, "scan", scan)


def _answered(
    table: Any, page: Page, condition: Any, projection: Any
) -> tuple[list[Any], int, Any]:
    """Give what moto's tables answer: items, how many were looked at, and where to go on."""
    extra(table).read_bytes = sum(map(bytes_of, page.items))
    last = None if page.is_last else table._get_last_evaluated_key(page.items[-1], None)  # noqa: SLF001 - moto's own
    items = list(page.items)
    if condition is not None:
        items = [item for item in items if condition.expr(item)]
    if projection:
        items = [item.project(projection) for item in items]
    return items, len(page.items), last
