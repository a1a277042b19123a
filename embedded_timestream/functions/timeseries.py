"""Time-series functions: interpolation, derivatives, integrals, correlation, filter and reduce.

https://docs.aws.amazon.com/timestream/latest/developerguide/timeseries-specific-constructs.functions.html
"""

from embedded_timestream.functions.signature import Overload, aggregate, scalar

_POINT = "row(time timestamp, value T)"  # what a lambda takes: x -> x.value > 70.0
_NANOSECONDS_A_SECOND = "1000000000"


def _interpolation(name: str, how: str) -> tuple[Overload, Overload]:
    """Interpolate at an array of times, or at one."""
    return (
        scalar(
            f"{name}(timeseries(double), array(timestamp)) -> timeseries(double)",
            f"interpolated('{how}', {{0}}, {{1}})",
        ),
        scalar(
            f"{name}(timeseries(double), timestamp) -> double",
            f"CASE WHEN {{1}} IS NOT NULL THEN interpolated('{how}', {{0}}, [{{1}}])[1].f2 END",
        ),
    )


FUNCTIONS = (
    aggregate(
        "create_time_series(timestamp, T) -> timeseries(T)",
        "series_of(list(struct_pack(f1 := {0}, f2 := {1})){over})",
    ),
    *_interpolation("interpolate_linear", "linear"),
    *_interpolation("interpolate_locf", "locf"),
    *_interpolation("interpolate_spline_cubic", "spline"),
    scalar(
        "interpolate_fill(timeseries(double), array(timestamp), double) -> timeseries(double)",
        "filled({0}, {1}, {2})",
    ),
    scalar(
        "interpolate_fill(timeseries(double), timestamp, double) -> double",
        "CASE WHEN {1} IS NOT NULL THEN filled({0}, [{1}], {2})[1].f2 END",
    ),
    scalar(
        "derivative_linear(timeseries(double), interval day to second) -> timeseries(double)",
        "derivative({0}, {1})",
    ),
    scalar(
        "non_negative_derivative_linear(timeseries(double), interval day to second)"
        " -> timeseries(double)",
        "non_negative_derivative({0}, {1})",
    ),
    scalar(
        "integral_trapezoidal(timeseries(double)) -> double",
        f"integral({{0}}, {_NANOSECONDS_A_SECOND})",
    ),
    scalar(
        "integral_trapezoidal(timeseries(double), interval day to second) -> double",
        "integral({0}, {1})",
    ),
    scalar(
        "correlate_pearson(timeseries(double), timeseries(double)) -> double",
        "correlated('pearson', {0}, {1})",
    ),
    scalar(
        "correlate_spearman(timeseries(double), timeseries(double)) -> double",
        "correlated('spearman', {0}, {1})",
    ),
    scalar(
        f"filter(timeseries(T), function({_POINT}, boolean)) -> timeseries(T)",
        "list_filter({0}, {1})",
    ),
    scalar(
        f"reduce(timeseries(T), S, function(S, {_POINT}, S), function(S, R)) -> R",
        "list_transform([list_reduce({0}, {2}, {1})], {3})[1]",
    ),
    scalar("cardinality(timeseries(T)) -> bigint", "len({0})"),
)
