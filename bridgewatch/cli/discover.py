"""`bridgewatch discover`: which bridges a source knows, for the settings."""

import time
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridgewatch.cli.failures import FAILED, CommandError, one_sentence
from bridgewatch.cli.output import print_json
from bridgewatch.settings import NDW_URL, load_settings

if TYPE_CHECKING:
    from lambdas.poller.sources.http import Answer
    from lambdas.poller.sources.ndw import Picture

PATIENCE_SECONDS = 60

discover = typer.Typer(help="List the bridges that a source knows.", no_args_is_help=True)


@discover.callback()
def _sources() -> None:
    """List the bridges that a source knows."""


@discover.command()
def ndw(
    url: Annotated[str, typer.Option(help="Another address of the feed.")] = NDW_URL,
    settings: Annotated[
        Path | None, typer.Option(help="Where bridges have names, if not in cdk.json.")
    ] = None,
) -> None:
    """List the Dutch bridges that the feed names now, as JSON to paste into `bridges`.

    Ask again at another time of the day for more: the feed only names bridges that are open or soon
    will be. It knows codes, not names.
    """
    with one_sentence():
        names = {one.code: one.name for one in load_settings(settings).bridges if one.code}
        print_json(
            [
                {"name": names.get(code, code), "source": "ndw", "code": code, "dimensions": {}}
                for code in sorted(_picture(url).named)
            ]
        )


def _picture(url: str) -> "Picture":
    # Other commands do without what reads sources, and its memory.
    from lambdas.poller.configuration import Limits  # noqa: PLC0415
    from lambdas.poller.sources import SourceError  # noqa: PLC0415
    from lambdas.poller.sources.http import Http, Request  # noqa: PLC0415

    limits = Limits(timeout_seconds=20, attempts=3, backoff_seconds=1, max_bytes=256_000_000)
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        return Http(limits).get(Request(url, {}, {}), deadline, _read)
    except SourceError as error:
        raise CommandError(f"{url} cannot be read: {error.detail}.", FAILED) from error


def _read(answer: "Answer") -> "Picture":
    from lambdas.poller.sources.ndw import parse  # noqa: PLC0415 - as above

    answer.expect(HTTPStatus.OK)
    return parse(answer.pieces())
