-- https://docs.aws.amazon.com/timestream/latest/developerguide/supported-sql-constructs.SELECT.html

SELECT 1, 'a' AS b, NULL;
--> 1 | a | NULL
SELECT * FROM bridges.status WHERE measure_name = 'Marieholmsbron' ORDER BY time;
--> Gothenburg | roadsignals | Marieholmsbron | 2026-01-05 11:10:00.000000000 | Closed
--> Gothenburg | roadsignals | Marieholmsbron | 2026-01-05 11:40:00.000000000 | Open
SELECT s.*, 1 FROM "bridges"."status" AS s ORDER BY time LIMIT 1;
--> Gothenburg | roadsignals | Hisingsbron | 2026-01-05 11:05:00.000000000 | Closed | 1
SELECT "measure_value::varchar", measure_value::varchar FROM bridges.status ORDER BY time LIMIT 1;
--> Closed | Closed
SELECT status.city, bridges.status.source, "bridges"."status"."city" FROM bridges.status LIMIT 1;
--> Gothenburg | roadsignals | Gothenburg
SELECT CITY, Time, MEASURE_NAME FROM bridges.status ORDER BY TIME LIMIT 1;
--> Gothenburg | 2026-01-05 11:05:00.000000000 | Hisingsbron
SELECT temperature, humidity, raining, note, time FROM bridges.sensors WHERE measure_name = 'air' ORDER BY time;
--> 1.5 | 80 | true | cold | 2026-01-05 11:58:29.999999999
--> 2.5 | 70 | false | mild | 2026-01-05 11:59:30.000000001
SELECT DISTINCT measure_name FROM bridges.status ORDER BY measure_name DESC;
--> Marieholmsbron
--> Hisingsbron
SELECT DISTINCT measure_name FROM bridges.status ORDER BY time;
--> ! line 1:59: For SELECT DISTINCT, ORDER BY expressions must appear in select list
SELECT time FROM bridges.status WHERE time BETWEEN ago(15m) AND now() ORDER BY time;
--> 2026-01-05 11:50:00.000000000
--> 2026-01-05 11:56:00.000000000
SELECT time FROM bridges.status WHERE time >= TIMESTAMP '2026-01-05 11:50:00' AND measure_value::varchar = 'Closed';
--> 2026-01-05 11:56:00.000000000
SELECT count(*) FROM bridges.status WHERE time > ago(1h) AND (measure_name = 'Hisingsbron' OR measure_name LIKE 'Mari%') AND NOT city IS NULL;
--> 7
SELECT time FROM bridges.status ORDER BY time DESC LIMIT 2;
--> 2026-01-05 11:56:00.000000000
--> 2026-01-05 11:50:00.000000000
SELECT time FROM bridges.status ORDER BY time OFFSET 5 LIMIT 1;
--> 2026-01-05 11:50:00.000000000
SELECT time FROM bridges.status ORDER BY time FETCH FIRST 1 ROW ONLY;
--> 2026-01-05 11:05:00.000000000
SELECT time FROM bridges.status ORDER BY 1 LIMIT ALL;
--> 2026-01-05 11:05:00.000000000
--> 2026-01-05 11:10:00.000000000
--> 2026-01-05 11:20:00.000000000
--> 2026-01-05 11:27:00.000000000
--> 2026-01-05 11:40:00.000000000
--> 2026-01-05 11:50:00.000000000
--> 2026-01-05 11:56:00.000000000
SELECT measure_name AS b, time AS t FROM bridges.status ORDER BY b DESC, t LIMIT 1;
--> Marieholmsbron | 2026-01-05 11:10:00.000000000
SELECT x, x * 2 AS y FROM (VALUES 3, 1, 2) AS t (x) ORDER BY y + x DESC;
--> 3 | 6
--> 2 | 4
--> 1 | 2
SELECT x FROM (VALUES 2, NULL, 1) AS t (x) ORDER BY x;
--> 1
--> 2
--> NULL
SELECT x FROM (VALUES 2, NULL, 1) AS t (x) ORDER BY x DESC;
--> 2
--> 1
--> NULL
SELECT x FROM (VALUES 2, NULL, 1) AS t (x) ORDER BY x DESC NULLS FIRST;
--> NULL
--> 2
--> 1
SELECT x AS a, x AS a FROM (VALUES 1) AS t (x);
--> 1 | 1
SELECT a FROM (SELECT 1 AS a, 2 AS a);
--> ! line 1:8: Column 'a' is ambiguous
-- Subqueries
SELECT max(t) FROM (SELECT time AS t FROM bridges.status);
--> 2026-01-05 11:56:00.000000000
SELECT (SELECT max(time) FROM bridges.status), 1 + (SELECT 2);
--> 2026-01-05 11:56:00.000000000 | 3
SELECT (SELECT time FROM bridges.status);
--> ! Scalar sub-query has returned multiple rows
SELECT (SELECT 1, 2);
--> ! line 1:16: Multiple columns returned by subquery are not yet supported. Found 2
SELECT measure_name FROM bridges.status AS s WHERE time = (SELECT max(time) FROM bridges.status AS i WHERE i.measure_name = s.measure_name) ORDER BY 1;
--> Hisingsbron
--> Marieholmsbron
SELECT count(*) FROM bridges.sensors AS s WHERE EXISTS (SELECT 1 FROM bridges.status AS b WHERE b.measure_name = s.bridge);
--> 6
SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM bridges.status WHERE city = 'Oslo');
--> 1
SELECT DISTINCT measure_name FROM bridges.status WHERE measure_name IN (SELECT bridge FROM bridges.sensors);
--> Hisingsbron
SELECT 1 IN (SELECT 'a');
--> ! line 1:8: Value expression and result of subquery must be of the same type: integer vs varchar
-- WITH
WITH a AS (SELECT 1 AS x), b (y) AS (SELECT x + 1 FROM a) SELECT a.x, b.y FROM a, b;
--> 1 | 2
WITH a AS (SELECT 1 AS x) SELECT l.x, r.x FROM a AS l JOIN a AS r ON l.x = r.x;
--> 1 | 1
WITH a AS (WITH a AS (SELECT 2 AS x) SELECT x * 10 AS x FROM a) SELECT * FROM a;
--> 20
WITH a (x, y) AS (SELECT 1) SELECT * FROM a;
--> ! line 1:6: Column alias list has 2 entries but 'a' has 1 columns available
WITH RECURSIVE t AS (SELECT 1 AS x) SELECT * FROM t;
--> ! line 1:16: WITH RECURSIVE is not supported by this embedded Timestream
SELECT * FROM a;
--> ! line 1:15: Table 'a' does not exist: write it as "database"."table"
-- Joins
SELECT l.x, r.y FROM (VALUES 1, 2) AS l (x) JOIN (VALUES 2, 3) AS r (y) ON l.x = r.y;
--> 2 | 2
SELECT l.x, r.y FROM (VALUES 1, 2) AS l (x) LEFT JOIN (VALUES 2, 3) AS r (y) ON l.x = r.y ORDER BY 1;
--> 1 | NULL
--> 2 | 2
SELECT l.x, r.y FROM (VALUES 1, 2) AS l (x) RIGHT JOIN (VALUES 2, 3) AS r (y) ON l.x = r.y ORDER BY 2;
--> 2 | 2
--> NULL | 3
SELECT l.x, r.y FROM (VALUES 1, 2) AS l (x) FULL OUTER JOIN (VALUES 2, 3) AS r (y) ON l.x = r.y ORDER BY 1, 2;
--> 1 | NULL
--> 2 | 2
--> NULL | 3
SELECT * FROM (VALUES 1, 2) AS l (x) CROSS JOIN (VALUES 'a') AS r (y) ORDER BY 1;
--> 1 | a
--> 2 | a
SELECT * FROM (VALUES (1, 'a')) AS l (x, y) JOIN (VALUES (1, 'b')) AS r (x, z) USING (x);
--> 1 | a | b
SELECT x, y, z FROM (VALUES (1, 'a')) AS l (x, y) FULL JOIN (VALUES (2, 'b')) AS r (x, z) USING (x) ORDER BY x;
--> 1 | a | NULL
--> 2 | NULL | b
SELECT a.x FROM (VALUES 1) AS a (x), (VALUES 1) AS b (x) WHERE a.x = b.x;
--> 1
SELECT x FROM (VALUES 1) AS a (x), (VALUES 1) AS b (x);
--> ! line 1:8: Column 'x' is ambiguous
SELECT count(*) FROM bridges.status AS b JOIN bridges.sensors AS s ON b.measure_name = s.bridge AND s.time > b.time;
--> 28
SELECT 1 FROM (VALUES 1) AS a (x) JOIN (VALUES 1) AS b (x) ON a.x;
--> ! line 1:63: JOIN ON clause must evaluate to a boolean: actual type integer
SELECT 1 FROM (VALUES 1) AS a (x) JOIN (VALUES 1) AS b (y) USING (x);
--> ! line 1:67: Column 'x' is missing from right side of join
SELECT 1 FROM (VALUES 1) AS a (x) NATURAL JOIN (VALUES 1) AS b (x);
--> ! line 1:56: A NATURAL JOIN is not supported by this embedded Timestream
-- UNNEST
SELECT x FROM UNNEST(ARRAY[1, 2]) AS t (x);
--> 1
--> 2
SELECT x, n FROM UNNEST(ARRAY['a', 'b']) WITH ORDINALITY AS t (x, n);
--> a | 1
--> b | 2
SELECT x, y FROM UNNEST(ARRAY[1, 2, 3], ARRAY['a', 'b']) AS t (x, y);
--> 1 | a
--> 2 | b
--> 3 | NULL
SELECT a, b FROM UNNEST(ARRAY[ROW(1, 'x'), ROW(2, 'y')]) AS t (a, b);
--> 1 | x
--> 2 | y
SELECT k, v FROM UNNEST(MAP(ARRAY['a', 'b'], ARRAY[1, 2])) AS t (k, v);
--> a | 1
--> b | 2
SELECT t.i, u.x FROM (VALUES (1, ARRAY[10, 20]), (2, ARRAY[])) AS t (i, a) CROSS JOIN UNNEST(a) AS u (x);
--> 1 | 10
--> 1 | 20
SELECT t.i, u.x FROM (VALUES (1, ARRAY[10]), (2, NULL)) AS t (i, a) LEFT JOIN UNNEST(a) AS u (x) ON true ORDER BY 1;
--> 1 | 10
--> 2 | NULL
SELECT * FROM (VALUES 1) AS t (x) CROSS JOIN UNNEST(x) AS u (y);
--> ! line 1:53: Cannot unnest type: integer
-- Set operations, VALUES
SELECT 1 UNION ALL SELECT 1;
--> 1
--> 1
SELECT 1 UNION SELECT 1;
--> 1
SELECT x FROM (VALUES 1, 2, 3) AS t (x) INTERSECT SELECT x FROM (VALUES 2, 3, 4) AS t (x) ORDER BY 1;
--> 2
--> 3
SELECT x FROM (VALUES 1, 2, 3) AS t (x) EXCEPT SELECT 2 ORDER BY x;
--> 1
--> 3
SELECT 1 AS a UNION ALL SELECT 2.5 ORDER BY a DESC LIMIT 1;
--> 2.5
SELECT 1 UNION SELECT 2 INTERSECT SELECT 3;
--> 1
SELECT 1 UNION SELECT 'a';
--> ! line 1:23: column 1 in UNION query has incompatible types: integer, varchar
SELECT 1 UNION SELECT 1, 2;
--> ! line 1:23: UNION query has different number of fields: 1, 2
(SELECT 1) UNION ALL (SELECT 2 ORDER BY 1 LIMIT 1);
--> 1
--> 2
SELECT NULL UNION ALL SELECT now();
--> NULL
--> 2026-01-05 12:00:00.000000000
VALUES (1, 'a'), (2, NULL);
--> 1 | a
--> 2 | NULL
VALUES 1, 2.5;
--> 1.0
--> 2.5
VALUES (1), ('a');
--> ! line 1:9: Values rows have mismatched types: integer vs varchar
-- What does not exist
SELECT nope FROM bridges.status;
--> ! line 1:8: Column 'nope' does not exist
SELECT s.nope FROM bridges.status AS s;
--> ! line 1:8: Column 's.nope' does not exist
SELECT status.city FROM bridges.status AS s;
--> ! line 1:8: Column 'status.city' does not exist
SELECT city FROM bridges.nope;
--> ! The table 'nope' does not exist in database 'bridges' at line 1:18
SELECT city FROM nope.status;
--> ! Requested database 'nope' not found for identifier 'nope.status' at line 1:18
SELECT city
FROM bridges.status
WHERE nope = 1;
--> ! line 3:7: Column 'nope' does not exist
SELECT measure_value::bigint FROM bridges.status;
--> ! line 1:8: Column 'measure_value::bigint' does not exist
SELECT * ;
--> ! line 1:8: SELECT * not allowed in queries without FROM clause
SELECT nope.* FROM bridges.status;
--> ! line 1:8: Unable to resolve reference nope
-- What is not a query
SELECT 1 +;
--> ! The query syntax is invalid at line 1:11: mismatched input '<EOF>'
SELEC 1;
--> ! The query syntax is invalid at line 1:7: mismatched input '1'
SELECT 'abc;
--> ! The query syntax is invalid at line 1:1: an unterminated literal or comment
SELECT (1;
--> ! The query syntax is invalid at line 1:10: mismatched input '<EOF>'
INSERT INTO bridges.status VALUES (1);
--> ! The query syntax is invalid at line 1:1: mismatched input 'INSERT'
DROP TABLE bridges.status;
--> ! The query syntax is invalid at line 1:1: mismatched input 'DROP'
CREATE TABLE t (x integer);
--> ! The query syntax is invalid at line 1:1: mismatched input 'CREATE'
SET x = 1;
--> ! The query syntax is invalid at line 1:7: mismatched input '='
PRAGMA database_list;
--> ! The query is not a SELECT, SHOW, DESCRIBE or UNLOAD statement
COPY bridges.status TO '/tmp/x';
--> ! The query syntax is invalid at line 1:13: mismatched input '.'
ATTACH '/tmp/x';
--> ! The query syntax is invalid at line 1:8: mismatched input ''/tmp/x''
SELECT 1; SELECT 2;
--> ! The query syntax is invalid: expecting one statement
-- Nothing of the machine is within reach
SELECT * FROM read_csv('/etc/passwd');
--> ! line 1:15: The table function read_csv('/etc/passwd') is not supported by this embedded Timestream
SELECT * FROM '/etc/passwd';
--> ! line 1:15: Table '/etc/passwd' does not exist: write it as "database"."table"
SELECT getenv('HOME');
--> ! line 1:8: Function getenv not registered
SELECT current_setting('threads');
--> ! line 1:8: Function current_setting not registered
SELECT * FROM duckdb_settings();
--> ! line 1:15: The table function duckdb_settings() is not supported by this embedded Timestream
SELECT * FROM information_schema.tables;
--> ! Requested database 'information_schema' not found for identifier 'information_schema.tables' at line 1:15
SELECT * FROM t1;
--> ! line 1:15: Table 't1' does not exist: write it as "database"."table"
SELECT ts_series FROM bridges.status;
--> ! line 1:8: Column 'ts_series' does not exist
SELECT failed_number('x');
--> ! line 1:8: Function failed_number not registered
SELECT time::date FROM bridges.status;
--> ! The query syntax is invalid at line 1:12: mismatched input '::'
SELECT x FROM bridges.status TABLESAMPLE BERNOULLI (10);
--> ! line 1:15: SAMPLE is not supported by this embedded Timestream
SELECT time FROM bridges.status QUALIFY row_number() OVER () = 1;
--> ! The query syntax is invalid at line 1:41: mismatched input 'row_number'
SELECT * EXCLUDE (city) FROM bridges.status;
--> ! line 1:8: '* EXCEPT (city)' is not supported by this embedded Timestream
SELECT [1, 2];
--> ! The query syntax is invalid at line 1:8: mismatched input '['
SELECT {'a': 1};
--> ! The query syntax is invalid at line 1:8: mismatched input '{'
SELECT time FROM bridges.status ORDER BY ALL;
--> ! line 1:42: Column 'ALL' does not exist
SELECT list_transform(ARRAY[1], x -> x);
--> ! line 1:8: Function list_transform not registered
-- ANY, ALL and SOME: https://docs.aws.amazon.com/timestream/latest/developerguide/comparison-functions.all-any-some.html
SELECT 11.7 = ANY (VALUES 12.0, 13.5, 11.7), 17 < ALL (VALUES 19, 20, 15), 50 >= SOME (VALUES 53, 77, 27);
--> true | false | true
SELECT 11.7 = ANY (SELECT 12.0 UNION ALL SELECT 13.5 UNION ALL SELECT 11.7), 17 < ALL (SELECT 19 UNION ALL SELECT 15), 5 <> ALL (VALUES 1, 2), 5 = ANY (VALUES NULL, 5), 5 = ALL (VALUES NULL, 5), 5 = ANY (VALUES NULL, 4);
--> true | false | true | true | NULL | NULL
SELECT 1 = ANY (VALUES 'a');
--> ! line 1:10: '=' cannot be applied to integer, varchar
SELECT EXISTS (VALUES 1), 1 IN (VALUES 1, 2), 3 NOT IN (VALUES 1, 2);
--> true | true | true
SELECT 2abc FROM bridges.status;
--> ! line 1:8: identifiers must not start with a digit; surround the identifier with double quotes
-- ALL and DISTINCT: https://docs.aws.amazon.com/timestream/latest/developerguide/supported-sql-constructs.SELECT.html
SELECT ALL x FROM (VALUES 1, 1) AS t (x) LIMIT ALL;
--> 1
--> 1
SELECT count(*) FROM (VALUES 1, 1) AS t (x) GROUP BY ();
--> 2
SELECT x, count(*) FROM (VALUES 1, 1) AS t (x) GROUP BY DISTINCT x;
--> 1 | 2
SELECT x, count(*) FROM (VALUES 1, 1) AS t (x) GROUP BY ALL x;
--> 1 | 2
SELECT x FROM (VALUES 1) AS t (x) GROUP BY DISTINCT ROLLUP (x), CUBE (x);
--> ! line 1:61: GROUP BY DISTINCT with grouping sets is not supported by this embedded Timestream
SELECT x FROM (VALUES 1, 1, 2, 2, 2) AS t (x) EXCEPT ALL SELECT x FROM (VALUES 1, 2) AS t (x) ORDER BY 1;
--> 1
--> 2
--> 2
SELECT x FROM (VALUES 1, 1, 2, 2, 2) AS t (x) INTERSECT ALL SELECT x FROM (VALUES 1, 1, 2, 3) AS t (x) ORDER BY 1;
--> 1
--> 1
--> 2
SELECT t.c1 FROM (VALUES 1, 2, 3, 4, 5) AS t (c1) WHERE EXISTS (SELECT t.c2 FROM (VALUES 1, 2, 3) AS t (c2) WHERE t.c1 = t.c2) ORDER BY t.c1;
--> 1
--> 2
--> 3
-- A row of VALUES may be a row's value
SELECT max_by(t.c1, t.c2), max_by(t.c1, t.c2, 2) FROM (VALUES (('a', 1)), (('b', 2)), (('c', 3)), (('d', 4))) AS t (c1, c2);
--> d | [d, c]
SELECT a, b FROM (VALUES ROW(1, 2), (3, 4)) AS t (a, b);
--> 1 | 2
--> 3 | 4
SELECT a, typeof(a) FROM (VALUES ROW(ROW(1, 2))) AS t (a);
--> (1, 2) | row(integer, integer)
SELECT a FROM (VALUES (1), ((2))) AS t (a);
--> 1
--> 2
VALUES (1, 2), 3;
--> ! line 1:9: Values rows have mismatched types

-- What other dialects know is no syntax here.
FROM bridges.status;
--> ! The query syntax is invalid at line 1:1: mismatched input 'FROM'
SELECT 1 == 1;
--> ! The query syntax is invalid at line 1:11: mismatched input '='
SELECT 1 <=> 1;
--> ! The query syntax is invalid at line 1:12: mismatched input '>'
SELECT 'a' ~~ 'a';
--> ! The query syntax is invalid at line 1:12: mismatched input '~'
SELECT 4 DIV 2;
--> ! The query syntax is invalid at line 1:14: mismatched input '2'
SELECT 'a' ILIKE 'A';
--> ! The query syntax is invalid at line 1:18: mismatched input ''A''
SELECT !true;
--> ! line 1:8: Column '!true' does not exist
SELECT 1_000;
--> ! line 1:8: identifiers must not start with a digit; surround the identifier with double quotes
SELECT x FROM (VALUES 1, 2) AS t (x) LIMIT 10%;
--> ! The query syntax is invalid at line 1:47: mismatched input '<EOF>'
SELECT x FROM (VALUES 1, 2) AS t (x) LIMIT 1, 2;
--> ! The query syntax is invalid at line 1:48: mismatched input '<EOF>'
SELECT x, FROM (VALUES 1) AS t (x);
--> ! The query syntax is invalid at line 1:11: mismatched input 'FROM'
SELECT abs(1,);
--> ! The query syntax is invalid at line 1:14: mismatched input ')'
SELECT x FROM (VALUES 1) AS t (x) JOIN (VALUES 1) AS u (y);
--> ! The query syntax is invalid at line 1:59: mismatched input '<EOF>'
SELECT x FROM (VALUES 1) AS t (x) CROSS JOIN (VALUES 1) AS u (y) ON x = y;
--> ! The query syntax is invalid at line 1:74: mismatched input '<EOF>'
SELECT CAST(1 AS string);
--> ! line 1:13: Unknown type: string
SELECT x FROM (VALUES 1) AS t (x) GROUP BY x WITH ROLLUP;
--> ! The query syntax is invalid at line 1:57: mismatched input '<EOF>'
DESCRIBE SELECT 1;
--> ! The query syntax is invalid: DESCRIBE takes a table
DESCRIBE nosuch;
--> ! line 1:1: Table 'nosuch' does not exist: write it as "database"."table"

-- Errors name the words that were written.
SELECT 'a' SIMILAR TO 'b';
--> ! line 1:8: ''a' SIMILAR TO 'b'' is not supported by this embedded Timestream
SELECT listagg(x, ',') WITHIN GROUP (ORDER BY x) FROM (VALUES 'a') AS t (x);
--> ! line 1:8: 'listagg(x, ',') WITHIN GROUP (ORDER BY x)' is not supported by this embedded Timestream

WITH a AS (SELECT 1 AS x), A AS (SELECT 2 AS x) SELECT x FROM a;
--> ! line 1:28: WITH query name 'A' specified more than once

-- A constant orders nothing; only a whole number that stands alone is a place.
SELECT x FROM (VALUES 1) AS t (x) ORDER BY 'a';
--> 1
SELECT x FROM (VALUES 1) AS t (x) ORDER BY -1, 1 + 1;
--> 1
SELECT 'a' LIKE 'a' ESCAPE 'xx';
--> ! line 1:28: Escape string must be a single character

-- Joins in parentheses may start with anything.
SELECT a.x, b.y FROM ((VALUES 1) AS a (x) CROSS JOIN (VALUES 2) AS b (y));
--> 1 | 2
SELECT a.x, c.z
FROM (VALUES 1, 2) AS a (x)
LEFT JOIN ((VALUES 1) AS b (y) JOIN (VALUES 1) AS c (z) ON b.y = c.z) ON a.x = b.y
ORDER BY a.x;
--> 1 | 1
--> 2 | NULL
-- A column is named once in USING
SELECT k FROM (VALUES 1) AS a (k) JOIN (VALUES 1) AS b (k) USING (k, K);
--> ! line 1:70: Column 'K' appears multiple times in the JOIN USING clause
