"""Aggregate functions, exact where the service's are approximate.

https://docs.aws.amazon.com/timestream/latest/developerguide/aggregate-functions.html
"""

from local.timestream.functions.signature import aggregate

_OF_DOUBLES = {  # name in Timestream: name in DuckDB
    "geometric_mean": "geomean",
    "kurtosis": "kurtosis",
    "skewness": "skewness",
    "stddev": "stddev_samp",
    "stddev_pop": "stddev_pop",
    "stddev_samp": "stddev_samp",
    "var_pop": "var_pop",
    "var_samp": "var_samp",
    "variance": "var_samp",
}
_OF_TWO_DOUBLES = ("corr", "covar_pop", "covar_samp", "regr_intercept", "regr_slope")
_PERCENTILES = (  # exact: the smallest value that so much of the weight is not above
    ("approx_percentile(bigint, double) -> bigint", "quantile_disc({0}, {1}){over}"),
    ("approx_percentile(double, double) -> double", "quantile_disc({0}, {1}){over}"),
    ("approx_percentile(bigint, array(double)) -> array(bigint)", "quantile_disc({0}, {1}){over}"),
    ("approx_percentile(double, array(double)) -> array(double)", "quantile_disc({0}, {1}){over}"),
    (
        "approx_percentile(bigint, double, double) -> bigint",
        "CAST(weighted_percentiles(list({0}){over}, list({1}){over}, [any_value({2}){over}])[1] AS BIGINT)",
    ),
    (
        "approx_percentile(double, double, double) -> double",
        "weighted_percentiles(list({0}){over}, list({1}){over}, [any_value({2}){over}])[1]",
    ),
    (
        "approx_percentile(bigint, double, array(double)) -> array(bigint)",
        "CAST(weighted_percentiles(list({0}){over}, list({1}){over}, any_value({2}){over}) AS BIGINT[])",
    ),
    (
        "approx_percentile(double, double, array(double)) -> array(double)",
        "weighted_percentiles(list({0}){over}, list({1}){over}, any_value({2}){over})",
    ),
)

FUNCTIONS = (
    *(
        aggregate(f"{name}(double) -> double", f"{ours}({{distinct}}{{0}}){{over}}")
        for name, ours in _OF_DOUBLES.items()
    ),
    *(
        aggregate(f"{name}(double, double) -> double", f"{name}({{0}}, {{1}}){{over}}")
        for name in _OF_TWO_DOUBLES
    ),
    *(aggregate(signature, sql) for signature, sql in _PERCENTILES),
    aggregate("approx_distinct(T) -> bigint", "count(DISTINCT {0}){over}"),
    aggregate("approx_distinct(T, double) -> bigint", "count(DISTINCT {0}){over}"),
    aggregate("arbitrary(T) -> T", "any_value({0}){over}"),
    aggregate("any_value(T) -> T", "any_value({0}){over}"),
    aggregate("array_agg(T) -> array(T)", "list({distinct}{0}{order}){over}"),
    aggregate("avg(double) -> double", "avg({distinct}{0}){over}"),
    aggregate(
        "avg(interval day to second) -> interval day to second",
        "CAST(avg({distinct}{0}){over} AS BIGINT)",
    ),
    aggregate("bitwise_and_agg(bigint) -> bigint", "bit_and({0}){over}"),
    aggregate("bitwise_or_agg(bigint) -> bigint", "bit_or({0}){over}"),
    aggregate("bool_and(boolean) -> boolean", "bool_and({0}){over}"),
    aggregate("bool_or(boolean) -> boolean", "bool_or({0}){over}"),
    aggregate("count() -> bigint", "count(*){over}"),
    aggregate("count(T) -> bigint", "count({distinct}{0}){over}"),
    aggregate("count_if(boolean) -> bigint", "CAST(count_if({0}){over} AS BIGINT)"),
    aggregate("every(boolean) -> boolean", "bool_and({0}){over}"),
    aggregate("histogram(T) -> map(T, bigint)", "CAST(histogram({0}){over} AS MAP({T}, BIGINT))"),
    aggregate(
        "map_agg(K, V) -> map(K, V)",
        "map_from_entries(list(struct_pack(key := {0}, value := {1})){over})",
    ),
    aggregate("max(T) -> T", "max({0}){over}"),
    aggregate("max(T, bigint) -> array(T)", "max({0}, {1}){over}"),
    aggregate("max_by(T, U) -> T", "arg_max_null({0}, {1}){over}"),
    aggregate("max_by(T, U, bigint) -> array(T)", "arg_max({0}, {1}, {2}){over}"),
    aggregate("min(T) -> T", "min({0}){over}"),
    aggregate("min(T, bigint) -> array(T)", "min({0}, {1}){over}"),
    aggregate("min_by(T, U) -> T", "arg_min_null({0}, {1}){over}"),
    aggregate("min_by(T, U, bigint) -> array(T)", "arg_min({0}, {1}, {2}){over}"),
    aggregate(
        "multimap_agg(K, V) -> map(K, array(V))",
        "grouped_values(list(struct_pack(key := {0}, value := {1})){over})",
    ),
    aggregate("sum(bigint) -> bigint", "CAST(sum({distinct}{0}){over} AS BIGINT)"),
    aggregate("sum(double) -> double", "sum({distinct}{0}){over}"),
    aggregate(
        "sum(interval day to second) -> interval day to second",
        "CAST(sum({distinct}{0}){over} AS BIGINT)",
    ),
    aggregate(
        "sum(interval year to month) -> interval year to month",
        "CAST(sum({distinct}{0}){over} AS BIGINT)",
    ),
)
