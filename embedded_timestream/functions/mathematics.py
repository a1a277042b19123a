"""Mathematical and bitwise functions.

https://docs.aws.amazon.com/timestream/latest/developerguide/mathematical-functions.html
https://docs.aws.amazon.com/timestream/latest/developerguide/bitwise-functions.html
"""

from embedded_timestream.functions.signature import scalar

_OF_A_DOUBLE = {  # name in Timestream: name in DuckDB
    "acos": "acos", "asin": "asin", "atan": "atan", "cbrt": "cube_root", "cos": "cos",
    "cosh": "cosh", "degrees": "degrees", "exp": "exp", "ln": "ln", "log10": "log10",
    "log2": "log2", "radians": "radians", "sin": "sin", "sqrt": "sqrt", "tan": "tan",
    "tanh": "tanh", "truncate": "trunc",
}  # fmt: skip

FUNCTIONS = (
    *(scalar(f"{name}(double) -> double", f"{ours}({{0}})") for name, ours in _OF_A_DOUBLE.items()),
    *(
        overload
        for name in ("ceil", "ceiling", "floor")
        for overload in (
            scalar(f"{name}(integer) -> integer", "{0}"),
            scalar(f"{name}(bigint) -> bigint", "{0}"),
            scalar(f"{name}(double) -> double", f"{name}({{0}})"),
        )
    ),
    *(
        overload
        for number in ("integer", "bigint", "double")
        for overload in (
            scalar(f"abs({number}) -> {number}", "abs({0})"),
            scalar(f"mod({number}, {number}) -> {number}", "({0} % {1})"),
            scalar(
                f"sign({number}) -> {number}",
                # As Java's signum: NaN is NaN, and -0.0 itself.
                f"CASE WHEN {{0}} = 0 OR isnan(CAST({{0}} AS DOUBLE)) THEN {{0}} "
                f"ELSE CAST(sign({{0}}) AS {number.upper()}) END",
            ),
        )
    ),
    scalar("atan2(double, double) -> double", "atan2({0}, {1})"),
    scalar("bit_count(bigint, bigint) -> bigint", "CAST(ones({0}, {1}) AS BIGINT)"),
    scalar("bitwise_and(bigint, bigint) -> bigint", "({0} & {1})"),
    scalar("bitwise_not(bigint) -> bigint", "(~{0})"),
    scalar("bitwise_or(bigint, bigint) -> bigint", "({0} | {1})"),
    scalar("bitwise_xor(bigint, bigint) -> bigint", "xor({0}, {1})"),
    scalar(
        "cosine_similarity(map(varchar, double), map(varchar, double)) -> double",
        "cosine_of({0}, {1})",
    ),
    scalar("e() -> double", "exp(CAST(1 AS DOUBLE))"),
    scalar("from_base(varchar, bigint) -> bigint", "number_from_base({0}, {1})"),
    scalar("infinity() -> double", "CAST('inf' AS DOUBLE)"),
    scalar("is_finite(double) -> boolean", "isfinite({0})"),
    scalar("is_infinite(double) -> boolean", "isinf({0})"),
    scalar("is_nan(double) -> boolean", "isnan({0})"),
    scalar("nan() -> double", "CAST('nan' AS DOUBLE)"),
    scalar("pi() -> double", "pi()"),
    scalar("pow(double, double) -> double", "pow({0}, {1})"),
    scalar("power(double, double) -> double", "pow({0}, {1})"),
    scalar("rand() -> double", "random()"),
    scalar("random() -> double", "random()"),
    scalar("rand(integer) -> integer", "CAST(random_below({0}) AS INTEGER)"),
    scalar("random(integer) -> integer", "CAST(random_below({0}) AS INTEGER)"),
    scalar("random(bigint) -> bigint", "random_below({0})"),
    scalar("random(bigint, bigint) -> bigint", "random_between({0}, {1})"),
    scalar("round(integer) -> integer", "{0}"),
    scalar("round(bigint) -> bigint", "{0}"),
    scalar("round(double) -> double", "round({0})"),
    scalar(
        "round(integer, bigint) -> integer", "CAST(round({0}, CAST({1} AS INTEGER)) AS INTEGER)"
    ),
    scalar("round(bigint, bigint) -> bigint", "round({0}, CAST({1} AS INTEGER))"),
    scalar("round(double, bigint) -> double", "round_to({0}, {1})"),
    scalar("to_base(bigint, bigint) -> varchar", "number_to_base({0}, {1})"),
    scalar(
        "width_bucket(double, double, double, bigint) -> bigint",
        "CAST(one_bucket({0}, {1}, {2}, {3}) AS BIGINT)",
    ),
    scalar(
        "width_bucket(double, array(double)) -> bigint",
        "len(list_filter({1}, lambda bound: bound <= {0}))",
    ),
)
