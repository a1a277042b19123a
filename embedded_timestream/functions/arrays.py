"""Array functions. A time series is an array of rows to them.

https://docs.aws.amazon.com/timestream/latest/developerguide/array-functions.html
"""

from embedded_timestream.functions.signature import Overload, scalar


def _strict(count: int, signature: str, sql: str, *, reads: tuple[str, ...] = ()) -> Overload:
    """Declare a function that answers NULL if one of its first `count` arguments is NULL."""
    present = " AND ".join(f"{{{index}}} IS NOT NULL" for index in range(count))
    return scalar(signature, f"CASE WHEN {present} THEN {sql} END", reads=reads)


def _zip(count: int) -> Overload:
    """Declare zip of so many arrays; it takes five at most, as Trino's."""
    variables = "TUVRS"[:count]
    arrays = ", ".join(f"array({variable})" for variable in variables)
    values = ", ".join(f"{{{index}}}" for index in range(count))
    fields = ", ".join(f"f{index + 1} {{{variable}}}" for index, variable in enumerate(variables))
    return _strict(
        count,
        f"zip({arrays}) -> array(row({', '.join(variables)}))",
        f"CAST(list_zip({values}) AS STRUCT({fields})[])",
    )


FUNCTIONS = (
    _strict(
        1,
        "all_match(array(T), function(T, boolean)) -> boolean",
        "all_of(list_transform({0}, {1}))",
    ),
    _strict(
        1,
        "any_match(array(T), function(T, boolean)) -> boolean",
        "any_of(list_transform({0}, {1}))",
    ),
    _strict(
        1,
        "none_match(array(T), function(T, boolean)) -> boolean",
        "(NOT any_of(list_transform({0}, {1})))",
    ),
    scalar("array_distinct(array(T)) -> array(T)", "distinct_elements({0})"),
    _strict(
        2,
        "array_except(array(T), array(T)) -> array(T)",
        "distinct_elements(list_filter({0}, lambda e: NOT in_list({1}, e)))",
    ),
    _strict(
        2,
        "array_intersect(array(T), array(T)) -> array(T)",
        "distinct_elements(list_filter({0}, lambda e: in_list({1}, e)))",
    ),
    scalar("array_max(array(double)) -> double", "greatest_number({0})"),
    scalar("array_min(array(double)) -> double", "least_number({0})"),
    scalar("array_max(array(T)) -> T", "greatest_element({0})"),
    scalar("array_min(array(T)) -> T", "least_element({0})"),
    _strict(
        2,
        "array_position(array(T), T) -> bigint",
        "coalesce(list_position({0}, {1}), 0)",
    ),
    _strict(  # NaN is equal to nothing, not even itself
        2,
        "array_remove(array(double), double) -> array(double)",
        "list_filter({0}, lambda e: e IS NULL OR isnan(e) OR e <> {1})",
    ),
    _strict(
        2,
        "array_remove(array(T), T) -> array(T)",
        "list_filter({0}, lambda e: e IS NULL OR e <> {1})",
    ),
    scalar("array_sort(array(T)) -> array(T)", "list_sort({0}, 'ASC', 'NULLS LAST')"),
    scalar(
        "array_sort(array(T), function(T, T, integer)) -> array(T)",
        "list_reduce({0}, lambda {p}s, {p}b: list_concat(list_append("
        "list_filter({p}s, lambda {p}a: compared({body}) <= 0), {p}b), "
        "list_filter({p}s, lambda {p}a: compared({body}) > 0)), {0}[1:0])",
        reads=("{p}a", "{p}b"),
    ),
    _strict(
        2, "array_union(array(T), array(T)) -> array(T)", "distinct_elements(list_concat({0}, {1}))"
    ),
    _strict(2, "arrays_overlap(array(T), array(T)) -> boolean", "array_overlap({0}, {1})"),
    scalar("cardinality(array(T)) -> bigint", "len({0})"),
    scalar("concat(array(T)...) -> array(T)", "({joined})"),
    _strict(2, "concat(array(T), T) -> array(T)", "list_append({0}, {1})"),
    _strict(2, "concat(T, array(T)) -> array(T)", "list_prepend({0}, {1})"),
    _strict(2, "contains(array(T), T) -> boolean", "array_has({0}, {1})"),
    scalar("element_at(array(T), bigint) -> T", "array_element_at({0}, {1})"),
    scalar("filter(array(T), function(T, boolean)) -> array(T)", "list_filter({0}, {1})"),
    scalar(
        "flatten(array(array(T))) -> array(T)", "flatten(list_filter({0}, lambda e: e IS NOT NULL))"
    ),
    scalar(
        "reduce(array(T), S, function(S, T, S), function(S, R)) -> R",
        "list_transform([list_reduce({0}, {2}, {1})], {3})[1]",
    ),
    scalar("repeat(T, bigint) -> array(T)", "repeated({0}, {1})"),
    scalar("reverse(array(T)) -> array(T)", "list_reverse({0})"),
    scalar(
        "sequence(bigint, bigint) -> array(bigint)",
        "whole_sequence({0}, {1}, CASE WHEN {1} >= {0} THEN 1 ELSE -1 END)",
    ),
    scalar("sequence(bigint, bigint, bigint) -> array(bigint)", "whole_sequence({0}, {1}, {2})"),
    scalar(
        "sequence(timestamp, timestamp) -> array(timestamp)",
        "timestamp_sequence({0}, {1}, 86400000000000)",
    ),
    scalar(
        "sequence(timestamp, timestamp, interval day to second) -> array(timestamp)",
        "timestamp_sequence({0}, {1}, {2})",
    ),
    scalar(
        "sequence(timestamp, timestamp, interval year to month) -> array(timestamp)",
        "month_sequence({0}, {1}, {2})",
    ),
    scalar(
        "sequence(date, date) -> array(date)",
        "date_sequence({0}, {1}, 86400000000000)",
    ),
    scalar(
        "sequence(date, date, interval day to second) -> array(date)",
        "date_sequence({0}, {1}, {2})",
    ),
    scalar(
        "sequence(date, date, interval year to month) -> array(date)",
        "date_month_sequence({0}, {1}, {2})",
    ),
    scalar(
        "shuffle(array(T)) -> array(T)",
        "list_select({0}, list_grade_up(list_transform({0}, lambda e: random())))",
    ),
    scalar("slice(array(T), bigint, bigint) -> array(T)", "array_slice_of({0}, {1}, {2})"),
    scalar("transform(array(T), function(T, U)) -> array(U)", "list_transform({0}, {1})"),
    *(_zip(count) for count in range(2, 6)),
    _strict(
        2,
        "zip_with(array(T), array(U), function(T, U, R)) -> array(R)",
        "list_transform(list_zip({0}, {1}), lambda {p}: {body})",
        reads=("{p}[1]", "{p}[2]"),
    ),
)
