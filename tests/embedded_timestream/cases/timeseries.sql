-- https://docs.aws.amazon.com/timestream/latest/developerguide/timeseries-specific-constructs.html
-- wind: 4.5 at 11:55, 6.5 at 11:56, 5.5 at 11:58, 9.5 at 11:59

SELECT create_time_series(time, measure_value::double) FROM bridges.sensors WHERE measure_name = 'wind';
--> {2026-01-05 11:55:00.000000000: 4.5, 2026-01-05 11:56:00.000000000: 6.5, 2026-01-05 11:58:00.000000000: 5.5, 2026-01-05 11:59:00.000000000: 9.5}
SELECT measure_name, create_time_series(time, measure_value::varchar) FROM bridges.status GROUP BY measure_name ORDER BY 1;
--> Hisingsbron | {2026-01-05 11:05:00.000000000: Closed, 2026-01-05 11:20:00.000000000: Open, 2026-01-05 11:27:00.000000000: Closed, 2026-01-05 11:50:00.000000000: Open, 2026-01-05 11:56:00.000000000: Closed}
--> Marieholmsbron | {2026-01-05 11:10:00.000000000: Closed, 2026-01-05 11:40:00.000000000: Open}
SELECT create_time_series(t, x) FROM (VALUES (TIMESTAMP '2022-01-01 00:00:00', 1), (TIMESTAMP '2022-01-01 00:00:00', 2)) AS v (t, x);
--> ! Duplicate timestamps are not allowed in a timeseries
SELECT create_time_series(measure_value::double, time) FROM bridges.sensors;
--> ! line 1:8: Unexpected parameters (double, timestamp) for function create_time_series. Expected: create_time_series(timestamp, T)
SELECT typeof(create_time_series(time, measure_value::double)) FROM bridges.sensors WHERE measure_name = 'wind';
--> timeseries(double)
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT time, value FROM w CROSS JOIN UNNEST(s) AS u (time, value) ORDER BY time;
--> 2026-01-05 11:55:00.000000000 | 4.5
--> 2026-01-05 11:56:00.000000000 | 6.5
--> 2026-01-05 11:58:00.000000000 | 5.5
--> 2026-01-05 11:59:00.000000000 | 9.5
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT time, value * 2 AS twice FROM w CROSS JOIN UNNEST(s) WHERE value > 5 ORDER BY time DESC;
--> 2026-01-05 11:59:00.000000000 | 19.0
--> 2026-01-05 11:58:00.000000000 | 11.0
--> 2026-01-05 11:56:00.000000000 | 13.0
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT interpolate_linear(s, TIMESTAMP '2026-01-05 11:57:00'), interpolate_locf(s, TIMESTAMP '2026-01-05 11:57:00'), interpolate_fill(s, TIMESTAMP '2026-01-05 11:57:00', 0.0), interpolate_fill(s, TIMESTAMP '2026-01-05 11:58:00', 0.0) FROM w;
--> 6.0 | 6.5 | 0.0 | 5.5
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT interpolate_linear(s, sequence(TIMESTAMP '2026-01-05 11:56:00', TIMESTAMP '2026-01-05 12:00:00', 1m)) FROM w;
--> {2026-01-05 11:56:00.000000000: 6.5, 2026-01-05 11:57:00.000000000: 6.0, 2026-01-05 11:58:00.000000000: 5.5, 2026-01-05 11:59:00.000000000: 9.5, 2026-01-05 12:00:00.000000000: NULL}
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT interpolate_locf(s, sequence(TIMESTAMP '2026-01-05 11:54:00', TIMESTAMP '2026-01-05 12:00:00', 2m)) FROM w;
--> {2026-01-05 11:54:00.000000000: NULL, 2026-01-05 11:56:00.000000000: 6.5, 2026-01-05 11:58:00.000000000: 5.5, 2026-01-05 12:00:00.000000000: 9.5}
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT interpolate_fill(s, ARRAY[TIMESTAMP '2026-01-05 11:56:00', TIMESTAMP '2026-01-05 11:57:00'], -1.0) FROM w;
--> {2026-01-05 11:56:00.000000000: 6.5, 2026-01-05 11:57:00.000000000: -1.0}
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT round(interpolate_spline_cubic(s, TIMESTAMP '2026-01-05 11:57:00'), 6), interpolate_spline_cubic(s, TIMESTAMP '2026-01-05 11:58:00') FROM w;
--> 5.625 | 5.5
SELECT interpolate_spline_cubic(create_time_series(t, x), TIMESTAMP '1970-01-01 00:00:02') FROM (VALUES (TIMESTAMP '1970-01-01 00:00:01', 10.0), (TIMESTAMP '1970-01-01 00:00:03', 30.0)) AS v (t, x);
--> 20.0
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT derivative_linear(s, 1m), non_negative_derivative_linear(s, 1s) FROM w;
--> {2026-01-05 11:56:00.000000000: 2.0, 2026-01-05 11:58:00.000000000: -0.5, 2026-01-05 11:59:00.000000000: 4.0} | {2026-01-05 11:56:00.000000000: 0.03333333333333333, 2026-01-05 11:59:00.000000000: 0.06666666666666667}
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT integral_trapezoidal(s), integral_trapezoidal(s, 1m), integral_trapezoidal(s, 5m) FROM w;
--> 1500.0 | 25.0 | 5.0
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s, create_time_series(time, -measure_value::double) AS r FROM bridges.sensors WHERE measure_name = 'wind')
SELECT round(correlate_pearson(s, s), 6), round(correlate_pearson(s, r), 6), round(correlate_spearman(s, r), 6) FROM w;
--> 1.0 | -1.0 | -1.0
-- A lambda takes a point: its time and its value
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT filter(s, x -> x.value > 6), filter(s, x -> x.time > ago(150s)), cardinality(s) FROM w;
--> {2026-01-05 11:56:00.000000000: 6.5, 2026-01-05 11:59:00.000000000: 9.5} | {2026-01-05 11:58:00.000000000: 5.5, 2026-01-05 11:59:00.000000000: 9.5} | 4
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT filter(s, x -> x > 6) FROM w;
--> ! line 2:25: '>' cannot be applied to row("time" timestamp, "value" double), integer
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT reduce(s, DOUBLE '0.0', (s, x) -> x.value * x.value + s, s -> s) FROM w;
--> 183.0
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT round(reduce(s, CAST(ROW(0, 0) AS ROW(high BIGINT, total BIGINT)), (s, x) -> CAST(ROW(s.high + IF(x.value > 5.0, 1, 0), s.total + 1) AS ROW(high BIGINT, total BIGINT)), s -> IF(s.total = 0, NULL, CAST(s.high AS DOUBLE) / s.total)), 4) FROM w;
--> 0.75
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT reduce(s, CAST(ROW(0.0, 0) AS ROW(sum DOUBLE, n BIGINT)), (a, x) -> CAST(ROW(a.sum + x.value, a.n + 1) AS ROW(sum DOUBLE, n BIGINT)), a -> a.sum / a.n) FROM w;
--> 6.5
-- A series is an array of its points to the array functions
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT transform(s, x -> x.value * 10), s[1], s[1].value, element_at(s, -1).time, any_match(s, x -> x.value > 9) FROM w;
--> [45.0, 65.0, 55.0, 95.0] | (2026-01-05 11:55:00.000000000, 4.5) | 4.5 | 2026-01-05 11:59:00.000000000 | true
-- Whole numbers are taken as doubles
WITH w AS (SELECT create_time_series(time, humidity) AS s FROM bridges.sensors WHERE measure_name = 'air')
SELECT typeof(s), interpolate_linear(s, ago(1m)), interpolate_fill(s, ago(1m), 7), round(integral_trapezoidal(s, 1m), 6), round(element_at(derivative_linear(s, 1m), 1).value, 6) FROM w;
--> timeseries(bigint) | 75.0 | 7.0 | 75.0 | -10.0
SELECT create_time_series(time, raining), create_time_series(time, note) FROM bridges.sensors WHERE measure_name = 'air';
--> {2026-01-05 11:58:29.999999999: true, 2026-01-05 11:59:30.000000001: false} | {2026-01-05 11:58:29.999999999: cold, 2026-01-05 11:59:30.000000001: mild}
-- A row without a time is no point; the value of a point may not be null
SELECT create_time_series(time, measure_value::double) FROM bridges.sensors;
--> ! The value of a point in a time series cannot be null
SELECT create_time_series(t, v), create_time_series(NULL, v) FROM (VALUES (TIMESTAMP '2022-01-01 00:00:00', 1.0), (NULL, 2.0), (NULL, NULL)) AS t (t, v);
--> {2022-01-01 00:00:00.000000000: 1.0} | NULL
SELECT create_time_series(time, measure_value::double) FROM bridges.sensors WHERE measure_name = 'none';
--> NULL
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'none')
SELECT interpolate_linear(s, now()), interpolate_locf(s, ARRAY[now()]), derivative_linear(s, 1m), integral_trapezoidal(s), correlate_pearson(s, s), filter(s, x -> true), reduce(s, 0, (a, x) -> a + 1, a -> a) FROM w;
--> NULL | NULL | NULL | NULL | NULL | NULL | NULL
SELECT interpolate_linear(create_time_series(time, measure_value::varchar), now()) FROM bridges.status;
--> ! line 1:8: Unexpected parameters (timeseries(varchar), timestamp) for function interpolate_linear. Expected: interpolate_linear(timeseries(double), array(timestamp)), interpolate_linear(timeseries(double), timestamp)
SELECT bin(time, 2m) AS binned, round(avg(measure_value::double), 2) FROM bridges.sensors WHERE measure_name = 'wind' AND time > ago(1h) GROUP BY bin(time, 2m) ORDER BY binned;
--> 2026-01-05 11:54:00.000000000 | 4.5
--> 2026-01-05 11:56:00.000000000 | 6.5
--> 2026-01-05 11:58:00.000000000 | 7.5
WITH binned AS (SELECT bridge, bin(time, 1m) AS t, avg(measure_value::double) AS v FROM bridges.sensors WHERE measure_name = 'wind' GROUP BY bridge, bin(time, 1m)), filled AS (SELECT bridge, interpolate_linear(create_time_series(t, v), sequence(min(t), max(t), 1m)) AS s FROM binned GROUP BY bridge)
SELECT bridge, time, round(value, 2) FROM filled CROSS JOIN UNNEST(s) ORDER BY time;
--> Hisingsbron | 2026-01-05 11:55:00.000000000 | 4.5
--> Hisingsbron | 2026-01-05 11:56:00.000000000 | 6.5
--> Hisingsbron | 2026-01-05 11:57:00.000000000 | 6.0
--> Hisingsbron | 2026-01-05 11:58:00.000000000 | 5.5
--> Hisingsbron | 2026-01-05 11:59:00.000000000 | 9.5
-- The times to interpolate at
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT interpolate_linear(s, ARRAY[ago(2m), ago(3m)]), interpolate_fill(s, ARRAY[], 1.0), interpolate_linear(s, CAST(NULL AS timestamp)), interpolate_fill(s, CAST(NULL AS timestamp), 1.0), interpolate_locf(s, CAST(NULL AS array(timestamp))), interpolate_fill(s, CAST(NULL AS array(timestamp)), 1.0) FROM w;
--> {2026-01-05 11:57:00.000000000: 6.0, 2026-01-05 11:58:00.000000000: 5.5} | {} | NULL | NULL | NULL | NULL
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT interpolate_locf(s, ARRAY[now(), NULL]) FROM w;
--> ! The time of a point in a time series cannot be null
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT interpolate_fill(s, ARRAY[now(), NULL], 1.0) FROM w;
--> ! The time of a point in a time series cannot be null
-- Varying together: the same times are needed
SELECT round(correlate_pearson(a, b), 6), round(correlate_spearman(a, b), 6) FROM (SELECT create_time_series(t, x) AS a, create_time_series(t, y) AS b FROM (VALUES (TIMESTAMP '2022-01-01 00:00:00', 1.0, 1.0), (TIMESTAMP '2022-01-01 00:00:01', 2.0, 4.0), (TIMESTAMP '2022-01-01 00:00:02', 3.0, 9.0), (TIMESTAMP '2022-01-01 00:00:03', 4.0, 16.0)) AS v (t, x, y));
--> 0.984374 | 1.0
WITH w AS (SELECT create_time_series(time, measure_value::double) AS s FROM bridges.sensors WHERE measure_name = 'wind')
SELECT correlate_pearson(s, filter(s, x -> x.value > 5)) FROM w;
--> ! The two time series must have the same timestamps
-- A bridge's status as a series: only numbers are interpolated
SELECT interpolate_fill(create_time_series(time, measure_value::varchar), now(), 'none') FROM bridges.status WHERE measure_name = 'Hisingsbron';
--> ! line 1:8: Unexpected parameters (timeseries(varchar), timestamp, varchar) for function interpolate_fill. Expected: interpolate_fill(timeseries(double), array(timestamp), double), interpolate_fill(timeseries(double), timestamp, double)
SELECT measure_name, cardinality(filter(create_time_series(time, measure_value::varchar), x -> x.value = 'Open')) AS openings FROM bridges.status GROUP BY measure_name ORDER BY 1;
--> Hisingsbron | 2
--> Marieholmsbron | 1
WITH s AS (SELECT measure_name, create_time_series(time, CASE measure_value::varchar WHEN 'Open' THEN 1 ELSE 0 END) AS ts FROM bridges.status GROUP BY measure_name)
SELECT measure_name, integral_trapezoidal(ts, 1m), interpolate_locf(ts, ago(15m)), round(interpolate_linear(ts, ago(15m)), 3) FROM s ORDER BY 1;
--> Hisingsbron | 25.5 | 0.0 | 0.783
--> Marieholmsbron | 15.0 | 1.0 | NULL
SELECT measure_name, create_time_series(time, measure_value::double) FILTER (WHERE measure_value::double > 5) FROM bridges.sensors GROUP BY measure_name ORDER BY 1;
--> air | NULL
--> wind | {2026-01-05 11:56:00.000000000: 6.5, 2026-01-05 11:58:00.000000000: 5.5, 2026-01-05 11:59:00.000000000: 9.5}
SELECT x, create_time_series(t, x) OVER (ORDER BY x) FROM (VALUES (1, TIMESTAMP '2022-01-01 00:00:00'), (2, TIMESTAMP '2022-01-01 00:00:01')) AS v (x, t) ORDER BY 1;
--> 1 | {2022-01-01 00:00:00.000000000: 1}
--> 2 | {2022-01-01 00:00:00.000000000: 1, 2022-01-01 00:00:01.000000000: 2}
SELECT t, v1, v2, n FROM (SELECT create_time_series(time, humidity) AS a, create_time_series(time, temperature) AS b FROM bridges.sensors WHERE measure_name = 'air') CROSS JOIN UNNEST(a, b) WITH ORDINALITY AS u (t, v1, t2, v2, n);
--> 2026-01-05 11:58:29.999999999 | 80 | 1.5 | 1
--> 2026-01-05 11:59:30.000000001 | 70 | 2.5 | 2
