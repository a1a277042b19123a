-- https://docs.aws.amazon.com/timestream/latest/developerguide/window-functions.html

SELECT x, row_number() OVER (ORDER BY x), rank() OVER (ORDER BY x), dense_rank() OVER (ORDER BY x), percent_rank() OVER (ORDER BY x), cume_dist() OVER (ORDER BY x) FROM (VALUES 1, 2, 2, 4) AS t (x) ORDER BY 1, 2;
--> 1 | 1 | 1 | 1 | 0.0 | 0.25
--> 2 | 2 | 2 | 2 | 0.3333333333333333 | 0.75
--> 2 | 3 | 2 | 2 | 0.3333333333333333 | 0.75
--> 4 | 4 | 4 | 3 | 1.0 | 1.0
SELECT x, ntile(2) OVER (ORDER BY x), lag(x) OVER (ORDER BY x), lag(x, 2) OVER (ORDER BY x), lag(x, 1, 0) OVER (ORDER BY x), lead(x) OVER (ORDER BY x), lead(x, 1, 99) OVER (ORDER BY x) FROM (VALUES 1, 2, 3, 4) AS t (x) ORDER BY 1;
--> 1 | 1 | NULL | NULL | 0 | 2 | 2
--> 2 | 1 | 1 | NULL | 1 | 3 | 3
--> 3 | 2 | 2 | 1 | 2 | 4 | 4
--> 4 | 2 | 3 | 2 | 3 | NULL | 99
SELECT x, first_value(x) OVER (ORDER BY x), last_value(x) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), nth_value(x, 2) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM (VALUES 1, 2, 3) AS t (x) ORDER BY 1;
--> 1 | 1 | 3 | 2
--> 2 | 1 | 3 | 2
--> 3 | 1 | 3 | 2
SELECT x, lag(y) IGNORE NULLS OVER (ORDER BY x), last_value(y) IGNORE NULLS OVER (ORDER BY x), lag(y) RESPECT NULLS OVER (ORDER BY x) FROM (VALUES (1, 'a'), (2, NULL), (3, NULL)) AS t (x, y) ORDER BY 1;
--> 1 | NULL | a | NULL
--> 2 | a | a | a
--> 3 | a | a | NULL
SELECT x, sum(x) OVER (ORDER BY x), sum(x) OVER (), avg(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), count(*) OVER (ORDER BY x ROWS 1 PRECEDING), max(x) OVER (ORDER BY x ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) FROM (VALUES 1, 2, 3) AS t (x) ORDER BY 1;
--> 1 | 1 | 6 | 1.0 | 1 | 2
--> 2 | 3 | 6 | 1.5 | 2 | 3
--> 3 | 6 | 6 | 2.5 | 2 | 3
SELECT measure_name, measure_value::varchar, lag(measure_value::varchar) OVER (PARTITION BY measure_name ORDER BY time) AS before FROM bridges.status ORDER BY measure_name, time;
--> Hisingsbron | Closed | NULL
--> Hisingsbron | Open | Closed
--> Hisingsbron | Closed | Open
--> Hisingsbron | Open | Closed
--> Hisingsbron | Closed | Open
--> Marieholmsbron | Closed | NULL
--> Marieholmsbron | Open | Closed
SELECT measure_name, sum(count(*)) OVER (), rank() OVER (ORDER BY count(*) DESC) FROM bridges.status GROUP BY measure_name ORDER BY 3;
--> Hisingsbron | 7 | 1
--> Marieholmsbron | 7 | 2
SELECT x, sum(x) OVER w, count(*) OVER w FROM (VALUES 1, 2) AS t (x) WINDOW w AS (ORDER BY x) ORDER BY 1;
--> 1 | 1 | 1
--> 2 | 3 | 2
SELECT x, sum(x) FILTER (WHERE x > 1) OVER (ORDER BY x) FROM (VALUES 1, 2, 3) AS t (x) ORDER BY 1;
--> 1 | NULL
--> 2 | 2
--> 3 | 5
SELECT x FROM (VALUES 3, 1) AS t (x) ORDER BY row_number() OVER (ORDER BY x DESC);
--> 3
--> 1
SELECT row_number() FROM bridges.status;
--> ! line 1:8: Window function row_number requires an OVER clause
SELECT abs(x) OVER () FROM (VALUES 1) AS t (x);
--> ! line 1:8: abs is not an aggregate or window function
SELECT 1 FROM bridges.status WHERE row_number() OVER () = 1;
--> ! line 1:36: WHERE clause cannot contain window functions
SELECT sum(x) OVER missing FROM (VALUES 1) AS t (x);
--> ! line 1:20: Cannot resolve WINDOW name missing
SELECT sum(x) OVER (ORDER BY x GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES 1) AS t (x);
--> ! line 1:47: A GROUPS frame is not supported by this embedded Timestream
SELECT x, cume_dist() OVER (ORDER BY x), dense_rank() OVER (ORDER BY x), ntile(2) OVER (ORDER BY x), percent_rank() OVER (ORDER BY x), rank() OVER (ORDER BY x) FROM (VALUES 1, 2, 2, 4, 5) AS t (x) ORDER BY x;
--> 1 | 0.2 | 1 | 1 | 0.0 | 1
--> 2 | 0.6 | 2 | 1 | 0.25 | 2
--> 2 | 0.6 | 2 | 1 | 0.25 | 2
--> 4 | 0.8 | 3 | 2 | 0.75 | 4
--> 5 | 1.0 | 4 | 2 | 1.0 | 5
SELECT x, first_value(x) OVER w, last_value(x) OVER w, nth_value(x, 2) OVER w, lead(x, 2, 0) OVER w, lag(x, 2, -1) OVER w, lead(x, x) OVER w FROM (VALUES 1, 2, 3) AS t (x) WINDOW w AS (ORDER BY x) ORDER BY x;
--> 1 | 1 | 1 | NULL | 3 | -1 | 2
--> 2 | 1 | 2 | 2 | 0 | -1 | NULL
--> 3 | 1 | 3 | 2 | 0 | 1 | NULL
SELECT x, last_value(x) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), sum(x) OVER (ORDER BY x ROWS 1 PRECEDING), sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), sum(x) OVER (ORDER BY x ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM (VALUES 1, 2, 3) AS t (x) ORDER BY x;
--> 1 | 3 | 1 | 3 | 6
--> 2 | 3 | 3 | 6 | 5
--> 3 | 3 | 5 | 5 | 3
-- Without a frame, those that are equal in the order count as one
SELECT x, sum(x) OVER (ORDER BY x), sum(x) OVER (ORDER BY x RANGE UNBOUNDED PRECEDING), sum(x) OVER (ORDER BY x ROWS UNBOUNDED PRECEDING) FROM (VALUES 1, 2, 2) AS t (x) ORDER BY x, 4;
--> 1 | 1 | 1 | 1
--> 2 | 5 | 5 | 3
--> 2 | 5 | 5 | 5
SELECT x, lag(x) IGNORE NULLS OVER (ORDER BY o), last_value(x) IGNORE NULLS OVER (ORDER BY o), lag(x) RESPECT NULLS OVER (ORDER BY o) FROM (VALUES (1, 1), (2, NULL), (3, 3)) AS t (o, x) ORDER BY o;
--> 1 | NULL | 1 | NULL
--> NULL | 1 | 1 | 1
--> 3 | 1 | 3 | NULL
SELECT x, row_number() OVER (ORDER BY x DESC NULLS FIRST), row_number() OVER (ORDER BY x DESC) FROM (VALUES 1, NULL, 3) AS t (x) ORDER BY x;
--> 1 | 3 | 2
--> 3 | 2 | 1
--> NULL | 1 | 3
SELECT x, max(x) OVER (PARTITION BY x % 2), count(*) OVER (PARTITION BY x % 2 ORDER BY x) FROM (VALUES 1, 2, 3) AS t (x) ORDER BY x;
--> 1 | 3 | 1
--> 2 | 2 | 1
--> 3 | 3 | 2
SELECT typeof(cume_dist() OVER ()), typeof(percent_rank() OVER ()), typeof(rank() OVER ()), typeof(ntile(1) OVER ()), typeof(lag(x) OVER ()) FROM (VALUES 'a') AS t (x);
--> double | double | bigint | bigint | varchar
SELECT ntile(0) OVER (ORDER BY x) FROM (VALUES 1) AS t (x);
--> ! Buckets must be greater than 0
SELECT nth_value(x, 0) OVER (ORDER BY x) FROM (VALUES 1) AS t (x);
--> ! Offset must be at least 1
SELECT lag(x, -1) OVER (ORDER BY x) FROM (VALUES 1) AS t (x);
--> ! Offset must be at least 0
SELECT bin(time, 30m) AS half_hour, count(*) AS changes, sum(count(*)) OVER (ORDER BY bin(time, 30m)) AS so_far FROM bridges.status GROUP BY bin(time, 30m) ORDER BY 1;
--> 2026-01-05 11:00:00.000000000 | 4 | 4
--> 2026-01-05 11:30:00.000000000 | 3 | 7
-- A RANGE frame is as wide as a distance in what it is ordered by
SELECT x, sum(x) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING), sum(x) OVER (ORDER BY x DESC RANGE BETWEEN 1 PRECEDING AND CURRENT ROW), count(*) OVER (ORDER BY x RANGE 2 PRECEDING), sum(x) OVER (ORDER BY x RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) FROM (VALUES 1, 2, 4) AS t (x) ORDER BY x;
--> 1 | 3 | 3 | 1 | 6
--> 2 | 3 | 2 | 2 | 4
--> 4 | 4 | 4 | 2 | NULL
SELECT time, avg(measure_value::double) OVER (ORDER BY time RANGE BETWEEN 2m PRECEDING AND CURRENT ROW) FROM bridges.sensors WHERE measure_name = 'wind' ORDER BY time;
--> 2026-01-05 11:55:00.000000000 | 4.5
--> 2026-01-05 11:56:00.000000000 | 5.5
--> 2026-01-05 11:58:00.000000000 | 6.0
--> 2026-01-05 11:59:00.000000000 | 7.5
SELECT x, count(*) OVER (ORDER BY x RANGE BETWEEN 0.5 PRECEDING AND 0.5 FOLLOWING) FROM (VALUES 1.0, 1.4, 2.0) AS t (x) ORDER BY x;
--> 1.0 | 2
--> 1.4 | 2
--> 2.0 | 1
SELECT d, count(*) OVER (ORDER BY d RANGE BETWEEN 1d PRECEDING AND CURRENT ROW) FROM (VALUES DATE '2022-01-01', DATE '2022-01-02', DATE '2022-01-04') AS t (d) ORDER BY d;
--> 2022-01-01 | 1
--> 2022-01-02 | 2
--> 2022-01-04 | 1
SELECT x, count(*) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES 1, NULL) AS t (x) ORDER BY x;
--> 1 | 1
--> NULL | 1
SELECT x, sum(x) OVER w FROM (VALUES 1, 2, 4) AS t (x) WINDOW w AS (ORDER BY x RANGE 1 PRECEDING) ORDER BY x;
--> 1 | 1
--> 2 | 3
--> 4 | 4
SELECT count(*) OVER (ORDER BY x RANGE BETWEEN 1m PRECEDING AND CURRENT ROW) FROM (VALUES 1) AS t (x);
--> ! line 1:48: Window frame RANGE offset must be of type bigint, not interval day to second
SELECT count(*) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES 'a') AS t (x);
--> ! line 1:32: Window frame of type RANGE PRECEDING or FOLLOWING cannot measure varchar
SELECT count(*) OVER (ORDER BY x, y RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES (1, 2)) AS t (x, y);
--> ! line 1:51: Window frame of type RANGE PRECEDING or FOLLOWING requires one sort item in ORDER BY
SELECT count(*) OVER (ORDER BY x RANGE BETWEEN -1 PRECEDING AND CURRENT ROW) FROM (VALUES 1) AS t (x);
--> ! Window frame offset value must not be negative or null
SELECT count(*) OVER (ORDER BY x ROWS -1 PRECEDING) FROM (VALUES 1) AS t (x);
--> ! Window frame offset value must not be negative or null
SELECT count(*) OVER (ORDER BY x ROWS 1.5 PRECEDING) FROM (VALUES 1) AS t (x);
--> ! line 1:39: Window frame ROWS offset must be a whole number, not double

