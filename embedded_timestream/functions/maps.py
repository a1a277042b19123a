"""Map functions.

https://docs.aws.amazon.com/timestream/latest/developerguide/map-functions.html
"""

from embedded_timestream.functions.signature import scalar

_ENTRY = ("{p}.key", "{p}.value")

FUNCTIONS = (
    scalar("map() -> map(unknown, unknown)", "MAP()"),
    scalar("map(array(K), array(V)) -> map(K, V)", "map({0}, {1})"),
    scalar("cardinality(map(K, V)) -> bigint", "CAST(cardinality({0}) AS BIGINT)"),
    scalar("element_at(map(K, V), K) -> V", "{0}[{1}]"),
    scalar("map_concat(map(K, V)...) -> map(K, V)", "maps_joined([{args}])"),
    scalar(
        "map_entries(map(K, V)) -> array(row(K, V))",
        "list_transform(map_entries({0}), lambda e: struct_pack(f1 := e.key, f2 := e.value))",
    ),
    scalar(
        "map_filter(map(K, V), function(K, V, boolean)) -> map(K, V)",
        "map_from_entries(list_filter(map_entries({0}), lambda {p}: {body}))",
        reads=_ENTRY,
    ),
    scalar(
        "map_from_entries(array(row(K, V))) -> map(K, V)",
        "map(list_transform({0}, lambda e: e.f1), list_transform({0}, lambda e: e.f2))",
    ),
    scalar("map_keys(map(K, V)) -> array(K)", "map_keys({0})"),
    scalar("map_values(map(K, V)) -> array(V)", "map_values({0})"),
    scalar(
        "transform_keys(map(K, V), function(K, V, U)) -> map(U, V)",
        "map(list_transform(map_entries({0}), lambda {p}: {body}), map_values({0}))",
        reads=_ENTRY,
    ),
    scalar(
        "transform_values(map(K, V), function(K, V, U)) -> map(K, U)",
        "map(map_keys({0}), list_transform(map_entries({0}), lambda {p}: {body}))",
        reads=_ENTRY,
    ),
)
