-- https://docs.aws.amazon.com/timestream/latest/developerguide/mathematical-functions.html

SELECT abs(-5), abs(CAST(-5 AS bigint)), abs(-5.5), abs(NULL);
--> 5 | 5 | 5.5 | NULL
SELECT acos(1), asin(0), atan(0), atan2(1, 1), cos(0), cosh(0), sin(0), tan(0), tanh(0);
--> 0.0 | 0.0 | 0.0 | 0.7853981633974483 | 1.0 | 1.0 | 0.0 | 0.0 | 0.0
SELECT acos(2);
--> NaN
SELECT cbrt(27), sqrt(16), sqrt(-1), exp(0), power(2, 10), pow(2, -1), pow(0, -1);
--> 3.0000000000000004 | 4.0 | NaN | 1.0 | 1024.0 | 0.5 | Infinity
SELECT ceil(1.2), ceiling(-1.2), floor(1.8), floor(-1.8), ceil(5), floor(CAST(5 AS bigint));
--> 2.0 | -1.0 | 1.0 | -2.0 | 5 | 5
SELECT degrees(pi()), radians(180.0), e();
--> 180.0 | 3.141592653589793 | 2.718281828459045
SELECT ln(1), log2(8), log10(1000), ln(0), ln(-1);
--> 0.0 | 3.0 | 3.0 | -Infinity | NaN
SELECT mod(10, 3), mod(-10, 3), mod(10, -3), mod(5.5, 2);
--> 1 | -1 | 1 | 1.5
SELECT round(2.5), round(-2.5), round(2.4), round(5), round(2.675, 1), round(125, -1), round(-0.5);
--> 3.0 | -3.0 | 2.0 | 5 | 2.7 | 130 | -1.0
SELECT sign(-5), sign(0), sign(2.5), sign(-0.1);
--> -1 | 0 | 1.0 | -1.0
SELECT truncate(2.9), truncate(-2.9);
--> 2.0 | -2.0
SELECT infinity(), -infinity(), nan(), is_nan(nan()), is_finite(infinity()), is_infinite(infinity()), is_nan(1.0);
--> Infinity | -Infinity | NaN | true | false | true | false
SELECT to_base(255, 16), to_base(-255, 2), to_base(0, 36), from_base('ff', 16), from_base('-101', 2);
--> ff | -11111111 | 0 | 255 | -5
SELECT to_base(1, 37);
--> ! Radix must be between 2 and 36
SELECT from_base('xyz', 10);
--> ! Not a valid base-10 number: xyz
SELECT width_bucket(5.35, 0.024, 10.06, 5), width_bucket(-1, 0, 10, 5), width_bucket(10, 0, 10, 5), width_bucket(3, 10, 0, 5);
--> 3 | 0 | 6 | 4
SELECT width_bucket(3.5, ARRAY[1.0, 2.0, 3.0, 4.0]), width_bucket(0.5, ARRAY[1.0, 2.0]), width_bucket(9, ARRAY[1.0, 2.0]);
--> 3 | 0 | 2
SELECT width_bucket(1, 1, 1, 5);
--> ! bounds cannot equal each other
SELECT random() BETWEEN 0 AND 1, random(10) < 10, random(5, 6), rand() < 1;
--> true | true | 5 | true
SELECT cosine_similarity(MAP(ARRAY['a'], ARRAY[1.0]), MAP(ARRAY['a'], ARRAY[2.0]));
--> 1.0
-- Bitwise functions: https://docs.aws.amazon.com/timestream/latest/developerguide/bitwise-functions.html
SELECT bit_count(9, 64), bit_count(9, 8), bit_count(-7, 64), bit_count(-7, 8);
--> 2 | 2 | 62 | 6
SELECT bit_count(1000, 8);
--> ! Number must be representable with the bits specified. 1000 can not be represented with 8 bits
SELECT bitwise_and(19, 25), bitwise_or(19, 25), bitwise_xor(19, 25), bitwise_not(-12), bitwise_not(19);
--> 17 | 27 | 10 | 11 | -20
-- Operators: the quotient of integers is an integer
SELECT 7 / 2, -7 / 2, 7 % 2, -7 % 2, 7 / 2.0, 7.5 % 2, 2 * 3.5, 1 + 2 * 3, (1 + 2) * 3, - 5, +5;
--> 3 | -3 | 1 | -1 | 3.5 | 1.5 | 7.0 | 7 | 9 | -5 | 5
SELECT 1 / 0;
--> ! Division by zero
SELECT 1 % 0;
--> ! Division by zero
SELECT 1.0 / 0, -1.0 / 0, 0.0 / 0;
--> Infinity | -Infinity | NaN
SELECT 9223372036854775807 + 1;
--> ! Numeric value is out of range
SELECT 2147483647 + 1;
--> ! Numeric value is out of range
SELECT 9223372036854775807, -9223372036854775808, 2147483648, 1.5, 1e3, .5, 1E-5;
--> 9223372036854775807 | -9223372036854775808 | 2147483648 | 1.5 | 1000.0 | 0.5 | 1.0E-5
SELECT 99999999999999999999;
--> ! line 1:8: Invalid numeric literal: 99999999999999999999
SELECT 1 + NULL, NULL + NULL, 'a' = NULL;
--> NULL | NULL | NULL
SELECT 'a' + 1;
--> ! line 1:12: '+' cannot be applied to varchar, integer
SELECT -'a';
--> ! line 1:9: '-' cannot be applied to varchar
SELECT true + 1;
--> ! line 1:13: '+' cannot be applied to boolean, integer
SELECT 1e7, 1e6, 123456789.0, 0.001, 0.0001, 1e21, 1.0E-300, 12345.678;
--> 1.0E7 | 1000000.0 | 1.23456789E8 | 0.001 | 1.0E-4 | 1.0E21 | 1.0E-300 | 12345.678
SELECT CAST(1.1 AS decimal(3, 1));
--> ! line 1:13: Unknown type: decimal(3, 1)

SELECT random(0);
--> ! bound must be positive
SELECT random(5, 1);
--> ! start value must be less than stop value
-- As Java's signum
SELECT sign(nan()), sign(-0.0), sign(-2.5), sign(0), sign(CAST(NULL AS double));
--> NaN | -0.0 | -1.0 | 0 | NULL
-- A NULL in a map leaves the angle unknown
SELECT cosine_similarity(MAP(ARRAY['a', 'b'], ARRAY[1.0, NULL]), MAP(ARRAY['c'], ARRAY[1.0])), cosine_similarity(MAP(ARRAY['a', 'b'], ARRAY[1.0, 2.0]), MAP(ARRAY['b'], ARRAY[3.0]));
--> NULL | 0.8944271909999159
