"""How fast the embedded Timestream is, beside what does less.

    python -m bench.timestream

Writes beside stock moto's, what fsync costs, and queries and memory beside DuckDB's own. Every
figure and the one beside it come from the same run, in turn; the medians count.
"""

from __future__ import annotations

import argparse

from bench import timestream_queries, timestream_writes


def main() -> None:
    """Measure, and print the figures with their ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=200, help="WriteRecords of each client")
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    chosen = parser.parse_args()
    for rows in chosen.rows:
        timestream_queries.report(rows)
    for clients in (1, 4):
        timestream_writes.report(timestream_writes.BESIDE_MOTO, clients, chosen.calls)
        timestream_writes.report(timestream_writes.DURABLE, clients, chosen.calls)


if __name__ == "__main__":
    main()
