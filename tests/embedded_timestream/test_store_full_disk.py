"""On a full disk nothing is acknowledged that is not kept, and once there is room all goes on."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING
from unittest.mock import Mock

import duckdb
import pytest

from embedded_timestream.errors import InternalServerException
from tests.embedded_timestream.test_store_journal import left_behind, reopened
from tests.embedded_timestream.writing import NOON_NS, WHERE, Given, dimensions, record
from tests.full_disk import full_disk

if TYPE_CHECKING:
    from pathlib import Path

OTHER = {"DatabaseName": "bridges", "TableName": "other"}


def times(given: Given) -> list[int]:
    return sorted(row[given.columns().index("time timestamp")] for row in given.rows())


def test_what_the_journal_cannot_take_is_not_acknowledged_and_leaves_no_torn_line(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    given = Given(data)
    given.write(record())
    journal = (data / "journal.jsonl").read_bytes()

    with full_disk(len(journal) + 10), pytest.raises(InternalServerException, match="too large"):
        given.write(record(at=NOON_NS + 1))

    assert (data / "journal.jsonl").read_bytes() == journal
    given.write(record(at=NOON_NS + 2))
    after = left_behind(given, data, tmp_path / "copy")
    with closing(after.store):
        assert {NOON_NS, NOON_NS + 2} <= set(times(after))


def test_what_is_acknowledged_outlives_a_call_that_it_builds_on_and_that_was_not(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    given = Given(data)
    size = (data / "journal.jsonl").stat().st_size
    with full_disk(size), pytest.raises(InternalServerException):
        given.store.call("CreateTable", OTHER)

    given.store.call("WriteRecords", {**OTHER, "Records": [record()]})
    after = left_behind(given, data, tmp_path / "copy")

    with closing(after.store):
        table = after.store.table("bridges", "other")
        assert table is not None
        assert table.count(NOON_NS, NOON_NS) == 1


def test_what_duckdb_cannot_take_waits_and_is_there_later(tmp_path: Path) -> None:
    data = tmp_path / "data"
    given = Given(data)
    given.write(record())
    given.store.flush()
    given.write(record("Closed", Version=2), record("7", "BIGINT", name="cars", at=NOON_NS + 1))
    given.write(record(Dimensions=dimensions(city="Gothenburg"), at=NOON_NS + 2))

    with full_disk(1), pytest.raises(InternalServerException, match="cannot be kept"):
        given.store.cursor()

    given.write(record(at=NOON_NS + 3))
    expected = given.columns(), given.rows()
    assert times(given) == [NOON_NS, NOON_NS + 1, NOON_NS + 2, NOON_NS + 3]
    after = left_behind(given, data, tmp_path / "copy")
    with closing(after.store):
        assert (after.columns(), after.rows()) == expected


def test_a_store_that_is_closed_on_a_full_disk_leaves_all_in_its_journal(tmp_path: Path) -> None:
    given = Given(tmp_path)
    given.write(record())

    with full_disk(1):
        given.store.close()

    with closing(reopened(tmp_path).store) as store:
        table = store.table("bridges", "status")
        assert table is not None
        assert table.count(NOON_NS, NOON_NS) == 1


def test_a_store_ends_while_a_query_still_runs(tmp_path: Path) -> None:
    given = Given(tmp_path)
    given.write(record())
    connection = given.store._connection  # noqa: SLF001 - DuckDB's, which is busy by chance only
    busy = Mock(wraps=connection)
    busy.close.side_effect = duckdb.ResourceInUseException("connection is busy")
    given.store._connection = busy  # noqa: SLF001

    given.store.close()

    connection.close()
    with closing(reopened(tmp_path).store) as store:
        table = store.table("bridges", "status")
        assert table is not None
        assert table.count(NOON_NS, NOON_NS) == 1


def test_a_store_that_has_ended_says_so(tmp_path: Path) -> None:
    given = Given(tmp_path)
    given.store.close()

    for ask in (lambda: given.write(record()), given.store.cursor):
        with pytest.raises(InternalServerException, match=r"^This Timestream has ended\.$"):
            ask()
    with pytest.raises(InternalServerException, match=r"^This Timestream has ended\.$"):
        given.store.call("DescribeTable", WHERE)