-- Frames that end before they begin, and windows that are a named one and more.
SELECT sum(x) OVER (ORDER BY x ROWS BETWEEN 1 FOLLOWING AND 1 PRECEDING) FROM (VALUES 1) AS t (x);
--> ! line 1:45: Window frame starting from FOLLOWING cannot end with PRECEDING
SELECT sum(x) OVER (ORDER BY x ROWS BETWEEN CURRENT ROW AND 1 PRECEDING) FROM (VALUES 1) AS t (x);
--> ! line 1:61: Window frame starting from CURRENT ROW cannot end with PRECEDING
SELECT sum(x) OVER (ORDER BY x ROWS BETWEEN 1 FOLLOWING AND CURRENT ROW) FROM (VALUES 1) AS t (x);
--> ! line 1:45: Window frame starting from FOLLOWING cannot end with CURRENT ROW
SELECT sum(x) OVER (ROWS BETWEEN UNBOUNDED FOLLOWING AND CURRENT ROW) FROM (VALUES 1) AS t (x);
--> ! line 1:8: Window frame start cannot be UNBOUNDED FOLLOWING
SELECT sum(x) OVER (ROWS BETWEEN CURRENT ROW AND UNBOUNDED PRECEDING) FROM (VALUES 1) AS t (x);
--> ! line 1:8: Window frame end cannot be UNBOUNDED PRECEDING
SELECT sum(x) OVER (w ROWS 1 PRECEDING) FROM (VALUES 1) AS t (x) WINDOW w AS (ORDER BY x DESC);
--> ! line 1:8: A named window with more to it is not supported by this embedded Timestream
-- Both ends of a frame
SELECT sum(x) OVER (ORDER BY x ROWS BETWEEN 1 AND CURRENT ROW) FROM (VALUES 1) AS t (x);
--> ! line 1:45: The start of a frame needs PRECEDING or FOLLOWING
