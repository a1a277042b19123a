-- What the function tables call where DuckDB has nothing equal.
--
-- A timestamp is a TIMESTAMP_NS, an interval a BIGINT (nanoseconds or months), a time of day a BIGINT
-- (nanoseconds), a row a STRUCT of f1, f2..., a time series a list of rows in time order.
-- DuckDB's own date arithmetic rounds to microseconds, so everything here counts in epoch_ns.

-- Fail with a sentence of ours, in the place of a value: the engine takes out what stands in the
-- brackets. DuckDB's error() is volatile, which TRY does not take; a cast that cannot work is not.
CREATE MACRO failed_number(message) AS CAST('⟦' || message || '⟧' AS BIGINT);
CREATE MACRO failed_text(message) AS CAST(failed_number(message) AS VARCHAR);
CREATE MACRO failed_boolean(message) AS CAST('⟦' || message || '⟧' AS BOOLEAN);
CREATE MACRO failed_date(message) AS CAST(failed_text(message) AS DATE);
CREATE MACRO failed_timestamp(message) AS make_timestamp_ns(failed_number(message));
CREATE MACRO failed_element(list, message) AS list[failed_number(message)];
CREATE MACRO failed_list(list, message) AS list[failed_number(message):];

-- Arithmetic of dates and times

CREATE MACRO modulo(a, b) AS (a % b + b) % b;
CREATE MACRO timestamp_add(t, duration) AS make_timestamp_ns(epoch_ns(t) + duration);
CREATE MACRO nanoseconds_of_day(t) AS modulo(epoch_ns(t), 86400000000000);
-- DuckDB's CAST rounds: the last nanosecond of a day would be the next day.
CREATE MACRO date_of(t) AS DATE '1970-01-01'
  + CAST((epoch_ns(t) - nanoseconds_of_day(t)) // 86400000000000 AS INTEGER);
CREATE MACRO date_add_months(d, months) AS CAST(d + to_months(CAST(months AS INTEGER)) AS DATE);
CREATE MACRO timestamp_add_months(t, months) AS make_timestamp_ns(
  epoch_ns(CAST(date_add_months(date_of(t), months) AS TIMESTAMP_NS)) + nanoseconds_of_day(t));
CREATE MACRO date_add_duration(d, duration) AS CASE
  WHEN duration % 86400000000000 = 0 THEN d + CAST(duration // 86400000000000 AS INTEGER)
  ELSE failed_date('Cannot add hour, minutes or seconds to a date') END;
CREATE MACRO time_add(t, duration) AS modulo(t + duration, 86400000000000);

-- What text says

-- What Java takes for white space.
CREATE MACRO blanks() AS chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29)
  || chr(30) || chr(31) || chr(32) || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195)
  || chr(8196) || chr(8197) || chr(8198) || chr(8200) || chr(8201) || chr(8202) || chr(8232)
  || chr(8233) || chr(8287) || chr(12288);
CREATE MACRO stripped(text) AS trim(text, blanks());

