"""Chats, phones and mail: what Apprise really sends, and within which bounds."""

from __future__ import annotations

import json
import socket
import ssl
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.ntfy import NotifyNtfy
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram

from lambdas.notifier import chat
from lambdas.notifier.chat import BadAddressError, Chat, host_of, load
from lambdas.notifier.outcome import Outcome
from tests.unit.lambdas.notifier.receivers import Receiver, lead, letter, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Apprise looks for it, and does without it where Python has it no more.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

NTFY = "ntfys://ntfy.example.com/bridges"
MAIL = "mailtos://user:password@smtp.example.com?from=a@example.com&to=b@example.com"
ADDRESSES = {
    "ntfy": NTFY,
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
    "discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "telegram": "tgram://123456789:abcdefg_hijklmnop/12315544",
}
HOSTS = {**chat.HOSTS, "ntfy": "ntfy.example.com"}


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving(*HOSTS.values()) as running:
        lead(monkeypatch, dict.fromkeys(HOSTS.values(), running.port))
        monkeypatch.setattr(chat, "trust", lambda: running.trust)
        yield running


def told(kind: str, receiver: Receiver) -> dict[str, Any]:
    receiver.answer = (200, {}, b"ok" if kind == "slack" else b'{"ok": true}')
    outcome = Chat(kind, lambda: ADDRESSES[kind]).send(letter(), 5)

    assert outcome.delivered, outcome.said
    ((_, headers, body),) = receiver.requests
    assert headers["host"] == HOSTS[kind]
    document: dict[str, Any] = json.loads(body)
    return document


def test_ntfy_gets_title_and_message(receiver: Receiver) -> None:
    assert told("ntfy", receiver) == {
        "topic": "bridges",
        "title": "Hisingsbron opens",
        "message": "Hisingsbron opened at 08:14.",
    }


def test_slack_gets_an_attachment_without_pictures_of_others(receiver: Receiver) -> None:
    (attachment,) = told("slack", receiver)["attachments"]

    assert attachment["title"] == "Hisingsbron opens"
    assert attachment["text"] == "Hisingsbron opened at 08:14."
    assert "github" not in json.dumps(attachment)


def test_discord_gets_the_message(receiver: Receiver) -> None:
    assert "Hisingsbron opened at 08:14." in json.dumps(told("discord", receiver))


def test_telegram_gets_the_message(receiver: Receiver) -> None:
    assert "Hisingsbron opened at 08:14." in told("telegram", receiver)["text"]


@pytest.mark.parametrize(
    ("kind", "plugin"),
    [
        ("ntfy", NotifyNtfy),
        ("slack", NotifySlack),
        ("discord", NotifyDiscord),
        ("telegram", NotifyTelegram),
    ],
)
def test_an_address_is_read_as_apprise_itself_reads_it(kind: str, plugin: type) -> None:
    ours = load(kind, ADDRESSES[kind], 5)
    theirs = plugin(**plugin.parse_url(ADDRESSES[kind]))  # type: ignore[attr-defined] # each has it

    assert ours.url(privacy=False).partition("?")[0] == theirs.url(privacy=False).partition("?")[0]
    assert host_of(kind, ours)[0] == HOSTS[kind]


@pytest.mark.parametrize(
    ("answer", "said", "patience"),
    [
        ((500, {}, b"no"), "HTTP 500", 0),
        ((429, {"Retry-After": "90"}, b"no"), "HTTP 429", 90),
        (
            (302, {"Location": "https://ntfy.example.com/elsewhere"}, b""),
            "HTTP 302: redirects are not followed",
            0,
        ),
    ],
)
def test_a_failure_is_told_as_it_is_and_no_redirect_is_followed(
    receiver: Receiver,
    answer: tuple[int, dict[str, str], bytes],
    said: str,
    patience: float,
) -> None:
    receiver.answer = answer

    outcome = Chat("ntfy", lambda: NTFY).send(letter(), 5)

    assert (outcome.delivered, outcome.said, outcome.patience) == (False, said, patience)
    assert len(receiver.requests) == 1


def test_a_service_that_refuses_with_a_success_has_not_taken_it(receiver: Receiver) -> None:
    receiver.answer = (200, {}, b"invalid_blocks")

    outcome = Chat("slack", lambda: ADDRESSES["slack"]).send(letter(), 5)

    assert outcome == Outcome(delivered=False, said="HTTP 200, but it refused")


