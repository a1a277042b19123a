"""The source `json`: an HTTP API that tells a status somewhere in a JSON document."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from lambdas.observation import Observation, Status
from lambdas.poller.api_key import ApiKey
from lambdas.poller.configuration import Key
from lambdas.poller.sources import Failure, Look, Reason, SourceError
from lambdas.poller.sources.http import Http, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from lambdas.json_object import JsonObject
    from lambdas.poller.configuration import Bridge, Limits
    from lambdas.poller.sources.http import Answer

_WORD_LENGTH = 20
# https://www.rfc-editor.org/rfc/rfc6901#section-4; no list that is read has as many values.
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class JsonConfiguration:
    """What a source of type `json` has to know (see `SourceConfiguration`).

    :param url: with `{code}` in it, one GET a bridge; without, one GET for all.
    :param pointer: the JSON pointer to the status (RFC 6901); may hold `{code}`.
    :param statuses: the source's words, and what they mean here.
    :param concurrency: how many requests may wait for an answer at a time.
    :param requests_per_second: how many are sent at most, or None for no limit.
    """

    url: str
    key: Key | None
    pointer: str
    statuses: Mapping[str, Status]
    concurrency: int
    requests_per_second: float | None
    limits: Limits

    @classmethod
    def parse(cls, one: JsonObject, limits: Limits) -> JsonConfiguration:
        """Read it from configuration.json."""
        statuses = one.object("statuses")
        return cls(
            url=one.get("url", str),
            key=Key.parse(one.object("key")) if one.has("key") else None,
            pointer=one.get("pointer", str),
            statuses={word: statuses.choice(word, tuple(Status)) for word in statuses.keys},
            concurrency=one.get("concurrency", int),
            requests_per_second=one.get("requests_per_second", float, optional=True),
            limits=limits,
        )

    def source(self, name: str, now: Callable[[], datetime]) -> JsonSource:
        """Make the source."""
        return JsonSource(name, self, now)


class JsonSource:
    """A `lambdas.poller.sources.Source` of type `json`.

    :param name: its name in the configuration.
    :param now: tells the time.
    """

    def __init__(
        self, name: str, configuration: JsonConfiguration, now: Callable[[], datetime]
    ) -> None:
        self._name = name
        self._configuration = configuration
        self._now = now
        self._http = Http(
            configuration.limits,
            connections=configuration.concurrency,
            requests_per_second=configuration.requests_per_second,
        )
        self._key = ApiKey(configuration.key.parameter) if configuration.key else None

    def look(self, bridges: Sequence[Bridge], deadline: float) -> Look:
        """Ask for the status of these bridges: one GET each, or one GET for all (see `Source`)."""
        groups = self._groups(bridges)
        look_at = partial(self._look_at, deadline=deadline)
        threads = min(self._configuration.concurrency, len(groups))
        if threads <= 1:
            looks = list(map(look_at, groups))
        else:
            with ThreadPoolExecutor(threads) as pool:
                looks = list(pool.map(look_at, groups))
        return Look(
            tuple(seen for look in looks for seen in look.observations),
            tuple(failure for look in looks for failure in look.failures),
        )

    def _look_at(self, group: Sequence[Bridge], deadline: float) -> Look:
        """Look at the bridges that one GET serves."""
        observations: list[Observation] = []
        failures: list[Failure] = []
        try:
            document, time = self._fetch(group[0].code or "", deadline)
        except SourceError as error:
            return Look((), (self._failure(error, group),))
        for bridge in group:
            try:
                status = self._status(document, bridge)
            except SourceError as error:
                failures.append(self._failure(error, [bridge]))
            else:
                observations.append(Observation(bridge.name, status, time))
        return Look(tuple(observations), tuple(failures))

    def _groups(self, bridges: Sequence[Bridge]) -> list[Sequence[Bridge]]:
        if "{code}" in self._configuration.url:
            return [[bridge] for bridge in bridges]
        return [bridges]

    def _failure(self, error: SourceError, bridges: Sequence[Bridge]) -> Failure:
        names = tuple(bridge.name for bridge in bridges)
        return Failure(self._name, error.reason, error.detail, names)

    def _fetch(self, code: str, deadline: float) -> tuple[object, datetime]:
        try:
            return self._http.get(self._request(code), deadline, self._read)
        except SourceError as error:
            if self._key is None or error.reason is not Reason.DENIED:
                raise
            self._key.forget()
        return self._http.get(self._request(code), deadline, self._read)

    def _request(self, code: str) -> Request:
        url = self._configuration.url.replace("{code}", quote(code, safe=""))
        place = self._configuration.key
        if self._key is None or place is None:
            return Request(url, {}, {})
        key = self._key.read()
        if place.place == "path":
            return Request(url.replace("{key}", quote(key, safe="")), {}, {})
        carried = {place.name or "": key}
        return Request(url, carried, {}) if place.place == "header" else Request(url, {}, carried)

    def _read(self, answer: Answer) -> tuple[object, datetime]:
        answer.expect(HTTPStatus.OK)
        body = answer.body()
        time = self._now()
        try:
            return json.loads(body), time
        except (ValueError, RecursionError):
            raise SourceError(Reason.MALFORMED, "the answer is not JSON") from None

    def _status(self, document: object, bridge: Bridge) -> Status:
        pointer = self._configuration.pointer.replace("{code}", escape(bridge.code or ""))
        value = resolve(document, pointer)
        if isinstance(value, bool | int | float):
            # The statuses are keys of a JSON object, so text: {"true": "Open"}.
            value = json.dumps(value)
        if not isinstance(value, str):
            raise SourceError(Reason.MALFORMED, f"{pointer or 'the document'} is not a word")
        if value not in self._configuration.statuses:
            raise SourceError(Reason.UNKNOWN_STATUS, f"{self._shown(value)} is not in statuses")
        return self._configuration.statuses[value]

    def _shown(self, word: str) -> str:
        """Write an unknown word for the log: whatever a server echoes, the key is not in it."""
        if len(word) > _WORD_LENGTH:
            return "a long text"
        return "the API key" if self._key and self._key.read() in word else repr(word)


def escape(token: str) -> str:
    """Write text as one token of a JSON pointer (https://www.rfc-editor.org/rfc/rfc6901)."""
    return token.replace("~", "~0").replace("/", "~1")


def resolve(document: object, pointer: str) -> object:
    """Give the value that a JSON pointer points to (https://www.rfc-editor.org/rfc/rfc6901).

    :param pointer: empty for the whole document, or tokens each behind a slash.
    :raises SourceError: with the reason `malformed`, if there is no such value.
    """
    value = document
    for raw in pointer.split("/")[1:]:
        token = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and _INDEX.fullmatch(token) and int(token) < len(value):
            value = value[int(token)]
        else:
            raise SourceError(Reason.MALFORMED, f"the answer has no {pointer}")
    return value
