"""Webhooks: what a real receiver gets and verifies, and where they never go."""

from __future__ import annotations

import base64
import json
import socket
from typing import TYPE_CHECKING

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from lambdas.notifier.addresses import ForbiddenAddressError, public_address
from lambdas.notifier.outcome import Outcome
from lambdas.notifier.signing import SecretError, key_of
from lambdas.notifier.webhook import Webhook
from tests.unit.lambdas.notifier.receivers import OPENS, Receiver, lead, letter, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "hooks.example.com"
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
METADATA = "169.254.169.254"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(NAME) as running:
        yield running


@pytest.fixture
def webhook(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Webhook:
    resolve = lead(monkeypatch, {NAME: receiver.port})
    return Webhook(
        f"https://{NAME}/bridges?a=b",
        lambda: SECRET,
        resolve_name=resolve,
        authorities=receiver.trust,
    )


def test_a_receiver_reads_a_cloud_event(receiver: Receiver, webhook: Webhook) -> None:
    outcome = webhook.send(letter(), 5)

    ((path, headers, body),) = receiver.requests
    event = from_http_event(HTTPMessage(headers, body))
    assert (outcome.delivered, outcome.said) == (True, "HTTP 200")
    assert (path, headers["host"]) == ("/bridges?a=b", NAME)
    assert event.get_id() == OPENS.identity
    assert event.get_type() == "io.github.bridgewatch.opens"
    assert event.get_subject() == "Hisingsbron"
    assert event.get_time() == OPENS.time
    data = event.get_data()
    assert isinstance(data, dict)
    assert data["message"] == "Hisingsbron opened at 08:14."


def test_a_receiver_verifies_the_signature_and_refuses_any_other(
    receiver: Receiver, webhook: Webhook
) -> None:
    webhook.send(letter(), 5)

    ((_, headers, body),) = receiver.requests
    assert Verifier(SECRET).verify(body, headers) == json.loads(body)
    with pytest.raises(WebhookVerificationError):
        Verifier(SECRET).verify(body.replace(b"Open", b"Shut"), headers)
    with pytest.raises(WebhookVerificationError):
        Verifier("whsec_" + base64.b64encode(b"x" * 32).decode()).verify(body, headers)


@pytest.mark.parametrize(
    ("status", "headers", "said", "patience"),
    [
        (500, {}, "HTTP 500", 0),
        (429, {"Retry-After": "120"}, "HTTP 429", 120),
        (302, {"Location": f"http://{METADATA}/"}, "HTTP 302: redirects are not followed", 0),
        (307, {"Location": "https://127.0.0.1/"}, "HTTP 307: redirects are not followed", 0),
    ],
)
def test_only_a_success_is_one_and_no_redirect_is_followed(  # noqa: PLR0913, PLR0917 - a case
    receiver: Receiver,
    webhook: Webhook,
    status: int,
    headers: dict[str, str],
    said: str,
    patience: float,
) -> None:
    receiver.answer = (status, headers, b"no")

    outcome = webhook.send(letter(), 5)

    assert (outcome.delivered, outcome.said, outcome.patience) == (False, said, patience)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.5.5",
        "192.168.1.1",
        METADATA,
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - refused
        "224.0.0.1",
        "240.0.0.1",
        "::1",
        "fd00:ec2::254",
        "fe80::1%eth0",
        "::ffff:169.254.169.254",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_of_the_internet_is_refused(
    receiver: Receiver, address: str
) -> None:
    with pytest.raises(ForbiddenAddressError):
        public_address(NAME, 443, lambda *_: [address])
    # Also where the name has another one besides.
    with pytest.raises(ForbiddenAddressError):
        public_address(NAME, 443, lambda *_: ["93.184.216.34", address])
    outcome = Webhook(f"https://{NAME}/", lambda: SECRET, resolve_name=lambda *_: [address]).send(
        letter(), 5
    )
    assert outcome == Outcome(
        delivered=False, said="refused: its name leads to a private or reserved address"
    )
    assert receiver.requests == []


@pytest.mark.parametrize("found", [OSError("no such host"), []], ids=["no host", "no address"])
def test_a_name_without_an_address_is_not_delivered_to(found: OSError | list[str]) -> None:
    def look_up(_host: str, _port: int) -> list[str]:
        if isinstance(found, OSError):
            raise found
        return found

    outcome = Webhook(f"https://{NAME}/", lambda: SECRET, resolve_name=look_up).send(letter(), 5)

    assert outcome == Outcome(delivered=False, said="its name has no address")


def test_a_receiver_that_is_not_there_is_not_delivered_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gone = listener.getsockname()[1]
    webhook = Webhook(
        f"https://{NAME}/", lambda: SECRET, resolve_name=lead(monkeypatch, {NAME: gone})
    )

    assert webhook.send(letter(), 5) == Outcome(delivered=False, said="no connection")


def test_another_port_is_asked_and_named(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    inner = lead(monkeypatch, {NAME: receiver.port})

    def look_up(host: str, port: int) -> list[str]:
        asked.append(port)
        return inner(host, port)

    webhook = Webhook(
        f"https://{NAME}:8443", lambda: SECRET, resolve_name=look_up, authorities=receiver.trust
    )

    assert webhook.send(letter(), 5).delivered
    ((path, headers, _),) = receiver.requests
    assert asked == [8443]
    assert (path, headers["host"]) == ("/", f"{NAME}:8443")


def test_without_a_usable_secret_nothing_is_sent(receiver: Receiver) -> None:
    outcome = Webhook(f"https://{NAME}/", lambda: "hunter2").send(letter(), 5)

    assert outcome == Outcome(
        delivered=False, said="the secret must be whsec_ and 24 to 64 random bytes in base64"
    )
    assert receiver.requests == []


def test_a_name_is_looked_up_once_and_that_is_what_is_connected_to(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = lead(monkeypatch, {NAME: receiver.port})
    answers = [inner(NAME, 443), [METADATA]]

    def rebound(_host: str, _port: int) -> list[str]:
        return answers.pop(0)

    webhook = Webhook(
        f"https://{NAME}/", lambda: SECRET, resolve_name=rebound, authorities=receiver.trust
    )

    assert webhook.send(letter(), 5).delivered
    assert answers == [[METADATA]]


def test_a_certificate_for_another_name_is_refused(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = lead(monkeypatch, {"other.example.com": receiver.port})
    webhook = Webhook(
        "https://other.example.com/",
        lambda: SECRET,
        resolve_name=resolve,
        authorities=receiver.trust,
    )

    assert webhook.send(letter(), 5).said == "its certificate cannot be verified"
    assert receiver.requests == []


@pytest.mark.parametrize(
    "secret",
    ["", "hunter2", "whsec_", "whsec_c2hvcnQ=", base64.b64encode(b"k" * 32).decode(), "whsec_?"],
)
def test_what_is_no_secret_is_told_without_telling_it(secret: str) -> None:
    with pytest.raises(SecretError) as raised:
        key_of(secret)

    assert not secret or secret not in str(raised.value).replace("whsec_ and", "")
    assert raised.value.__context__ is None
