-- https://docs.aws.amazon.com/timestream/latest/developerguide/date-time-operators.html
-- https://docs.aws.amazon.com/timestream/latest/developerguide/supported-data-types.html

SELECT DATE '2022-05-21' + INTERVAL '2' day, DATE '2022-05-21' + 2d, DATE '2022-05-21' + 2day, typeof(DATE '2022-05-21' + INTERVAL '2' day);
--> 2022-05-23 | 2022-05-23 | 2022-05-23 | date
SELECT INTERVAL '4' year + INTERVAL '2' month, INTERVAL '2' year + INTERVAL '4' month, typeof(INTERVAL '4' year + INTERVAL '2' month);
--> 4-2 | 2-4 | interval year to month
SELECT TIMESTAMP '2022-06-17 01:00' - INTERVAL '7' hour, typeof(TIMESTAMP '2022-06-17 01:00' - INTERVAL '7' hour);
--> 2022-06-16 18:00:00.000000000 | timestamp
SELECT INTERVAL '6' day - INTERVAL '4' hour, typeof(INTERVAL '6' day - INTERVAL '4' hour);
--> 5 20:00:00.000000000 | interval day to second
SELECT 1year, 12month, 8month, 1y, 1day, 1d, 1week, typeof(1y), typeof(1d);
--> 1-0 | 1-0 | 0-8 | 1-0 | 1 00:00:00.000000000 | 1 00:00:00.000000000 | 7 00:00:00.000000000 | interval year to month | interval day to second
SELECT 5ns, 5us, 5ms, 5s, 5m, 5h, 5d;
--> 0 00:00:00.000000005 | 0 00:00:00.000005000 | 0 00:00:00.005000000 | 0 00:00:05.000000000 | 0 00:05:00.000000000 | 0 05:00:00.000000000 | 5 00:00:00.000000000
SELECT 5nanosecond = 5ns, 5microsecond = 5us, 5millisecond = 5ms, 5second = 5s, 5minute = 5m, 5hour = 5h, 5day = 5d, 12month = 1y;
--> true | true | true | true | true | true | true | true
SELECT INTERVAL '3' week, INTERVAL '-3' day, -INTERVAL '3' day, - 3d, INTERVAL '3' days, INTERVAL '5' millisecond;
--> 21 00:00:00.000000000 | -3 00:00:00.000000000 | -3 00:00:00.000000000 | -3 00:00:00.000000000 | 3 00:00:00.000000000 | 0 00:00:00.005000000
-- A month's last day
SELECT DATE '2022-01-31' + 1month, DATE '2024-01-31' + 1month, TIMESTAMP '2024-02-29 12:00:00' - 1y, 1month + DATE '2022-01-31', DATE '2022-03-31' - 1month, TIMESTAMP '2022-12-31 23:59:59.999999999' + 2month;
--> 2022-02-28 | 2024-02-29 | 2023-02-28 12:00:00.000000000 | 2022-02-28 | 2022-02-28 | 2023-02-28 23:59:59.999999999
-- Time of day goes round
SELECT TIME '23:00:00' + 2h, TIME '01:00:00' - 2h, 90m + TIME '10:00:00.000000001';
--> 01:00:00.000000000 | 23:00:00.000000000 | 11:30:00.000000001
-- Numbers
SELECT 2 * 3h, 3h * 2, 1d / 2, 1d * 0.5, 1y * 3, 2y / 4, 10ns / 3, 1d * 1.5, 7h / 2.0;
--> 0 06:00:00.000000000 | 0 06:00:00.000000000 | 0 12:00:00.000000000 | 0 12:00:00.000000000 | 3-0 | 0-6 | 0 00:00:00.000000003 | 1 12:00:00.000000000 | 0 03:30:00.000000000
SELECT 1d > 23h, 24h = 1d, 90s BETWEEN 1m AND 2m, 1y = 12month, 1month < 1y, greatest(1h, 90m), 5m IN (300s, 1s);
--> true | true | true | true | true | 0 01:30:00.000000000 | true
SELECT day(1d + 2h), hour(1d + 2h), minute(90m), second(61s), millisecond(1500ms), nanosecond(5ns), day_of_month(3d + 1h), year(14month), month(14month);
--> 1 | 2 | 30 | 1 | 500 | 5 | 3 | 1 | 2
SELECT hour(-90m), day(-36h), millisecond(-1500ms), year(-14month), month(-14month);
--> -1 | -1 | -500 | -1 | -2
SELECT CAST(1d AS varchar), CAST(14month AS varchar), to_milliseconds(2d + 3h), to_nanoseconds(2d + 3h), to_milliseconds(1999us);
--> 1 00:00:00.000000000 | 1-2 | 183600000 | 183600000000000 | 1
SELECT -1d - 1ns, -1y - 1month, 0s, 0month, 1d - 1d;
--> -1 00:00:00.000000001 | -1-1 | 0 00:00:00.000000000 | 0-0 | 0 00:00:00.000000000
SELECT ago(1month), now() - 1month = ago(1month), ago(1d) = now() - 1d, now() + 1ns;
--> 2025-12-05 12:00:00.000000000 | true | true | 2026-01-05 12:00:00.000000001
SELECT sum(d), avg(d), max(d), min(d) FROM (VALUES 1h, 2h, NULL) AS t (d);
--> 0 03:00:00.000000000 | 0 01:30:00.000000000 | 0 02:00:00.000000000 | 0 01:00:00.000000000
SELECT CASE WHEN true THEN 1h ELSE NULL END, coalesce(NULL, 1month), nullif(1h, 60m), ARRAY[1h, 30m];
--> 0 01:00:00.000000000 | 0-1 | NULL | [0 01:00:00.000000000, 0 00:30:00.000000000]
-- The largest
SELECT 106751d, INTERVAL '9223372036854775807' nanosecond, INTERVAL '-9223372036854775807' nanosecond;
--> 106751 00:00:00.000000000 | 106751 23:47:16.854775807 | -106751 23:47:16.854775807
SELECT 106752d;
--> ! line 1:8: Invalid INTERVAL literal: 106752 day
SELECT 106751d + 1d;
--> ! Numeric value is out of range
SELECT TIMESTAMP '2262-04-11 00:00:00' + 1d;
--> ! Numeric value is out of range
-- What cannot be
SELECT DATE '2022-05-21' + 3h;
--> ! Cannot add hour, minutes or seconds to a date
SELECT TIMESTAMP '2022-01-01 00:00:00' - TIMESTAMP '2021-01-01 00:00:00';
--> ! line 1:40: '-' cannot be applied to timestamp, timestamp
SELECT DATE '2022-01-01' + 1;
--> ! line 1:26: '+' cannot be applied to date, integer
SELECT 1d + 1month;
--> ! line 1:11: '+' cannot be applied to interval day to second, interval year to month
SELECT 1y > 1d;
--> ! line 1:11: '>' cannot be applied to interval year to month, interval day to second
SELECT TIME '10:00:00' + 1month;
--> ! line 1:24: '+' cannot be applied to time, interval year to month
SELECT 1d * 1d;
--> ! line 1:11: '*' cannot be applied to interval day to second, interval day to second
SELECT 1d / 0;
--> ! Division by zero
-- Apart, the unit is only a name for the number
SELECT 1 day;
--> 1
SELECT 1quarter;
--> ! line 1:8: identifiers must not start with a digit; surround the identifier with double quotes
SELECT INTERVAL '1.5' day;
--> ! line 1:17: Invalid INTERVAL literal: 1.5 day
SELECT INTERVAL '1' fortnight;
--> ! line 1:17: Invalid INTERVAL literal: 1 fortnight
SELECT INTERVAL '2 10:30:15' DAY TO SECOND;
--> ! line 1:17: INTERVAL ... DAY TO SECOND is not supported
