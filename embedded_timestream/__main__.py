"""Serve Timestream on a port, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import traceback
from pathlib import Path
from threading import Event

from embedded_timestream import __version__
from embedded_timestream.server.embedded import EmbeddedTimestream

_POLL_SECONDS = 1.0
"""How late a scheduled query may run."""


def main() -> int:
    """Serve until a signal comes; the exit code is 0 then, and 1 if it cannot be served."""
    chosen = parser().parse_args()
    buckets, topics = None, None
    if chosen.s3 or chosen.sns:
        try:
            from embedded_timestream.server import aws  # noqa: PLC0415 - needs boto3
        except ModuleNotFoundError:
            return _failed("--s3 and --sns need boto3: pip install 'embedded-timestream[boto3]'")
        buckets = aws.S3Buckets(chosen.s3) if chosen.s3 else None
        topics = aws.SnsTopics(chosen.sns) if chosen.sns else None
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        timestream = EmbeddedTimestream(
            host=chosen.host,
            port=chosen.port,
            data=chosen.data,
            fsync=chosen.fsync,
            buckets=buckets,
            topics=topics,
        )
    except OSError as error:
        return _failed(f"{chosen.host}:{chosen.port} cannot be served on: {error.strerror}.")
    timestream.empty_first_pages(chosen.empty_first_pages)
    try:
        with timestream:
            _say(timestream, chosen.data)
            while not stop.wait(_POLL_SECONDS):
                _run_due(timestream)
    except OSError as error:
        named = f"{error.filename} cannot be used: {error.strerror}."
        return _failed(named if error.filename else str(error))
    return 0


def parser() -> argparse.ArgumentParser:
    """Give what reads the command line."""
    options = argparse.ArgumentParser(
        prog="python -m embedded_timestream",
        description="Serve Amazon Timestream for LiveAnalytics, both its APIs, and nothing else.",
    )
    options.add_argument("--host", default="127.0.0.1", help="address to serve on (%(default)s)")
    options.add_argument("--port", type=int, default=4567, help="0 takes a free one (%(default)s)")
    options.add_argument(
        "--data", type=Path, metavar="DIR", help="keep everything in this directory"
    )
    options.add_argument(
        "--fsync",
        action="store_true",
        help="answer a write once it is on the disk: what was written outlives a power cut",
    )
    options.add_argument(
        "--s3", metavar="URL", help="where the buckets are; else files, see README"
    )
    options.add_argument(
        "--sns", metavar="URL", help="where the topics are; else files, see README"
    )
    options.add_argument(
        "--empty-first-pages",
        action="store_true",
        help="give each query's first page no rows, but a NextToken, as the service often does",
    )
    options.add_argument("--version", action="version", version=__version__)
    return options


def _run_due(timestream: EmbeddedTimestream) -> None:
    try:
        timestream.run_scheduled_queries()
    except Exception:  # noqa: BLE001 - one failed run is no reason to serve no longer
        traceback.print_exc()


def _say(timestream: EmbeddedTimestream, data: Path | None) -> None:
    kept = f"Everything is kept in {data}" if data else "Nothing is kept"
    lines = [
        f"Timestream is at {timestream.endpoint}. {kept}; Ctrl-C ends it.",
        *(f"export {name}={value}" for name, value in timestream.environment().items()),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _failed(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # DuckDB complains at length of Python's own end while connections are still open.
    os._exit(code)
