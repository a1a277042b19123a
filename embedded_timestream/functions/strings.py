"""String functions.

https://docs.aws.amazon.com/timestream/latest/developerguide/string-functions.html
"""

from embedded_timestream.functions.signature import scalar

FUNCTIONS = (
    scalar("chr(bigint) -> varchar", "text_of_codepoint({0})"),
    scalar("codepoint(varchar) -> integer", "one_codepoint({0})"),
    scalar("concat(varchar...) -> varchar", "({joined})"),
    scalar("concat_ws(varchar, varchar...) -> varchar", "concat_ws({args})"),
    scalar(
        "concat_ws(varchar, array(varchar)) -> varchar",
        "array_to_string(list_filter({1}, lambda e: e IS NOT NULL), {0})",
    ),
    scalar("hamming_distance(varchar, varchar) -> bigint", "hamming_of({0}, {1})"),
    scalar("length(varchar) -> bigint", "length({0})"),
    scalar("levenshtein_distance(varchar, varchar) -> bigint", "levenshtein_of({0}, {1})"),
    scalar("lower(varchar) -> varchar", "lower({0})"),
    scalar("lpad(varchar, bigint, varchar) -> varchar", "pad_left({0}, {1}, {2})"),
    scalar("ltrim(varchar) -> varchar", "ltrim({0}, blanks())"),
    scalar("ltrim(varchar, varchar) -> varchar", "ltrim({0}, {1})"),
    scalar("replace(varchar, varchar) -> varchar", "replace({0}, {1}, '')"),
    scalar("replace(varchar, varchar, varchar) -> varchar", "text_replaced({0}, {1}, {2})"),
    scalar("reverse(varchar) -> varchar", "reverse({0})"),
    scalar("rpad(varchar, bigint, varchar) -> varchar", "pad_right({0}, {1}, {2})"),
    scalar("rtrim(varchar) -> varchar", "rtrim({0}, blanks())"),
    scalar("rtrim(varchar, varchar) -> varchar", "rtrim({0}, {1})"),
    scalar("split(varchar, varchar) -> array(varchar)", "split_all({0}, {1})"),
    scalar("split(varchar, varchar, bigint) -> array(varchar)", "split_limit({0}, {1}, {2})"),
    scalar("split_part(varchar, varchar, bigint) -> varchar", "split_field({0}, {1}, {2})"),
    scalar(
        "split_to_map(varchar, varchar, varchar) -> map(varchar, varchar)",
        "map("
        "list_transform(string_split({0}, {1}), lambda e: string_split(e, {2})[1]), "
        "list_transform(string_split({0}, {1}), lambda e: string_split(e, {2})[2]))",
    ),
    scalar("strpos(varchar, varchar) -> bigint", "strpos({0}, {1})"),
    scalar("strpos(varchar, varchar, bigint) -> bigint", "instance_from_start({0}, {1}, {2})"),
    scalar("strrpos(varchar, varchar) -> bigint", "instance_from_end({0}, {1}, 1)"),
    scalar("strrpos(varchar, varchar, bigint) -> bigint", "instance_from_end({0}, {1}, {2})"),
    scalar("substr(varchar, bigint) -> varchar", "piece({0}, {1}, NULL)"),
    scalar("substr(varchar, bigint, bigint) -> varchar", "piece({0}, {1}, {2})"),
    scalar("substring(varchar, bigint) -> varchar", "piece({0}, {1}, NULL)"),
    scalar("substring(varchar, bigint, bigint) -> varchar", "piece({0}, {1}, {2})"),
    scalar("trim(varchar) -> varchar", "trim({0}, blanks())"),
    scalar("trim(varchar, varchar) -> varchar", "trim({0}, {1})"),
    scalar("upper(varchar) -> varchar", "upper({0})"),
)
