"""Puts this Timestream in the place of moto's, which stores records unread and answers nothing.

moto serves both of Timestream's APIs from one class, whose methods it finds by the operation's
name. A store lives on moto's backend of an account and region, so that moto's reset ends it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.core.utils import camelcase_to_underscores
from moto.timestreamwrite import urls
from moto.timestreamwrite.models import TimestreamWriteBackend, timestreamwrite_backends
from moto.timestreamwrite.responses import TimestreamWriteResponse

from local.timestream import functions
from local.timestream.catalog import Catalog
from local.timestream.engine import Engine
from local.timestream.errors import TimestreamError
from local.timestream.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from local.clock import Clock

    Answer = tuple[int, dict[str, Any], str]

_ERROR = "com.amazonaws.timestream.v20181101#"
_CACHE_MINUTES = 1440  # how long a client may keep an endpoint, as the service says it
# Batch load is refused by the store, in words.
_BATCH_LOAD = [f"{verb}BatchLoadTask" for verb in ("Create", "Describe", "Resume")]
_OPERATIONS = [*Catalog.OPERATIONS, *Engine.OPERATIONS, *_BATCH_LOAD, "ListBatchLoadTasks"]


def install(clock: Clock, data: Path | None = None) -> None:
    """Let moto answer Timestream's calls from here on with a real store.

    :param clock: what everything that depends on the time asks.
    :param data: a directory that keeps what is written, in one of its own for each account and
        region; without it a store lives until moto is reset.
    """

    class Backend(_Backend):
        def open(self) -> Store:
            where = data and data / self.account_id / self.region_name
            return Store(
                clock,
                where,
                account=self.account_id,
                region=self.region_name,
                prepare=functions.install,
            )

    timestreamwrite_backends.clear()
    timestreamwrite_backends.backend = Backend
    TimestreamWriteResponse.describe_endpoints = _describe_endpoints  # type: ignore[method-assign] # replaced
    for operation in _OPERATIONS:
        setattr(TimestreamWriteResponse, camelcase_to_underscores(operation), _serve(operation))


def store(account: str, region: str) -> Store:
    """Give the store of an account in a region, once `install` has been called."""
    backend = timestreamwrite_backends[account][region]
    assert isinstance(backend, _Backend)  # noqa: S101 - install() saw to it
    return backend.store


class _Backend(TimestreamWriteBackend):
    """moto's backend of one account and region, with a store that is opened when it is needed."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._store: Store | None = None
        self._engine: Engine | None = None

    def open(self) -> Store:
        raise NotImplementedError

    @property
    def store(self) -> Store:
        if self._store is None:
            self._store = self.open()
        return self._store

    @property
    def engine(self) -> Engine:
        """What answers queries about the store."""
        if self._engine is None:
            self._engine = Engine(self.store)
        return self._engine

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Make one call of either API."""
        answers = self.engine if operation in Engine.OPERATIONS else self.store
        return answers.call(operation, request)

    @property
    def _url_module(self) -> ModuleType:
        """Where moto looks for the service's addresses; by default beside the class."""
        return urls

    def reset(self) -> None:
        """Forget everything; what a directory keeps is there again when it is next asked."""
        if self._store is not None:
            self._store.close()
        super().reset()


def _serve(operation: str) -> Callable[[TimestreamWriteResponse], Answer]:
    def serve(self: TimestreamWriteResponse) -> Answer:
        backend = self.timestreamwrite_backend
        assert isinstance(backend, _Backend)  # noqa: S101 - install() saw to it
        try:
            return _answer(200, backend.call(operation, json.loads(self.body or "{}")))
        except TimestreamError as error:
            members = {"__type": _ERROR + error.code, "Message": error.message, **error.extra}
            return _answer(error.status, members)

    return serve


def _answer(status: int, members: dict[str, Any]) -> Answer:
    headers = {"Content-Type": "application/x-amz-json-1.0", "status": status}
    return status, headers, json.dumps(members)


def _describe_endpoints(self: TimestreamWriteResponse) -> str:
    """Send clients to where they asked: with a scheme, an address needs no TLS."""
    here = f"{self.parsed_url.scheme}://{self.parsed_url.netloc}"
    return json.dumps({"Endpoints": [{"Address": here, "CachePeriodInMinutes": _CACHE_MINUTES}]})
