"""Date and time functions.

https://docs.aws.amazon.com/timestream/latest/developerguide/date-time-functions.html
"""

from embedded_timestream.functions.signature import scalar

_NOW = "make_timestamp_ns({now})"
_PARTS = {  # of a date
    "day": "day({0})",
    "day_of_month": "day({0})",
    "day_of_week": "isodow({0})",
    "day_of_year": "dayofyear({0})",
    "dow": "isodow({0})",
    "doy": "dayofyear({0})",
    "month": "month({0})",
    "quarter": "quarter({0})",
    "week": "week({0})",
    "week_of_year": "week({0})",
    "year": "year({0})",
    "year_of_week": "isoyear({0})",
    "yow": "isoyear({0})",
}
_TIME_PARTS = {  # of nanoseconds
    "hour": "({0} // 3600000000000 % 24)",
    "minute": "({0} // 60000000000 % 60)",
    "second": "({0} // 1000000000 % 60)",
    "millisecond": "({0} // 1000000 % 1000)",
    "nanosecond": "({0} % 1000000000)",
}
_DAY_PARTS = {
    "day": "({0} // 86400000000000)",
    "day_of_month": "({0} // 86400000000000)",
    **_TIME_PARTS,
}

FUNCTIONS = (
    *(
        scalar(f"{name}({moment}) -> bigint", sql.replace("{0}", day))
        for name, sql in _PARTS.items()
        for moment, day in (("date", "{0}"), ("timestamp", "date_of({0})"))
    ),
    *(
        scalar(f"{name}({moment}) -> bigint", sql.replace("{0}", source))
        for name, sql in _TIME_PARTS.items()
        for moment, source in (("timestamp", "nanoseconds_of_day({0})"), ("time", "{0}"))
    ),
    *(scalar(f"{name}(interval day to second) -> bigint", sql) for name, sql in _DAY_PARTS.items()),
    scalar("month(interval year to month) -> bigint", "({0} % 12)"),
    scalar("year(interval year to month) -> bigint", "({0} // 12)"),
    scalar("ago(interval day to second) -> timestamp", "make_timestamp_ns({now} - {0})"),
    scalar("ago(interval year to month) -> timestamp", f"timestamp_add_months({_NOW}, -{{0}})"),
    scalar("bin(timestamp, interval day to second) -> timestamp", "bin_timestamp({0}, {1})"),
    scalar("bin(date, interval day to second) -> date", "bin_date({0}, {1})"),
    scalar("current_timezone() -> varchar", "'UTC'"),
    scalar("date(varchar) -> date", "date_of_text({0}, FALSE)"),
    scalar("date(timestamp) -> date", "date_of({0})"),
    scalar("date_add(varchar, bigint, timestamp) -> timestamp", "add_units({0}, {1}, {2})"),
    scalar("date_add(varchar, bigint, date) -> date", "add_units_to_date({0}, {1}, {2})"),
    scalar("date_add(varchar, bigint, time) -> time", "time_add({2}, {1} * time_unit({0}))"),
    scalar("date_diff(varchar, time, time) -> bigint", "(({2} - {1}) // time_unit({0}))"),
    scalar(
        "date_diff(varchar, timestamp, timestamp) -> bigint", "difference_in_units({0}, {1}, {2})"
    ),
    scalar("date_diff(varchar, date, date) -> bigint", "difference_in_dates({0}, {1}, {2})"),
    scalar("date_format(timestamp, varchar) -> varchar", "mysql_format(epoch_ns({0}), {1})"),
    scalar("date_parse(varchar, varchar) -> timestamp", "make_timestamp_ns(mysql_parse({0}, {1}))"),
    scalar("date_trunc(varchar, timestamp) -> timestamp", "truncate_timestamp({0}, {1})"),
    scalar("date_trunc(varchar, date) -> date", "truncate_date({0}, {1})"),
    scalar("format_datetime(timestamp, varchar) -> varchar", "joda_format(epoch_ns({0}), {1})"),
    scalar(
        "from_iso8601_date(varchar) -> date",
        "(DATE '1970-01-01' + CAST(iso8601_date({0}) AS INTEGER))",
    ),
    scalar(
        "from_iso8601_timestamp(varchar) -> timestamp", "make_timestamp_ns(iso8601_timestamp({0}))"
    ),
    scalar("from_milliseconds(bigint) -> timestamp", "make_timestamp_ns({0} * 1000000)"),
    scalar("from_nanoseconds(bigint) -> timestamp", "make_timestamp_ns({0})"),
    scalar(
        "from_unixtime(double) -> timestamp",
        "make_timestamp_ns(CAST(round({0} * 1000) AS BIGINT) * 1000000)",
    ),
    scalar("human_readable_seconds(double) -> varchar", "readable_seconds({0})"),
    scalar("last_day_of_month(date) -> date", "last_day({0})"),
    scalar("last_day_of_month(timestamp) -> date", "last_day(date_of({0}))"),
    scalar("now() -> timestamp", _NOW),
    scalar(
        "parse_datetime(varchar, varchar) -> timestamp", "make_timestamp_ns(joda_parse({0}, {1}))"
    ),
    scalar("parse_duration(varchar) -> interval day to second", "duration_of_text({0})"),
    scalar("to_iso8601(date) -> varchar", "CAST({0} AS VARCHAR)"),
    scalar("to_iso8601(timestamp) -> varchar", "(replace(timestamp_text({0}), ' ', 'T') || 'Z')"),
    scalar("to_milliseconds(timestamp) -> bigint", "(epoch_ns({0}) // 1000000)"),
    scalar("to_milliseconds(interval day to second) -> bigint", "({0} // 1000000)"),
    scalar("to_nanoseconds(timestamp) -> bigint", "epoch_ns({0})"),
    scalar("to_nanoseconds(interval day to second) -> bigint", "{0}"),
    scalar("to_unixtime(timestamp) -> double", "(epoch_ns({0}) / 1e9)"),
)
