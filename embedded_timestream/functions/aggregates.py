"""Aggregate functions, exact where the service's are approximate.

https://docs.aws.amazon.com/timestream/latest/developerguide/aggregate-functions.html
"""

from embedded_timestream.functions.signature import Overload, aggregate

_OF_DOUBLES = {  # name in Timestream: name in DuckDB
    "geometric_mean": "geomean",
    "kurtosis": "kurtosis",
    "stddev": "stddev_samp",
    "stddev_pop": "stddev_pop",
    "stddev_samp": "stddev_samp",
    "var_pop": "var_pop",
    "var_samp": "var_samp",
    "variance": "var_samp",
}
_OF_TWO_DOUBLES = {
    "corr": "finite({0})",
    "covar_pop": "{0}",
    "covar_samp": "{0}",
    "regr_intercept": "finite({0})",
    "regr_slope": "finite({0})",
}
_NAME = "approx_percentile"


def _percentiles(number: str, weighted: str) -> tuple[Overload, ...]:
    """Answer exactly: the smallest value that so much of the weight is not above."""
    lists = "list({0}){over}, list({1}){over}"
    one = f"{weighted}({lists}, [share(any_value({{2}}){{over}})])[1]"
    return (
        aggregate(f"{_NAME}({number}, double) -> {number}", "quantile_disc({0}, share({1})){over}"),
        aggregate(
            f"{_NAME}({number}, array(double)) -> array({number})",
            "quantile_disc({0}, shares({1})){over}",
        ),
        aggregate(f"{_NAME}({number}, bigint, double) -> {number}", one),
        aggregate(f"{_NAME}({number}, bigint, double, double) -> {number}", one),
        aggregate(
            f"{_NAME}({number}, bigint, array(double)) -> array({number})",
            f"{weighted}({lists}, shares(any_value({{2}}){{over}}))",
        ),
    )


FUNCTIONS = (
    *(
        aggregate(f"{name}(double) -> double", f"{ours}({{distinct}}{{0}}){{over}}")
        for name, ours in _OF_DOUBLES.items()
    ),
    *(
        aggregate(
            f"{name}(double, double) -> double", answer.format(f"{name}({{0}}, {{1}}){{over}}")
        )
        for name, answer in _OF_TWO_DOUBLES.items()
    ),
    *_percentiles("bigint", "weighted_whole_percentiles"),
    *_percentiles("double", "weighted_percentiles"),
    aggregate("approx_distinct(T) -> bigint", "count(DISTINCT {0}){over}"),
    aggregate("approx_distinct(T, double) -> bigint", "count(DISTINCT {0}){over}"),
    aggregate("arbitrary(T) -> T", "any_value({0}{order}){over}"),
    aggregate("any_value(T) -> T", "any_value({0}{order}){over}"),
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
    aggregate("count_if(boolean) -> bigint", "count(CASE WHEN {0} THEN 1 END){over}"),
    aggregate("every(boolean) -> boolean", "bool_and({0}){over}"),
    aggregate("histogram(T) -> map(T, bigint)", "CAST(histogram({0}){over} AS MAP({T}, BIGINT))"),
    aggregate(
        "map_agg(K, V) -> map(K, V)",
        "map_of_first(list(struct_pack(key := {0}, value := {1}){order}){over})",
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
        "grouped_values(list(struct_pack(key := {0}, value := {1}){order}){over})",
    ),
    # DuckDB's is the sample's; the service's is the population's, as in Trino.
    aggregate(
        "skewness(double) -> double",
        "population_skewness(skewness({distinct}{0}){over}, count({distinct}{0}){over})",
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
