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
SELECT x, sum(x) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES 1) AS t (x);
--> ! line 1:49: A RANGE frame with an offset is not supported
SELECT sum(x) OVER (ORDER BY x GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES 1) AS t (x);
--> ! line 1:47: A GROUPS frame is not supported
