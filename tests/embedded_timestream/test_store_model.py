"""The store against a model of ten lines, whatever is written and whenever it is flushed."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from embedded_timestream.errors import RejectedRecordsException
from tests.embedded_timestream.writing import NOON_NS, WHERE, Given, dimensions, record

KEYS = st.tuples(
    st.sampled_from(["Hisingsbron", "Jordfallsbron"]),
    st.sampled_from(
        [(("lane", "1"),), (("city", "Gothenburg"),), (("city", "Gothenburg"), ("lane", "1"))]
    ),
    st.integers(0, 3),  # nanoseconds before noon
)
WRITES = st.tuples(KEYS, st.sampled_from(["Open", "Closed"]), st.integers(1, 4))
STEPS = st.lists(st.one_of(st.lists(WRITES, min_size=1, max_size=8), st.just("flush")), max_size=12)


class Model:
    """What Timestream's documentation says of versions, in ten lines."""

    def __init__(self) -> None:
        self.held: dict[Any, tuple[str, int]] = {}

    def takes(self, key: object, value: str, version: int) -> bool:
        held = self.held.get(key)
        if held is not None and version <= held[1]:
            return held == (value, version)
        self.held[key] = value, version
        return True


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_the_store_agrees_with_the_model(steps: list[Any]) -> None:
    with_store, model = Given(), Model()
    for step in steps:
        if step == "flush":
            with_store.store.flush()
            continue
        expected = [i for i, write in enumerate(step) if not model.takes(*write)]

        assert _rejected(with_store, step) == expected

    rows = _by_key(with_store)
    assert rows == {key: value for key, (value, _) in model.held.items()}
    with_store.store.close()


def _rejected(given_: Given, writes: list[Any]) -> list[int]:
    records = [
        record(value, name=name, at=NOON_NS - ago, Version=version, Dimensions=_pairs(pairs))
        for (name, pairs, ago), value, version in writes
    ]
    try:
        given_.store.call("WriteRecords", {**WHERE, "Records": records})
    except RejectedRecordsException as error:
        return [rejected["RecordIndex"] for rejected in error.extra["RejectedRecords"]]
    return []


def _pairs(pairs: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return dimensions(**dict(reversed(pairs)))


def _by_key(given_: Given) -> dict[Any, str]:
    names = [column.split()[0] for column in given_.columns()]
    rows = [dict(zip(names, row, strict=True)) for row in given_.rows()]
    keyed = {}
    for row in rows:
        pairs = tuple((n, row[n]) for n in ("city", "lane") if row.get(n) is not None)
        keyed[row["measure_name"], pairs, NOON_NS - row["time"]] = row["measure_value::varchar"]
    assert len(keyed) == len(rows)
    return keyed


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(0, 2**63 - 2), min_size=1, max_size=20, unique=True),
    st.integers(0, 6 * 3600 * 10**9),
)
def test_nanoseconds_are_those_of_pythons_integers(times: list[int], ago: int) -> None:
    with_store = Given()
    records = [
        record(
            [{"Name": "seen", "Type": "TIMESTAMP", "Value": str(time)}],
            "MULTI",
            name=f"{number}",
            at=NOON_NS - ago,
        )
        for number, time in enumerate(times)
    ]

    with_store.write(*records)

    expected = sorted((f"{number}", NOON_NS - ago, time) for number, time in enumerate(times))
    assert with_store.rows() == expected
    with_store.store.close()
