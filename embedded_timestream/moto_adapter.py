"""Puts this Timestream in the place of moto's, which stores records unread and answers nothing.

For `mock_aws`, for moto's server and for whoever builds a cloud of moto's services:

    with moto_adapter.installed(), mock_aws():
        boto3.client("timestream-query").query(QueryString="SELECT 1")

moto serves both of Timestream's APIs from one class, whose methods it finds by the operation's
name. What was written lives until moto is reset, which `mock_aws` does, as all that moto keeps.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.responses import BaseResponse
from moto.core.utils import camelcase_to_underscores
from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.timestreamwrite import urls
from moto.timestreamwrite.models import TimestreamWriteBackend, timestreamwrite_backends
from moto.timestreamwrite.responses import TimestreamWriteResponse

from embedded_timestream import moto_server, protocol
from embedded_timestream.clock import SystemClock
from embedded_timestream.errors import ValidationException
from embedded_timestream.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path
    from types import ModuleType

    from embedded_timestream.clock import Clock
    from embedded_timestream.scheduled_queries.service import ScheduledQueries
    from embedded_timestream.service import Service
    from embedded_timestream.write.store import Store

    Answer = tuple[int, dict[str, Any], str]

_COLONS_OF_A_TOPIC = 5  # arn:aws:sns:REGION:ACCOUNT:NAME


@contextmanager
def installed(
    clock: Clock | None = None, data: Path | None = None, *, fsync: bool = False
) -> Iterator[None]:
    """Let moto answer Timestream's calls with a real store, while the context lasts.

    :param clock: what everything that depends on the time asks; the computer's, if None.
    :param data: a directory that keeps what is written, in one of its own for each account and
        region; without it a store lives until moto is reset.
    :param fsync: whether it outlives the computer's power, and not only the process.
    """
    uninstall = install(clock or SystemClock(), data, fsync=fsync)
    try:
        yield
    finally:
        uninstall()


def install(clock: Clock, data: Path | None = None, *, fsync: bool = False) -> Callable[[], None]:
    """Let moto answer Timestream's calls from here on with a real store, as `installed` does.

    :returns: what ends that, and puts back what was there before.
    """
    services = _Services(clock, data, fsync=fsync)

    class Backend(_Backend):
        def __init__(self, region_name: str, account_id: str) -> None:
            super().__init__(region_name, account_id)
            self.services = services

    undo = ExitStack()
    undo.callback(services.close)
    undo.callback(timestreamwrite_backends.clear)
    undo.callback(setattr, timestreamwrite_backends, "backend", timestreamwrite_backends.backend)
    timestreamwrite_backends.clear()
    timestreamwrite_backends.backend = Backend
    methods: dict[str, object] = {
        camelcase_to_underscores(operation): _serve
        for operation in (*OPERATIONS, protocol.DISCOVERY)
    }
    for name, method in {**methods, "call_action": _call_action}.items():
        if name in vars(TimestreamWriteResponse):
            before = vars(TimestreamWriteResponse)[name]
            undo.callback(setattr, TimestreamWriteResponse, name, before)
        else:
            undo.callback(delattr, TimestreamWriteResponse, name)
        setattr(TimestreamWriteResponse, name, method)
    # Only if it is there: it needs more packages than moto, and `mock_aws` goes without.
    if (server := sys.modules.get("moto.moto_server.werkzeug_app")) is not None:
        dispatcher = server.DomainDispatcherApplication
        undo.callback(setattr, dispatcher, "__call__", dispatcher.__call__)
        dispatcher.__call__ = moto_server.shortened(
            dispatcher.__call__, lambda account, region: _backend(account, region).service
        )
    return undo.close


def store(account: str, region: str) -> Store:
    """Give the store of an account in a region, once `install` has been called."""
    return _backend(account, region).service.store


def scheduled_queries(account: str) -> Iterator[ScheduledQueries]:
    """Give the scheduled queries of each region in which an account has used Timestream."""
    for region in list(timestreamwrite_backends[account]):
        yield _backend(account, region).service.scheduled


def _backend(account: str, region: str) -> _Backend:
    try:
        backend = timestreamwrite_backends[account][region]
    except KeyError:
        # Where AWS has no such address at all, and the SDK finds nobody to connect to.
        raise ValidationException(f"Timestream for LiveAnalytics is not in {region}.") from None
    assert isinstance(backend, _Backend)  # noqa: S101 - install() saw to it
    return backend


class MotoSurroundings:
    """The topics, buckets and metrics that Timestream writes to: moto's, in this process."""

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region

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

    def count(self, metric: str, value: int, dimensions: dict[str, str], at: datetime) -> None:
        """Count something in a metric of AWS/Timestream."""
        datum = {
            "MetricName": metric,
            "Dimensions": [{"Name": name, "Value": told} for name, told in dimensions.items()],
            "Timestamp": at.replace(tzinfo=None),  # moto compares it with ones that have no zone
            "Value": value,
            "Unit": "Count",
        }
        cloudwatch_backends[self._account][self._region].put_metric_data("AWS/Timestream", [datum])


class _Services:
    """The service of each account and region, opened when it is first asked."""

    def __init__(self, clock: Clock, data: Path | None, *, fsync: bool) -> None:
        self._clock = clock
        self._data = data
        self._fsync = fsync
        self._opening = Lock()  # moto serves each request on a thread of its own
        self._open: dict[tuple[str, str], Service] = {}

    def service(self, account: str, region: str) -> Service:
        from embedded_timestream.service import Service  # noqa: PLC0415 - loads DuckDB

        with self._opening:
            if (account, region) not in self._open:
                where = self._data and self._data / account / region
                surroundings = MotoSurroundings(account, region)
                self._open[account, region] = Service(
                    self._clock, where, account, region, surroundings, fsync=self._fsync
                )
            return self._open[account, region]

    def reset(self, account: str, region: str) -> None:
        """Forget everything; what a directory keeps is there again when it is next asked."""
        with self._opening:
            if self._data is not None:
                self._close(account, region)
            elif (account, region) in self._open:
                self._open[account, region].reset()

    def close(self) -> None:
        with self._opening:
            for account, region in list(self._open):
                self._close(account, region)

    def _close(self, account: str, region: str) -> None:
        if service := self._open.pop((account, region), None):
            service.close()


class _Backend(TimestreamWriteBackend):
    """moto's backend of one account and region."""

    services: _Services

    @property
    def service(self) -> Service:
        return self.services.service(self.account_id, self.region_name)

    @property
    def _url_module(self) -> ModuleType:
        """Where moto looks for the service's addresses; by default beside the class."""
        return urls

    def reset(self) -> None:
        """Forget everything."""
        self.services.reset(self.account_id, self.region_name)
        super().reset()


def _serve(self: TimestreamWriteResponse) -> Answer:
    request = protocol.Request(
        self.headers.get("X-Amz-Target", ""),
        self.body,
        f"{self.parsed_url.scheme}://{self.parsed_url.netloc}",
        self.headers.get("User-Agent", ""),
    )
    status, body = protocol.answer(
        request, lambda: _backend(self.current_account, self.region).service
    )
    return status, {"Content-Type": protocol.CONTENT_TYPE, "status": status}, body.decode()


def _call_action(self: TimestreamWriteResponse) -> Answer:
    """Answer a call that neither API has; moto answers none."""
    if (self._get_action() or "") in {*OPERATIONS, protocol.DISCOVERY}:
        return BaseResponse.call_action(self)  # type: ignore[return-value] # as ours answer
    status, headers, body = _serve(self)
    return status, *self._enrich_response(headers, body)
