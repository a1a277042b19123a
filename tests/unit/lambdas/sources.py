"""Configurations for tests, and the wires of a NDW feed."""

from __future__ import annotations

import gzip
from datetime import UTC
from typing import TYPE_CHECKING

from lambdas.observation import Status
from lambdas.poller.configuration import Bridge, Key, Limits
from lambdas.poller.sources.json_source import JsonConfiguration

if TYPE_CHECKING:
    from datetime import datetime

LIMITS = Limits(timeout_seconds=5, attempts=3, backoff_seconds=0, max_bytes=100_000)
HISINGSBRON = Bridge("Hisingsbron", "roadsignals", None, {"city": "Gothenburg"})
MARIEHOLMSBRON = Bridge("Marieholmsbron", "roadsignals", None, {"city": "Gothenburg"})
DE_ZIJL = Bridge("De Zijlbrug", "ndw", "NLTNZ001300522000264", {"country": "Netherlands"})
LAMMEBRUG = Bridge("Lammebrug", "ndw", "NLLEI000500519000052", {"country": "Netherlands"})


def json_configuration(  # noqa: PLR0913 - what a source can differ in
    url: str,
    *,
    key: Key | None = None,
    pointer: str = "/status",
    concurrency: int = 1,
    requests_per_second: float | None = None,
    limits: Limits = LIMITS,
) -> JsonConfiguration:
    statuses = {"Open": Status.CLOSED, "Closed": Status.OPEN, "true": Status.OPEN}
    return JsonConfiguration(url, key, pointer, statuses, concurrency, requests_per_second, limits)


NAMESPACES = " ".join(
    f'xmlns:{prefix}="http://datex2.eu/schema/3/{name}"'
    for prefix, name in {
        "mc": "messageContainer",
        "sit": "situation",
        "com": "common",
        "loc": "locationReferencing",
    }.items()
)


def xs_time(time: datetime) -> str:
    """As the feed writes it: with nine digits."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "789Z"


def record(  # noqa: PLR0913 - what a record can differ in
    start: str | None,
    end: str | None = None,
    *,
    code: str | None = "NLTNZ001300522000264",
    situation: str = "ODS01_NLXXX000000000000000_555974124",
    probability: str = "certain",
    management: str = "bridgeSwingInOperation",
    kind: str = "GeneralNetworkManagement",
) -> str:
    start_time = f"<com:overallStartTime>{start}</com:overallStartTime>" if start else ""
    end_time = f"<com:overallEndTime>{end}</com:overallEndTime>" if end else ""
    location = f"""<sit:locationReference xsi:type="loc:PointLocation"><loc:externalReferencing>
        <loc:externalLocationCode>{code}</loc:externalLocationCode>
        <loc:externalReferencingSystem>RIS-index</loc:externalReferencingSystem>
        </loc:externalReferencing><loc:externalReferencing>
        <loc:externalLocationCode>B-17</loc:externalLocationCode>
        <loc:externalReferencingSystem>own</loc:externalReferencingSystem>
        </loc:externalReferencing></sit:locationReference>"""
    return f"""<sit:situation id="{situation}"><sit:situationRecord xsi:type="sit:{kind}" id="r">
        <sit:probabilityOfOccurrence>{probability}</sit:probabilityOfOccurrence>
        <sit:validity><com:validityTimeSpecification>{start_time}{end_time}
        </com:validityTimeSpecification></sit:validity>{location if code else ""}
        <sit:generalNetworkManagementType>{management}</sit:generalNetworkManagementType>
        </sit:situationRecord></sit:situation>"""


def feed(
    published: datetime | None, *records: str, publication: str = "sit:SituationPublication"
) -> bytes:
    time = f"<com:publicationTime>{xs_time(published)}</com:publicationTime>" if published else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
        <mc:messageContainer {NAMESPACES} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
        <mc:payload xsi:type="{publication}" lang="nl">{time}{"".join(records)}</mc:payload>
        </mc:messageContainer>""".encode()


def gzipped_feed(published: datetime | None, *records: str) -> bytes:
    return gzip.compress(feed(published, *records))
