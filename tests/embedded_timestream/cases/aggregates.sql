-- https://docs.aws.amazon.com/timestream/latest/developerguide/aggregate-functions.html
-- bridges.sensors: wind 4.5, 6.5, 5.5, 9.5 m/s; air twice.

SELECT count(*), count(measure_value::double), count(DISTINCT measure_name), count_if(temperature > 2) FROM bridges.sensors;
--> 6 | 4 | 2 | 1
SELECT min(measure_value::double), max(measure_value::double), sum(measure_value::double), avg(measure_value::double) FROM bridges.sensors;
--> 4.5 | 9.5 | 26.0 | 6.5
SELECT sum(humidity), avg(humidity), min(humidity), typeof(sum(humidity)), typeof(avg(humidity)), sum(1), typeof(sum(1)) FROM bridges.sensors;
--> 150 | 75.0 | 70 | bigint | double | 6 | bigint
SELECT sum(humidity), max(note), bool_and(raining), bool_or(raining), every(raining) FROM bridges.sensors WHERE measure_name = 'wind';
--> NULL | NULL | NULL | NULL | NULL
SELECT arbitrary(measure_name), any_value(note) FROM bridges.sensors WHERE note = 'cold';
--> air | cold
SELECT array_agg(measure_value::double ORDER BY time), array_agg(DISTINCT measure_name ORDER BY measure_name DESC) FROM bridges.sensors WHERE measure_name = 'wind';
--> [4.5, 6.5, 5.5, 9.5] | [wind]
SELECT max_by(measure_value::double, time), min_by(measure_value::double, time), max_by(measure_value::double, measure_value::double, 2), min_by(measure_value::double, measure_value::double, 2) FROM bridges.sensors;
--> NULL | 4.5 | [9.5, 6.5] | [4.5, 5.5]
SELECT max(measure_value::double, 2), min(measure_value::double, 3) FROM bridges.sensors;
--> [9.5, 6.5] | [4.5, 5.5, 6.5]
SELECT approx_distinct(measure_name), approx_distinct(measure_name, 0.05) FROM bridges.sensors;
--> 2 | 2
SELECT approx_percentile(measure_value::double, 0.5), approx_percentile(measure_value::double, ARRAY[0.25, 0.75]), approx_percentile(humidity, 0.9) FROM bridges.sensors;
--> 5.5 | [4.5, 6.5] | 80
SELECT approx_percentile(x, 1, 0.5), approx_percentile(x, w, 0.5), approx_percentile(x, w, ARRAY[0.1, 0.9]) FROM (VALUES (1.0, 1), (2.0, 1), (3.0, 8)) AS t (x, w);
--> 2.0 | 3.0 | [1.0, 3.0]
SELECT stddev(x), stddev_samp(x), stddev_pop(x), variance(x), var_samp(x), var_pop(x) FROM (VALUES 2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0) AS t (x);
--> 2.138089935299395 | 2.138089935299395 | 2.0 | 4.571428571428571 | 4.571428571428571 | 4.0
SELECT skewness(x), kurtosis(x), geometric_mean(x) FROM (VALUES 1.0, 2.0, 4.0, 8.0) AS t (x);
--> 0.6568077344996989 | 0.7576559546313791 | 2.82842712474619
SELECT corr(y, x), covar_pop(y, x), covar_samp(y, x), regr_slope(y, x), regr_intercept(y, x) FROM (VALUES (1.0, 3.0), (2.0, 5.0), (3.0, 7.0)) AS t (x, y);
--> 1.0 | 1.3333333333333333 | 2.0 | 2.0 | 1.0
SELECT bitwise_and_agg(x), bitwise_or_agg(x) FROM (VALUES 12, 10) AS t (x);
--> 8 | 14
SELECT histogram(x), map_agg(x, y) FROM (VALUES (1, 'a'), (2, 'b')) AS t (x, y);
--> [(1, 1), (2, 1)] | [(1, a), (2, b)]
SELECT multimap_agg(x, y) FROM (VALUES (1, 'a'), (1, 'b')) AS t (x, y);
--> [(1, [a, b])]
SELECT checksum(x) FROM (VALUES 1) AS t (x);
--> ! line 1:8: Function checksum not registered
SELECT sum(d), avg(d) FROM (VALUES 1d, 2d) AS t (d);
--> 3 00:00:00.000000000 | 1 12:00:00.000000000
SELECT count(*) FILTER (WHERE measure_name = 'air'), sum(humidity) FILTER (WHERE raining) FROM bridges.sensors;
--> 2 | 80
SELECT count(DISTINCT x), sum(DISTINCT x), avg(DISTINCT x) FROM (VALUES 1, 1, 3) AS t (x);
--> 2 | 4 | 2.0
SELECT sum(note) FROM bridges.sensors;
--> ! line 1:8: Unexpected parameters (varchar) for function sum. Expected: sum(bigint), sum(double), sum(interval day to second), sum(interval year to month)
SELECT sum(9223372036854775807) FROM (VALUES 1, 2) AS t (x);
--> ! Numeric value is out of range
SELECT count(*) FROM bridges.sensors WHERE count(*) > 1;
--> ! line 1:44: WHERE clause cannot contain aggregations, window functions or grouping operations: [count(*)]
SELECT sum(count(*)) FROM bridges.sensors;
--> ! line 1:12: Cannot nest aggregations inside aggregation: [count(*)]
SELECT measure_name, count(*) FROM bridges.sensors;
--> ! line 1:8: 'measure_name' must be an aggregate expression or appear in GROUP BY clause
SELECT max(DISTINCT x, 2) FROM (VALUES 1) AS t (x);
--> ! line 1:8: DISTINCT is not supported in max
-- Grouping
SELECT measure_name, count(*) FROM bridges.sensors GROUP BY measure_name ORDER BY measure_name;
--> air | 2
--> wind | 4
SELECT measure_name AS name, count(*) AS n FROM bridges.sensors GROUP BY 1 HAVING count(*) > 2 ORDER BY n;
--> wind | 4
SELECT upper(measure_name), count(*) FROM bridges.sensors GROUP BY upper(measure_name) ORDER BY 2;
--> AIR | 2
--> WIND | 4
SELECT upper(measure_name) || '!', count(*) + 1 FROM bridges.sensors GROUP BY upper(measure_name) ORDER BY count(*) DESC;
--> WIND! | 5
--> AIR! | 3
SELECT city, measure_name, count(*), grouping(city, measure_name) FROM bridges.status GROUP BY ROLLUP (city, measure_name) ORDER BY 4, 3;
--> Gothenburg | Marieholmsbron | 2 | 0
--> Gothenburg | Hisingsbron | 5 | 0
--> Gothenburg | NULL | 7 | 1
--> NULL | NULL | 7 | 3
SELECT city, measure_name, count(*) FROM bridges.status GROUP BY CUBE (city, measure_name) ORDER BY 1, 2;
--> Gothenburg | Hisingsbron | 5
--> Gothenburg | Marieholmsbron | 2
--> Gothenburg | NULL | 7
--> NULL | Hisingsbron | 5
--> NULL | Marieholmsbron | 2
--> NULL | NULL | 7
SELECT city, measure_name, count(*) FROM bridges.status GROUP BY GROUPING SETS ((city), (measure_name), ()) ORDER BY 1, 2;
--> Gothenburg | NULL | 7
--> NULL | Hisingsbron | 5
--> NULL | Marieholmsbron | 2
--> NULL | NULL | 7
SELECT name FROM (SELECT measure_name AS name FROM bridges.status) GROUP BY name ORDER BY max(name);
--> Hisingsbron
--> Marieholmsbron
SELECT count(*) AS n FROM bridges.status HAVING count(*) > 100;
SELECT 1 FROM bridges.status GROUP BY 5;
--> ! line 1:39: GROUP BY position 5 is not in select list
SELECT measure_name FROM bridges.status GROUP BY name;
--> ! line 1:50: Column 'name' does not exist
SELECT measure_name FROM bridges.status GROUP BY measure_name ORDER BY time;
--> ! line 1:72: 'time' must be an aggregate expression or appear in GROUP BY clause
SELECT measure_name FROM bridges.status GROUP BY measure_name HAVING time > now();
--> ! line 1:70: 'time > now()' must be an aggregate expression or appear in GROUP BY clause
SELECT * FROM bridges.status GROUP BY measure_name;
--> ! line 1:8: 'city' must be an aggregate expression or appear in GROUP BY clause
SELECT count(*), max(time) FROM bridges.status WHERE time > now() + 1d;
--> 0 | NULL
SELECT grouping(measure_name) FROM bridges.status;
--> ! line 1:8: A GROUPING() operation can only be used with GROUP BY
-- Percentiles are exact: the smallest value that so much of the weight is not above
SELECT approx_percentile(x, 0.4), approx_percentile(x, ARRAY[0.1, 0.8, 0.8]), approx_percentile(x, 1, 0.4), approx_percentile(x, 0.0), approx_percentile(x, 1.0) FROM (VALUES 1, 2, 3, 4) AS t (x);
--> 2 | [1, 4, 4] | 2 | 1 | 4
SELECT approx_percentile(x, w, 0.5, 0.01), approx_percentile(9007199254740993, w, 0.5) FROM (VALUES (1, 1), (2, 10), (3, 1)) AS t (x, w);
--> 2 | 9007199254740993
SELECT approx_percentile(x, 1.5) FROM (VALUES 1) AS t (x);
--> ! Percentile must be between 0 and 1
SELECT approx_percentile(x, ARRAY[-0.5, 0.5]) FROM (VALUES 1) AS t (x);
--> ! Percentile must be between 0 and 1
SELECT approx_distinct(x) FROM (VALUES 1, 1, 2, NULL) AS t (x);
--> 2
-- No rows: only the counts answer
SELECT count(*), count(x), count_if(x > 1), approx_distinct(x), sum(x), avg(x), max(x), array_agg(x), bool_or(x > 1), stddev(x), corr(x, x), skewness(x), approx_percentile(x, 0.5), max_by(x, x), histogram(x) FROM (VALUES 1) AS t (x) WHERE x > 1;
--> 0 | 0 | 0 | 0 | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL
-- One row, or no spread: what cannot be computed is NULL
SELECT stddev(x), var_samp(x), var_pop(x), covar_samp(x, x), covar_pop(x, x), skewness(x), kurtosis(x) FROM (VALUES 1) AS t (x);
--> NULL | NULL | 0.0 | NULL | 0.0 | NULL | NULL
SELECT corr(x, x), regr_slope(x, x), regr_intercept(x, x), stddev(x) FROM (VALUES 1, 1) AS t (x);
--> NULL | NULL | NULL | 0.0
SELECT skewness(x), geometric_mean(x), count_if(x > 2), every(x > 0) FROM (VALUES 1, 2, 3, 4) AS t (x);
--> 0.0 | 2.213363839400643 | 2 | true
SELECT max_by(a, b), min_by(a, b), max_by(a, b, 2), min_by(a, b, 2), max(b, 2), min(b, 2) FROM (VALUES ('x', 1), ('y', 3), ('z', 2)) AS t (a, b);
--> y | x | [y, z] | [x, z] | [3, 2] | [1, 2]
SELECT max_by(a, b), min_by(a, b) FROM (VALUES ('x', 1), (NULL, 3), ('z', NULL)) AS t (a, b);
--> NULL | x
SELECT x, array_agg(x) OVER (ORDER BY x), max_by(x, x) OVER (), approx_percentile(x, 0.5) OVER (), count(DISTINCT x) OVER (), skewness(x) OVER () FROM (VALUES 1, 2, 2) AS t (x) ORDER BY x LIMIT 1;
--> 1 | [1] | 2 | 2 | 2 | -0.7071067811865475
SELECT map_agg(x, y) FROM (VALUES ('a', 1), (NULL, 5), ('a', 2), ('b', NULL)) AS t (x, y);
--> [(a, 1), (b, NULL)]
SELECT min(d), max(d), sum(m) FROM (VALUES (1h, 2month), (90m, 1y)) AS t (d, m);
--> 0 01:00:00.000000000 | 0 01:30:00.000000000 | 1-2
SELECT min(t), max(t), arbitrary(t) FROM (VALUES DATE '2022-01-02') AS v (t);
--> 2022-01-02 | 2022-01-02 | 2022-01-02
SELECT bool_and(x), bool_or(x), count_if(x), every(x) FROM (VALUES true, NULL, false) AS t (x);
--> false | true | 1 | false
-- A map has its keys in the order in which they came; a NULL is no key
SELECT map_agg(k, v), multimap_agg(k, v) FROM (VALUES ('b', 1), ('a', 2), ('b', NULL)) AS t (k, v);
--> [(b, 1), (a, 2)] | [(b, [1, NULL]), (a, [2])]
SELECT map_agg(k, v), multimap_agg(k, v) FROM (VALUES (CAST(NULL AS varchar), 1)) AS t (k, v);
--> NULL | NULL
-- ORDER BY inside any aggregate function
SELECT sum(x ORDER BY x), max(x ORDER BY x DESC), count(x ORDER BY x), arbitrary(x ORDER BY x DESC), approx_percentile(x, 0.5 ORDER BY x), map_agg(1, x ORDER BY x DESC), multimap_agg(1, x ORDER BY x DESC), create_time_series(now(), 1 ORDER BY x) FILTER (WHERE x = 1) FROM (VALUES 1, 3, 2) AS t (x);
--> 6 | 3 | 3 | 3 | 2 | [(1, 3)] | [(1, [3, 2, 1])] | {2026-01-05 12:00:00.000000000: 1}
SELECT array_agg(DISTINCT x ORDER BY x DESC), sum(DISTINCT x ORDER BY x) FROM (VALUES 3, 1, 1) AS t (x);
--> [3, 1] | 4
SELECT array_agg(DISTINCT x ORDER BY y) FROM (VALUES (3, 1)) AS t (x, y);
--> ! line 1:38: For aggregate function with DISTINCT, ORDER BY expressions must appear in arguments
SELECT sum(x ORDER BY y) FROM (VALUES 1) AS t (x);
--> ! line 1:23: Column 'y' does not exist
SELECT sum(x ORDER BY x) OVER () FROM (VALUES 1) AS t (x);
--> ! line 1:8: Window function with ORDER BY is not supported
SELECT abs(1 ORDER BY 1);
--> ! line 1:8: ORDER BY is not supported in abs
