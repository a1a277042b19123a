SELECT * FROM {} WHERE time > ago(1d) ORDER BY measure_name, time;

SELECT count(*) FROM {};

SELECT measure_name, count(*), min(time), max(time) FROM {} GROUP BY measure_name ORDER BY 1;

SELECT bin(time, 6h) AS hour, count(*) AS n, count_if(measure_value::varchar = 'Open') FROM {}
WHERE time BETWEEN ago(3d) AND ago(1d) GROUP BY 1 ORDER BY 1;

SELECT city, source, approx_distinct(measure_name) FROM {} WHERE time > ago(10d) GROUP BY city,
source ORDER BY 1, 2;

WITH changes AS (SELECT measure_name, time, measure_value::varchar AS status,
lag(measure_value::varchar) OVER (PARTITION BY measure_name ORDER BY time) AS before FROM {}
WHERE time > ago(5d)) SELECT measure_name, date_trunc('day', time) AS day, count(*) FROM changes
WHERE status = 'Open' AND before = 'Closed' GROUP BY 1, 2 ORDER BY 1, 2;

SELECT a.time, b.measure_name FROM {} a JOIN {} b ON a.time = b.time AND b.time > ago(2d) WHERE
a.time > ago(2d) AND a.measure_name = 'Hisingsbron' ORDER BY 1, 2;

SELECT a.measure_name, b.time FROM {} a LEFT JOIN {} b ON a.measure_name = b.measure_name AND
b.time > ago(30h) AND b.time < a.time WHERE a.time > ago(26h) ORDER BY 1, 2;

SELECT measure_name, time FROM {} WHERE (time > ago(20h) AND measure_name = 'Hisingsbron') OR
time < ago(9d) ORDER BY 1, 2;

SELECT * FROM (SELECT bin(time, 1d) AS day, count(*) AS n FROM {} GROUP BY 1) WHERE day >
ago(4d) ORDER BY 1;

SELECT measure_name FROM {} WHERE time > ago(2d) INTERSECT SELECT measure_name FROM {} WHERE
time < ago(5d) AND city LIKE 'G%' ORDER BY 1;

SELECT measure_name, max_by(measure_value::varchar, time), array_agg(minute(time) ORDER BY time)
FROM {} WHERE time > ago(12h) GROUP BY 1 ORDER BY 1;

SELECT measure_name, create_time_series(time, measure_value::varchar) FROM {} WHERE time >
ago(12h) GROUP BY 1 ORDER BY 1;

SELECT city FROM {} WHERE time > ago(12h) AND measure_name = 'nobody';

SELECT sum(CASE WHEN measure_value::varchar = 'Open' THEN 1 ELSE 0 END) * 1.0 / count(*) FROM {}
WHERE time > ago(9d);

SELECT measure_name, time FROM {} WHERE time = (SELECT max(time) FROM {}) ORDER BY 1;

SELECT count(*) FROM {} WHERE time > ago(9d) AND measure_name IN ('', rpad('x', 3000, 'x'),
chr(31) || 'beat', 'Hisingsbron');

SELECT count(*) FROM {} WHERE time > ago(9d) AND measure_name IN ('''s-Gravenbrug å', 'nobody');

SHOW MEASURES FROM {};

DESCRIBE {};

SELECT 1, 'a', now() > ago(1h), ARRAY[1.5, NULL];
