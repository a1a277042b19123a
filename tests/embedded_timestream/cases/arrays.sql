-- https://docs.aws.amazon.com/timestream/latest/developerguide/array-functions.html

SELECT ARRAY[1, 2], ARRAY['a', NULL], ARRAY[], ARRAY[1, 2.5], ARRAY[ARRAY[1], ARRAY[2, 3]];
--> [1, 2] | [a, NULL] | [] | [1.0, 2.5] | [[1], [2, 3]]
SELECT ARRAY[1, 'a'];
--> ! line 1:17: All ARRAY elements must be the same type: integer, varchar
SELECT ARRAY[1, 2, 3][2], ARRAY['a'][1];
--> 2 | a
SELECT ARRAY[1][2];
--> ! Array subscript must be less than or equal to array length: 2 > 1
SELECT ARRAY[1][0];
--> ! SQL array indices start at 1
SELECT ARRAY[1][-1];
--> ! Array subscript is negative: -1
SELECT ARRAY[1] || ARRAY[2, 3], ARRAY[1] || 2, 0 || ARRAY[1], ARRAY[1] || ARRAY[2.5];
--> [1, 2, 3] | [1, 2] | [0, 1] | [1.0, 2.5]
SELECT array_distinct(ARRAY[3, 1, 3, NULL, NULL, 2]);
--> [3, 1, NULL, 2]
SELECT array_intersect(ARRAY[1, 2, 2, 3], ARRAY[2, 3, 4]), array_union(ARRAY[1, 2], ARRAY[2, 3]), array_except(ARRAY[1, 2, 3], ARRAY[2]);
--> [2, 3] | [1, 2, 3] | [1, 3]
SELECT array_join(ARRAY[1, 2, NULL, 4], '-'), array_join(ARRAY[1, 2, NULL, 4], '-', '?'), array_join(ARRAY[1.5], ','), array_join(ARRAY[now()], ',');
--> 1-2-4 | 1-2-?-4 | 1.5 | 2026-01-05 12:00:00.000000000
SELECT array_max(ARRAY[1, 5, 3]), array_min(ARRAY['b', 'a']), array_max(ARRAY[1, NULL]);
--> 5 | a | NULL
SELECT array_position(ARRAY[10, 20], 20), array_position(ARRAY[10, 20], 30);
--> 2 | 0
SELECT array_remove(ARRAY[1, 2, 1], 1), array_sort(ARRAY[3, NULL, 1]), arrays_overlap(ARRAY[1, 2], ARRAY[2, 3]), arrays_overlap(ARRAY[1], ARRAY[2]), arrays_overlap(ARRAY[1, NULL], ARRAY[2]);
--> [2] | [1, 3, NULL] | true | false | NULL
SELECT cardinality(ARRAY[1, 2]), cardinality(ARRAY[]);
--> 2 | 0
SELECT concat(ARRAY[1], ARRAY[2], ARRAY[3]), contains(ARRAY[1, 2], 2), contains(ARRAY[1], 2), contains(ARRAY[1, NULL], 2);
--> [1, 2, 3] | true | false | NULL
SELECT element_at(ARRAY[1, 2, 3], -1), element_at(ARRAY[1, 2, 3], 4), element_at(ARRAY[1], 1);
--> 3 | NULL | 1
SELECT element_at(ARRAY[1], 0);
--> ! SQL array indices start at 1
SELECT filter(ARRAY[5, -6, NULL, 7], x -> x > 0), filter(ARRAY[], x -> true);
--> [5, 7] | []
SELECT flatten(ARRAY[ARRAY[1, 2], ARRAY[3]]), repeat('a', 3), repeat(1, 0);
--> [1, 2, 3] | [a, a, a] | []
SELECT reduce(ARRAY[5, 20, 50], 0, (s, x) -> s + x, s -> s), reduce(ARRAY[5, 20], 0.0, (s, x) -> s + x, s -> s / 2), reduce(ARRAY[], 7, (s, x) -> s, s -> s);
--> 75 | 12.5 | 7
SELECT reduce(ARRAY[2147483647, 1], CAST(0 AS bigint), (s, x) -> s + x, s -> s), reduce(ARRAY[5.0, 6.0, 10.0], CAST(ROW(0.0, 0) AS ROW(sum DOUBLE, count INTEGER)), (s, x) -> CAST(ROW(x + s.sum, s.count + 1) AS ROW(sum DOUBLE, count INTEGER)), s -> s.sum / s.count);
--> 2147483648 | 7.0
SELECT reverse(ARRAY[1, 2, 3]), cardinality(shuffle(ARRAY[1, 2, 3])), slice(ARRAY[1, 2, 3, 4], 2, 2), slice(ARRAY[1, 2, 3, 4], -2, 2), slice(ARRAY[1, 2], 5, 1);
--> [3, 2, 1] | 3 | [2, 3] | [3, 4] | []
SELECT slice(ARRAY[1], 0, 1);
--> ! SQL array indices start at 1
SELECT sequence(1, 5), sequence(5, 1), sequence(1, 10, 3), sequence(3, 1, -1);
--> [1, 2, 3, 4, 5] | [5, 4, 3, 2, 1] | [1, 4, 7, 10] | [3, 2, 1]
SELECT sequence(1, 5, -1);
--> ! sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start
SELECT sequence(1, 5, 0);
--> ! step must not be zero
SELECT sequence(DATE '2022-01-30', DATE '2022-02-01'), sequence(DATE '2022-01-01', DATE '2022-03-31', INTERVAL '1' month);
--> [2022-01-30, 2022-01-31, 2022-02-01] | [2022-01-01, 2022-02-01, 2022-03-01]
SELECT sequence(TIMESTAMP '2022-04-02 10:00:00', TIMESTAMP '2022-04-02 10:01:00', 30s), sequence(TIMESTAMP '2022-01-31 00:00:00', TIMESTAMP '2022-03-31 00:00:00', 1mo);
--> [2022-04-02 10:00:00.000000000, 2022-04-02 10:00:30.000000000, 2022-04-02 10:01:00.000000000] | [2022-01-31 00:00:00.000000000, 2022-02-28 00:00:00.000000000, 2022-03-31 00:00:00.000000000]
SELECT transform(ARRAY[1, 2], x -> x * 2), transform(ARRAY['a'], x -> x || '0'), transform(ARRAY[1, NULL], x -> coalesce(x, 0) + 1), transform(ARRAY[ARRAY[1, NULL, 2]], a -> filter(a, x -> x IS NOT NULL));
--> [2, 4] | [a0] | [2, 1] | [[1, 2]]
SELECT zip(ARRAY[1, 2], ARRAY['a', 'b', 'c']), zip_with(ARRAY[1, 3, 5], ARRAY['a', 'b', 'c'], (x, y) -> (y, x)), zip_with(ARRAY[1, 2], ARRAY[3, 4], (x, y) -> x + y);
--> [(1, a), (2, b), (NULL, c)] | [(a, 1), (b, 3), (c, 5)] | [4, 6]
SELECT all_match(ARRAY[1, 2], x -> x > 0), any_match(ARRAY[1, 2], x -> x > 1), none_match(ARRAY[1, 2], x -> x > 5), all_match(ARRAY[], x -> false), any_match(ARRAY[1, NULL], x -> x > 1);
--> true | true | true | true | NULL
SELECT filter(ARRAY[1], 5);
--> ! line 1:8: Unexpected parameters (array(integer), integer) for function filter. Expected: filter(array(T), function(T,boolean)), filter(timeseries(T), function(row("time" timestamp, "value" T),boolean))
SELECT transform(ARRAY[1], (x, y) -> x);
--> ! line 1:29: Expected a lambda that takes 1 argument(s) but got 2
SELECT filter(ARRAY[1], x -> x + 1);
--> ! line 1:25: Lambda must answer boolean, not integer
SELECT filter(ARRAY[1], x -> y > 1);
--> ! line 1:30: Column 'y' does not exist
-- Rows
SELECT ROW(1, 'a'), (1, 'a'), CAST(ROW(1, 2.0) AS ROW(x bigint, y double)).y, ROW(1, 'a')[2], typeof(ROW(1, CAST(ROW('a') AS ROW(b varchar))));
--> (1, a) | (1, a) | 2.0 | a | row(integer, row("b" varchar))
SELECT CAST(ROW(1) AS ROW(x bigint)).z;
--> ! line 1:13: Column 'CAST(ROW(1) AS ROW(x BIGINT)).z' does not exist
SELECT ROW(1, 2) = ROW(1, 2), ROW(1, 2) = ROW(1, 3), ROW(1, 'a') IN (ROW(1, 'a'));
--> true | false | true
-- Maps
SELECT MAP(ARRAY['a', 'b'], ARRAY[1, 2])['b'], cardinality(MAP(ARRAY['a'], ARRAY[1])), element_at(MAP(ARRAY['a'], ARRAY[1]), 'z');
--> 2 | 1 | NULL
SELECT MAP(ARRAY['a'], ARRAY[1])['z'];
--> ! Key not present in map: z
SELECT MAP(ARRAY['a', 'a'], ARRAY[1, 2]);
--> ! Duplicate map keys are not allowed
SELECT MAP(ARRAY['a'], ARRAY[1, 2]);
--> ! Key and value arrays must be the same length
SELECT map_keys(MAP(ARRAY['a', 'b'], ARRAY[1, 2])), map_values(MAP(ARRAY['a', 'b'], ARRAY[1, 2])), map_entries(MAP(ARRAY[1], ARRAY['x'])), MAP();
--> [a, b] | [1, 2] | [(1, x)] | []
SELECT map_concat(MAP(ARRAY['a'], ARRAY[1]), MAP(ARRAY['a', 'b'], ARRAY[9, 2])), map_filter(MAP(ARRAY[10, 20], ARRAY['a', NULL]), (k, v) -> v IS NOT NULL), map_from_entries(ARRAY[(1, 'x'), (2, 'y')]);
--> [(a, 9), (b, 2)] | [(10, a)] | [(1, x), (2, y)]
SELECT transform_keys(MAP(ARRAY[1, 2], ARRAY['a', 'b']), (k, v) -> k + 1), transform_values(MAP(ARRAY[1, 2], ARRAY[10, 20]), (k, v) -> k + v);
--> [(2, a), (3, b)] | [(1, 11), (2, 22)]
SELECT CAST(MAP(ARRAY['1'], ARRAY[1]) AS MAP(bigint, double)), CAST(ARRAY[1, 2] AS ARRAY(varchar)), CAST(ROW(1, '2') AS ROW(a varchar, b bigint));
--> [(1, 1.0)] | [1, 2] | (1, 2)
SELECT typeof(MAP(ARRAY['a'], ARRAY[1])), typeof(ARRAY[1]), typeof(ARRAY[NULL]), typeof(ARRAY[now()]);
--> map(varchar, integer) | array(integer) | array(unknown) | array(timestamp)
-- An argument that is NULL
SELECT array_union(n, ARRAY[1]), array_except(ARRAY[1], n), array_intersect(n, ARRAY[1]), arrays_overlap(n, ARRAY[1]), array_distinct(n), array_join(n, ','), array_max(n), array_min(n), array_position(ARRAY[1], NULL), array_remove(ARRAY[1], NULL), array_sort(n) FROM (VALUES CAST(NULL AS array(integer))) AS t (n);
--> NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL
SELECT concat(n, ARRAY[1]), ARRAY[1] || n, reverse(n), slice(n, 1, 1), zip(n, ARRAY[1]), zip_with(n, ARRAY[1], (x, y) -> x), filter(n, x -> true), transform(n, x -> x), reduce(n, 0, (s, x) -> s + x, s -> s), all_match(n, x -> true), none_match(n, x -> true), contains(ARRAY[1], NULL), element_at(n, 1), n[1], cardinality(n) FROM (VALUES CAST(NULL AS array(integer))) AS t (n);
--> NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL
-- Elements that are NULL
SELECT array_distinct(ARRAY[3, NULL, 1, 3, NULL]), array_union(ARRAY[1, NULL], ARRAY[NULL, 2]), array_intersect(ARRAY[1, NULL, 1], ARRAY[NULL, 1]), array_except(ARRAY[1, 1, NULL], ARRAY[2]), array_max(ARRAY[1, NULL]), array_sort(ARRAY['b', NULL, 'a']), array_remove(ARRAY[1, NULL], 1), contains(ARRAY[1, NULL], 3), arrays_overlap(ARRAY[1, NULL], ARRAY[2]);
--> [3, NULL, 1] | [1, NULL, 2] | [1, NULL] | [1, NULL] | NULL | [a, b, NULL] | [NULL] | NULL | NULL
-- Arrays and rows are compared element by element; what hangs on a NULL is unknown
SELECT ARRAY[1, 2] = ARRAY[1, 2], ARRAY[1, 2] <> ARRAY[2, 1], ARRAY[1] = ARRAY[1, 2], ARRAY[1, NULL] = ARRAY[1, NULL], ARRAY[1, NULL] = ARRAY[2, NULL], ROW(1, NULL) = ROW(1, NULL), ROW(1, NULL) = ROW(2, NULL), ARRAY[ROW(1, NULL)] <> ARRAY[ROW(1, 2)], ARRAY[1] = ARRAY[1.0];
--> true | true | false | NULL | false | NULL | false | NULL | true
SELECT ARRAY[1, NULL] IS DISTINCT FROM ARRAY[1, NULL], ARRAY[1] IN (ARRAY[2], ARRAY[1]), CASE ARRAY[1] WHEN ARRAY[1] THEN 'same' END, filter(ARRAY[ARRAY[1], ARRAY[2]], x -> x = ARRAY[2]);
--> false | true | same | [[2]]
SELECT zip(ARRAY[6, 8, 2, 9, 3], ARRAY[15, 24]), zip(ARRAY[1], ARRAY['b'], ARRAY[3.5]), zip(ARRAY[1], ARRAY[2], ARRAY['x'], ARRAY[4], ARRAY[1.5]), typeof(zip(ARRAY[1], ARRAY['a']));
--> [(6, 15), (8, 24), (2, NULL), (9, NULL), (3, NULL)] | [(1, b, 3.5)] | [(1, 2, x, 4, 1.5)] | array(row(integer, varchar))
SELECT repeat(1, 3), repeat('a', 0), repeat(NULL, 2);
--> [1, 1, 1] | [] | [NULL, NULL]
SELECT repeat(1, -1);
--> ! count argument of repeat function must be greater than or equal to 0
SELECT sequence('2023-04-02 19:26:12.941000000', '2023-04-06 19:26:12.941000000', 2d), sequence(TIMESTAMP '2023-04-02 19:26:12.941000000', TIMESTAMP '2023-04-04 19:26:12.941000000');
--> [2023-04-02 19:26:12.941000000, 2023-04-04 19:26:12.941000000, 2023-04-06 19:26:12.941000000] | [2023-04-02 19:26:12.941000000, 2023-04-03 19:26:12.941000000, 2023-04-04 19:26:12.941000000]
SELECT sequence(TIMESTAMP '2023-04-02 00:00:00', TIMESTAMP '2023-04-01 12:00:00', -6h), sequence(DATE '2023-01-31', DATE '2023-04-30', 1month), sequence(DATE '2023-01-01', DATE '2023-01-03'), sequence(TIMESTAMP '2023-01-31 10:00:00', TIMESTAMP '2023-03-31 09:00:00', 1month);
--> [2023-04-02 00:00:00.000000000, 2023-04-01 18:00:00.000000000, 2023-04-01 12:00:00.000000000] | [2023-01-31, 2023-02-28, 2023-03-31, 2023-04-30] | [2023-01-01, 2023-01-02, 2023-01-03] | [2023-01-31 10:00:00.000000000, 2023-02-28 10:00:00.000000000]
SELECT sequence(8, 5), sequence(15, 3, -4), sequence(1, 1), cardinality(sequence(1, 10000));
--> [8, 7, 6, 5] | [15, 11, 7, 3] | [1] | 10000
SELECT sequence(1, 10001);
--> ! result of sequence function must not have more than 10000 entries
SELECT cardinality(shuffle(ARRAY[6, 8, 2, 9, 3])), array_sort(shuffle(ARRAY[6, 8, 2, 9, 3]));
--> 5 | [2, 3, 6, 8, 9]
-- The state of reduce may be wider than what it starts from
SELECT reduce(ARRAY[1, 2, 3], 0, (s, x) -> s / 2 + x + 0.5, s -> s), reduce(ARRAY[5, 20, NULL, 50], 0, (s, x) -> s + coalesce(x, 0), s -> CAST(s AS varchar)), reduce(ARRAY['a', 'b'], '', (s, x) -> concat(s, x), s -> length(s));
--> 5.125 | 75 | 2
SELECT transform(ARRAY[ARRAY[1, 2], ARRAY[3]], x -> transform(x, y -> y + cardinality(x))), filter(ARRAY[1, 2, 3], x -> x > n) FROM (VALUES 1) AS t (n);
--> [[3, 4], [4]] | [2, 3]
SELECT combinations(ARRAY[1, 2], 2);
--> ! line 1:8: Function combinations not registered
SELECT array_distinct(ARRAY[]), array_distinct(ARRAY[NULL, NULL]), array_distinct(ARRAY[3, 1, 3, NULL, 2, NULL, 1]), array_distinct(ARRAY['b', 'a', 'b']), array_distinct(ARRAY[ARRAY[1], ARRAY[1], ARRAY[2]]), array_distinct(ARRAY[nan(), nan(), 1.0]), array_distinct(ARRAY[ROW(1, 2), ROW(1, 2)]);
--> [] | [NULL] | [3, 1, NULL, 2] | [b, a] | [[1], [2]] | [NaN, 1.0] | [(1, 2)]
SELECT array_union(ARRAY[], ARRAY[]), array_union(ARRAY[2, 1], ARRAY[1, 3]), array_except(ARRAY[1], ARRAY[1]), array_intersect(ARRAY[2, 1, 2], ARRAY[1, 2]);
--> [] | [2, 1, 3] | [] | [2, 1]
SELECT cardinality(array_distinct(sequence(1, 10000))), cardinality(array_union(sequence(1, 5000), sequence(2000, 7000)));
--> 10000 | 7000

