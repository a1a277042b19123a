from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
import requests

from local.bridges.openings import HISINGSBRON, Opening, merge
from local.bridges.server import BridgeServer
from local.simulated_time.clock import SimulatedClock

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OPEN, SOON, LATER = "NLTNZ001300522000264", "NLALK002340558400407", "NLSPD002020468300003"

XML = {
    "mc": "http://datex2.eu/schema/3/messageContainer",
    "com": "http://datex2.eu/schema/3/common",
    "sit": "http://datex2.eu/schema/3/situation",
    "loc": "http://datex2.eu/schema/3/locationReferencing",
}


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(NOON)


@pytest.fixture
def server(clock: SimulatedClock) -> Iterator[BridgeServer]:
    openings = merge(
        [
            Opening(HISINGSBRON, NOON, NOON + minutes(10)),
            Opening(OPEN, NOON - minutes(5), NOON + minutes(5)),
            Opening(SOON, NOON + minutes(8), NOON + minutes(14)),
            Opening(LATER, NOON + minutes(60), NOON + minutes(66)),
        ]
    )
    with BridgeServer(clock, openings, "the-key") as server:
        yield server


def road_signals(server: BridgeServer, path: str = "/RoadSignals") -> requests.Response:
    return requests.get(server.url + path, params={"subscription-key": "the-key"}, timeout=5)


def test_road_signals_means_the_road(server: BridgeServer, clock: SimulatedClock) -> None:
    assert road_signals(server).json() == {"status": "Closed"}

    clock.move_to(NOON + minutes(10))

    assert road_signals(server).json() == {"status": "Open"}


def test_any_bridge_can_be_asked_for_by_name(server: BridgeServer) -> None:
    assert road_signals(server, f"/RoadSignals/{OPEN}").json() == {"status": "Closed"}
    assert road_signals(server, "/RoadSignals/unknown").status_code == 404
    assert road_signals(server, "/elsewhere").status_code == 404


def test_the_key_may_be_in_a_header_but_must_be_there(server: BridgeServer) -> None:
    url = f"{server.url}/RoadSignals"
    header = "ocp-apim-subscription-key"

    assert requests.get(url, headers={header: "the-key"}, timeout=5).status_code == 200
    assert requests.get(url, headers={header: "another"}, timeout=5).status_code == 401
    assert requests.get(url, timeout=5).status_code == 401


def test_the_picture_names_open_bridges_without_an_end(server: BridgeServer) -> None:
    answer = requests.get(f"{server.url}/actueel_beeld.xml.gz", timeout=5)
    message = ET.fromstring(gzip.decompress(answer.content))  # noqa: S314 - our own server's
    payload = message.find("mc:payload", XML)
    assert payload is not None
    records = {
        record.findtext(".//loc:externalLocationCode", "", XML): (
            record.findtext("sit:probabilityOfOccurrence", "", XML),
            record.findtext(".//com:overallStartTime", "", XML),
            record.findtext(".//com:overallEndTime", "", XML),
        )
        for record in payload.iterfind("sit:situation/sit:situationRecord", XML)
        if record.findtext("sit:generalNetworkManagementType", "", XML)
    }

    assert payload.findtext("com:publicationTime", "", XML) == "2026-03-02T12:00:00.000000000Z"
    assert records == {
        OPEN: ("certain", "2026-03-02T11:55:00.000000000Z", ""),
        SOON: ("probable", "2026-03-02T12:08:00.000000000Z", "2026-03-02T12:14:00.000000000Z"),
        LATER: ("riskOf", "2026-03-02T13:00:00.000000000Z", "2026-03-02T13:06:00.000000000Z"),
    }
    assert len(payload.findall("sit:situation", XML)) > 3


@pytest.mark.parametrize(
    ("condition", "validator"), [("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")]
)
def test_the_picture_is_unchanged_until_the_next_minute(
    server: BridgeServer, clock: SimulatedClock, condition: str, validator: str
) -> None:
    url = f"{server.url}/actueel_beeld.xml.gz"
    seen = requests.get(url, timeout=5).headers[validator]

    clock.sleep(59)
    same = requests.get(url, headers={condition: seen}, timeout=5)
    clock.sleep(1)
    renewed = requests.get(url, headers={condition: seen}, timeout=5)

    assert (same.status_code, same.content) == (304, b"")
    assert renewed.status_code == 200


def test_one_connection_serves_many_requests(server: BridgeServer) -> None:
    host = server.url.removeprefix("http://")
    connection = HTTPConnection(host, timeout=5)
    sockets = set()
    for _ in range(3):
        connection.request("GET", "/actueel_beeld.xml.gz")
        connection.getresponse().read()
        sockets.add(connection.sock)
    connection.close()

    assert len(sockets - {None}) == 1
