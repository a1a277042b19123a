-- https://docs.aws.amazon.com/timestream/latest/developerguide/string-functions.html

SELECT chr(65), chr(8364), codepoint('A'), codepoint('€');
--> A | € | 65 | 8364
SELECT codepoint('ab');
--> ! Input string must be a single character string
SELECT concat('ab', 'cd'), concat('a', 'b', 'c'), concat('a', NULL), 'a' || 'b' || 'c', 'a' || NULL;
--> abcd | abc | NULL | abc | NULL
SELECT 'a' || 1;
--> ! line 1:8: Unexpected parameters (varchar, integer) for function concat. Expected: concat(varchar...), concat(array(T)...), concat(array(T), T), concat(T, array(T))
SELECT concat_ws(',', 'a', 'b'), concat_ws(',', 'a', NULL, 'b'), concat_ws('-', ARRAY['x', 'y']);
--> a,b | a,b | x-y
SELECT hamming_distance('karolin', 'kathrin'), levenshtein_distance('kitten', 'sitting');
--> 3 | 3
SELECT hamming_distance('a', 'ab');
--> ! The input strings to hamming_distance function must have the same length
SELECT length('bridge'), length(''), length('Göteborg'), length(NULL);
--> 6 | 0 | 8 | NULL
SELECT lower('BRO'), upper('bro'), upper('å');
--> bro | BRO | Å
SELECT lpad('7', 3, '0'), rpad('ab', 5, 'xy'), lpad('abcdef', 3, 'x'), rpad('abcdef', 3, 'x');
--> 007 | abxyx | abc | abc
SELECT lpad('a', 5, '');
--> ! Padding string must not be empty
SELECT '[' || ltrim('  a ') || ']', '[' || rtrim(' a  ') || ']', '[' || trim('  a  ') || ']';
--> [a ] | [ a] | [a]
SELECT replace('banana', 'an'), replace('banana', 'an', 'AN'), replace('abc', 'x', 'y');
--> ba | bANANa | abc
SELECT reverse('abc'), reverse('åäö');
--> cba | öäå
SELECT split('a,b,c', ','), split('a,b,c', ',', 2), split('a', ','), split('a,,b', ',');
--> [a, b, c] | [a, b,c] | [a] | [a, , b]
SELECT split('a,b', ',', 0);
--> ! Limit must be positive
SELECT split_part('a,b,c', ',', 2), split_part('a,b,c', ',', 9);
--> b | NULL
SELECT split_part('a,b', ',', 0);
--> ! Index must be greater than zero
SELECT split_to_map('a=1;b=2', ';', '=');
--> [(a, 1), (b, 2)]
SELECT strpos('drawbridge', 'bridge'), strpos('abc', 'x'), position('bridge' IN 'drawbridge');
--> 5 | 0 | 5
SELECT strpos('abcabc', 'c', 2), strpos('abc', 'b', 9), strpos('aaa', 'aa', 2), strrpos('abcabc', 'c'), strrpos('abcabc', 'c', 2), strrpos('abc', 'x'), strpos('abc', '');
--> 6 | 0 | 2 | 6 | 3 | 0 | 1
SELECT strpos('abc', 'b', 0);
--> ! 'instance' must be a positive number.
SELECT substr('drawbridge', 5), substr('drawbridge', 5, 3), substr('drawbridge', -6), substr('drawbridge', -6, 3), substr('abc', 0), substr('abc', 9);
--> bridge | bri | bridge | bri |  |
SELECT substring('drawbridge', 1, 4), substring('drawbridge' FROM 5 FOR 6), substring('drawbridge' FROM 5);
--> draw | bridge | bridge
SELECT upper(5);
--> ! line 1:8: Unexpected parameters (integer) for function upper. Expected: upper(varchar)
SELECT nosuchfunction(1);
--> ! line 1:8: Function nosuchfunction not registered
SELECT length('a', 'b');
--> ! line 1:8: Unexpected parameters (varchar, varchar) for function length. Expected: length(varchar)
-- Comparison and LIKE
SELECT 'abc' LIKE 'a%', 'abc' LIKE '_b_', 'abc' NOT LIKE 'b%', 'a%c' LIKE 'a!%c' ESCAPE '!', NULL LIKE 'a';
--> true | true | true | true | NULL
SELECT 'a' < 'b', 'a' BETWEEN 'a' AND 'c', 'b' IN ('a', 'b'), 'x' NOT IN ('a', 'b');
--> true | true | true | true
SELECT 'it''s', '', 'ÅÄÖ';
--> it's |  | ÅÄÖ

SELECT chr(-1);
--> ! Not a valid Unicode code point: -1
SELECT chr(1114112);
--> ! Not a valid Unicode code point: 1114112
SELECT split('a,b', '');
--> ! The delimiter may not be the empty string
SELECT cardinality(split('', ',')), split('a,b', ',', 5);
--> 1 | [a, b]
-- Distances count characters, not bytes
SELECT levenshtein_distance('hello naïve world', 'hello naive world'), hamming_distance('naïve', 'naive'), hamming_distance('', ''), levenshtein_distance('', ''), levenshtein_distance('', 'abc'), levenshtein_distance('kitten', 'sitting'), levenshtein_distance(NULL, 'a');
--> 1 | 1 | 0 | 0 | 3 | 3 | NULL
SELECT hamming_distance('a', 'ab');
--> ! The input strings to hamming_distance function must have the same length
-- White space is Java's: also U+2028 and tabs, but no U+00A0
SELECT length(trim(chr(8232) || 'a' || chr(8233))), length(ltrim(chr(9) || 'a' || chr(10))), length(rtrim('a ' || chr(12288))), length(trim(chr(160) || 'a')), length(trim(chr(9)));
--> 1 | 2 | 1 | 2 | 0
-- An empty text has no first letter
SELECT split_part('', '', 1), split_part('abc', '', 1), split_part('abc', '', 4), '[' || split_part('', ',', 1) || ']';
--> NULL | a | NULL | []
-- NULL makes a text or an array NULL
SELECT concat('a', NULL, 'b'), concat(NULL, NULL), concat(ARRAY[], ARRAY[1], NULL), concat(ARRAY[NULL], ARRAY[NULL]);
--> NULL | NULL | NULL | [NULL, NULL]
-- The empty text is found around every character
SELECT replace('abc', '', 'x'), replace('', '', 'x'), '[' || replace('abc', '') || ']', replace(NULL, '', 'x'), replace('abc', '', NULL);
--> xaxbxcx | x | [abc] | NULL | NULL
-- The characters that are trimmed
SELECT trim(' hello world ', ' ld'), ltrim('źółć', 'óź'), rtrim('hello  ', 'l o'), '[' || trim('   ', '') || ']', trim('a', NULL);
--> hello wor | łć | he | [   ] | NULL
