-- https://docs.aws.amazon.com/timestream/latest/developerguide/conversion-functions.html

SELECT CAST('12' AS bigint), CAST('-3' AS integer), CAST('1.5' AS double), CAST('1e3' AS double), CAST('NaN' AS double), CAST('Infinity' AS double);
--> 12 | -3 | 1.5 | 1000.0 | NaN | Infinity
SELECT CAST('1.5' AS bigint);
--> ! Cannot cast '1.5' to a whole number
SELECT CAST('' AS double);
--> ! Cannot cast a value to the requested type
SELECT CAST('3000000000' AS integer);
--> ! Cannot cast a value to the requested type
SELECT CAST(2.5 AS bigint), CAST(3.5 AS bigint), CAST(-2.5 AS integer), CAST(5 AS double), CAST(3000000000 AS double);
--> 3 | 4 | -3 | 5.0 | 3.0E9
SELECT CAST(3000000000 AS integer);
--> ! Numeric value is out of range
SELECT CAST(1.5 AS varchar), CAST(1e10 AS varchar), CAST(5 AS varchar), CAST(true AS varchar), CAST(NULL AS varchar);
--> 1.5 | 1.0E10 | 5 | true | NULL
SELECT CAST(TIMESTAMP '2022-01-02 03:04:05.6' AS varchar), CAST(DATE '2022-01-02' AS varchar), CAST(TIME '03:04' AS varchar), CAST(1d AS varchar), CAST(INTERVAL '14' month AS varchar);
--> 2022-01-02 03:04:05.600000000 | 2022-01-02 | 03:04:00.000000000 | 1 00:00:00.000000000 | 1-2
SELECT CAST('true' AS boolean), CAST('F' AS boolean), CAST(1 AS boolean), CAST(0.0 AS boolean), CAST(true AS bigint), CAST(false AS double);
--> true | false | true | false | 1 | 0.0
SELECT CAST('yes' AS boolean);
--> ! Cannot cast 'yes' to BOOLEAN
SELECT CAST('2022-01-02 03:04:05.123456789' AS timestamp), CAST('2022-01-02' AS timestamp), CAST('2022-01-02' AS date), CAST('03:04:05' AS time);
--> 2022-01-02 03:04:05.123456789 | 2022-01-02 00:00:00.000000000 | 2022-01-02 | 03:04:05.000000000
SELECT CAST('2022-13-02' AS date);
--> ! Value cannot be cast to date: 2022-13-02
SELECT CAST('2022-01-02T03:04:05Z' AS timestamp);
--> ! Value cannot be cast to timestamp: 2022-01-02T03:04:05Z
SELECT CAST(TIMESTAMP '2022-01-02 03:04:05' AS date), CAST(DATE '2022-01-02' AS timestamp), CAST(TIMESTAMP '2022-01-02 03:04:05.000000006' AS time);
--> 2022-01-02 | 2022-01-02 00:00:00.000000000 | 03:04:05.000000006
SELECT TRY_CAST('x' AS bigint), TRY_CAST('1' AS bigint), TRY_CAST('x' AS timestamp), TRY_CAST('x' AS date), TRY_CAST('x' AS boolean), TRY_CAST(3000000000 AS integer), TRY_CAST('x' AS double), TRY_CAST('99:99' AS time);
--> NULL | 1 | NULL | NULL | NULL | NULL | NULL | NULL
SELECT CAST(now() AS bigint);
--> ! line 1:13: Cannot cast timestamp to bigint
SELECT CAST(5 AS date);
--> ! line 1:13: Cannot cast integer to date
SELECT CAST('a' AS nosuchtype);
--> ! line 1:13: Unknown type: nosuchtype
SELECT CAST('abc' AS varchar(2));
--> ab
SELECT typeof(1), typeof(3000000000), typeof(1.5), typeof('a'), typeof(true), typeof(NULL), typeof(now()), typeof(current_date), typeof(current_time), typeof(1 = 1);
--> integer | bigint | double | varchar | boolean | unknown | timestamp | date | time | boolean
-- Conditional expressions
SELECT CASE 1 WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE 'many' END, CASE WHEN 1 > 2 THEN 1 END, CASE WHEN true THEN 1 ELSE 2.5 END;
--> one | NULL | 1.0
SELECT CASE WHEN true THEN 1 ELSE 'a' END;
--> ! line 1:35: All CASE results must be the same type: integer, varchar
SELECT CASE WHEN 1 THEN 2 END;
--> ! line 1:18: CASE WHEN clause must evaluate to a boolean: actual type integer
SELECT if(1 > 0, 'yes', 'no'), if(1 < 0, 'yes'), if(NULL, 1, 2);
--> yes | NULL | 2
SELECT coalesce(NULL, 2, 3), coalesce(NULL, 1.5, 2), nullif(1, 1), nullif(1, 2), nullif('a', 'b');
--> 2 | 1.5 | NULL | 1 | a
SELECT coalesce('a', 1);
--> ! line 1:8: Unexpected parameters (varchar, integer) for function coalesce. Expected: coalesce(T...)
SELECT try(1 / 0), try(CAST('x' AS bigint)), coalesce(try(ARRAY[1][5]), 0), try(5);
--> NULL | NULL | 0 | 5
SELECT greatest(1, 5, 3), least(1, 5, 3), greatest('a', 'b'), greatest(1, NULL), least(1.5, 2), greatest(DATE '2022-01-01', DATE '2021-01-01');
--> 5 | 1 | b | NULL | 1.5 | 2022-01-01
-- Logic and comparison
SELECT true AND false, true OR NULL, NOT true, NULL AND false, NOT (1 = 2);
--> false | true | false | false | true
SELECT 1 AND true;
--> ! line 1:8: Logical expression term 1 must evaluate to a boolean: actual type integer
SELECT NOT 5;
--> ! line 1:12: Value of logical NOT expression must evaluate to a boolean: actual type integer
SELECT 1 = 1.0, 1 <> 2, 1 != 1, 2 >= 1, NULL = NULL, NULL IS NULL, 1 IS NOT NULL, 1 IS DISTINCT FROM NULL, NULL IS NOT DISTINCT FROM NULL;
--> true | true | false | true | NULL | true | true | true | true
SELECT 1 = 'a';
--> ! line 1:10: '=' cannot be applied to integer, varchar
SELECT 5 BETWEEN 1 AND 10, 5 NOT BETWEEN 1 AND 3, 1.5 BETWEEN 1 AND 2, NULL BETWEEN 1 AND 2;
--> true | true | true | NULL
SELECT 1 BETWEEN 'a' AND 'b';
--> ! line 1:8: Cannot check if integer is BETWEEN varchar and varchar
SELECT 1 IN (1, 2), 3 NOT IN (1, 2), NULL IN (1), 1 IN (2, NULL), 1.0 IN (1, 2);
--> true | true | NULL | NULL | true
SELECT 1 IN ('a');
--> ! line 1:14: IN value and list items must be the same type: integer, varchar
SELECT 5 > ALL (SELECT 3), 5 < ANY (SELECT x FROM (VALUES 1, 9) AS t (x)), 5 = SOME (SELECT 5);
--> true | true | true
-- What stands first is asked first
SELECT x <> 0 AND 10 / x > 1, x = 0 OR 10 / x > 1 FROM (VALUES 0, 1) AS t (x);
--> false | true
--> true | true
SELECT x FROM (VALUES 0, 1, NULL) AS t (x) WHERE x <> 0 AND 10 / x > 1;
--> 1
SELECT NULL AND 1 / 1 = 1, NULL AND 1 / 1 = 2, NULL OR 1 / 1 = 1;
--> NULL | false | true
SELECT now() - 1000y;
--> ! Value is out of range
-- White space around a date, a time and a number
SELECT CAST(chr(9) || '2022-01-02' || chr(10) AS date), CAST(chr(9) || '2022-01-02 10:00:00' AS timestamp), CAST(chr(9) || '10:00' AS time), CAST(chr(9) || '1.5' AS double);
--> 2022-01-02 | 2022-01-02 10:00:00.000000000 | 10:00:00.000000000 | 1.5