def test_what_a_plugin_asks_first_is_asked_within_the_same_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = "slack://xoxb-1234-1234-4ddbc191d40ee098cbaae6f3523ada2d/b@example.com"
    with receiving("slack.com") as running:
        lead(monkeypatch, {"slack.com": running.port})
        monkeypatch.setattr(chat, "trust", lambda: running.trust)
        running.answer = (200, {}, b'{"ok": true, "user": {"id": "U1"}}')

        outcome = Chat("slack", lambda: address).send(letter(), 5)

    assert outcome.delivered, outcome.said
    lookup, post = running.requests
    assert lookup[0] == "/api/users.lookupByEmail?email=b%40example.com"
    assert json.loads(post[2])["channel"] == "U1"


def test_a_service_that_is_not_there_has_not_taken_it(monkeypatch: pytest.MonkeyPatch) -> None:
    lead(monkeypatch, {"ntfy.example.com": free_port()})

    outcome = Chat("ntfy", lambda: NTFY).send(letter(), 5)

    assert outcome == Outcome(delivered=False, said="no connection, or it refused")


def test_what_was_said_before_is_not_said_again(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.answer = (500, {}, b"no")
    Chat("ntfy", lambda: NTFY).send(letter(), 5)
    lead(monkeypatch, {"ntfy.example.com": free_port()})

    assert Chat("ntfy", lambda: NTFY).send(letter(), 5).said == "no connection, or it refused"


def test_an_address_that_is_none_is_not_delivered_to() -> None:
    outcome = Chat("slack", lambda: "slack://secret").send(letter(), 5)

    said = "its secret is not the address of an encrypted slack service"
    assert outcome == Outcome(delivered=False, said=said)


@pytest.mark.parametrize(
    ("kind", "address", "server"),
    [
        ("ntfy", "ntfys://bridges", ("ntfy.sh", 443, True)),
        ("ntfy", "ntfys://ntfy.example.com:8443/bridges", ("ntfy.example.com", 8443, True)),
        ("ntfy", NTFY, ("ntfy.example.com", 443, True)),
        ("slack", ADDRESSES["slack"], ("hooks.slack.com", 443, True)),
        ("email", f"{MAIL}&mode=ssl", ("smtp.example.com", 465, True)),
        ("email", f"{MAIL}&mode=starttls", ("smtp.example.com", 587, False)),
        (
            "email",
            f"{MAIL}&mode=starttls".replace(".com?", ".com:2525?"),
            ("smtp.example.com", 2525, False),
        ),
    ],
)
def test_the_server_that_is_talked_to_is_known(
    kind: str, address: str, server: tuple[str, int, bool]
) -> None:
    assert host_of(kind, load(kind, address, 5)) == server


def test_no_more_of_an_answer_is_read_than_is_wanted(receiver: Receiver) -> None:
    receiver.answer = (200, {}, b"{" + b" " * 3_000_000 + b"}")

    outcome = Chat("ntfy", lambda: NTFY).send(letter(), 5)

    assert outcome.delivered


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("ntfy", "ntfy://ntfy.example.com/bridges"),
        ("ntfy", "ntfys://ntfy.example.com/bridges?verify=no"),
        ("ntfy", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"),
        ("slack", "slack://secret"),
        ("email", "mailto://user:password@smtp.example.com?mode=insecure"),
        ("telegram", "secret"),
        ("discord", ""),
    ],
)
def test_an_address_that_is_none_or_not_encrypted_is_refused_without_telling_it(
    kind: str, address: str
) -> None:
    with pytest.raises(BadAddressError) as raised:
        load(kind, address, 5)

    assert str(raised.value) == f"its secret is not the address of an encrypted {kind} service"
    assert raised.value.__context__ is None


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port


class _Mailbox:
    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: ANN401, N802 - as aiosmtpd calls it
        self.mails.append(envelope.content)
        return "250 taken"


def test_mail_comes_to_a_mail_server_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, mailbox = trustme.CA(), _Mailbox()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("smtp.example.com").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    logins: list[bytes] = []

    def authenticate(*given: Any) -> AuthResult:  # noqa: ANN401 - as aiosmtpd calls it
        logins.append(given[-1].login)
        return AuthResult(success=True)

    server = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        authenticator=authenticate,
    )
    server.start()
    try:
        lead(monkeypatch, {"smtp.example.com": server.port})
        address = "mailtos://user:password@smtp.example.com?from=a@example.com&to=b@example.com"
        outcome = Chat("email", lambda: address).send(letter(), 5)
    finally:
        server.stop()

    assert outcome.delivered, outcome.said
    (mail,) = mailbox.mails
    read = message_from_bytes(mail, policy=policy.default)
    assert (read["Subject"], read["To"]) == ("Hisingsbron opens", "b@example.com")
    body = read.get_body()
    assert body is not None
    assert "Hisingsbron opened at 08:14." in body.get_content()
    assert len(logins) == 1
