"""Sources fail in every way: the handler itself, real sockets, and another bridge beside it.

Each way ends as no observation of that bridge, one log line and one metric with the reason; the
other bridge of the poll is observed and written.
"""

from __future__ import annotations

import datetime as dt
import gzip
import importlib
import ipaddress
import json
import os
import socket
import ssl
import sys
import threading
import time
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lambdas.poller.sources.ndw import NdwSource
from local.services.lambda_runtime.context import context
from tests.unit.lambdas.sources import NAMESPACES, feed, record, xs_time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.conftest import RecordingTimestream

MAX_BYTES = 100_000
STALLS = None


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def fresh() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


ENTITY_BOMB = f"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">
    <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><mc:messageContainer {NAMESPACES}>&b;
    </mc:messageContainer>""".encode()
OPENING = record(xs_time(dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
FEED = feed(fresh(), OPENING)

WAYS: dict[str, tuple[str, bytes | None, str]] = {
    "json: says nothing": ("json", b"", "unreachable"),
    "json: stalls": ("json", STALLS, "timed_out"),
    "json: 500": ("json", http(b"", status="500 Oops"), "server_error"),
    "json: 429": ("json", http(b"", "Retry-After: 1", status="429 Slow down"), "server_error"),
    "json: 401": ("json", http(b"", status="401 Who?"), "denied"),
    "json: 404": ("json", http(b"", status="404 Gone"), "http_error"),
    "json: redirect": ("json", http(b"", "Location: /good", status="302 There"), "http_error"),
    "json: HTML": ("json", http(b"<html>Busy</html>", "Content-Type: text/html"), "malformed"),
    "json: wrong content type": (
        "json",
        http(b'{"status": "Open"}', "Content-Type: text/html; charset=utf-8"),
        "malformed",
    ),
    "json: empty": ("json", http(b""), "malformed"),
    "json: half a body": ("json", http(b'{"status": "Open"}')[:-9], "malformed"),
    "json: half JSON": ("json", http(b'{"status": "Op'), "malformed"),
    "json: unknown word": ("json", http(b'{"status": "Opening"}'), "unknown_status"),
    "json: a number": ("json", http(b'{"status": 1}'), "unknown_status"),
    "json: a list": ("json", http(b'{"status": ["Open"]}'), "malformed"),
    "json: null": ("json", http(b'{"status": null}'), "malformed"),
    "json: gzip bomb": ("json", http(gzip.compress(bytes(MAX_BYTES * 100))), "too_large"),
    "json: too long": ("json", http(b" " * (MAX_BYTES + 1)), "too_large"),
    "json: not HTTP": ("json", b"220 ftp.example.org\r\n", "unreachable"),
    "ndw: stalls": ("ndw", STALLS, "timed_out"),
    "ndw: 503": ("ndw", http(b"", status="503 Later"), "server_error"),
    "ndw: HTML": ("ndw", http(b"<html>", "Content-Type: text/html"), "malformed"),
    "ndw: wrong content type": ("ndw", http(FEED, "Content-Type: text/html"), "malformed"),
    "ndw: empty": ("ndw", http(b""), "malformed"),
    "ndw: half a body": ("ndw", http(FEED)[:-100], "malformed"),
    "ndw: half gzip": ("ndw", http(gzip.compress(FEED)[:-20]), "malformed"),
    "ndw: half XML": ("ndw", http(FEED[:-100]), "malformed"),
    "ndw: another publication": (
        "ndw",
        http(feed(fresh(), publication="sit:ElaboratedDataPublication")),
        "malformed",
    ),
    "ndw: no times": ("ndw", http(feed(fresh(), record("noon"))), "malformed"),
    "ndw: stale": ("ndw", http(feed(fresh() - dt.timedelta(hours=1))), "stale"),
    "ndw: gzip bomb": ("ndw", http(gzip.compress(bytes(MAX_BYTES * 100))), "malformed"),
    "ndw: a bomb of spaces": (
        "ndw",
        http(gzip.compress(FEED.replace(b"</mc:payload>", b" " * MAX_BYTES * 100))),
        "too_large",
    ),
    "ndw: entity bomb": ("ndw", http(ENTITY_BOMB), "malformed"),
}


class Server:
    """Answers /good as a source should, and anything else with `answer`; None says nothing."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.answer: bytes | None = b""
        self.requests: list[bytes] = []
        self._done = threading.Event()
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._done.is_set():
            connection, _ = self._listener.accept()
            # One at a time: whoever stalls, does so until its client has had enough.
            with connection, suppress(OSError):
                connection.settimeout(5)
                self._reply(self._tls.wrap_socket(connection, True) if self._tls else connection)  # noqa: FBT003 - server_side

    def _reply(self, connection: socket.socket) -> None:
        request = connection.recv(65536)
        self.requests.append(request)
        if request.startswith(b"GET /good"):
            connection.sendall(http(b'{"status": "Open"}', "Connection: close"))
        elif self.answer is None:
            connection.recv(1)
        else:
            connection.sendall(self.answer)

    def stop(self) -> None:
        self._done.set()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._listener.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def self_signed(tmp_path: Path) -> Iterator[Server]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(fresh() - dt.timedelta(days=1))
        .not_valid_after(fresh() + dt.timedelta(days=1))
        .add_extension(host, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file = tmp_path / "self-signed.pem"
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = Server(context)
    yield server
    server.stop()


LIMITS = {"timeout_seconds": 0.2, "attempts": 1, "backoff_seconds": 0, "max_bytes": MAX_BYTES}


def json_source(url: str) -> dict[str, Any]:
    statuses = {"Open": "Closed", "Closed": "Open"}
    return {
        "type": "json",
        "url": url,
        "pointer": "/status",
        "statuses": statuses,
        "concurrency": 1,
        **LIMITS,
    }


class Poll:
    """What one poll by the handler printed and returned."""

    def __init__(self, printed: str, returned: dict[str, int]) -> None:
        self.printed = printed
        self.returned = returned
        self.lines: list[dict[str, Any]] = [json.loads(line) for line in printed.splitlines()]

    def of(self, key: str, value: object = None) -> list[dict[str, Any]]:
        return [one for one in self.lines if key in one and value in (None, one[key])]


class Poller:
    """The poller's function in this process, cold at each poll, with a bad and a good source."""

    def __init__(
        self,
        task_root: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        good: str,
    ) -> None:
        self._capsys, self._file, self._good = capsys, task_root / "configuration.json", good
        for name, value in {
            "BRIDGEWATCH_DATABASE": "bridgewatch",
            "BRIDGEWATCH_TABLE": "observations",
            "BRIDGEWATCH_QUEUE_URL": "http://sqs/queue",
            "BRIDGEWATCH_DEAD_LETTER_QUEUE_URL": "http://sqs/dead-letters",
            "LAMBDA_TASK_ROOT": str(task_root),
            # Of each test its own: a logger of the same name would write where the first one did.
            "POWERTOOLS_SERVICE_NAME": str(task_root),
            "POWERTOOLS_METRICS_NAMESPACE": "bridgewatch",
        }.items():
            monkeypatch.setenv(name, value)
        self._monkeypatch = monkeypatch

    def poll(self, source: dict[str, Any], code: str | None = None) -> Poll:
        bad: dict[str, Any] = {"name": "Bad", "source": "bad", "code": code, "dimensions": {}}
        good: dict[str, Any] = {"name": "Good", "source": "good", "code": None, "dimensions": {}}
        configuration = {
            "heartbeat_seconds": 3600,
            "interval_seconds": 60,
            "bridges": [bad, good],
            "sources": {"bad": source, "good": json_source(self._good)},
        }
        self._file.write_text(json.dumps(configuration))
        self._monkeypatch.delitem(sys.modules, "lambdas.poller.handler", raising=False)
        handler = importlib.import_module("lambdas.poller.handler").handler
        self._capsys.readouterr()
        returned = handler({}, context("poller", 90))
        return Poll(self.printed(), returned)

    def printed(self) -> str:
        """Give what a poll that raised has printed."""
        return self._capsys.readouterr().out


@pytest.fixture
def poller(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    timestream: RecordingTimestream,  # noqa: ARG001 - it is written to
    server: Server,
) -> Poller:
    return Poller(tmp_path, monkeypatch, capsys, f"http://127.0.0.1:{server.port}/good")


def assert_only_the_bad_one_failed(poll: Poll, reason: str) -> None:
    (line,) = poll.of("message", "No observation")
    assert (line["reason"], line["bridges"]) == (reason, ["Bad"])
    (metric,) = poll.of("NoObservation")
    assert (metric["NoObservation"], metric["reason"]) == ([1.0], reason)
    (written,) = poll.of("message", "Written")
    assert written["bridge"] == "Good"
    assert poll.returned == {"polls": 1, "observations": 1, "written": 1, "queued": 0}


@pytest.mark.parametrize("way", WAYS)
def test_a_source_that_fails_is_no_observation_and_leaves_the_others_alone(
    server: Server, poller: Poller, way: str
) -> None:
    kind, server.answer, reason = WAYS[way]
    url = f"http://127.0.0.1:{server.port}/bad"
    source = json_source(url) if kind == "json" else {"type": "ndw", "url": url, **LIMITS}

    poll = poller.poll(source, code="NLTNZ001300522000264")

    assert_only_the_bad_one_failed(poll, reason)


def test_what_a_source_raises_is_no_observation_and_leaves_the_others_alone(
    server: Server, poller: Poller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(*_: object) -> None:
        raise ZeroDivisionError(CANARY)

    monkeypatch.setattr(NdwSource, "look", look)
    source = {"type": "ndw", "url": f"http://127.0.0.1:{server.port}/bad", **LIMITS}

    poll = poller.poll(source, code="NLTNZ001300522000264")

    assert_only_the_bad_one_failed(poll, "unexpected")
    assert CANARY not in poll.printed


def test_a_refused_connection_is_no_observation(poller: Poller) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    poll = poller.poll(json_source(f"http://127.0.0.1:{port}/"))

    assert_only_the_bad_one_failed(poll, "unreachable")


def test_a_certificate_that_nobody_vouches_for_is_no_observation(
    poller: Poller, self_signed: Server
) -> None:
    self_signed.answer = http(b'{"status": "Open"}')

    poll = poller.poll(json_source(f"https://127.0.0.1:{self_signed.port}/"))

    assert_only_the_bad_one_failed(poll, "unreachable")
    assert poll.of("detail")[0]["detail"] == "its certificate cannot be verified"


CANARY = "canary-key-0123456789"
KEYS: dict[str, dict[str, str]] = {
    "query": {"parameter": "/key", "in": "query", "name": "subscription-key"},
    "header": {"parameter": "/key", "in": "header", "name": "X-Key"},
    "path": {"parameter": "/key", "in": "path"},
}
ANSWERS = {
    "works": http(b'{"status": "Closed"}'),
    "echoes": http(f'{{"status": "{CANARY}"}}'.encode()),
    **{name: WAYS[f"json: {name}"][1] for name in ("stalls", "401", "404", "redirect", "not HTTP")},
}


@pytest.mark.parametrize(
    ("place", "way", "store"),
    [
        *((place, way, "writes") for place in KEYS for way in ("refused", *ANSWERS)),
        ("path", "works", "fails"),
        ("path", "works", "refuses"),
        ("path", "works", "fails, and the queue"),
    ],
)
def test_the_key_is_in_no_line_metric_exception_or_message(  # noqa: PLR0913, PLR0917 - a table's columns
    server: Server,
    poller: Poller,
    timestream: RecordingTimestream,
    caplog: pytest.LogCaptureFixture,
    place: str,
    way: str,
    store: str,
) -> None:
    # given a source with a key, that answers in this way
    timestream.parameter = CANARY
    port = 1 if way == "refused" else server.port
    path = "{key}" if place == "path" else ""
    server.answer = ANSWERS.get(way)
    # and a store that does this
    if store.startswith("fails"):
        timestream.will_fail(403, "AccessDeniedException", "Not you")
    elif store == "refuses":
        rejected = [{"RecordIndex": 0, "Reason": "too old"}]
        timestream.will_fail(419, "RejectedRecordsException", "", RejectedRecords=rejected)
    timestream.queues_fail = store == "fails, and the queue"
    raised = ""

    try:
        poll = poller.poll({**json_source(f"http://127.0.0.1:{port}/{path}"), "key": KEYS[place]})
    except Exception:  # noqa: BLE001 - whatever it is, Lambda logs it
        raised = traceback.format_exc()
        printed = poller.printed()
    else:
        printed = poll.printed

    assert ("UnkeptError" in raised) == (store == "fails, and the queue")
    assert '"Unobserved"' in printed
    ours = [line.getMessage() for line in caplog.records if not line.name.startswith("botocore")]
    kept = [printed, raised, *ours, repr(timestream.sent), repr(timestream.requests)]
    assert CANARY not in "".join(kept)
    assert CANARY not in repr(dict(os.environ))


@pytest.mark.parametrize("place", KEYS)
def test_the_key_reaches_the_source(
    server: Server, poller: Poller, timestream: RecordingTimestream, place: str
) -> None:
    timestream.parameter = CANARY
    server.answer = http(b'{"status": "Closed"}')
    path = "{key}" if place == "path" else ""
    url = f"http://127.0.0.1:{server.port}/{path}"

    poller.poll({**json_source(url), "key": KEYS[place]})

    assert any(CANARY.encode() in request for request in server.requests)


def test_a_poll_with_a_stalling_source_ends_in_time(server: Server, poller: Poller) -> None:
    server.answer = STALLS
    began = time.monotonic()

    poller.poll(json_source(f"http://127.0.0.1:{server.port}/bad") | {"attempts": 3})

    assert time.monotonic() - began < 5
