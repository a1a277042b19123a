"""How fast rows come out of Timestream, and in how much memory: python -m bench.read.

The rows of `bridgewatch.timestream.query.Query`, typed, beside awswrangler.timestream.query and
beside a loop over botocore's paginator, whose values stay text, on the same endpoints: one that
answers at once, which shows the client's limit, and the embedded cloud.
"""

from __future__ import annotations

import argparse
from functools import partial

from bench import contest
from bench.data import DATABASE, TABLE

SQL = f"""
SELECT time, measure_name AS bridge, measure_value::varchar AS status FROM "{DATABASE}"."{TABLE}"
WHERE time >= from_iso8601_timestamp('2022-01-01T00:00:00Z')
"""  # noqa: S608 - of constants

# Each contender imports what it needs before its work begins, and nothing of the others'.


def query() -> None:
    """Read them one by one, as `export` does."""
    from bridgewatch.timestream.query import Query, query_client  # noqa: PLC0415
    from lambdas.aws import Connection  # noqa: PLC0415

    client = query_client(Connection())
    contest.contend(lambda: sum(1 for _ in Query(client, SQL)))


def awswrangler() -> None:
    """Read them with the library that people use for data frames, in pieces."""
    import awswrangler as wr  # type: ignore[import-not-found] # noqa: PLC0415 - in its own venv

    contest.contend(lambda: sum(len(one) for one in wr.timestream.query(SQL, chunked=True)))


def paginator() -> None:
    """Read them as AWS's samples do."""
    import boto3  # noqa: PLC0415

    client = boto3.client("timestream-query")

    def work() -> int:
        rows = 0
        for page in client.get_paginator("query").paginate(QueryString=SQL):
            for row in page["Rows"]:
                _, _, _ = (datum["ScalarValue"] for datum in row["Data"])
                rows += 1
        return rows

    contest.contend(work)


CONTENDERS = {"query": query, "awswrangler": awswrangler, "paginator": paginator}


def main() -> None:
    """Let them all contend, or be one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--contender", choices=CONTENDERS)
    options = parser.parse_args()
    if options.contender:
        CONTENDERS[options.contender]()
        return
    from bench.endpoint import ROWS_A_PAGE, served  # noqa: PLC0415 - contenders do without

    for kind, rows in (("null", options.rows), ("embedded", options.rows // 10)):
        with served(kind, rows // ROWS_A_PAGE) as address:
            figures = contest.hold(
                CONTENDERS, partial(contest.run, "bench.read", arguments=[], address=address)
            )
        contest.report(f"Reading {rows:,} rows from the {kind} endpoint", figures)


if __name__ == "__main__":
    main()