SELECT transform(ARRAY[1], x -> sum(x));
--> ! line 1:33: Lambda expression cannot contain aggregations, window functions or grouping operations: [sum(x)]
-- Rows beside NULL
SELECT ARRAY[ROW(1, 'a'), NULL], ARRAY[NULL, ROW(1, 'a')], coalesce(NULL, ROW(1, 'a')), ARRAY[ROW(1, NULL), ROW(NULL, 'a')];
--> [(1, a), NULL] | [NULL, (1, a)] | (1, a) | [(1, NULL), (NULL, a)]
-- NaN is the answer wherever it stands, and is not removed
SELECT array_min(ARRAY[1.0, nan()]), array_max(ARRAY[nan(), 1.0]), array_min(ARRAY[NULL, nan(), 1]), array_max(ARRAY[1.0, NULL]), array_min(ARRAY[]), array_remove(ARRAY[1.0, nan(), 2.0], nan()), array_remove(ARRAY[1.0, nan(), NULL], 1.0);
--> NaN | NaN | NaN | NULL | NULL | [1.0, NaN, 2.0] | [NaN, NULL]
-- An empty array overlaps nothing
SELECT arrays_overlap(ARRAY[], ARRAY[NULL]), arrays_overlap(ARRAY[NULL], ARRAY[]), arrays_overlap(ARRAY[1], ARRAY[NULL]), arrays_overlap(ARRAY[1, NULL], ARRAY[1]);
--> false | false | NULL | true
-- A comparator says -1, 0 or 1, and equal elements keep their order
SELECT array_sort(ARRAY[3, 1, 2], (x, y) -> IF(x < y, 1, IF(x = y, 0, -1))), array_sort(ARRAY['bb', 'a', 'cc', 'd'], (x, y) -> IF(length(x) < length(y), -1, IF(length(x) = length(y), 0, 1))), array_sort(ARRAY[], (x, y) -> 0), array_sort(CAST(NULL AS array(bigint)), (x, y) -> 0);
--> [3, 2, 1] | [a, d, bb, cc] | [] | NULL
SELECT array_sort(ARRAY[3, 1, NULL, 2], (x, y) -> CASE WHEN x IS NULL THEN 1 WHEN y IS NULL THEN -1 WHEN x < y THEN 1 WHEN x = y THEN 0 ELSE -1 END), transform(ARRAY[ARRAY[1, 2]], a -> array_sort(a, (x, y) -> IF(x < y, 1, -1)));
--> [3, 2, 1, NULL] | [[2, 1]]
SELECT array_sort(ARRAY[1, 2], (x, y) -> 2);
--> ! Lambda comparator must return either -1, 0, or 1
SELECT array_sort(ARRAY[1, 2], (x, y) -> NULL);
--> ! Lambda comparator must return either -1, 0, or 1
-- Maps are equal whatever their order; a NULL inside leaves it unknown
SELECT MAP(ARRAY[1, 2], ARRAY['a', 'b']) = MAP(ARRAY[2, 1], ARRAY['b', 'a']), MAP(ARRAY[1], ARRAY['a']) <> MAP(ARRAY[1], ARRAY['b']), MAP(ARRAY[1], ARRAY[NULL]) = MAP(ARRAY[1], ARRAY[NULL]), MAP(ARRAY[1, 2], ARRAY[NULL, 1]) = MAP(ARRAY[1, 2], ARRAY[1, 2]), MAP(ARRAY[1], ARRAY[1]) = MAP(ARRAY[2], ARRAY[1]), MAP() = MAP(), MAP(ARRAY[1], ARRAY[1]) = NULL;
--> true | true | NULL | false | false | true | NULL
SELECT ARRAY[MAP(ARRAY[1, 2], ARRAY[1, 2])] = ARRAY[MAP(ARRAY[2, 1], ARRAY[2, 1])], MAP(ARRAY['a'], ARRAY[ARRAY[1, NULL]]) = MAP(ARRAY['a'], ARRAY[ARRAY[2, NULL]]);
--> true | false
-- Maps beside NULL
SELECT map_concat(MAP(ARRAY[1], ARRAY['a']), NULL), map_concat(NULL, MAP(ARRAY[1], ARRAY['a'])), map_concat(MAP(ARRAY[1], ARRAY['a']), MAP(ARRAY[2], ARRAY[NULL]), MAP(ARRAY[1], ARRAY['c'])), map_concat(MAP(), MAP(ARRAY[1], ARRAY[2]));
--> NULL | NULL | [(1, c), (2, NULL)] | [(1, 2)]
-- An element that is NULL makes the array NULL
SELECT ARRAY[1] || CAST(NULL AS integer), CAST(NULL AS integer) || ARRAY[1], concat(ARRAY[1], NULL);
--> NULL | NULL | NULL
-- IN and IS DISTINCT FROM compare as = does
SELECT MAP(ARRAY[1, 2], ARRAY[1, 2]) IN (MAP(ARRAY[2, 1], ARRAY[2, 1])), ARRAY[1, NULL] IN (ARRAY[1, NULL]), ARRAY[1] IN (ARRAY[1, NULL], ARRAY[1]), ROW(1, NULL) IN (ROW(2, NULL)), ARRAY[1] NOT IN (ARRAY[2]);
--> true | NULL | true | false | true
SELECT MAP(ARRAY[1, 2], ARRAY[1, 2]) IS DISTINCT FROM MAP(ARRAY[2, 1], ARRAY[2, 1]), MAP(ARRAY[1], ARRAY[NULL]) IS NOT DISTINCT FROM MAP(ARRAY[1], ARRAY[NULL]), MAP(ARRAY[1], ARRAY[2]) IS DISTINCT FROM NULL;
--> false | true | true
