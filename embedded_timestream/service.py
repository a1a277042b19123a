"""Timestream for one account and region: its two APIs over one store.

It loads DuckDB; what only has to know which calls there are imports `operations`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from embedded_timestream import functions
from embedded_timestream.query.engine import Engine
from embedded_timestream.scheduled_queries import service as scheduled_queries
from embedded_timestream.scheduled_queries.service import ScheduledQueries
from embedded_timestream.write import late
from embedded_timestream.write.batch_load import BatchLoads, Buckets
from embedded_timestream.write.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from embedded_timestream.clock import Clock


class Surroundings(scheduled_queries.Surroundings, Buckets, late.Surroundings, Protocol):
    """The topics, buckets and metrics of the account."""

    def put(self, bucket: str, key: str, body: bytes, kms_key: str | None = None) -> None:
        """Put an object into a bucket, encrypted with a key of KMS's or, without one, of S3's.

        :raises ValidationException: if there is no such bucket.
        """


class Service:
    """Both APIs of one account and region.

    :param data: the directory that keeps everything; without it, memory does.
    :param surroundings: the topics, buckets and metrics that they use.
    :param fsync: whether what is written outlives the computer's power, and not only the process.
    """

    def __init__(  # noqa: PLR0913 - what it connects
        self,
        clock: Clock,
        data: Path | None,
        account: str,
        region: str,
        surroundings: Surroundings,
        *,
        fsync: bool = False,
    ) -> None:
        self.store = Store(
            clock,
            data,
            account=account,
            region=region,
            fsync=fsync,
            prepare=functions.install,
            surroundings=surroundings,
        )
        self._surroundings = surroundings
        self._queries = data and data / "scheduled_queries.json"
        self._settings = data and data / "account_settings.json"
        self._begin()

    def _begin(self) -> None:
        """Make what works on the store, knowing of nothing that was asked before."""
        self.batch_loads = BatchLoads(self.store, self._surroundings)
        self.engine = Engine(self.store, self._surroundings.put, self._settings)
        self.scheduled = ScheduledQueries(
            self.store,
            self.engine,
            self._surroundings,
            account=self.store.account,
            region=self.store.region,
            saved=self._queries,
        )

    def reset(self) -> None:
        """Forget everything, on disk too: much faster than opening another one.

        A call that is being made in the meantime may fail.
        """
        self.store.reset()
        for saved in (self._queries, self._settings):
            if saved is not None:
                saved.unlink(missing_ok=True)
        self._begin()

    def close(self) -> None:
        """Let go of the files."""
        self.store.close()

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Make one call of either API.

        :raises TimestreamError: as the service does.
        """
        # The two APIs have calls on tags of the same names; the resource tells them apart.
        if "ScheduledQuer" in operation or ":scheduled-query/" in request.get("ResourceARN", ""):
            return self.scheduled.call(operation, request)
        if operation in Engine.OPERATIONS:
            return self.engine.call(operation, request)
        if operation in BatchLoads.OPERATIONS:
            return self.batch_loads.call(operation, request)
        return self.store.call(operation, request)
