"""The poller's Lambda function: polls once for each event of its schedule.

It logs and counts what a poll did; what is decided, and how, is in `poll` and the modules it uses.
`container` is what stays in memory while Lambda keeps the container warm.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from lambdas.poller.configuration import Configuration, Environment, JsonConfiguration
from lambdas.poller.poll import Poller
from lambdas.store import StoreError
from lambdas.timestream import TimestreamStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.poller.configuration import NdwConfiguration
    from lambdas.poller.poll import Poll
    from lambdas.poller.sources import Source


class Container:
    """What one container of the function keeps: its poller, with all that is warm in it.

    :param variables: the environment variables.
    :raises ConfigurationError: if one of them, or configuration.json, is wrong.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        environment = Environment.parse(variables)
        configuration = Configuration.read(environment.configuration)
        store = TimestreamStore(
            database=environment.database,
            table=environment.table,
            dimensions={
                bridge.name: {**bridge.dimensions, "source": bridge.source}
                for bridge in configuration.bridges
            },
        )
        # Now, while Lambda starts the container, not in its first poll.
        store.connect()
        self.poller = Poller(
            configuration,
            sources={name: _source(name, one) for name, one in configuration.sources.items()},
            store=store,
            now=_now,
        )


def _now() -> datetime:
    return datetime.now(UTC)


def _source(name: str, configuration: JsonConfiguration | NdwConfiguration) -> Source:
    # Imported here: what no source needs isn't loaded, an XML parser for instance.
    if isinstance(configuration, JsonConfiguration):
        from lambdas.poller.sources.json_source import JsonSource  # noqa: PLC0415

        return JsonSource(name, configuration, _now)
    from lambdas.poller.sources.ndw import NdwSource  # noqa: PLC0415

    return NdwSource(name, configuration, _now)


logger = Logger()
metrics = Metrics()
container = Container(os.environ)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(_event: object, _context: LambdaContext) -> dict[str, int]:
    """Poll once.

    :returns: how many observations were made, and how many records written.
    :raises StoreError: if the store failed, so that the invocation counts as failed.
    """
    try:
        poll = container.poller.poll()
    except StoreError as error:
        # Without a traceback: the sentence says what to do, and Lambda logs the exception itself.
        logger.error("The store failed", code=error.code, what_to_do=str(error))  # noqa: TRY400
        metrics.add_metric("StoreFailures", MetricUnit.Count, 1)
        raise
    _tell(poll)
    return {"observations": len(poll.observations), "written": len(poll.written)}


def _tell(poll: Poll) -> None:
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
    for observation, why in poll.written:
        logger.info(
            "Written",
            bridge=observation.bridge,
            status=observation.status,
            time=observation.time.isoformat(),
            why=why,
        )
    for refusal in poll.refusals:
        logger.error(
            "Timestream refused a record",
            bridge=refusal.observation.bridge,
            reason=refusal.reason,
        )
    metrics.add_metric("Observations", MetricUnit.Count, len(poll.observations))
    # A metric costs for each hour that it appears in: most polls have only the one above.
    if poll.written:
        metrics.add_metric("RecordsWritten", MetricUnit.Count, len(poll.written))
    if poll.refusals:
        metrics.add_metric("RecordsRefused", MetricUnit.Count, len(poll.refusals))
