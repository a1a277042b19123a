"""Conditional and comparison functions, and conversions that are not CAST.

https://docs.aws.amazon.com/timestream/latest/developerguide/conditional-expressions.html
https://docs.aws.amazon.com/timestream/latest/developerguide/comparison-functions.html
"""

from embedded_timestream.functions.signature import scalar

FUNCTIONS = (
    scalar("coalesce(T...) -> T", "coalesce({args})"),
    scalar("nullif(T, T) -> T", "nullif({0}, {1})"),
    # DuckDB's own leave NULL out.
    scalar("greatest(T...) -> T", "greatest_element([{args}])"),
    scalar("least(T...) -> T", "least_element([{args}])"),
)
