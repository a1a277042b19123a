-- https://docs.aws.amazon.com/timestream/latest/developerguide/regex-functions.html

SELECT regexp_extract_all('example expect complex', 'ex\w'), regexp_extract_all('example expect complex', '(ex)(\w)', 2), regexp_extract_all('abc', 'x');
--> [exa, exp] | [a, p] | []
SELECT regexp_extract('example expect', 'ex\w'), regexp_extract('example expect', '(ex)(\w)', 2), regexp_extract('abc', 'x');
--> exa | a | NULL
SELECT regexp_like('example', 'ex'), regexp_like('example', '^ample$'), regexp_like('Example', '(?i)EX');
--> true | false | true
SELECT regexp_replace('example expect', 'expect', 'surprise'), '[' || regexp_replace('example expect', 'expect') || ']';
--> example surprise | [example ]
SELECT regexp_replace('example', '(\w)', x -> upper(x[1])), regexp_replace('new york', '(\w)(\w*)', x -> upper(x[1]) || lower(x[2]));
--> EXAMPLE | New York
SELECT regexp_split('example', 'x'), regexp_split('1a 2b 14m', '\s*[a-z]+\s*'), regexp_split('', 'x'), regexp_split('abc', '');
--> [e, ample] | [1, 2, 14, ] | [] | [, a, b, c, ]
-- Groups in a replacement
SELECT regexp_replace('ab12', '([a-z])(\d)', '$2$1'), regexp_replace('ab', '(?<x>a)', '${x}${x}'), regexp_replace('a', 'a', '\$1'), regexp_replace('a.b', '\.', '\\');
--> a1b2 | aab | $1 | a\b
SELECT regexp_replace('a', 'a', '$5');
--> ! Illegal replacement sequence: unknown group
-- A group that took no part is not the empty text
SELECT regexp_extract('abc', '(x)?abc', 1), '[' || regexp_extract('a', '(b*)a', 1) || ']', regexp_extract_all('a1b', '([a-z])(\d)?', 2), regexp_replace('a1b', '([a-z])(\d)?', x -> x[2]);
--> NULL | [] | [1, NULL] | NULL
SELECT regexp_extract('abc', '(a)', 2);
--> ! Pattern has 1 groups. Cannot access group 2
-- Java's look-around, back-references, possessive quantifiers and quotations
SELECT regexp_like('abc', 'a(?=b)'), regexp_like('abc', 'a(?!b)'), regexp_extract('price: 5', '(?<=: )\d'), regexp_like('aa', '(a)\1'), regexp_like('abab', '(?<x>ab)\k<x>'), regexp_extract('aaa', 'a++'), regexp_like('aaa', 'a++a'), regexp_like('a.b', '\Q.b\E\z');
--> true | false | 5 | true | true | aaa | false | true
SELECT regexp_replace('a1b22', '\d(?=\d|$)'), regexp_split('a1b2c', '(?<=\d)'), regexp_extract_all('aab', '(?<c>\w)\k<c>');
--> a1b | [a1, b2, c] | [aa]
-- As in Java, \w is ASCII's, and . is any but the end of a line
SELECT regexp_like('école', '^\w+$'), regexp_like('x', '\p{L}'), regexp_like('a
b', 'a.b'), regexp_extract_all('aXbXc', '[^X]*'), regexp_replace('abc', '', '-');
--> false | true | false | [a, , b, , c, ] | -a-b-c-
SELECT regexp_like('a', '(?=\p{L})');
--> ! \p{...} together with groups or look-around is not supported by this embedded Timestream
SELECT regexp_like('a', '(');
--> ! Invalid regular expression
SELECT regexp_extract('a', '(', 1);
--> ! Invalid regular expression
SELECT regexp_like(NULL, 'a'), regexp_extract_all('a', NULL), regexp_extract('a', '(a)', NULL), regexp_replace('a', 'a', NULL), regexp_split(NULL, 'a'), regexp_replace(NULL, '(a)', x -> x[1]);
--> NULL | NULL | NULL | NULL | NULL | NULL
-- The pattern may be a column
SELECT measure_name, regexp_like(measure_name, measure_name), regexp_extract(measure_name, '^(.)', 1), regexp_replace(measure_name, '(.)bron', '$1bro') FROM bridges.status GROUP BY measure_name ORDER BY 1;
--> Hisingsbron | true | H | Hisingsbro
--> Marieholmsbron | true | M | Marieholmsbro
SELECT regexp_count('a', 'a');
--> ! line 1:8: Function regexp_count not registered
-- An empty match next to another one counts, as in Java
SELECT regexp_replace('a', 'a?', '-'), cardinality(regexp_extract_all('a', '^|a')), regexp_replace('ab', '^|b', '-'), regexp_replace('two words', '\b', '|'), regexp_like('', '^');
--> -- | 1 | -a- | |two| |words| | true
-- A number in a replacement is as long as there are so many groups
SELECT regexp_replace('abcdefghijk', '(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)', '$10-$1'), regexp_replace('ab', '(a)', '$10'), regexp_replace('ab', '(a)(b)', '$21');
--> j-ak | a0b | b1
-- NULL in the place of one match makes the text NULL
SELECT regexp_replace('abc', '(b)', x -> CAST(NULL AS varchar)), regexp_replace('abc', '(x)', x -> CAST(NULL AS varchar)), regexp_replace('a1b', '([a-z])(\d)?', x -> coalesce(x[2], '-'));
--> NULL | abc | 1-
