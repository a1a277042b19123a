"""The source `ndw`: which Dutch bridges are open, from the feed of NDW, the road-traffic portal.

The feed (https://opendata.ndw.nu/actueel_beeld.xml.gz) is a DATEX II v3 message, gzipped, renewed
about once a minute. It names every active traffic situation of the country, the open bridges among
them; a bridge that it does not name is Closed. What is read, by prefix as the feed writes it:

    mc:messageContainer
      mc:payload xsi:type="sit:SituationPublication"
        com:publicationTime                                  when this picture was made
        sit:situation id="PREFIX_CODE_EVENT"
          sit:situationRecord xsi:type="sit:GeneralNetworkManagement"
            sit:probabilityOfOccurrence                      certain | probable | riskOf
            sit:validity/com:validityTimeSpecification
              com:overallStartTime, com:overallEndTime       the end is missing while it is open
            sit:locationReference/loc:externalReferencing
              loc:externalLocationCode                       the ISRS code, where
              loc:externalReferencingSystem                  is RIS-index
            sit:generalNetworkManagementType                 bridgeSwingInOperation

That the publication time is the payload's first child is what public readers of the portal's v3
feeds agree on (seen 2026-11), as DATEX II v3 has it in com:PayloadPublication. NDW's own words:
https://docs.ndw.nu/en/dataformaten/datex2-v3/semantiek/interpretatie-brugopening/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from xml.parsers import expat

from lambdas.observation import Observation, Status
from lambdas.plans import Planned, Probability
from lambdas.poller.sources import Failure, Look, Reason, SourceError
from lambdas.poller.sources.http import Http, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lambdas.json_object import JsonObject
    from lambdas.poller.configuration import Bridge, Limits
    from lambdas.poller.sources.http import Answer

NDW_URL = "https://opendata.ndw.nu/actueel_beeld.xml.gz"
NDW_PLANNED_URL = "https://opendata.ndw.nu/planningsfeed_brugopeningen.xml.gz"

FRESH = timedelta(minutes=10)
"""How far from now a feed's publication time may be."""

VALUE_CHARACTERS = 1000
"""The longest value that is read; other text may be as long as it likes, and is not kept."""

TAG_BYTES = 1_000_000
"""The longest tag or comment: the parser keeps a whole one, and begins anew with each piece."""

# An ISRS location code: country (2), place (3), fairway section, object and hectometre (5 each).
_ISRS = re.compile(r"[A-Z]{2}[A-Z0-9]{18}")


@dataclass(frozen=True, slots=True)
class Opening:
    """A record of the feed: this bridge is open between these times.

    :param start: None if the feed's times are no times.
    :param end: None if the feed gives none.
    :param probability: `certain`, or `probable` or `riskOf` for what is planned only.
    """

    code: str
    start: datetime | None
    end: datetime | None
    probability: str = "certain"


@dataclass(frozen=True, slots=True)
class Picture:
    """What one publication of the feed said about bridges.

    :param published: when it was made.
    :param openings: those that are certain, whether or not they last.
    :param announced: those that are not.
    :param named: the codes of all bridges in it, those included that may open or are planned to.
    """

    published: datetime
    openings: tuple[Opening, ...]
    named: frozenset[str]
    announced: tuple[Opening, ...] = ()

    def status(self, code: str, now: datetime) -> Status:
        """Tell a bridge's status at a time.

        :raises SourceError: with the reason `malformed`, if the feed's times for it are no times.
        """
        status = Status.CLOSED
        for opening in self.openings:
            if opening.code != code:
                continue
            if opening.start is None:
                raise SourceError(Reason.MALFORMED, f"{code} is open since no readable time")
            if opening.start <= now and (opening.end is None or now < opening.end):
                status = Status.OPEN
        return status


@dataclass(frozen=True, slots=True)
class NdwConfiguration:
    """What a source of type `ndw` has to know (see `SourceConfiguration`)."""

    url: str
    limits: Limits
    planned_url: str | None = None
    key: None = None

    @classmethod
    def parse(cls, one: JsonObject, limits: Limits) -> NdwConfiguration:
        """Read it from configuration.json."""
        url = one.get("url", str)
        planned_url = one.get("planned_url", str, optional=True)
        return cls(url, limits, planned_url or (NDW_PLANNED_URL if url == NDW_URL else None))

    def source(self, name: str, now: Callable[[], datetime]) -> NdwSource:
        """Make the source."""
        return NdwSource(name, self, now)


