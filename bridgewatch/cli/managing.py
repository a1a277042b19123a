"""What managing databases and tables has in common."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from bridgewatch.cli.failures import WRONG_USAGE, CommandError
from bridgewatch.cli.output import Output, print_csv, print_json, print_table
from bridgewatch.cli.reading import Place
from bridgewatch.timestream.tables import owned_by_stack, write_client

if TYPE_CHECKING:
    from mypy_boto3_timestream_write import TimestreamWriteClient

Confirm = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="The name again (a table's: DATABASE.TABLE), instead of being asked."
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Even if a stack owns it.")]


def confirm_deletion(
    name: str, tags: Mapping[str, str], confirm: str | None, *, force: bool
) -> None:
    """See that it is really meant.

    :param confirm: what was typed as --confirm; if nothing, it is asked for.
    :raises CommandError: if a stack owns it and it isn't forced, or another name was typed.
    """
    if owned_by_stack(tags) and not force:
        raise CommandError(
            f"A stack owns {name}: remove it with `cdk destroy`, or say --force.", WRONG_USAGE
        )
    typed = confirm if confirm is not None else typer.prompt(f"Type {name} to delete it for good")
    if typed != name:
        raise CommandError(f"{typed!r} is not {name!r}: nothing was deleted.", WRONG_USAGE)


def print_facts(output: Output, facts: Mapping[str, object]) -> None:
    """Print what is known of one thing."""
    if output is Output.JSON:
        print_json(facts)
        return
    texts = {name: _text(value) for name, value in facts.items()}
    if output is Output.CSV:
        print_csv(texts, [texts.values()])
    else:
        print_table(("", ""), texts.items())


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={one}" for name, one in value.items())
    return "unknown" if value is None else str(value)


def managing_client(place: Place) -> "TimestreamWriteClient":
    """Make a client for databases and tables, which only Timestream has.

    :raises CommandError: if the deployment's records are elsewhere.
    :raises StoreError: if there is no such profile, or no region.
    """
    place.timestream("databases and tables to manage")
    return write_client(place.connection)
