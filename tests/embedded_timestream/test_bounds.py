"""Which rows a query can need: never too few, and no more than its conditions say."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedded_timestream.elsewhere import Elsewhere, StoppedClock
from embedded_timestream.errors import ValidationException
from embedded_timestream.schema import MEASURE_NAME, TIME, Column, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embedded_timestream.dialect.bounds import Needed

HOUR = 3_600_000_000_000
NOW = 1_669_204_800_000_000_000  # noon
VALUE = Column("measure_value::varchar", "varchar", Role.MEASURE, stored_as="value")
NAMES = ("a", "b")
ROWS = [(name, NOW - hours * HOUR) for name in NAMES for hours in range(48)]


def needed(sql: str) -> list[tuple[int | None, int | None, str | None]]:
    """Give what is needed, place by place: hours from now, and the names."""
    with closing(Elsewhere(StoppedClock(NOW), "d", "t")) as rows:
        found = [one for _, one in rows.needed(sql)]
    return [
        (
            None if one.time.first is None else (one.time.first - NOW) // HOUR,
            None if one.time.last is None else (one.time.last - NOW) // HOUR,
            None if one.names is None else "".join(sorted(one.names)),
        )
        for one in found
    ]


EVERYTHING = (None, None, None)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("time > ago(7h)", (-7, None, None)),
        ("ago(7h) <= time AND time < now()", (-7, 0, None)),
        ("time BETWEEN ago(3h) AND ago(2h) AND measure_name = 'a'", (-3, -2, "a")),
        ("t.time = from_iso8601_timestamp('2022-11-23T11:00:00Z')", (-1, -1, None)),
        ("time >= '2022-11-23 10:00:00'", (-2, None, None)),
        ("measure_name IN ('a', 'b') AND measure_name IN ('b', 'c')", (None, None, "b")),
        ("time > ago(1h) AND measure_name = 'a' OR time > ago(2h)", (-2, None, None)),
        ("(time > ago(1h) OR time > ago(2h)) AND (measure_name = 'a' OR 'b' = measure_name)",
         (-2, None, "ab")),
        ("bin(time, 1h) = ago(2h)", (-2, -1, None)),
        ("date_trunc('hour', time) < ago(2h)", (None, -1, None)),
        ("CAST(time AS DATE) = DATE '2022-11-22'", (-36, -12, None)),
        ("date(time) >= DATE '2022-11-23'", (-12, None, None)),
        ("time > date_add('hour', -3, now()) AND hour(time) = 8", (-3, None, None)),
        ("time > ago(1h) OR measure_name = 'a'", EVERYTHING),
        ("NOT time < ago(1h)", (-1, None, None)),
        ("NOT (time < ago(1h) OR measure_name <> 'a')", (-1, None, "a")),
        ("NOT (time < ago(1h) AND time > ago(0h))", EVERYTHING),
        ("time NOT BETWEEN ago(5h) AND ago(1h)", EVERYTHING),
        ("time NOT IN (ago(1h), ago(2h)) AND d.t.time > ago(4h)", (-4, None, None)),
        (" AND ".join(["time > ago(1h)"] * 3000), (-1, None, None)),
        ("time IS NULL", EVERYTHING),
        ("coalesce(time, now()) > ago(1h)", EVERYTHING),
        ("time > CASE WHEN rand() < 0.5 THEN ago(1h) ELSE ago(9h) END", EVERYTHING),
        ("measure_name LIKE 'a%'", EVERYTHING),
        ("time > (SELECT ago(1h))", EVERYTHING),
    ],
)  # fmt: skip
def test_conditions_bound_what_is_needed(
    condition: str, expected: tuple[int | None, int | None, str | None]
) -> None:
    assert needed(f"SELECT 1 FROM d.t WHERE {condition}") == [expected]  # noqa: S608 - a case


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1", []),
        ("SELECT * FROM d.t", [EVERYTHING]),
        ("SELECT * FROM (SELECT * FROM d.t) WHERE time > ago(1h)", [(-1, None, None)]),
        (("SELECT h FROM (SELECT bin(time, 1h) AS h, count(*) AS n FROM d.t GROUP BY 1) x "
         "WHERE x.h < ago(1h)"), [(None, 0, None)]),
        (("WITH w AS (SELECT time AS at, measure_name AS who FROM d.t), v AS (SELECT * FROM w) "
         "SELECT 1 FROM v WHERE at > ago(2h) AND who = 'a'"), [(-2, None, "a")]),
        (("WITH w AS (SELECT * FROM d.t) SELECT 1 FROM w WHERE time > ago(2h) UNION ALL "
         "SELECT 1 FROM w WHERE time < ago(9h)"), [(-2, None, None), (None, -9, None)]),
        (("SELECT * FROM (SELECT time FROM d.t UNION ALL SELECT time FROM d.t WHERE "
         "time > ago(1h)) WHERE time > ago(5h)"), [(-5, None, None), (-1, None, None)]),
        (("SELECT * FROM (SELECT time AS x, measure_name AS y FROM d.t UNION ALL SELECT time AS y, "
         "measure_name AS x FROM d.t) WHERE x > ago(1h) AND y = 'a'"),
         [(-1, None, "a"), (-1, None, "a")]),
        (("SELECT * FROM (SELECT measure_name AS x, time AS y FROM d.t UNION ALL SELECT city, time "
         "FROM d.t) WHERE x = 'a'"), [(None, None, "a"), EVERYTHING]),
        ("SELECT * FROM (SELECT * FROM d.t UNION ALL SELECT * FROM d.t) WHERE time > ago(1h)",
         [(-1, None, None), (-1, None, None)]),
        ("SELECT * FROM (SELECT * FROM d.t UNION ALL SELECT * FROM d.other) WHERE time > ago(1h)",
         [(-1, None, None), EVERYTHING]),
        (("SELECT * FROM (SELECT time FROM d.t EXCEPT SELECT time FROM d.t WHERE time > ago(9h)) "
         "WHERE time > ago(1h)"), [(-1, None, None), (-1, None, None)]),
        (("WITH w (at, who) AS (SELECT time, measure_name FROM d.t) SELECT * FROM w AS v (a, b) "
         "WHERE v.a > ago(2h) AND b = 'a'"), [(-2, None, "a")]),
        (("WITH w AS (SELECT * FROM d.t), v AS (SELECT * FROM d.t) SELECT * FROM v WHERE "
         "time > ago(1h)"), [(-1, None, None)]),
        (("WITH w AS (SELECT * FROM d.t), v AS (SELECT * FROM w) SELECT * FROM (WITH w AS (SELECT "
         "* FROM d.t WHERE time < ago(5h)) SELECT * FROM v, w) x, w WHERE w.time > ago(1h)"),
         [EVERYTHING, (None, -5, None), (-1, None, None)]),
        (("WITH w AS (SELECT * FROM d.t) SELECT * FROM (WITH w AS (SELECT * FROM w WHERE "
         "time < ago(5h)) SELECT * FROM w) x, w y WHERE y.time > ago(1h)"),
         [(None, -5, None), (-1, None, None)]),
        (("WITH w AS (SELECT * FROM d.t), v AS (SELECT * FROM w) SELECT * FROM w CROSS JOIN "
         "UNNEST((SELECT array_agg(time) FROM v)) AS u (x) WHERE w.time > ago(1h)"),
         [(-1, None, None), EVERYTHING]),
        (("WITH w AS (SELECT * FROM d.t) SELECT * FROM w, (VALUES ((SELECT max(time) FROM w))) "
         "AS u (x) WHERE w.time > ago(1h)"), [(-1, None, None), EVERYTHING]),
        ('SELECT * FROM (SELECT time AS "E", now() AS "e" FROM d.t) WHERE "e" > ago(1h)',
         [EVERYTHING]),
        ('SELECT * FROM (SELECT *, now() AS "Time" FROM d.t) WHERE "Time" > ago(1h)',
         [EVERYTHING]),
        ("SELECT * FROM (SELECT *, bin(time, 1h) AS hour FROM d.t) WHERE hour > ago(1h)",
         [(-1, None, None)]),
        (('SELECT * FROM (SELECT time AS "E", now() AS "e" FROM d.t UNION ALL SELECT time, now() '
         'FROM d.t) WHERE "e" > ago(1h)'), [EVERYTHING, EVERYTHING]),
        (('WITH w (a, b) AS (SELECT time AS "E", now() AS "e" FROM d.t UNION ALL SELECT time, '
         "now() FROM d.t) SELECT * FROM w WHERE b > ago(1h)"), [EVERYTHING, EVERYTHING]),
        ('SELECT * FROM (SELECT time, now() FROM d.t) AS x ("E", "e") WHERE "e" > ago(1h)',
         [EVERYTHING]),
        (('SELECT * FROM (SELECT time AS "E", now() AS "e" FROM d.t) x JOIN d.t y ON '
         'x."e" = y.time WHERE x."E" > ago(1h)'), [EVERYTHING, EVERYTHING]),
        (("SELECT * FROM (SELECT * FROM d.t p LEFT JOIN d.t q USING (time)) WHERE time > ago(1h)"),
         [(-1, None, None), (-1, None, None)]),
        ("WITH w AS (SELECT x.*, 1 AS one FROM d.t x) SELECT * FROM w WHERE time > ago(1h)",
         [(-1, None, None)]),
        ("SELECT measure_name, count(*) FROM d.t GROUP BY 1 HAVING measure_name = 'a'",
         [(None, None, "a")]),
        ("UNLOAD (SELECT * FROM d.t WHERE time > ago(1h)) TO 's3://bucket/x'", [(-1, None, None)]),
        ("SHOW MEASURES FROM d.t", []),
        ("DESCRIBE d.t", []),
        (("SELECT * FROM d.t p JOIN d.t q ON p.time = q.time AND q.time > ago(2h) "
         "WHERE p.time > ago(1h)"), [(-1, None, None), (-1, None, None)]),
        ("SELECT * FROM d.t p LEFT JOIN d.t q ON p.time > ago(1h) AND q.time > ago(2h)",
         [EVERYTHING, (-2, None, None)]),
        ("SELECT * FROM d.t p RIGHT JOIN d.t q ON p.time > ago(1h) AND q.time > ago(2h)",
         [EVERYTHING, (-1, None, None)]),
        (("SELECT * FROM d.t p JOIN d.t q ON p.time = q.time AND p.measure_name = 'a' "
         "WHERE q.time > ago(2h)"), [(-2, None, "a"), (-2, None, None)]),
        ("SELECT * FROM d.t p LEFT JOIN d.t q ON p.time = q.time WHERE p.time > ago(2h)",
         [(-2, None, None), (-2, None, None)]),
        ("SELECT * FROM d.t p LEFT JOIN d.t q ON p.time = q.time AND q.time > ago(2h)",
         [(-2, None, None), EVERYTHING]),
        ("SELECT * FROM d.t p RIGHT JOIN d.t q ON p.time = q.time WHERE q.time > ago(2h)",
         [(-2, None, None), (-2, None, None)]),
        ("SELECT * FROM d.t p FULL JOIN d.t q ON p.time = q.time WHERE p.time > ago(2h)",
         [(-2, None, None), EVERYTHING]),
        ("SELECT * FROM d.t p JOIN d.t q USING (time, measure_name) WHERE time > ago(2h)",
         [(-2, None, None), (-2, None, None)]),
        (("SELECT * FROM d.t p LEFT JOIN d.t q USING (time) JOIN d.t r USING (time) "
         "WHERE time > ago(2h)"), [(-2, None, None), (-2, None, None), (-2, None, None)]),
        ("SELECT * FROM d.t p FULL JOIN d.t q USING (time) WHERE time > ago(2h)",
         [EVERYTHING, EVERYTHING]),
        ("SELECT * FROM d.t CROSS JOIN UNNEST(ARRAY[1]) AS u (x) WHERE time > ago(2h)",
         [(-2, None, None)]),
        (("SELECT * FROM d.t CROSS JOIN UNNEST(ARRAY[1]) WITH ORDINALITY AS u (x, time) WHERE "
         "time > ago(2h)"), [EVERYTHING]),
        (("SELECT * FROM (SELECT max(time) AS m FROM d.t WHERE time > ago(9h)) CROSS JOIN d.t "
         "WHERE time > ago(2h)"), [(-9, None, None), (-2, None, None)]),
        ("SELECT * FROM d.t AS p (a, time, c), d.t q WHERE time > ago(2h)",
         [EVERYTHING, EVERYTHING]),
        ("SELECT * FROM d.t, e.t WHERE d.t.time > ago(2h) AND t.time > ago(1h)",
         [EVERYTHING, EVERYTHING]),
        ("SELECT * FROM d.t p FULL JOIN d.t q ON q.time > ago(2h) WHERE p.time > ago(3h)",
         [(-3, None, None), EVERYTHING]),
        ("SELECT * FROM d.t p, d.t q WHERE time > ago(1h)", [EVERYTHING, EVERYTHING]),
        (("SELECT * FROM (SELECT time, lag(time) OVER (ORDER BY time) AS p FROM d.t) "
         "WHERE time > ago(1h)"), [EVERYTHING]),
        (("SELECT * FROM (SELECT time, measure_name AS m, lag(time) OVER (PARTITION BY measure_name"
         " ORDER BY time) AS p FROM d.t) WHERE time > ago(1h) AND m = 'a'"), [(None, None, "a")]),
        (("SELECT * FROM (SELECT bin(time, 1d) AS day, measure_name AS m, count(*) OVER w FROM d.t "
         "WINDOW w AS (PARTITION BY bin(time, 1d))) WHERE day > ago(1h) AND m = 'a'"),
         [(-1, None, None)]),
        (("SELECT * FROM (SELECT bin(time, 1d) AS day, measure_name AS m, count(*) OVER (PARTITION "
         "BY time), count(*) OVER (PARTITION BY measure_name, time) FROM d.t) "
         "WHERE day > ago(1h) AND m = 'a'"), [(-1, None, None)]),
        ("SELECT * FROM (SELECT time FROM d.t ORDER BY time LIMIT 3) WHERE time > ago(1h)",
         [EVERYTHING]),
        (("SELECT * FROM (SELECT max(time) AS time FROM d.t GROUP BY measure_name) "
         "WHERE time > ago(1h)"), [EVERYTHING]),
        (("SELECT * FROM (SELECT time FROM d.t GROUP BY GROUPING SETS ((time), ())) "
         "WHERE time > ago(1h)"), [(-1, None, None)]),
        ("SELECT * FROM d.t AS x(measure_name, time) WHERE time > ago(1h)", [EVERYTHING]),
        ("SELECT (SELECT max(time) FROM d.t) FROM d.t WHERE time > ago(1h)",
         [(-1, None, None), EVERYTHING]),
        (("SELECT 1 FROM d.t WHERE time > ago(1h) AND EXISTS (SELECT 1 FROM d.t x "
         "WHERE x.time > ago(3h) AND t.time > ago(9h))"), [(-1, None, None), (-3, None, None)]),
        ("SELECT * FROM (d.t p JOIN d.t q ON p.time = q.time) WHERE p.time > ago(1h)",
         [(-1, None, None), (-1, None, None)]),
        (("SELECT * FROM d.t a LEFT JOIN (d.t p JOIN d.t q ON p.time = q.time) ON a.time = q.time "
         "WHERE a.time > ago(1h)"), [(-1, None, None), (-1, None, None), (-1, None, None)]),
    ],
)  # fmt: skip
def test_bounds_reach_tables_where_no_other_row_changes(
    sql: str, expected: list[tuple[int | None, int | None, str | None]]
) -> None:
    assert sorted(map(str, needed(sql))) == sorted(map(str, expected))


def test_a_with_query_is_gone_through_once_for_the_same_bounds() -> None:
    chain = ", ".join(
        f"w{n} AS (SELECT a.time FROM w{n - 1} a JOIN w{n - 1} b ON a.time = b.time)"  # noqa: S608 - a case
        for n in range(1, 12)
    )
    sql = f"WITH w0 AS (SELECT time FROM d.t), {chain} SELECT 1 FROM w11 WHERE time > ago(1h)"  # noqa: S608 - a case

    assert needed(sql) == [(-1, None, None)]


def test_what_is_nested_too_deeply_is_refused_as_the_engine_does() -> None:
    with pytest.raises(ValidationException, match="nested too deeply"):
        needed(" UNION ALL ".join(["SELECT 1 FROM d.t"] * 2000))


def _hours() -> st.SearchStrategy[str]:
    return st.integers(0, 50).map(lambda hours: f"ago({hours}h)")


def _comparisons(relation: str) -> st.SearchStrategy[str]:
    column = f"{relation}.time"
    terms = st.sampled_from([column, f"bin({column}, 5h)", f"date_trunc('day', {column})"])
    compared = st.tuples(terms, st.sampled_from(["<", "<=", ">", ">=", "="]), _hours())
    return st.one_of(
        compared.map(" ".join),
        compared.map(lambda parts: " ".join(reversed(parts))),
        st.tuples(_hours(), _hours()).map(lambda two: f"{column} BETWEEN {two[0]} AND {two[1]}"),
        st.sampled_from(
            [f"{relation}.measure_name = 'a'", f"{relation}.measure_name IN ('a', 'z')",
             f"{column} IS NULL", f"{relation}.measure_name <> 'a'"]
        ),
    )  # fmt: skip


def _conditions(*relations: str) -> st.SearchStrategy[str]:
    leaves = st.one_of(*map(_comparisons, relations))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
                lambda parts: f"({' '.join(parts)})"
            ),
            inner.map(lambda one: f"NOT ({one})"),
        ),
        max_leaves=4,
    )


QUERIES = st.one_of(
    _conditions("t").map("SELECT t.time, t.measure_name FROM d.t WHERE {}".format),
    _conditions("x").map(
        "SELECT x.time, x.measure_name, x.n FROM (SELECT time, measure_name, count(*) AS n "
        "FROM d.t GROUP BY 1, 2) x WHERE {}".format
    ),
    _conditions("x").map(
        "SELECT x.time, x.measure_name, p FROM (SELECT time, measure_name, lag(time) OVER "
        "(PARTITION BY measure_name ORDER BY time) AS p FROM d.t) x WHERE {}".format
    ),
    _conditions("x").map(
        "WITH w (at, who) AS (SELECT time, measure_name FROM d.t) SELECT x.time, x.measure_name, n "
        "FROM (SELECT at AS time, who AS measure_name, count(*) OVER (PARTITION BY who, bin(at, "
        "5h)) AS n FROM w) x WHERE {}".format
    ),
    _conditions("x").map(
        "SELECT time, measure_name, n FROM (SELECT bin(time, 5h) AS time, measure_name, count(*) "
        "OVER w AS n FROM d.t WINDOW w AS (PARTITION BY bin(time, 5h))) x WHERE {}".format
    ),
    _conditions("t").map(
        "SELECT bin(t.time, 5h), count(*) FROM d.t GROUP BY GROUPING SETS ((t.time, "
        "t.measure_name), (t.time), ()) HAVING {}".format
    ),
    st.tuples(_conditions("w"), _conditions("x"), _conditions("y")).map(
        lambda parts: (
            "WITH w AS (SELECT time, measure_name FROM d.t), v AS (SELECT * FROM w) "  # noqa: S608 - of cases
            "SELECT count(*), min(x.time), max(y.time) FROM "
            f"(WITH w AS (SELECT * FROM w WHERE {parts[0]}) "
            "SELECT v.time, w.measure_name FROM v JOIN w ON v.time = w.time) x "
            f"JOIN w y ON x.measure_name = y.measure_name WHERE {parts[1]} AND {parts[2]}"
        )
    ),
    st.tuples(
        st.sampled_from(["UNION", "UNION ALL", "EXCEPT", "INTERSECT"]),
        _conditions("x"),
        _conditions("t"),
    ).map(
        lambda parts: (
            "SELECT x.time FROM (SELECT time, measure_name FROM d.t "  # noqa: S608 - of cases
            f"{parts[0]} SELECT time + 1h, 'a' FROM d.t WHERE {parts[2]}) x WHERE {parts[1]}"
        )
    ),
    st.tuples(
        st.sampled_from(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]),
        _conditions("p", "q"),
        _conditions("p", "q"),
    ).map(
        lambda parts: (
            f"SELECT p.time, q.time, q.measure_name FROM d.t p {parts[0]} d.t q "  # noqa: S608 - of cases
            f"ON p.time = q.time AND {parts[1]} WHERE {parts[2]}"
        )
    ),
    st.tuples(
        st.sampled_from(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]),
        st.sampled_from(["JOIN", "LEFT JOIN", "RIGHT JOIN"]),
        _conditions("p"),
        _conditions("r"),
    ).map(
        lambda parts: (
            f"SELECT time, p.measure_name, r.n FROM d.t p {parts[0]} d.t q USING (time) "  # noqa: S608 - of cases
            "CROSS JOIN UNNEST(ARRAY[1, 2]) AS u (one) "
            f"{parts[1]} (SELECT max(time) AS at, measure_name, count(*) AS n FROM d.t t "
            "GROUP BY measure_name) r ON p.measure_name = r.measure_name "
            f"WHERE {parts[2].replace('p.time', 'time')} "
            f"OR {parts[3].replace('r.time', 'r.at')}"
        )
    ),
)


@pytest.fixture(scope="module")
def table() -> Iterator[Elsewhere]:
    with closing(Elsewhere(StoppedClock(NOW), "d", "t")) as one:
        one.define(
            [MEASURE_NAME, TIME, VALUE],
            "(SELECT measure_name, make_timestamp_ns(time) AS time, 'Open' AS value FROM rows)",
        )
        yield one


def _answer(table: Elsewhere, sql: str, rows: list[tuple[str, int]]) -> list[str]:
    """Run a query on these rows alone."""
    table.connection.execute("CREATE OR REPLACE TABLE rows (measure_name VARCHAR, time BIGINT)")
    if rows:
        table.connection.executemany("INSERT INTO rows VALUES (?, ?)", rows)
    answer = table.engine.query({"QueryString": sql})
    assert "NextToken" not in answer
    return sorted(map(str, answer["Rows"]))


def _within(row: tuple[str, int], needs: Needed) -> bool:
    name, time = row
    return (
        (needs.names is None or name in needs.names)
        and (needs.time.first is None or time >= needs.time.first)
        and (needs.time.last is None or time <= needs.time.last)
    )


@settings(max_examples=60)
@given(sql=QUERIES)
def test_what_is_needed_answers_as_everything_does(table: Elsewhere, sql: str) -> None:
    needs = [one for _, one in table.needed(sql)]
    fetched = [row for row in ROWS if any(_within(row, one) for one in needs)]

    assert _answer(table, sql, fetched) == _answer(table, sql, ROWS)
