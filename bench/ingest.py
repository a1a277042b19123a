"""How fast a CSV file gets into Timestream, and in how much memory: python -m bench.ingest.

The command `backfill`, beside awswrangler.timestream.write and beside a plain loop of
write_records, with the same file on the same endpoints: one that answers at once, which shows the
client's limit, and the embedded cloud.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from functools import partial
from pathlib import Path

from bench import contest
from bench.data import BRIDGE, DATABASE, DIMENSIONS, TABLE, observation

SETTINGS = {
    "bridges": [{"name": BRIDGE, "source": DIMENSIONS["source"]}],
    "sources": {
        DIMENSIONS["source"]: {
            "type": "json",
            "url": "https://example.org/",
            "pointer": "",
            "statuses": {"Open": "Open", "Closed": "Closed"},
        }
    },
}

# Each contender imports what it needs before its work begins, and nothing of the others'.


def backfill(file: Path, records: int) -> None:
    """Import it with the command line, which also checks, sorts and journals it."""
    from bridgewatch.cli import app  # noqa: PLC0415

    settings = file.with_name("settings.json")
    settings.write_text(json.dumps(SETTINGS))
    options = ["--settings", str(settings), "--database", DATABASE, "--table", TABLE]
    options += ["--journal", str(file.with_suffix(".journal"))]

    def work() -> int:
        app(["backfill", str(file), *options], standalone_mode=False)
        return records

    contest.contend(work)


def awswrangler(file: Path, records: int) -> None:
    """Import it with the library that people use for data frames."""
    import awswrangler as wr  # type: ignore[import-not-found] # noqa: PLC0415 - in its own venv
    import pandas as pd  # noqa: PLC0415

    def work() -> int:
        frame = pd.read_csv(file, parse_dates=["time"]).assign(**DIMENSIONS)
        rejected = wr.timestream.write(
            df=frame,
            database=DATABASE,
            table=TABLE,
            time_col="time",
            measure_col="status",
            measure_name=BRIDGE,
            dimensions_cols=list(DIMENSIONS),
        )
        if rejected:
            raise RuntimeError(rejected[0])
        return records

    contest.contend(work)


def plain_loop(file: Path, records: int) -> None:
    """Import it as AWS's samples do."""
    from datetime import datetime  # noqa: PLC0415

    import boto3  # noqa: PLC0415

    client = boto3.client("timestream-write")
    dimensions = [{"Name": name, "Value": value} for name, value in DIMENSIONS.items()]

    def write(batch: list[dict[str, object]]) -> None:
        client.write_records(DatabaseName=DATABASE, TableName=TABLE, Records=batch)  # type: ignore[arg-type] # of the right shape

    def work() -> int:
        batch: list[dict[str, object]] = []
        with file.open(newline="") as lines:
            for row in csv.DictReader(lines):
                batch.append(
                    {
                        "Dimensions": dimensions,
                        "MeasureName": row["bridge"],
                        "MeasureValue": row["status"],
                        "MeasureValueType": "VARCHAR",
                        "Time": str(round(datetime.fromisoformat(row["time"]).timestamp() * 1000)),
                    }
                )
                if len(batch) == 100:  # noqa: PLR2004 - records a request
                    write(batch)
                    batch = []
        if batch:
            write(batch)
        return records

    contest.contend(work)


CONTENDERS = {"backfill": backfill, "awswrangler": awswrangler, "plain loop": plain_loop}


def main() -> None:
    """Let them all contend, or be one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=500_000)
    parser.add_argument("--contender", choices=CONTENDERS)
    parser.add_argument("--file", type=Path)
    options = parser.parse_args()
    if options.contender:
        CONTENDERS[options.contender](options.file, options.records)
        return
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "observations.csv"
        for kind, records in (("null", options.records), ("embedded", options.records // 20)):
            with file.open("w", encoding="utf-8", newline="") as lines:
                writer = csv.writer(lines)
                writer.writerow(("time", "bridge", "status"))
                for time, status in map(observation, range(records)):
                    writer.writerow((f"{time:%Y-%m-%dT%H:%M:%SZ}", BRIDGE, status))
            figures = contest.hold(CONTENDERS, partial(_run, kind, file, records))
            contest.report(f"Writing {records:,} records to the {kind} endpoint", figures)


def _run(kind: str, file: Path, records: int, contender: str) -> contest.Figure | None:
    from bench.endpoint import served  # noqa: PLC0415 - contenders do without

    # A cloud of its own for each: nobody finds the records of the one before.
    with served(kind) as address:
        arguments = ["--file", str(file), "--records", str(records)]
        return contest.run("bench.ingest", contender, arguments, address)


if __name__ == "__main__":
    main()
