"""How fast records are moved, and in how much memory: python -m bench.moving.

From DynamoDB to either store, on endpoints that answer at once, which shows the client's limit: AWS
takes about 1,000 puts a second of one bridge.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench import contest
from bench.data import BRIDGE, DATABASE, TABLE

if TYPE_CHECKING:
    from bridgewatch.observation_table import ObservationTable

CONCURRENCY = 16


def _move(source: str, target: str, *, to_dynamodb: bool) -> None:
    from bridgewatch.dynamodb.table import DynamoDbTable  # noqa: PLC0415 - before the work begins
    from bridgewatch.moving.journal import MoveJournal  # noqa: PLC0415 - likewise
    from bridgewatch.moving.sending import Move  # noqa: PLC0415 - likewise
    from bridgewatch.settings import DynamoDbStorage  # noqa: PLC0415 - likewise
    from bridgewatch.timestream.table import TimestreamTable  # noqa: PLC0415 - likewise
    from lambdas.aws import Connection  # noqa: PLC0415 - likewise

    def dynamodb(address: str) -> DynamoDbTable:
        return DynamoDbTable(
            DynamoDbStorage(type="dynamodb", retention_days=36500),
            database=DATABASE,
            table=TABLE,
            connection=Connection(endpoint_url=address),
        )

    other: ObservationTable = (
        dynamodb(target)
        if to_dynamodb
        else TimestreamTable(
            database=DATABASE, table=TABLE, connection=Connection(endpoint_url=target)
        )
    )
    move = Move(dynamodb(source), other.writer({}, CONCURRENCY), CONCURRENCY)

    def work() -> int:
        with (
            TemporaryDirectory() as directory,
            MoveJournal(Path(directory) / "journal", "bench") as journal,
        ):
            move.run([BRIDGE], journal, lambda _: None)
            return journal.moved().accepted

    contest.contend(work)


CONTENDERS = {
    "dynamodb": partial(_move, to_dynamodb=True),
    "timestream": partial(_move, to_dynamodb=False),
}


def main() -> None:
    """Move to each, or be one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--contender", choices=CONTENDERS)
    parser.add_argument("--source")
    parser.add_argument("--target")
    options = parser.parse_args()
    if options.contender:
        CONTENDERS[options.contender](options.source, options.target)
        return
    from bench.endpoint import ROWS_A_PAGE, served  # noqa: PLC0415 - contenders do without

    pages = options.rows // ROWS_A_PAGE
    print(f"Moving {options.rows:,} records from DynamoDB")
    with served("dynamodb", pages) as source, served("null") as timestream:
        targets = {"dynamodb": source, "timestream": timestream}
        for name, target in targets.items():
            arguments = ["--source", source, "--target", target]
            figure = contest.run("bench.moving", name, arguments, source)
            if figure:
                speed = figure.rows / figure.seconds
                print(
                    f"  to {name:<11} {speed:>7,.0f} records/s "
                    f"({1e6 * figure.busy / figure.rows:,.0f} s of processor time a million), "
                    f"{figure.megabytes:>4.0f} MB"
                )


if __name__ == "__main__":
    main()
