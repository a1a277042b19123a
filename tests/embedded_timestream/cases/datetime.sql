-- https://docs.aws.amazon.com/timestream/latest/developerguide/date-time-functions.html
-- It is 2026-01-05 12:00:00, a Monday.

SELECT now(), current_timestamp, current_date, current_time, localtime, localtimestamp, current_timezone();
--> 2026-01-05 12:00:00.000000000 | 2026-01-05 12:00:00.000000000 | 2026-01-05 | 12:00:00.000000000 | 12:00:00.000000000 | 2026-01-05 12:00:00.000000000 | UTC
SELECT ago(15m), ago(7d), ago(1h), ago(2y), ago(1mo), ago(50ns), ago(INTERVAL '1' hour);
--> 2026-01-05 11:45:00.000000000 | 2025-12-29 12:00:00.000000000 | 2026-01-05 11:00:00.000000000 | 2024-01-05 12:00:00.000000000 | 2025-12-05 12:00:00.000000000 | 2026-01-05 11:59:59.999999950 | 2026-01-05 11:00:00.000000000
SELECT date('2022-07-07'), date(TIMESTAMP '2022-07-07 17:44:43.771000000');
--> 2022-07-07 | 2022-07-07
SELECT last_day_of_month(TIMESTAMP '2022-07-07 17:44:43.771000000'), last_day_of_month(DATE '2024-02-03');
--> 2022-07-31 | 2024-02-29
SELECT from_iso8601_timestamp('2022-06-17T08:04:05.000000000+05:00'), from_iso8601_timestamp('2022-06-17T08:04:05Z'), from_iso8601_timestamp('2022-06-17');
--> 2022-06-17 03:04:05.000000000 | 2022-06-17 08:04:05.000000000 | 2022-06-17 00:00:00.000000000
SELECT from_iso8601_timestamp('nonsense');
--> ! Invalid format: "nonsense"
SELECT from_iso8601_date('2022-07-17'), from_iso8601_date('2022-W28-7'), from_iso8601_date('2022-198');
--> 2022-07-17 | 2022-07-17 | 2022-07-17
SELECT to_iso8601(TIMESTAMP '2022-06-17 08:04:05'), to_iso8601(DATE '2022-06-17');
--> 2022-06-17T08:04:05.000000000Z | 2022-06-17
SELECT from_milliseconds(1), from_milliseconds(1657213483771), from_nanoseconds(300000001), from_unixtime(1), from_unixtime(1657213483.5);
--> 1970-01-01 00:00:00.001000000 | 2022-07-07 17:04:43.771000000 | 1970-01-01 00:00:00.300000001 | 1970-01-01 00:00:01.000000000 | 2022-07-07 17:04:43.500000000
SELECT to_milliseconds(TIMESTAMP '2022-06-17 17:44:43.771000000'), to_milliseconds(1s), to_nanoseconds(TIMESTAMP '2022-06-17 17:44:43.771000678'), to_nanoseconds(2ms), to_unixtime(TIMESTAMP '2022-06-17 17:44:43.771000000');
--> 1655487883771 | 1000 | 1655487883771000678 | 2000000 | 1.6554878837710001E9
SELECT date_trunc('second', TIMESTAMP '2022-07-07 17:44:43.771000001'), date_trunc('minute', TIMESTAMP '2022-07-07 17:44:43.771'), date_trunc('hour', TIMESTAMP '2022-07-07 17:44:43.771'), date_trunc('day', TIMESTAMP '2022-07-07 17:44:43.771');
--> 2022-07-07 17:44:43.000000000 | 2022-07-07 17:44:00.000000000 | 2022-07-07 17:00:00.000000000 | 2022-07-07 00:00:00.000000000
SELECT date_trunc('week', TIMESTAMP '2022-07-07 17:44:43'), date_trunc('month', TIMESTAMP '2022-07-07 17:44:43'), date_trunc('quarter', TIMESTAMP '2022-08-07 17:44:43'), date_trunc('year', TIMESTAMP '2022-07-07 17:44:43'), date_trunc('month', DATE '2022-07-07');
--> 2022-07-04 00:00:00.000000000 | 2022-07-01 00:00:00.000000000 | 2022-07-01 00:00:00.000000000 | 2022-01-01 00:00:00.000000000 | 2022-07-01
SELECT date_trunc('fortnight', TIMESTAMP '2022-07-07 17:44:43');
--> ! 'fortnight' is not a valid TIMESTAMP field
SELECT date_trunc('hour', DATE '2022-07-07');
--> ! 'hour' is not a valid DATE field
SELECT bin(TIMESTAMP '2022-06-17 10:15:20', 5m), bin(TIMESTAMP '2022-06-17 10:15:20', 1h), bin(TIMESTAMP '2022-06-17 10:15:20.123456789', 50ns), bin(DATE '2022-06-17', 7d);
--> 2022-06-17 10:15:00.000000000 | 2022-06-17 10:00:00.000000000 | 2022-06-17 10:15:20.123456750 | 2022-06-16
SELECT bin(TIMESTAMP '2022-06-17 10:15:20', 0s);
--> ! The width of a bin must be positive
-- Interval and duration
SELECT date_add('hour', 9, TIMESTAMP '2022-07-07 00:00:00'), date_add('day', -7, TIMESTAMP '2022-07-07 00:00:00'), date_add('month', 1, TIMESTAMP '2022-01-31 10:00:00.000000007'), date_add('year', 1, DATE '2024-02-29'), date_add('quarter', 1, DATE '2022-01-01'), date_add('week', 2, DATE '2022-01-01'), date_add('nanosecond', 1, TIMESTAMP '2022-07-07 00:00:00.999999999');
--> 2022-07-07 09:00:00.000000000 | 2022-06-30 00:00:00.000000000 | 2022-02-28 10:00:00.000000007 | 2025-02-28 | 2022-04-01 | 2022-01-15 | 2022-07-07 00:00:01.000000000
SELECT date_add('minute', 1, DATE '2022-01-01');
--> ! 'minute' is not a valid DATE field
SELECT date_diff('day', DATE '2020-03-01', DATE '2020-03-02'), date_diff('month', TIMESTAMP '2022-01-31 00:00:00', TIMESTAMP '2022-02-28 00:00:00'), date_diff('month', TIMESTAMP '2022-01-15 10:00:00', TIMESTAMP '2022-03-15 09:59:59'), date_diff('hour', TIMESTAMP '2022-01-01 00:59:59', TIMESTAMP '2022-01-01 02:00:00'), date_diff('year', DATE '2020-02-29', DATE '2021-02-28'), date_diff('day', DATE '2022-01-02', DATE '2022-01-01'), date_diff('millisecond', TIMESTAMP '2022-01-01 00:00:00', TIMESTAMP '2022-01-01 00:00:01');
--> 1 | 1 | 1 | 1 | 1 | -1 | 1000
SELECT parse_duration('42.8ms'), parse_duration('3.81 d'), parse_duration('5m'), to_milliseconds(parse_duration('1h'));
--> 0 00:00:00.042800000 | 3 19:26:24.000000000 | 0 00:05:00.000000000 | 3600000
SELECT parse_duration('5 parsecs');
--> ! duration is not a valid data duration string: 5 parsecs
SELECT human_readable_seconds(96), human_readable_seconds(3762), human_readable_seconds(56363463), human_readable_seconds(0);
--> 1 minute, 36 seconds | 1 hour, 2 minutes, 42 seconds | 93 weeks, 1 day, 8 hours, 31 minutes, 3 seconds | 0 seconds
-- Formatting and parsing
SELECT date_format(TIMESTAMP '2019-10-20 10:20:20', '%Y-%m-%d %H:%i:%s'), date_format(TIMESTAMP '2022-07-07 17:44:43.771', '%W %M %e %y %j %p %h %f %%'), date_format(TIMESTAMP '2022-07-07 17:44:43', '%a %b %c %T %r');
--> 2019-10-20 10:20:20 | Thursday July 7 22 188 PM 05 771000 % | Thu Jul 7 17:44:43 05:44:43 PM
SELECT date_format(now(), '%U');
--> ! %U not supported in date format string
SELECT date_parse('2019-10-20 10:20:20', '%Y-%m-%d %H:%i:%s'), date_parse('20/Oct/2019 7 PM', '%d/%b/%Y %l %p'), date_parse('2020-13', '%Y-%m');
--> ! Invalid format: "2020-13"
SELECT date_parse('2019-10-20', '%Y-%m-%d');
--> 2019-10-20 00:00:00.000000000
SELECT format_datetime(TIMESTAMP '1968-01-13 12:00:00', 'yyyy-MM-dd HH:mm:ss'), format_datetime(TIMESTAMP '2022-07-07 17:44:43.771', 'EEE, d MMM yyyy h:mm a'), format_datetime(TIMESTAMP '2022-07-07 17:44:43.771000001', 'HH:mm:ss.SSSSSSSSS'), format_datetime(TIMESTAMP '2022-07-07 17:44:43', 'yyyy-MM-dd''T''HH:mm');
--> 1968-01-13 12:00:00 | Thu, 7 Jul 2022 5:44 PM | 17:44:43.771000001 | 2022-07-07T17:44
SELECT parse_datetime('2019-12-29 10:10:20', 'yyyy-MM-dd HH:mm:ss'), parse_datetime('07 Jul 2022 05:44 PM', 'dd MMM yyyy hh:mm a'), parse_datetime('2022-07-07T10:00:00+02:00', 'yyyy-MM-dd''T''HH:mm:ssZ');
--> 2019-12-29 10:10:20.000000000 | 2022-07-07 17:44:00.000000000 | 2022-07-07 08:00:00.000000000
SELECT parse_datetime('nope', 'yyyy');
--> ! Invalid format: "nope"
-- Extraction
SELECT extract(YEAR FROM TIMESTAMP '2019-10-12 23:10:34.123456789'), extract(DOW FROM TIMESTAMP '2019-10-12 23:10:34'), extract(WEEK FROM DATE '2019-10-12'), extract(HOUR FROM TIMESTAMP '2019-10-12 23:10:34');
--> 2019 | 6 | 41 | 23
SELECT day(TIMESTAMP '2019-10-12 23:10:34'), day_of_month(DATE '2019-10-12'), day_of_week(DATE '2019-10-12'), dow(DATE '2019-10-13'), day_of_year(DATE '2019-10-12'), doy(DATE '2020-12-31');
--> 12 | 12 | 6 | 7 | 285 | 366
SELECT hour(TIMESTAMP '2019-10-12 23:10:34.123456789'), minute(TIMESTAMP '2019-10-12 23:10:34.123456789'), second(TIMESTAMP '2019-10-12 23:10:34.123456789'), millisecond(TIMESTAMP '2019-10-12 23:10:34.123456789'), nanosecond(current_timestamp), nanosecond(TIMESTAMP '2019-10-12 23:10:34.123456789');
--> 23 | 10 | 34 | 123 | 0 | 123456789
SELECT month(DATE '2019-10-12'), quarter(DATE '2019-10-12'), week(DATE '2021-01-01'), week_of_year(DATE '2019-10-12'), year(DATE '2019-10-12'), year_of_week(DATE '2021-01-01'), yow(DATE '2019-12-30');
--> 10 | 4 | 53 | 41 | 2019 | 2020 | 2020
SELECT hour(27h), minute(90m), day(3d), second(90s), millisecond(1500ms), month(INTERVAL '14' month), year(INTERVAL '14' month);
--> 3 | 30 | 3 | 30 | 500 | 2 | 1
-- Operators: https://docs.aws.amazon.com/timestream/latest/developerguide/date-time-operators.html
SELECT DATE '2022-05-21' + INTERVAL '2' day, DATE '2022-05-21' + 2d, DATE '2022-05-21' + 2day, 2d + DATE '2022-05-21';
--> 2022-05-23 | 2022-05-23 | 2022-05-23 | 2022-05-23
SELECT INTERVAL '4' year + INTERVAL '2' month, INTERVAL '2' year + INTERVAL '4' month, INTERVAL '1' year - INTERVAL '13' month;
--> 4-2 | 2-4 | -0-1
SELECT typeof(INTERVAL '4' year + INTERVAL '2' month), typeof(INTERVAL '6' day - INTERVAL '4' hour), typeof(DATE '2022-05-21' + 2d), typeof(now() - 7h);
--> interval year to month | interval day to second | date | timestamp
SELECT TIMESTAMP '2022-06-17 01:00' - INTERVAL '7' hour, INTERVAL '6' day - INTERVAL '4' hour, TIMESTAMP '2022-01-31 00:00' + INTERVAL '1' month, TIME '01:00' + 3h, TIME '01:00' - 3h;
--> 2022-06-16 18:00:00.000000000 | 5 20:00:00.000000000 | 2022-02-28 00:00:00.000000000 | 04:00:00.000000000 | 22:00:00.000000000
SELECT DATE '2022-05-21' + 3h;
--> ! Cannot add hour, minutes or seconds to a date
SELECT DATE '2022-05-21' - DATE '2022-05-20';
--> ! line 1:26: '-' cannot be applied to date, date
SELECT now() + now();
--> ! line 1:14: '+' cannot be applied to timestamp, timestamp
SELECT 2d * 3, 3 * 2d, 1d / 2, 1.5 * 1d, -INTERVAL '2' day, INTERVAL '1' year * 2, INTERVAL '-3' hour;
--> 6 00:00:00.000000000 | 6 00:00:00.000000000 | 0 12:00:00.000000000 | 1 12:00:00.000000000 | -2 00:00:00.000000000 | 2-0 | -0 03:00:00.000000000
SELECT 1d < 25h, 1d = 24h, INTERVAL '1' year > INTERVAL '11' month, 15m > 900s;
--> true | true | true | false
SELECT 1d < INTERVAL '1' month;
--> ! line 1:11: '<' cannot be applied to interval day to second, interval year to month
SELECT 1ns, 1us, 1ms, 1s, 1m, 1h, 1d, 1w, 1mo, 1y, 1nanosecond, 2hour, 3week;
--> 0 00:00:00.000000001 | 0 00:00:00.000001000 | 0 00:00:00.001000000 | 0 00:00:01.000000000 | 0 00:01:00.000000000 | 0 01:00:00.000000000 | 1 00:00:00.000000000 | 7 00:00:00.000000000 | 0-1 | 1-0 | 0 00:00:00.000000001 | 0 02:00:00.000000000 | 21 00:00:00.000000000
SELECT DATE '2022-01-01' < TIMESTAMP '2022-01-01 00:00:01', TIMESTAMP '2022-01-01 00:00:00.000000001' > TIMESTAMP '2022-01-01 00:00:00';
--> true | true
SELECT TIME '17:02:07.496', TIME '23:59' > TIME '01:00', TIMESTAMP '2022-06-17 01:00:00.123456789', DATE '2022-01-02';
--> 17:02:07.496000000 | true | 2022-06-17 01:00:00.123456789 | 2022-01-02
SELECT TIMESTAMP 'yesterday';
--> ! Value cannot be cast to timestamp: yesterday
SELECT now() AT TIME ZONE 'Europe/Stockholm';
--> ! line 1:8: 'now() AT TIME ZONE 'Europe/Stockholm'' is not supported by this embedded Timestream
SELECT time > 5 FROM bridges.status;
--> ! line 1:13: '>' cannot be applied to timestamp, integer
-- A text stands for a timestamp where one is expected
SELECT to_unixtime('2022-06-17 17:44:43.771000000'), day('2019-10-12 23:10:34.000000000'), extract(YEAR FROM '2019-10-12 23:10:34.000000000'), date_trunc('hour', '2019-10-12 23:10:34'), bin('2019-10-12 23:10:34', 1d), date_diff('day', '2019-10-12 00:00:00', '2019-10-14 00:00:00');
--> 1.6554878837710001E9 | 12 | 2019 | 2019-10-12 23:00:00.000000000 | 2019-10-12 00:00:00.000000000 | 2
SELECT hour('2019-10-12 23:10:34.000000000'), minute('2019-10-12 23:10:34'), second('2019-10-12 23:10:34'), millisecond('2019-10-12 23:10:34'), month('2019-10-12'), quarter('2019-10-12'), week('2019-10-12'), day_of_week('2019-10-12'), day_of_year('2019-10-12'), year_of_week('2019-10-12');
--> 23 | 10 | 34 | 0 | 10 | 4 | 41 | 6 | 285 | 2019
SELECT count(*) FROM bridges.status WHERE time BETWEEN '2026-01-05 11:20:00.000000000' AND '2026-01-05 11:40:00';
--> 3
SELECT count(*) FROM bridges.status WHERE time > 'yesterday';
--> ! Value cannot be cast to timestamp: yesterday
SELECT bin(TIMESTAMP '2022-06-17 10:15:20', 10day), bin(TIMESTAMP '2022-06-17 10:15:20', 30day);
--> 2022-06-17 00:00:00.000000000 | 2022-05-28 00:00:00.000000000
SELECT bin(TIMESTAMP '2022-06-17 10:15:20', 1month);
--> ! line 1:8: Unexpected parameters (timestamp, interval year to month) for function bin. Expected: bin(timestamp, interval day to second), bin(date, interval day to second)
SELECT date_add('hour', 9, TIME '01:00:00'), date_add('second', -3601, TIME '01:00:00'), date_diff('minute', TIME '01:00:00', TIME '02:30:30');
--> 10:00:00.000000000 | 23:59:59.000000000 | 90
SELECT date_add('day', 1, TIME '01:00:00');
--> ! 'day' is not a valid TIME field
-- Differences count complete units, in either direction
SELECT date_diff('day', TIMESTAMP '2022-01-02 00:00:00', TIMESTAMP '2022-01-01 12:00:00'), date_diff('hour', TIMESTAMP '2022-01-01 12:00:00', TIMESTAMP '2022-01-01 10:30:00'), date_diff('week', DATE '2022-01-01', DATE '2022-01-14'), date_diff('quarter', DATE '2022-01-31', DATE '2022-04-30'), date_diff('month', DATE '2022-03-31', DATE '2022-02-28');
--> 0 | -1 | 1 | 1 | -1
SELECT parse_duration('1day'), parse_duration('1 day'), parse_duration('12second'), parse_duration('1.5h'), parse_duration('3 minute'), typeof(parse_duration('42.8ms'));
--> 1 00:00:00.000000000 | 1 00:00:00.000000000 | 0 00:00:12.000000000 | 0 01:30:00.000000000 | 0 00:03:00.000000000 | interval day to second
SELECT parse_duration('1 fortnight');
--> ! duration is not a valid data duration string: 1 fortnight
-- The letters of java.time too, as in AWS's example
SELECT parse_datetime('2019-12-29 10:10 PST', 'uuuu-LL-dd HH:mm z'), format_datetime(parse_datetime('1968-01-13 12', 'yyyy-MM-dd HH'), 'yyyy-MM-dd HH'), format_datetime(TIMESTAMP '2022-03-01 00:00:00', 'LLL uuuu'), parse_datetime('2022-01-01 12:00 +02:00', 'yyyy-MM-dd HH:mm ZZ');
--> 2019-12-29 18:10:00.000000000 | 1968-01-13 12 | Mar 2022 | 2022-01-01 10:00:00.000000000
SELECT parse_datetime('2022-01-01', 'yyyy-MM-dd HH');
--> ! Invalid format: "2022-01-01"
-- Before 1970
SELECT bin(TIMESTAMP '1969-12-31 23:59:59', 1h), minute(TIMESTAMP '1969-12-31 23:59:59'), date_trunc('hour', TIMESTAMP '1969-12-31 23:30:00'), to_nanoseconds(TIMESTAMP '1969-12-31 23:59:59.999999999'), from_nanoseconds(-1);
--> 1970-01-01 00:00:00.000000000 | 59 | 1969-12-31 23:00:00.000000000 | -1 | 1969-12-31 23:59:59.999999999
-- The last nanosecond of a day is still in it
SELECT day(t), month(t), year(t), day_of_week(t), day_of_year(t), week(t), CAST(t AS date), date(t), last_day_of_month(t), date_trunc('month', t), bin(t, 1d), CAST(t AS varchar), to_iso8601(t), date_add('month', 1, t), date_diff('month', t, t) FROM (VALUES TIMESTAMP '2022-12-31 23:59:59.999999999') AS v (t);
--> 31 | 12 | 2022 | 6 | 365 | 52 | 2022-12-31 | 2022-12-31 | 2022-12-31 | 2022-12-01 00:00:00.000000000 | 2022-12-31 00:00:00.000000000 | 2022-12-31 23:59:59.999999999 | 2022-12-31T23:59:59.999999999Z | 2023-01-31 23:59:59.999999999 | 0
-- The weeks of a year that begins with a week
SELECT date_parse('2013-23', '%x-%v'), date_parse('2021 05', '%x %v'), date_parse('2020', '%x'), parse_datetime('2020-W05-3', 'xxxx-''W''ww-e');
--> 2013-06-03 00:00:00.000000000 | 2021-02-01 00:00:00.000000000 | 2019-12-30 00:00:00.000000000 | 2020-01-29 00:00:00.000000000
SELECT date_parse('2013-54', '%x-%v');
--> ! Invalid format: "2013-54"
