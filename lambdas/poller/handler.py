"""The poller's Lambda function: polls in the minute of each event of its schedule.

It logs and counts what a poll did; what is decided, and how, is in `poll` and the modules it uses.
`container` is what stays in memory while Lambda keeps the container warm.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from lambdas.aws import Connection
from lambdas.delivery import Delivery
from lambdas.environment import Environment
from lambdas.history import gap_tolerance
from lambdas.message import as_json
from lambdas.poller.configuration import Configuration
from lambdas.poller.eyes import Eyes, TableMarks
from lambdas.poller.minute import scheduled_minute, ticks
from lambdas.poller.poll import Poller
from lambdas.poller.sources import announcers
from lambdas.sqs import Queue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.delivery import Delivered
    from lambdas.poller.poll import Poll
    from lambdas.poller.public import Public
    from lambdas.poller.sources import Source

ONLY_HERE = "only in this log"
"""Marks the lines that hold the only copy of a record; `backfill` reads them as they are."""


class UnkeptError(Exception):
    """Records are neither in the table nor in a queue, but only in the log."""


class Container:
    """What one container of the function keeps: its poller, with all that is warm in it.

    :param variables: the environment variables.
    :raises ConfigurationError: if one of them, or configuration.json, is wrong.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        environment = Environment.parse(variables)
        configuration = Configuration.read(environment.configuration)
        dimensions = {
            bridge.name: {**bridge.dimensions, "source": bridge.source}
            for bridge in configuration.bridges
        }
        connection = Connection()
        store = environment.store(connection).carrying(dimensions)
        # Now, while Lambda starts the container, not in its first poll.
        store.connect()
        self.interval = configuration.interval
        sources = {name: one.source(name, _now) for name, one in configuration.sources.items()}
        self.public = _public(environment, configuration, sources, dimensions, connection)
        self.bridges = len(configuration.bridges)
        self.eyes: Eyes | None = None
        if environment.sight_table:
            names = [bridge.name for bridge in configuration.bridges]
            self.eyes = Eyes(names, TableMarks(environment.sight_table, connection))
        self.poller = Poller(
            configuration,
            sources=sources,
            delivery=Delivery(
                store=store,
                queue=Queue(environment.queue_url, connection),
                dead_letters=Queue(environment.dead_letter_queue_url, connection),
                dimensions=dimensions,
                now=_now,
            ),
            now=_now,
        )


def _public(
    environment: Environment,
    configuration: Configuration,
    sources: Mapping[str, Source],
    dimensions: Mapping[str, Mapping[str, str]],
    connection: Connection,
) -> Public | None:
    """Make what tells the public of polls, if anything is told."""
    if environment.recent is None and environment.beat_table is None:
        return None
    from lambdas.poller.beat_table import BeatTable  # noqa: PLC0415 - a cold start does without
    from lambdas.poller.public import Public  # noqa: PLC0415 - likewise

    beat_table, recent = environment.beat_table, environment.recent
    return Public(
        recent=recent(connection).carrying(dimensions) if recent else None,
        beats=BeatTable(beat_table, connection) if beat_table else None,
        announcers=announcers(configuration.bridges, sources),
        tolerance=gap_tolerance(configuration.heartbeat, configuration.interval),
        now=_now,
    )


def _now() -> datetime:
    return datetime.now(UTC)


logger = Logger()
metrics = Metrics()
container = Container(os.environ)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: object, context: LambdaContext) -> dict[str, int]:
    """Poll at once, and at each later tick of the minute that the event is for.

    :returns: how many polls there were, observations in them, and records written and queued.
    :raises UnkeptError: if records are only in the log, so that the invocation counts as failed.
    """
    count = {"polls": 0, "observations": 0, "written": 0, "queued": 0}
    unkept = 0
    minute = scheduled_minute(event, _now())
    for _ in ticks(minute, container.interval, _now, time.sleep):
        polled = _now()
        deadline = time.monotonic() + context.get_remaining_time_in_millis() / 1000
        poll = container.poller.poll(deadline)
        _log(poll)
        if container.public:
            _warn(container.public.tell(poll, deadline))
        _mark(poll, polled)
        count["polls"] += 1
        count["observations"] += len(poll.observations)
        count["written"] += len(poll.delivered.written)
        count["queued"] += len(poll.delivered.queued)
        unkept += len(poll.delivered.unkept)
    if container.public:
        deadline = time.monotonic() + context.get_remaining_time_in_millis() / 1000
        _warn(container.public.announce(deadline))
    if unkept:
        raise UnkeptError(
            f"{unkept} records are {ONLY_HERE}: import its lines with bridgewatch backfill."
        )
    return count


def _mark(poll: Poll, polled: datetime) -> None:
    """Mark what the poll did not see, after its records are where they are."""
    if container.eyes is None:
        return
    if failed := container.eyes.note(poll.observations, polled):
        logger.warning("Marks were not kept", bridges=failed)


def _warn(troubles: Iterable[Exception]) -> None:
    for trouble in troubles:
        logger.warning("The page was not told", reason=str(trouble))


def _log(poll: Poll) -> None:
    for failure in poll.failures:
        logger.warning(
            "No observation",
            source=failure.source,
            reason=failure.reason,
            detail=failure.detail,
            bridges=failure.bridges,
        )
        with single_metric("NoObservation", MetricUnit.Count, len(failure.bridges)) as metric:
            metric.add_dimension("reason", failure.reason)
    unobserved = container.bridges - len(poll.observations)
    metrics.add_metric("Unobserved", MetricUnit.Count, unobserved)
    for seen in poll.delivered.written:
        logger.info("Written", extra={**as_json(seen), "why": poll.why[seen]})
    _log_trouble(poll.delivered)
    # A metric costs for each hour that it appears in: most polls have only the one above.
    for name, records in (
        ("RecordsWritten", poll.delivered.written),
        ("RecordsQueued", poll.delivered.queued),
        ("RecordsRefused", poll.delivered.refused),
        ("RecordsUnkept", poll.delivered.unkept),
    ):
        if records:
            metrics.add_metric(name, MetricUnit.Count, len(records))


def _log_trouble(delivered: Delivered) -> None:
    if delivered.trouble:
        logger.error(
            "The store took no records",
            code=delivered.trouble.code,
            what_to_do=str(delivered.trouble),
            queued=[as_json(seen) for seen in delivered.queued],
        )
    for refusal in delivered.refused:
        logger.error(
            "The store refused a record",
            extra={**as_json(refusal.observation), "reason": refusal.reason},
        )
    if delivered.queue_trouble:
        logger.error(
            "A queue took no records",
            reason=str(delivered.queue_trouble),
            records=len(delivered.unkept),
        )
    for seen in delivered.unkept:
        # Not by the logger: exactly this line is what can be imported.
        sys.stdout.write(json.dumps({**as_json(seen), "kept": ONLY_HERE}) + "\n")
