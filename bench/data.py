"""What the benchmarks of the command line write and read: a bridge that opens each other minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

DATABASE, TABLE, BRIDGE = "bench", "observations", "Hisingsbron"
DIMENSIONS = {"source": "city"}
START = datetime(2022, 1, 1, tzinfo=UTC)


def observation(number: int) -> tuple[datetime, str]:
    """Give the observation of a minute: its time and its status."""
    return START + timedelta(minutes=number), "Open" if number % 2 else "Closed"
