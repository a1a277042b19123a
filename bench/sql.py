"""How fast SQL answers on either store, and in how much memory: python -m bench.sql.

The same statements over the same records: on the embedded Timestream, over the wire, and on
DynamoDB, from which the command line fetches them and answers by itself. DynamoDB is an endpoint
that answers at once, so what is shown of it is all that it costs the operator's computer.
"""

from __future__ import annotations

import argparse
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from bench import contest
from bench.data import DATABASE, TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

WHERE = "WHERE time >= from_iso8601_timestamp('2022-01-01T00:00:00Z')"
FROM = f'FROM "{DATABASE}"."{TABLE}" {WHERE}'
STATUS = "measure_value::varchar"
STATEMENTS = {
    "openings a day": f"""
SELECT bin(time, 1d) AS day, count_if(status = 'Open' AND before = 'Closed')
FROM (SELECT time, {STATUS} AS status, lag({STATUS}) OVER (ORDER BY time) AS before {FROM})
GROUP BY 1 ORDER BY 1""",  # noqa: S608 - of constants
    "every record": f"SELECT time, measure_name, {STATUS} {FROM}",
}


def timestream(sql: str) -> None:
    """Ask Timestream."""
    from bridgewatch.timestream.table import TimestreamTable  # noqa: PLC0415 - of this contender's
    from lambdas.aws import Connection  # noqa: PLC0415 - likewise

    table = TimestreamTable(database=DATABASE, table=TABLE, connection=Connection())
    contest.contend(lambda: sum(1 for _ in table.query(sql)))


def dynamodb(sql: str) -> None:
    """Fetch from DynamoDB, and answer here."""
    from bridgewatch.dynamodb.table import DynamoDbTable  # noqa: PLC0415 - of this contender's
    from bridgewatch.settings import DynamoDbStorage  # noqa: PLC0415 - likewise
    from lambdas.aws import Connection  # noqa: PLC0415 - likewise

    table = DynamoDbTable(
        DynamoDbStorage(type="dynamodb", retention_days=36500),
        database=DATABASE,
        table=TABLE,
        connection=Connection(),
    )

    def work() -> int:
        with closing(table.query(sql)) as query:
            return sum(1 for _ in query)

    contest.contend(work)


CONTENDERS = {"timestream": timestream, "dynamodb": dynamodb}


def _run(statement: str, addresses: Mapping[str, str], contender: str) -> contest.Figure | None:
    arguments = ["--statement", statement]
    return contest.run("bench.sql", contender, arguments, addresses[contender])


def main() -> None:
    """Let both contend, or be one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--contender", choices=CONTENDERS)
    parser.add_argument("--statement", choices=STATEMENTS)
    options = parser.parse_args()
    if options.contender:
        CONTENDERS[options.contender](STATEMENTS[options.statement])
        return
    from bench.endpoint import ROWS_A_PAGE, served  # noqa: PLC0415 - contenders do without

    pages = options.rows // ROWS_A_PAGE
    with served("embedded", pages) as there, served("dynamodb", pages) as elsewhere:
        addresses = {"timestream": there, "dynamodb": elsewhere}
        for name in STATEMENTS:
            figures = contest.hold(CONTENDERS, partial(_run, name, addresses))
            print(f"{name}, of {options.rows:,} records")
            for contender, figure in figures.items():
                if figure:
                    print(
                        f"  {contender:<12} {figure.seconds:>6.1f} s, {figure.megabytes:>5.0f} MB, "
                        f"{figure.rows:,} rows"
                    )


if __name__ == "__main__":
    main()
