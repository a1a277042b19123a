"""How the Netherlands tell which bridges are open: a picture in DATEX II v3, renewed each minute.

Written as the real feed writes it: a record of an open bridge is `certain` and has no end; planned
openings and other situations of the road stand between them.
https://docs.ndw.nu/en/dataformaten/datex2-v3/situatieberichten/tijdelijke-maatregel-afsluiting/brugopening/
"""

from __future__ import annotations

import gzip
import re
import zlib
from bisect import bisect_right
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from local.bridges.openings import opening_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.bridges.openings import Opening, Openings

REFRESH = timedelta(minutes=1)

SOON, PLANNED_AHEAD = timedelta(minutes=10), timedelta(hours=2)
"""How long before it begins an opening is told as probable, and as planned."""

OTHERS = 10
"""Situations in each picture that have nothing to do with bridges."""

_ISRS = re.compile(r"[A-Z]{2}[A-Z]{3}[0-9A-Z]{15}")

_PAYLOAD = """<?xml version="1.0" encoding="UTF-8"?>
<mc:messageContainer xmlns:mc="http://datex2.eu/schema/3/messageContainer"\
 xmlns:com="http://datex2.eu/schema/3/common" xmlns:sit="http://datex2.eu/schema/3/situation"\
 xmlns:loc="http://datex2.eu/schema/3/locationReferencing"\
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" modelBaseVersion="3">\
<mc:payload xsi:type="sit:SituationPublication" lang="nl" modelBaseVersion="3">\
<com:publicationTime>{published}</com:publicationTime>\
<com:publicationCreator><com:country>nl</com:country>\
<com:nationalIdentifier>NLNDW</com:nationalIdentifier></com:publicationCreator>\
{situations}</mc:payload></mc:messageContainer>"""

_SITUATION = """<sit:situation id="{identifier}">\
<sit:overallSeverity>unknown</sit:overallSeverity>\
<sit:situationVersionTime>{start}</sit:situationVersionTime>\
<sit:headerInformation><com:confidentiality>noRestriction</com:confidentiality>\
<com:informationStatus>real</com:informationStatus></sit:headerInformation>\
<sit:situationRecord xsi:type="sit:{kind}" id="{identifier}_01" version="1">\
<sit:situationRecordCreationTime>{start}</sit:situationRecordCreationTime>\
<sit:situationRecordVersionTime>{start}</sit:situationRecordVersionTime>\
<sit:probabilityOfOccurrence>{probability}</sit:probabilityOfOccurrence>\
<sit:source><com:sourceName><com:values><com:value lang="nl">{source}</com:value></com:values>\
</com:sourceName></sit:source>\
<sit:validity><com:validityStatus>definedByValidityTimeSpec</com:validityStatus>\
<com:validityTimeSpecification><com:overallStartTime>{start}</com:overallStartTime>{end}\
</com:validityTimeSpecification></sit:validity>\
<sit:locationReference xsi:type="loc:PointLocation">{location}</sit:locationReference>\
{details}</sit:situationRecord></sit:situation>"""

_END = "<com:overallEndTime>{end}</com:overallEndTime>"

_BRIDGE = """<loc:externalReferencing>\
<loc:externalLocationCode>{code}</loc:externalLocationCode>\
<loc:externalReferencingSystem>RIS-index</loc:externalReferencingSystem>\
</loc:externalReferencing>"""

_POINT = """<loc:pointByCoordinates><loc:pointCoordinates><loc:latitude>{latitude}</loc:latitude>\
<loc:longitude>{longitude}</loc:longitude></loc:pointCoordinates></loc:pointByCoordinates>"""

_SWING = """<sit:operatorActionStatus>{action}</sit:operatorActionStatus>\
<sit:generalNetworkManagementType>bridgeSwingInOperation</sit:generalNetworkManagementType>"""

_ROADWORKS = "<sit:roadMaintenanceType>roadworks</sit:roadMaintenanceType>"


class Feed:
    """The pictures of these openings; bridges whose names are no ISRS codes are not in them."""

    def __init__(self, openings: Openings) -> None:
        self._openings = {
            code: history for code, history in openings.items() if _ISRS.fullmatch(code)
        }
        self._picture: tuple[datetime, bytes] | None = None

    def published(self, now: datetime) -> datetime:
        """Tell when the picture that is current at `now` was published."""
        return now - timedelta(seconds=now.timestamp() % REFRESH.total_seconds())

    def picture(self, published: datetime) -> bytes:
        """Write the picture of that time, gzipped."""
        if self._picture is None or self._picture[0] != published:
            text = _PAYLOAD.format(
                published=_text(published), situations="".join(self._situations(published))
            )
            # As most readers ask in one minute, the last picture is all that is kept.
            self._picture = (published, gzip.compress(text.encode(), compresslevel=1, mtime=0))
        return self._picture[1]

    def _situations(self, now: datetime) -> Iterator[str]:
        yield from _others()
        for code, history in self._openings.items():
            current = opening_at(self._openings, code, now)
            if current:
                yield _opening(current, "certain", "implemented")
            position = bisect_right(history, now, key=lambda opening: opening.start)
            for planned in history[position:]:
                if planned.start > now + PLANNED_AHEAD:
                    break
                if planned.start <= now + SOON:
                    yield _opening(planned, "probable", "requested")
                else:
                    yield _opening(planned, "riskOf", "approved")


@lru_cache(maxsize=4096)
def _opening(opening: Opening, probability: str, action: str) -> str:
    event = zlib.crc32(f"{opening.bridge}/{opening.start}".encode())
    planned_end = opening.end if probability != "certain" else None
    return _SITUATION.format(
        identifier=f"ODS01_{opening.bridge}_{event}",
        kind="GeneralNetworkManagement",
        source="ODS01",
        probability=probability,
        start=_text(opening.start),
        end=_END.format(end=_text(planned_end)) if planned_end else "",
        location=_BRIDGE.format(code=opening.bridge),
        details=_SWING.format(action=action),
    )


@lru_cache(maxsize=1)
def _others() -> tuple[str, ...]:
    return tuple(
        _SITUATION.format(
            identifier=f"RWS03_{number}",
            kind="MaintenanceWorks",
            source="RWS",
            probability="certain",
            start="2022-01-01T04:00:00Z",
            end="",
            location=_POINT.format(latitude=f"52.{number:03}", longitude=f"5.{number:03}"),
            details=_ROADWORKS,
        )
        for number in range(OTHERS)
    )


def _text(time: datetime) -> str:
    """Write a time with the nine digits that the feed has."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
