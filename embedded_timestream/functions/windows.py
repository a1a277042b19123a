"""Window functions. Every aggregate function is one too.

https://docs.aws.amazon.com/timestream/latest/developerguide/window-functions.html
"""

from embedded_timestream.functions.signature import window

FUNCTIONS = (
    window("cume_dist() -> double", "cume_dist(){over}"),
    window("dense_rank() -> bigint", "dense_rank(){over}"),
    window("first_value(T) -> T", "first_value({0}{nulls}){over}"),
    window("lag(T) -> T", "lag({0}{nulls}){over}"),
    window("lag(T, bigint) -> T", "lag({0}, rows_away({1}){nulls}){over}"),
    window("lag(T, bigint, T) -> T", "lag({0}, rows_away({1}), {2}{nulls}){over}"),
    window("last_value(T) -> T", "last_value({0}{nulls}){over}"),
    window("lead(T) -> T", "lead({0}{nulls}){over}"),
    window("lead(T, bigint) -> T", "lead({0}, rows_away({1}){nulls}){over}"),
    window("lead(T, bigint, T) -> T", "lead({0}, rows_away({1}), {2}{nulls}){over}"),
    window("nth_value(T, bigint) -> T", "nth_value({0}, nth({1}){nulls}){over}"),
    window("ntile(bigint) -> bigint", "ntile(buckets({0})){over}"),
    window("percent_rank() -> double", "percent_rank(){over}"),
    window("rank() -> bigint", "rank(){over}"),
    window("row_number() -> bigint", "row_number(){over}"),
)
