r"""Regular-expression functions: RE2 where it means the same as Java, else `patterns`.

https://docs.aws.amazon.com/timestream/latest/developerguide/regex-functions.html
"""

from embedded_timestream.functions.signature import scalar

FUNCTIONS = (
    scalar("regexp_extract(varchar, varchar) -> varchar", "pattern_found_all({0}, {1})[1]"),
    scalar(
        "regexp_extract(varchar, varchar, bigint) -> varchar", "pattern_groups({0}, {1}, {2})[1]"
    ),
    scalar("regexp_extract_all(varchar, varchar) -> array(varchar)", "pattern_found_all({0}, {1})"),
    scalar(
        "regexp_extract_all(varchar, varchar, bigint) -> array(varchar)",
        "pattern_groups({0}, {1}, {2})",
    ),
    scalar("regexp_like(varchar, varchar) -> boolean", "pattern_found({0}, {1})"),
    scalar("regexp_replace(varchar, varchar) -> varchar", "pattern_replaced({0}, {1}, '')"),
    scalar(
        "regexp_replace(varchar, varchar, varchar) -> varchar", "pattern_replaced({0}, {1}, {2})"
    ),
    scalar(
        "regexp_replace(varchar, varchar, function(array(varchar), varchar)) -> varchar",
        "joined(list_transform(pattern_pieces({0}, {1}), lambda {p}: "
        "{p}.before || CASE WHEN {p}.groups IS NULL THEN '' ELSE {body} END))",
        reads=("{p}.groups",),
    ),
    scalar("regexp_split(varchar, varchar) -> array(varchar)", "pattern_split({0}, {1})"),
)
