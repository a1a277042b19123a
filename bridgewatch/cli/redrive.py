"""`bridgewatch redrive`: what becomes of the records that were given up."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bridgewatch.cli.deployed import poller_outputs
from bridgewatch.cli.failures import FAILED, WRONG_USAGE, CommandError
from bridgewatch.cli.output import Output, counted, note, print_records, print_table
from bridgewatch.cli.reading import Place, reads
from bridgewatch.files import atomic_write
from lambdas.message import Message, MessageError, as_json, as_text
from lambdas.sqs import Queue, QueueError, Received

STDOUT = "-"

HIDDEN_SECONDS = 600
"""How long a dead letter stays hidden if this is killed while it looks at it."""

RECORD = ("time", "bridge", "status", "reason", "attempts", "first_failed")


@dataclass(frozen=True)
class Letter:
    """A dead letter, and how the queue calls it meanwhile."""

    received: Received
    message: Message

    def records(self) -> list[dict[str, object]]:
        """Give its records, those of RECORD by name."""
        return [
            {
                **as_json(seen),
                "reason": self.message.reason,
                "attempts": self.message.attempts,
                "first_failed": as_text(self.message.first_failed),
            }
            for seen in self.message.observations
        ]


@reads
def redrive(
    place: Place,
    output: Output,
    *,
    give_back: Annotated[
        bool,
        typer.Option("--return", help="Put them into the queue again, to be tried for 3 days."),
    ] = False,
    export: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help='Write them as JSON Lines for backfill, into a new file; "-" is stdout.',
        ),
    ] = None,
    delete: Annotated[
        bool, typer.Option("--delete", help="Once exported, delete them from the queue.")
    ] = False,
) -> None:
    """List the dead letters: records that were given up, each with the reason.

    They are kept for 14 days. The alarm `dead-letters` resolves when there are none. If this is
    killed, what it had taken is back in the queue within 10 minutes.
    """
    if give_back and export:
        raise CommandError("Choose one of --return and --export.", WRONG_USAGE)
    if delete and not export:
        raise CommandError("--delete goes with --export only: nothing is thrown away.", WRONG_USAGE)
    if export and Path(export).is_file():
        # What an earlier run deleted, or one that was killed while it did, is nowhere else.
        raise CommandError(
            f"{export} is there already, and may hold records that no queue has any more: name "
            "another file.",
            WRONG_USAGE,
        )
    try:
        deployed = poller_outputs(place.connection, place.settings.deployment)
        dead_letters = Queue(deployed["DeadLetterQueueUrl"], place.connection)
        none = "There are no dead letters."
        if hidden := dead_letters.hidden():
            none = "There are no others."
            note(
                f"Out of sight: {counted(hidden, 'message')}, which another redrive has, or one "
                f"that was killed. Run this again in {HIDDEN_SECONDS // 60} minutes."
            )
        with _taken(dead_letters) as letters:
            if not letters and (give_back or export):
                note(none)
            elif give_back:
                _return(letters, dead_letters, Queue(deployed["QueueUrl"], place.connection))
            elif export:
                _export(letters, export)
                if delete:
                    _delete(letters, dead_letters)
            else:
                _list(letters, output, none)
    except QueueError as error:
        raise CommandError(f"{error}.", FAILED) from error


@contextmanager
def _taken(queue: Queue) -> Iterator[list[Letter]]:
    """Take all dead letters; those that are left in the list afterwards are put back."""
    foreign: list[Received] = []
    letters: list[Letter] = []
    try:
        while received := queue.receive(hidden_seconds=HIDDEN_SECONDS):
            for one in received:
                try:
                    letters.append(Letter(one, Message.decode(one.text)))
                except MessageError as error:
                    note(f"A message is left alone: {error}.")
                    foreign.append(one)
        letters.sort(key=lambda letter: letter.message.observations[0].time)
        yield letters
    finally:
        for one in (*foreign, *(letter.received for letter in letters)):
            queue.put_back(one)


def _return(letters: list[Letter], dead_letters: Queue, queue: Queue) -> None:
    count = 0
    while letters:
        letter = letters[0]
        # From now on, or the redriver would give it up at the first failure.
        queue.send(replace(letter.message, first_failed=datetime.now(UTC)))
        dead_letters.delete(letter.received)
        letters.pop(0)
        count += len(letter.message.observations)
    typer.echo(f"Returned {counted(count, 'record')}: the redriver's next try is within 5 minutes.")


def _export(letters: list[Letter], export: str) -> None:
    records = [record for letter in letters for record in letter.records()]
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    if export == STDOUT:
        typer.echo(lines, nl=False)
        return
    with atomic_write(Path(export)) as partial, partial.open("w", encoding="utf-8") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())
    note(f"{export} holds {counted(len(records), 'record')}, for python -m bridgewatch backfill.")


def _delete(letters: list[Letter], dead_letters: Queue) -> None:
    while letters:
        dead_letters.delete(letters[0].received)
        letters.pop(0)


def _list(letters: list[Letter], output: Output, none: str) -> None:
    records = [record for letter in letters for record in letter.records()]
    if output is not Output.TABLE:
        print_records(output, RECORD, records)
    elif records:
        print_table(RECORD, [[str(record[column]) for column in RECORD] for record in records])
    else:
        typer.echo(none)
