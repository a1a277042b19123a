"""awswrangler against the built package; test_package runs this where both are installed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import awswrangler as wr  # type: ignore[import-not-found] # not in this environment
import boto3
import pandas as pd
import pytest

if TYPE_CHECKING:
    from embedded_timestream.server.embedded import EmbeddedTimestream

ROWS = 2500


@pytest.fixture
def session(timestream: EmbeddedTimestream, monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    for name, text in timestream.environment().items():
        monkeypatch.setenv(name, text)
    session = boto3.Session()
    wr.timestream.create_database("bridges", boto3_session=session)
    wr.timestream.create_table(
        "bridges", "status", memory_retention_hours=48, magnetic_retention_days=10,
        boto3_session=session,
    )  # fmt: skip
    return session


@pytest.fixture
def frame() -> pd.DataFrame:
    noon = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    return pd.DataFrame(
        {
            "time": [noon - timedelta(seconds=i) for i in range(ROWS)],
            "bridge": [f"bridge {i % 10}" for i in range(ROWS)],
            "wind": [i / 7 for i in range(ROWS)],
            "cars": range(ROWS),
        }
    )


def write(frame: pd.DataFrame, session: boto3.Session) -> list[dict[str, str]]:
    rejected: list[dict[str, str]] = wr.timestream.write(
        df=frame, database="bridges", table="status", time_col="time", dimensions_cols=["bridge"],
        measure_col=["wind", "cars"], measure_name="weather", boto3_session=session,
    )  # fmt: skip
    return rejected


def test_a_frame_comes_back_as_it_was_written(session: boto3.Session, frame: pd.DataFrame) -> None:
    assert write(frame, session) == []

    read = wr.timestream.query(
        'SELECT time, bridge, wind, cars FROM "bridges"."status" ORDER BY time DESC',
        boto3_session=session,
    )

    assert len(read) == ROWS
    assert list(read["cars"]) == list(frame["cars"])
    assert list(read["wind"]) == list(frame["wind"])
    assert list(read["time"]) == list(frame["time"])


def test_pages_come_one_by_one(
    session: boto3.Session, frame: pd.DataFrame, timestream: EmbeddedTimestream
) -> None:
    write(frame, session)
    timestream.empty_first_pages()

    chunks = wr.timestream.query(
        'SELECT cars FROM "bridges"."status"', chunked=True, boto3_session=session
    )

    assert sum(len(chunk) for chunk in chunks) == ROWS


def test_what_the_store_rejects_is_told(session: boto3.Session, frame: pd.DataFrame) -> None:
    frame["time"] = frame["time"] - timedelta(days=30)

    rejected = write(frame.head(3), session)

    assert len(rejected) == 3
    assert "memory store" in str(rejected[0]["Reason"])


def test_what_is_there_is_listed(session: boto3.Session) -> None:
    assert wr.timestream.list_databases(boto3_session=session) == ["bridges"]
    assert wr.timestream.list_tables("bridges", boto3_session=session) == ["status"]