CREATE MACRO integer_text(text, safe) AS CASE
  WHEN regexp_full_match(text, '[+-]?[0-9]+') THEN text
  WHEN safe OR text IS NULL THEN NULL
  ELSE failed_text('Cannot cast ''' || text || ''' to a whole number') END;
CREATE MACRO boolean_of_text(text, safe) AS CASE
  WHEN lower(text) IN ('true', 't', '1') THEN TRUE
  WHEN lower(text) IN ('false', 'f', '0') THEN FALSE
  WHEN safe OR text IS NULL THEN NULL
  ELSE failed_boolean('Cannot cast ''' || text || ''' to BOOLEAN') END;
CREATE MACRO timestamp_of_text(text, safe) AS CASE
  WHEN regexp_full_match(stripped(text), '\d{4}-\d{1,2}-\d{1,2}( \d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?')
    AND TRY_CAST(stripped(text) AS TIMESTAMP_NS) IS NOT NULL THEN TRY_CAST(stripped(text) AS TIMESTAMP_NS)
  WHEN safe OR text IS NULL THEN NULL
  ELSE failed_timestamp('Value cannot be cast to timestamp: ' || text) END;
CREATE MACRO date_of_text(text, safe) AS CASE
  WHEN regexp_full_match(stripped(text), '\d{4}-\d{1,2}-\d{1,2}')
    AND TRY_CAST(stripped(text) AS DATE) IS NOT NULL THEN TRY_CAST(stripped(text) AS DATE)
  WHEN safe OR text IS NULL THEN NULL
  ELSE failed_date('Value cannot be cast to date: ' || text) END;
CREATE MACRO time_of_text(text, safe) AS CASE
  WHEN regexp_full_match(stripped(text), '\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?')
    AND TRY_CAST('1970-01-01 ' || stripped(text) AS TIMESTAMP_NS) IS NOT NULL
    THEN epoch_ns(TRY_CAST('1970-01-01 ' || stripped(text) AS TIMESTAMP_NS))
  WHEN safe OR text IS NULL THEN NULL
  ELSE failed_number('Value cannot be cast to time: ' || text) END;
CREATE MACRO duration_unit(text) AS CASE regexp_extract(text, '[a-z]+')
  WHEN 'ns' THEN 1 WHEN 'nanosecond' THEN 1 WHEN 'us' THEN 1000 WHEN 'microsecond' THEN 1000
  WHEN 'ms' THEN 1000000 WHEN 'millisecond' THEN 1000000
  WHEN 's' THEN 1000000000 WHEN 'second' THEN 1000000000
  WHEN 'm' THEN 60000000000 WHEN 'minute' THEN 60000000000
  WHEN 'h' THEN 3600000000000 WHEN 'hour' THEN 3600000000000
  WHEN 'd' THEN 86400000000000 WHEN 'day' THEN 86400000000000 END;
CREATE MACRO duration_of_text(text) AS CASE
  WHEN regexp_full_match(text, '\s*\d+(\.\d+)?\s*[a-z]+\s*') AND duration_unit(text) IS NOT NULL
    THEN CAST(round(CAST(regexp_extract(text, '[\d.]+') AS DOUBLE) * duration_unit(text)) AS BIGINT)
  WHEN text IS NULL THEN NULL
  ELSE failed_number('duration is not a valid data duration string: ' || text) END;

-- How values are written

CREATE MACRO clock_text(nanoseconds) AS printf('%02d:%02d:%02d.%09d',
  nanoseconds // 3600000000000, nanoseconds // 60000000000 % 60,
  nanoseconds // 1000000000 % 60, nanoseconds % 1000000000);
CREATE MACRO timestamp_text(t) AS
  CAST(date_of(t) AS VARCHAR) || ' ' || clock_text(nanoseconds_of_day(t));
CREATE MACRO day_to_second_text(duration) AS
  (CASE WHEN duration < 0 THEN '-' ELSE '' END)
  || CAST(abs(duration) // 86400000000000 AS VARCHAR) || ' '
  || clock_text(abs(duration) % 86400000000000);
CREATE MACRO year_to_month_text(months) AS
  (CASE WHEN months < 0 THEN '-' ELSE '' END)
  || CAST(abs(months) // 12 AS VARCHAR) || '-' || CAST(abs(months) % 12 AS VARCHAR);

-- Dates and times

CREATE MACRO bin_timestamp(t, width) AS CASE
  WHEN width > 0 THEN make_timestamp_ns(epoch_ns(t) - epoch_ns(t) % width)
  ELSE failed_timestamp('The width of a bin must be positive') END;
CREATE MACRO bin_date(d, width) AS date_of(bin_timestamp(CAST(d AS TIMESTAMP_NS), width));
CREATE MACRO unit_nanoseconds(unit) AS CASE lower(unit)
  WHEN 'nanosecond' THEN 1 WHEN 'microsecond' THEN 1000 WHEN 'millisecond' THEN 1000000
  WHEN 'second' THEN 1000000000 WHEN 'minute' THEN 60000000000 WHEN 'hour' THEN 3600000000000
  WHEN 'day' THEN 86400000000000 WHEN 'week' THEN 604800000000000 END;
CREATE MACRO unit_months(unit) AS CASE lower(unit)
  WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 WHEN 'year' THEN 12 END;
CREATE MACRO no_timestamp_unit(unit) AS failed_timestamp('''' || unit || ''' is not a valid TIMESTAMP field');
CREATE MACRO no_date_unit(unit) AS failed_date('''' || unit || ''' is not a valid DATE field');
-- One CASE for each unit: with an unknown one DuckDB's date_trunc fails before it is reached.
CREATE MACRO truncate_calendar(unit, d) AS CAST(CASE lower(unit)
  WHEN 'week' THEN date_trunc('week', d) WHEN 'month' THEN date_trunc('month', d)
  WHEN 'quarter' THEN date_trunc('quarter', d) WHEN 'year' THEN date_trunc('year', d)
  ELSE d END AS DATE);
CREATE MACRO truncate_timestamp(unit, t) AS CASE
  WHEN unit_nanoseconds(unit) < 604800000000000
    THEN make_timestamp_ns(epoch_ns(t) - modulo(epoch_ns(t), unit_nanoseconds(unit)))
  WHEN lower(unit) IN ('week', 'month', 'quarter', 'year')
    THEN CAST(truncate_calendar(unit, date_of(t)) AS TIMESTAMP_NS)
  ELSE no_timestamp_unit(unit) END;
CREATE MACRO truncate_date(unit, d) AS CASE
  WHEN lower(unit) IN ('day', 'week', 'month', 'quarter', 'year')
    THEN truncate_calendar(unit, d)
  ELSE no_date_unit(unit) END;
CREATE MACRO add_units(unit, amount, t) AS CASE
  WHEN unit_nanoseconds(unit) IS NOT NULL THEN timestamp_add(t, unit_nanoseconds(unit) * amount)
  WHEN unit_months(unit) IS NOT NULL THEN timestamp_add_months(t, unit_months(unit) * amount)
  ELSE no_timestamp_unit(unit) END;
CREATE MACRO add_units_to_date(unit, amount, d) AS CASE
  WHEN lower(unit) IN ('day', 'week', 'month', 'quarter', 'year')
    THEN date_of(add_units(unit, amount, CAST(d AS TIMESTAMP_NS)))
  ELSE no_date_unit(unit) END;
-- A month is complete once its day and time of day are reached.
CREATE MACRO calendar_months(a, b) AS
  (year(date_of(b)) - year(date_of(a))) * 12 + month(date_of(b)) - month(date_of(a));
CREATE MACRO complete_months(a, b) AS calendar_months(a, b) + CASE
  WHEN b >= a AND timestamp_add_months(a, calendar_months(a, b)) > b THEN -1
  WHEN b < a AND timestamp_add_months(a, calendar_months(a, b)) < b THEN 1
  ELSE 0 END;
CREATE MACRO difference_in_units(unit, a, b) AS CASE
  WHEN unit_nanoseconds(unit) IS NOT NULL
    THEN (epoch_ns(b) - epoch_ns(a)) // unit_nanoseconds(unit)
  WHEN unit_months(unit) IS NOT NULL THEN complete_months(a, b) // unit_months(unit)
  ELSE epoch_ns(no_timestamp_unit(unit)) END;
CREATE MACRO time_unit(unit) AS CASE
  WHEN unit_nanoseconds(unit) < 86400000000000 THEN unit_nanoseconds(unit)
  ELSE failed_number('''' || unit || ''' is not a valid TIME field') END;
CREATE MACRO difference_in_dates(unit, a, b) AS CASE
  WHEN lower(unit) IN ('day', 'week', 'month', 'quarter', 'year')
    THEN difference_in_units(unit, CAST(a AS TIMESTAMP_NS), CAST(b AS TIMESTAMP_NS))
  ELSE epoch_ns(no_date_unit(unit)) END;

-- Numbers

CREATE MACRO at_least(n, least, message) AS CASE WHEN n < least THEN failed_number(message) ELSE n END;
CREATE MACRO rows_away(n) AS at_least(n, 0, 'Offset must be at least 0');
CREATE MACRO nth(n) AS at_least(n, 1, 'Offset must be at least 1');
CREATE MACRO buckets(n) AS at_least(n, 1, 'Buckets must be greater than 0');
CREATE MACRO frame_distance(n) AS
  at_least(n, 0, 'Window frame offset value must not be negative or null');
CREATE MACRO finite(x) AS CASE WHEN isfinite(x) THEN x END;
CREATE MACRO population_skewness(x, n) AS x * (n - 2) / sqrt(n * (n - 1.0));
CREATE MACRO share(percentage) AS CASE WHEN percentage BETWEEN 0 AND 1 THEN percentage
  ELSE failed_number('Percentile must be between 0 and 1') END;
CREATE MACRO shares(percentages) AS CASE WHEN list_min(percentages) < 0 OR list_max(percentages) > 1
  THEN failed_list(percentages, 'Percentile must be between 0 and 1') ELSE percentages END;
CREATE MACRO round_to(x, digits) AS CASE
  WHEN isfinite(x) THEN round(x, CAST(digits AS INTEGER)) ELSE x END;
CREATE MACRO one_bucket(x, low, high, buckets) AS CASE
  WHEN buckets <= 0
    THEN failed_number('bucketCount must be greater than 0')
  WHEN low = high
    THEN failed_number('bounds cannot equal each other')
  WHEN (low < high AND x < low) OR (low > high AND x > low) THEN 0
  WHEN (low < high AND x >= high) OR (low > high AND x <= high) THEN buckets + 1
  ELSE CAST(floor((x - low) / (high - low) * buckets) AS BIGINT) + 1 END;
CREATE MACRO dot_product(a, b) AS list_sum(list_transform(map_entries(a),
  lambda e: e.value * coalesce(b[e.key], 0)));
CREATE MACRO cosine_of(a, b) AS CASE
  WHEN len(list_filter(list_concat(map_values(a), map_values(b)), lambda v: v IS NULL)) > 0 THEN NULL
  ELSE dot_product(a, b) / (sqrt(dot_product(a, a)) * sqrt(dot_product(b, b))) END;
CREATE MACRO random_between(low, high) AS CASE
  WHEN low >= high THEN failed_number('start value must be less than stop value')
  ELSE low + CAST(floor(random() * (high - low)) AS BIGINT) END;
CREATE MACRO random_below(high) AS CASE
  WHEN high <= 0 THEN failed_number('bound must be positive')
  ELSE random_between(0, high) END;
CREATE MACRO ones(x, bits) AS CASE
  WHEN bits NOT BETWEEN 2 AND 64
    THEN failed_number('Bits specified in bit_count must be between 2 and 64, got ' || bits)
  WHEN bits = 64 THEN bit_count(x)
  WHEN x NOT BETWEEN -(1::BIGINT << least(bits - 1, 62)) AND (1::BIGINT << least(bits - 1, 62)) - 1
    THEN failed_number('Number must be representable with the bits specified. ' || x || ' can not be represented with ' || bits || ' bits')
  ELSE bit_count(x & ((1::BIGINT << least(bits - 1, 62)) - 1)) + CASE WHEN x < 0 THEN 1 ELSE 0 END END;

-- Text

-- NULL where a piece is: DuckDB's array_to_string leaves it out.
CREATE MACRO joined(pieces) AS CASE
  WHEN len(list_filter(pieces, lambda e: e IS NULL)) > 0 THEN NULL
  ELSE array_to_string(pieces, '') END;
CREATE MACRO positions(text, part) AS CASE WHEN part = '' THEN [1]
  ELSE list_filter(range(1, length(text) + 1), lambda i: substr(text, i, length(part)) = part) END;
-- The empty text is found before each character and at the end.
CREATE MACRO text_replaced(text, part, with_) AS CASE WHEN part = ''
  THEN with_ || array_to_string(list_transform(range(1, length(text) + 1),
    lambda i: substr(text, i, 1) || with_), '')
  ELSE replace(text, part, with_) END;
CREATE MACRO instance(places, n) AS CASE
  WHEN n <= 0 THEN failed_number('''instance'' must be a positive number.')
  WHEN n > len(places) THEN 0
  ELSE places[n] END;
CREATE MACRO instance_from_start(text, part, n) AS instance(positions(text, part), n);
CREATE MACRO instance_from_end(text, part, n) AS instance(list_reverse(positions(text, part)), n);
CREATE MACRO piece(text, from_, length) AS CASE
  WHEN from_ = 0 OR (from_ < 0 AND -from_ > length(text)) THEN ''
  WHEN length IS NULL THEN substr(text, from_)
  ELSE substr(text, from_, greatest(length, 0)) END;
CREATE MACRO text_of_codepoint(code) AS CASE
  WHEN code NOT BETWEEN 0 AND 1114111 OR code BETWEEN 55296 AND 57343
    THEN failed_text('Not a valid Unicode code point: ' || code)
  ELSE chr(CAST(code AS INTEGER)) END;
CREATE MACRO split_all(text, delimiter) AS CASE
  WHEN delimiter = ''
    THEN failed_list(string_split(text, ','), 'The delimiter may not be the empty string')
  ELSE string_split(text, delimiter) END;
CREATE MACRO split_field(text, delimiter, i) AS CASE
  WHEN i <= 0
    THEN failed_text('Index must be greater than zero')
  WHEN text = '' AND delimiter = '' THEN NULL
  ELSE string_split(text, delimiter)[i] END;
CREATE MACRO split_limit(text, delimiter, most) AS CASE
  WHEN most <= 0
    THEN failed_list(string_split(text, delimiter), 'Limit must be positive')
  WHEN len(split_all(text, delimiter)) <= most THEN string_split(text, delimiter)
  ELSE list_concat(string_split(text, delimiter)[1:most - 1],
    [array_to_string(string_split(text, delimiter)[most:], delimiter)]) END;
CREATE MACRO pad_left(text, size, with_) AS CASE
  WHEN length(with_) = 0
    THEN failed_text('Padding string must not be empty')
  WHEN size < 0
    THEN failed_text('Target length must be in the range [0..2147483647]')
  ELSE lpad(text, CAST(size AS INTEGER), with_) END;
CREATE MACRO pad_right(text, size, with_) AS CASE
  WHEN length(with_) = 0
    THEN failed_text('Padding string must not be empty')
  WHEN size < 0
    THEN failed_text('Target length must be in the range [0..2147483647]')
  ELSE rpad(text, CAST(size AS INTEGER), with_) END;
CREATE MACRO one_codepoint(text) AS CASE
  WHEN length(text) <> 1
    THEN failed_number('Input string must be a single character string')
  ELSE unicode(text) END;

-- Regular expressions: RE2's, unless the pattern needs Java's. A pattern is nearly always a constant,
-- so that the choice costs nothing and RE2 compiles it once.
CREATE MACRO beyond_re2(pattern) AS
  regexp_matches(pattern, '\(\?<?[=!]|\(\?<[A-Za-z]|\(\?>|\\[1-9khRQZX]|[*+?}]\+|&&');
CREATE MACRO for_re2(pattern) AS CASE WHEN beyond_re2(pattern) THEN '' ELSE pattern END;
-- RE2 leaves out an empty match next to another one, Java does not.
CREATE MACRO needs_java(pattern) AS beyond_re2(pattern)
  OR regexp_matches(pattern, '\\[bB]') OR regexp_matches('', for_re2(pattern));
CREATE MACRO each_by_re2(pattern) AS CASE WHEN needs_java(pattern) THEN '' ELSE pattern END;
CREATE MACRO pattern_found(text, pattern) AS CASE WHEN beyond_re2(pattern)
  THEN len(pattern_groups(text, pattern, 0)) > 0 ELSE regexp_matches(text, for_re2(pattern)) END;
CREATE MACRO pattern_found_all(text, pattern) AS CASE WHEN needs_java(pattern)
  THEN pattern_groups(text, pattern, 0) ELSE regexp_extract_all(text, each_by_re2(pattern)) END;
CREATE MACRO pattern_split(text, pattern) AS CASE WHEN needs_java(pattern)
  THEN java_split(text, pattern) ELSE string_split_regex(text, each_by_re2(pattern)) END;
CREATE MACRO pattern_replaced(text, pattern, replacement) AS
  CASE WHEN needs_java(pattern) OR regexp_matches(replacement, '[\\$]')
  THEN java_replace(text, pattern, replacement)
  ELSE regexp_replace(text, each_by_re2(pattern), replacement, 'g') END;

-- Arrays and maps

CREATE MACRO compared(answer) AS CASE WHEN answer BETWEEN -1 AND 1 THEN answer
  ELSE failed_number('Lambda comparator must return either -1, 0, or 1') END;
CREATE MACRO repeated(x, n) AS list_transform(range(at_least(n, 0,
  'count argument of repeat function must be greater than or equal to 0')), lambda i: x);
CREATE MACRO array_subscript(list, i) AS CASE
  WHEN i = 0
    THEN failed_element(list, 'SQL array indices start at 1')
  WHEN i < 0
    THEN failed_element(list, 'Array subscript is negative: ' || i)
  WHEN i > len(list)
    THEN failed_element(list, 'Array subscript must be less than or equal to array length: ' || i || ' > ' || len(list))
  ELSE list[i] END;
CREATE MACRO array_element_at(list, i) AS CASE
  WHEN i = 0
    THEN failed_element(list, 'SQL array indices start at 1') ELSE list[i] END;
CREATE MACRO array_slice_of(list, start, size) AS CASE
  WHEN start = 0
    THEN failed_list(list, 'SQL array indices start at 1')
  WHEN size < 0
    THEN failed_list(list, 'length must be greater than or equal to 0')
  WHEN start > len(list) OR -start > len(list) OR size = 0 THEN list[1:0]
  WHEN start < 0 THEN list[len(list) + start + 1:len(list) + start + size]
  ELSE list[start:start + size - 1] END;
-- In order of first appearance, NULL kept as one more value: DuckDB's list_distinct does neither.
CREATE MACRO first_of_each(sorted) AS list_transform(
  list_filter(list_zip(sorted, list_prepend(NULL, sorted[:len(sorted) - 1])),
    lambda p: p[1].i IS NOT NULL AND (p[2] IS NULL OR p[1].v IS DISTINCT FROM p[2].v)),
  lambda p: struct_pack(i := p[1].i, v := p[1].v));
CREATE MACRO first_places(list) AS list_sort(first_of_each(
  list_sort(list_transform(list, lambda e, i: struct_pack(v := e, i := i)))));
CREATE MACRO distinct_elements(list) AS
  CASE WHEN list IS NOT NULL THEN list_transform(first_places(list), lambda e: e.v) END;
CREATE MACRO array_has(list, x) AS CASE
  WHEN list_contains(list, x) THEN TRUE
  WHEN len(list_filter(list, lambda e: e IS NULL)) > 0 THEN NULL
  WHEN list IS NULL THEN NULL ELSE FALSE END;
CREATE MACRO in_list(list, x) AS CASE
  WHEN x IS NULL THEN len(list_filter(list, lambda o: o IS NULL)) > 0
  ELSE coalesce(list_contains(list, x), FALSE) END;
CREATE MACRO array_overlap(a, b) AS CASE
  WHEN len(a) = 0 OR len(b) = 0 THEN FALSE
  WHEN list_has_any(list_filter(a, lambda e: e IS NOT NULL), list_filter(b, lambda e: e IS NOT NULL)) THEN TRUE
  WHEN len(list_filter(a, lambda e: e IS NULL)) > 0 OR len(list_filter(b, lambda e: e IS NULL)) > 0 THEN NULL
  ELSE FALSE END;
CREATE MACRO greatest_element(list) AS CASE
  WHEN len(list_filter(list, lambda e: e IS NULL)) > 0 THEN NULL ELSE list_max(list) END;
CREATE MACRO least_element(list) AS CASE
  WHEN len(list_filter(list, lambda e: e IS NULL)) > 0 THEN NULL ELSE list_min(list) END;
-- NULL where one is; but of doubles NaN wherever one is, even beside a NULL.
CREATE MACRO greatest_number(list) AS CASE
  WHEN list_contains(list, CAST('nan' AS DOUBLE)) THEN CAST('nan' AS DOUBLE)
  ELSE greatest_element(list) END;
CREATE MACRO least_number(list) AS CASE
  WHEN list_contains(list, CAST('nan' AS DOUBLE)) THEN CAST('nan' AS DOUBLE)
  ELSE least_element(list) END;
CREATE MACRO all_of(tests) AS CASE
  WHEN list_contains(tests, FALSE) THEN FALSE
  WHEN len(list_filter(tests, lambda e: e IS NULL)) > 0 THEN NULL ELSE TRUE END;
CREATE MACRO lists_equal(a, b, same) AS CASE
  WHEN a IS NULL OR b IS NULL THEN NULL
  WHEN len(a) <> len(b) THEN FALSE
  ELSE all_of(list_transform(list_zip(a, b), same)) END;
CREATE MACRO maps_equal(a, b, same) AS CASE
  WHEN a IS NULL OR b IS NULL THEN NULL
  WHEN cardinality(a) <> cardinality(b)
    OR len(list_filter(map_keys(a), lambda k: NOT map_contains(b, k))) > 0 THEN FALSE
  ELSE all_of(list_transform(list_transform(map_keys(a), lambda k: [a[k], b[k]]), same)) END;
CREATE MACRO any_of(tests) AS CASE
  WHEN list_contains(tests, TRUE) THEN TRUE
  WHEN len(list_filter(tests, lambda e: e IS NULL)) > 0 THEN NULL ELSE FALSE END;
CREATE MACRO whole_sequence(start, stop, step) AS CASE
  WHEN step = 0
    THEN failed_list(range(1), 'step must not be zero')
  WHEN (stop - start) * sign(step) < 0
    THEN failed_list(range(1), 'sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start')
  WHEN (stop - start) // step >= 10000
    THEN failed_list(range(1), 'result of sequence function must not have more than 10000 entries')
  ELSE range(start, stop + CAST(sign(step) AS BIGINT), step) END;
CREATE MACRO timestamp_sequence(start, stop, step) AS list_transform(
  whole_sequence(epoch_ns(start), epoch_ns(stop), step), lambda e: make_timestamp_ns(e));
CREATE MACRO month_sequence(start, stop, step) AS list_filter(list_transform(
  range(0, complete_months(start, stop) + CAST(sign(step) AS BIGINT), step),
  lambda e: timestamp_add_months(start, e)), lambda e: (e <= stop) = (step > 0) OR e = stop);
CREATE MACRO dates(times) AS list_transform(times, lambda t: date_of(t));
CREATE MACRO date_sequence(start, stop, step) AS
  dates(timestamp_sequence(CAST(start AS TIMESTAMP_NS), CAST(stop AS TIMESTAMP_NS), step));
CREATE MACRO date_month_sequence(start, stop, step) AS
  dates(month_sequence(CAST(start AS TIMESTAMP_NS), CAST(stop AS TIMESTAMP_NS), step));
CREATE MACRO first_entries(entries) AS list_transform(
  first_places(list_transform(entries, lambda e: e.key)), lambda e: entries[e.i]);
CREATE MACRO with_keys(entries) AS list_filter(entries, lambda e: e.key IS NOT NULL);
CREATE MACRO map_of_first(entries) AS CASE WHEN len(with_keys(entries)) > 0
  THEN map_from_entries(first_entries(with_keys(entries))) END;
CREATE MACRO keys_of(entries) AS distinct_elements(list_transform(entries, lambda e: e.key));
CREATE MACRO values_by_key(entries) AS map(keys_of(entries), list_transform(keys_of(entries),
  lambda k: list_transform(list_filter(entries, lambda e: e.key = k), lambda e: e.value)));
CREATE MACRO grouped_values(entries) AS
  CASE WHEN len(with_keys(entries)) > 0 THEN values_by_key(with_keys(entries)) END;
CREATE MACRO maps_joined(maps) AS CASE
  WHEN len(list_filter(maps, lambda m: m IS NULL)) > 0 THEN NULL
  ELSE list_reduce(maps, lambda a, b: map_concat(a, b)) END;
CREATE MACRO map_subscript(m, k) AS CASE
  WHEN map_contains(m, k) THEN m[k]
  WHEN m IS NOT NULL AND k IS NOT NULL
    THEN map_values(m)[failed_number('Key not present in map: ' || CAST(k AS VARCHAR))] END;

-- Time series: lists of rows (f1: time, f2: value) in time order

CREATE MACRO points(times, values_) AS CASE WHEN times IS NOT NULL AND values_ IS NOT NULL
  THEN list_transform(list_zip(times, values_), lambda p: struct_pack(f1 := p[1], f2 := p[2])) END;
CREATE MACRO ascending(times) AS CASE WHEN len(list_filter(times, lambda t: t IS NULL)) > 0
  THEN failed_list(times, 'The time of a point in a time series cannot be null')
  ELSE list_sort(times) END;
CREATE MACRO series_times(series) AS list_transform(series, lambda p: p.f1);
CREATE MACRO timed_series(points) AS CASE
  WHEN len(points) = 0 THEN NULL
  WHEN len(list_filter(points, lambda p: p.f2 IS NULL)) > 0
    THEN failed_list(points, 'The value of a point in a time series cannot be null')
  WHEN len(list_distinct(series_times(points))) <> len(points)
    THEN failed_list(points, 'Duplicate timestamps are not allowed in a timeseries')
  ELSE list_sort(points) END;
-- A point without a time is no point, as an aggregate leaves NULL out.
CREATE MACRO series_of(points) AS timed_series(list_filter(points, lambda p: p.f1 IS NOT NULL));
CREATE MACRO series_values(series) AS list_transform(series, lambda p: p.f2);
CREATE MACRO nanoseconds(times) AS list_transform(times, lambda t: epoch_ns(t));
CREATE MACRO correlated(how, a, b) AS correlation(how,
  nanoseconds(series_times(a)), series_values(a), nanoseconds(series_times(b)), series_values(b));
CREATE MACRO interpolated(how, series, times) AS points(ascending(times), interpolate(how,
  nanoseconds(series_times(series)), series_values(series), nanoseconds(ascending(times))));
CREATE MACRO steps(series) AS CASE WHEN series IS NOT NULL
  THEN list_zip(series[:len(series) - 1], series[2:]) END;
CREATE MACRO step_width(p) AS epoch_ns(p[2].f1) - epoch_ns(p[1].f1);
CREATE MACRO derivative(series, unit) AS list_transform(steps(series), lambda p:
  struct_pack(f1 := p[2].f1, f2 := (p[2].f2 - p[1].f2) * (unit / step_width(p))));
CREATE MACRO non_negative_derivative(series, unit) AS list_filter(derivative(series, unit), lambda p: p.f2 >= 0);
CREATE MACRO integral(series, unit) AS CASE WHEN series IS NOT NULL
  THEN coalesce(list_sum(list_transform(steps(series), lambda p:
    (p[1].f2 + p[2].f2) / 2.0 * (step_width(p) / unit))), CAST(0 AS DOUBLE)) END;
CREATE MACRO filled(series, times, default_) AS CASE WHEN series IS NOT NULL AND times IS NOT NULL
  THEN list_transform(
    list_zip(ascending(times), places(nanoseconds(series_times(series)), nanoseconds(ascending(times)))),
    lambda p: struct_pack(
      f1 := p[1], f2 := CASE WHEN p[2] > 0 THEN series[p[2]].f2 ELSE default_ END)) END;