class NdwSource:
    """A `lambdas.poller.sources.Source` of type `ndw`. One conditional GET tells all its bridges.

    :param name: its name in the configuration.
    :param now: tells the time.
    """

    def __init__(
        self, name: str, configuration: NdwConfiguration, now: Callable[[], datetime]
    ) -> None:
        self._name = name
        self._url = configuration.url
        self._now = now
        self._planned_url = configuration.planned_url
        self._limits = configuration.limits
        self._http = Http(configuration.limits)
        self._picture: Picture | None = None
        self._validators: dict[str, str] = {}

    def look(self, bridges: Sequence[Bridge], deadline: float) -> Look:
        """Ask which bridges are open now; one that the feed does not name is Closed."""
        names = tuple(bridge.name for bridge in bridges)
        try:
            picture, now = self._fresh_picture(deadline)
        except SourceError as error:
            return Look((), (Failure(self._name, error.reason, error.detail, names),))
        observations: list[Observation] = []
        failures: list[Failure] = []
        # Where the feed's clock is ahead of ours, its openings seem to begin in the future.
        then = max(now, picture.published)
        for bridge in bridges:
            try:
                status = picture.status(bridge.code or "", then)
            except SourceError as error:
                failures.append(Failure(self._name, error.reason, error.detail, (bridge.name,)))
            else:
                observations.append(Observation(bridge.name, status, now))
        return Look(tuple(observations), tuple(failures))

    def planned(
        self, bridges: Sequence[Bridge], deadline: float
    ) -> Mapping[str, Sequence[Planned]]:
        """Ask which openings are announced: a feed of its own, in the same form."""
        return (
            plans(self._planned_url, self._limits, bridges, deadline) if self._planned_url else {}
        )

    def _fresh_picture(self, deadline: float) -> tuple[Picture, datetime]:
        picture = self._http.get(Request(self._url, self._validators, {}), deadline, self._read)
        now = self._now()
        if abs(now - picture.published) > FRESH:
            raise SourceError(Reason.STALE, f"published {picture.published.isoformat()}")
        return picture, now

    def _read(self, answer: Answer) -> Picture:
        if self._picture is not None:
            answer.expect(HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)
            if answer.status == HTTPStatus.NOT_MODIFIED:
                # Read to its end, though it is empty: that keeps the connection for the next poll.
                answer.body()
                return self._picture
        answer.expect(HTTPStatus.OK)
        self._picture = parse(answer.pieces())
        self._validators = _validators(answer.headers)
        return self._picture


def plans(
    url: str, limits: Limits, bridges: Sequence[Bridge], deadline: float
) -> dict[str, list[Planned]]:
    """Read which openings of these bridges a planning feed announces, by the bridge's name.

    :raises SourceError: if it gave no good answer.
    """
    # A session of its own: what goes wrong here must not hold up the next poll.
    picture = Http(limits).get(Request(url, {}, {}), deadline, _parsed)
    names = {bridge.code: bridge.name for bridge in bridges}
    found: dict[str, list[Planned]] = {}
    for one in (*picture.openings, *picture.announced):
        if one.code in names and one.start and one.probability in set(Probability):
            plan = Planned(one.start, one.end, Probability(one.probability))
            found.setdefault(names[one.code], []).append(plan)
    return found


def _parsed(answer: Answer) -> Picture:
    answer.expect(HTTPStatus.OK)
    return parse(answer.pieces())


def _validators(headers: Mapping[str, str]) -> dict[str, str]:
    pairs = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
    return {condition: headers[name] for condition, name in pairs if name in headers}


def parse(pieces: Iterable[bytes]) -> Picture:
    """Read a feed, piece by piece; what is not about open bridges is not kept.

    :raises SourceError: with the reason `malformed`, if it is no situation publication, has a value
        or a tag without end, or declares a document type: entities could make it unpack without
        bound.
    """
    reader = _FeedReader()
    size = 0
    try:
        for piece in pieces:
            reader.parser.Parse(piece, False)  # noqa: FBT003 - expat takes no keywords
            size += len(piece)
            if size - reader.parser.CurrentByteIndex > TAG_BYTES:
                longest = f"more than {TAG_BYTES} bytes"
                raise SourceError(Reason.MALFORMED, f"the feed has a tag of {longest}")
        reader.parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise SourceError(Reason.MALFORMED, f"the feed is not XML: {reason}") from None
    if reader.published is None:
        raise SourceError(Reason.MALFORMED, "the feed has no situation publication with its time")
    return Picture(
        reader.published, tuple(reader.openings), frozenset(reader.named), tuple(reader.announced)
    )


