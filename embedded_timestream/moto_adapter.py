"""Puts this Timestream in the place of moto's, which stores records unread and answers nothing.

moto serves both of Timestream's APIs from one class, whose methods it finds by the operation's
name. A service lives on moto's backend of an account and region, so that moto's reset ends it.
"""

from __future__ import annotations

import json
from threading import Lock
from typing import TYPE_CHECKING, Any

from moto.core.utils import camelcase_to_underscores
from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.timestreamwrite import urls
from moto.timestreamwrite.models import TimestreamWriteBackend, timestreamwrite_backends
from moto.timestreamwrite.responses import TimestreamWriteResponse

from embedded_timestream.errors import TimestreamError, ValidationException
from embedded_timestream.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType

    from embedded_timestream.clock import Clock
    from embedded_timestream.scheduled_queries.service import ScheduledQueries
    from embedded_timestream.service import Service
    from embedded_timestream.write.store import Store

    Answer = tuple[int, dict[str, Any], str]

_ERROR = "com.amazonaws.timestream.v20181101#"
_CACHE_MINUTES = 1440  # how long a client may keep an endpoint, as the service says it
_COLONS_OF_A_TOPIC = 5  # arn:aws:sns:REGION:ACCOUNT:NAME


def install(clock: Clock, data: Path | None = None) -> None:
    """Let moto answer Timestream's calls from here on with a real store.

    :param clock: what everything that depends on the time asks.
    :param data: a directory that keeps what is written, in one of its own for each account and
        region; without it a store lives until moto is reset.
    """

    class Backend(_Backend):
        def open(self) -> Service:
            from embedded_timestream.service import Service  # noqa: PLC0415 - loads DuckDB

            where = data and data / self.account_id / self.region_name
            surroundings = MotoSurroundings(self.account_id)
            return Service(clock, where, self.account_id, self.region_name, surroundings)

    timestreamwrite_backends.clear()
    timestreamwrite_backends.backend = Backend
    TimestreamWriteResponse.describe_endpoints = _describe_endpoints  # type: ignore[method-assign] # replaced
    for operation in OPERATIONS:
        setattr(TimestreamWriteResponse, camelcase_to_underscores(operation), _serve(operation))


def store(account: str, region: str) -> Store:
    """Give the store of an account in a region, once `install` has been called."""
    return _backend(account, region).service.store


def scheduled_queries(account: str) -> Iterator[ScheduledQueries]:
    """Give the scheduled queries of each region in which an account has used Timestream."""
    for region in list(timestreamwrite_backends[account]):
        yield _backend(account, region).service.scheduled


def _backend(account: str, region: str) -> _Backend:
    backend = timestreamwrite_backends[account][region]
    assert isinstance(backend, _Backend)  # noqa: S101 - install() saw to it
    return backend


class MotoSurroundings:
    """The topics and buckets that Timestream writes to: moto's, in this process."""

    def __init__(self, account: str) -> None:
        self._account = account

    def publish(self, topic: str, message: str, attributes: dict[str, str]) -> None:
        """Send a message to a topic.

        :raises ValidationException: if there is no such topic.
        """
        region = topic.split(":")[3] if topic.count(":") == _COLONS_OF_A_TOPIC else ""
        if region not in sns_backends[self._account] or (
            topic not in sns_backends[self._account][region].topics
        ):
            raise ValidationException(f"The topic {topic} does not exist.")
        typed = {name: {"Type": "String", "Value": value} for name, value in attributes.items()}
        sns_backends[self._account][region].publish(message, topic, message_attributes=typed)

    def read(self, bucket: str, prefix: str) -> list[tuple[str, bytes]]:
        """Give key and content of each object whose key starts with the prefix.

        :raises ValidationException: if there is no such bucket.
        """
        try:
            keys = s3_backends[self._account]["aws"].get_bucket(bucket).keys
        except MissingBucket:
            raise ValidationException(f"The bucket {bucket} does not exist.") from None
        return [(name, keys[name].value) for name in sorted(keys) if name.startswith(prefix)]

    def put(self, bucket: str, key: str, body: bytes, kms_key: str | None = None) -> None:
        """Put an object into a bucket, encrypted with a key of KMS's or, without one, of S3's.

        :raises ValidationException: if there is no such bucket.
        """
        buckets = s3_backends[self._account]["aws"]
        try:
            buckets.put_object(
                bucket, key, body, encryption="aws:kms" if kms_key else "AES256", kms_key_id=kms_key
            )
        except MissingBucket:
            raise ValidationException(f"The bucket {bucket} does not exist.") from None


class _Backend(TimestreamWriteBackend):
    """moto's backend of one account and region, with a service that is opened when needed."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._opening = Lock()  # moto serves each request on a thread of its own
        self._service: Service | None = None

    def open(self) -> Service:
        raise NotImplementedError

    @property
    def service(self) -> Service:
        with self._opening:
            if self._service is None:
                self._service = self.open()
            return self._service

    @property
    def _url_module(self) -> ModuleType:
        """Where moto looks for the service's addresses; by default beside the class."""
        return urls

    def reset(self) -> None:
        """Forget everything; what a directory keeps is there again when it is next asked."""
        if self._service is not None:
            self._service.store.close()
        super().reset()


def _serve(operation: str) -> Callable[[TimestreamWriteResponse], Answer]:
    def serve(self: TimestreamWriteResponse) -> Answer:
        service = _backend(self.current_account, self.region).service
        try:
            return _answer(200, service.call(operation, json.loads(self.body or "{}")))
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