def parse_time(text: str) -> datetime | None:
    """Read an xs:dateTime, or None if it is none.

    Fractions of a second may have nine digits, which are cut to six. A time without a zone is UTC.
    """
    try:
        time = datetime.fromisoformat(text.strip())
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        # In UTC, .NET's MinValue and MaxValue may be in the years 0 and 10000.
        return None


# expat joins a namespace and a name with the separator that it is given.
_MC, _SIT, _COM, _LOC = (
    f"http://datex2.eu/schema/3/{namespace} "
    for namespace in ("messageContainer", "situation", "common", "locationReferencing")
)
_TYPE = "http://www.w3.org/2001/XMLSchema-instance type"
_PAYLOAD = _MC + "payload"
_PUBLICATION_TIME = _COM + "publicationTime"
_SITUATION = _SIT + "situation"
_RECORD = _SIT + "situationRecord"
_PROBABILITY = _SIT + "probabilityOfOccurrence"
_MANAGEMENT = _SIT + "generalNetworkManagementType"
_START = _COM + "overallStartTime"
_END = _COM + "overallEndTime"
_REFERENCING = _LOC + "externalReferencing"
_CODE = _LOC + "externalLocationCode"
_SYSTEM = _LOC + "externalReferencingSystem"
_FIELDS = frozenset({_PROBABILITY, _MANAGEMENT, _START, _END, _CODE, _SYSTEM})


class _FeedReader:
    """expat's callbacks; the costly ones are only set inside a record that can be an opening."""

    def __init__(self) -> None:
        self.published: datetime | None = None
        self.openings: list[Opening] = []
        self.announced: list[Opening] = []
        self.named: set[str] = set()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._start
        self._in_situations = False
        self._situation = ""
        self._fields: dict[str, str] = {}
        self._isrs = ""
        self._text: list[str] = []
        self._characters = 0

    def _refuse_doctype(self, *_: object) -> None:
        raise SourceError(Reason.MALFORMED, "the feed declares a document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _SITUATION:
            self._situation = attributes.get("id", "")
        elif name == _RECORD:
            if _local(attributes.get(_TYPE, "")) == "GeneralNetworkManagement":
                self._fields, self._isrs = {}, ""
                self._listen()
        elif name == _PAYLOAD:
            self._in_situations = _local(attributes.get(_TYPE, "")) == "SituationPublication"
        elif name == _PUBLICATION_TIME and self._in_situations:
            self._listen()

    def _listen(self) -> None:
        self.parser.StartElementHandler = self._start_field
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._gather
        self._forget()

    def _gather(self, text: str) -> None:
        if self._characters <= VALUE_CHARACTERS:
            self._text.append(text)
        self._characters += len(text)

    def _forget(self) -> None:
        self._text.clear()
        self._characters = 0

    def _value(self, name: str) -> str:
        if self._characters > VALUE_CHARACTERS:
            longest = f"more than {VALUE_CHARACTERS} characters"
            raise SourceError(
                Reason.MALFORMED, f"the feed has {longest} in {name.rsplit(maxsplit=1)[-1]}"
            )
        return "".join(self._text).strip()

    def _stop_listening(self) -> None:
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = None
        self.parser.CharacterDataHandler = None

    def _start_field(self, _name: str, _attributes: dict[str, str]) -> None:
        self._forget()

    def _end(self, name: str) -> None:
        if name in _FIELDS:
            self._fields[name] = self._value(name)
        elif name == _REFERENCING:
            if self._fields.get(_SYSTEM) == "RIS-index":
                self._isrs = self._fields.get(_CODE, "")
        elif name == _RECORD:
            self._stop_listening()
            self._keep_opening()
        elif name == _PUBLICATION_TIME:
            self._stop_listening()
            self.published = parse_time(self._value(name))
        self._forget()

    def _keep_opening(self) -> None:
        fields = self._fields
        if fields.get(_MANAGEMENT) != "bridgeSwingInOperation":
            return
        code = self._isrs or _code_in(self._situation)
        if not code:
            return
        self.named.add(code)
        start = parse_time(fields.get(_START, ""))
        end = parse_time(fields[_END]) if _END in fields else None
        if _END in fields and end is None:
            start = None
        probability = fields.get(_PROBABILITY, "")
        kept = self.openings if probability == "certain" else self.announced
        kept.append(Opening(code, start, end, probability))


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _code_in(situation: str) -> str:
    """Give the code in a situation's id, PREFIX_CODE_EVENT, or nothing if there is none."""
    parts = situation.split("_")
    return next((part for part in parts[1:] if _ISRS.fullmatch(part)), "")
