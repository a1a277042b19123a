"""The checks of targets before a deployment: secrets that are there, and targets that answer."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from bridgewatch import preflight_targets
from bridgewatch.preflight_targets import TargetError, target_checks
from bridgewatch.settings import load_settings, parse_settings
from tests.unit.lambdas.notifier.receivers import Receiver, lead, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
HOOK, NTFY = "hooks.example.com", "ntfy.example.com"


class _Missing(Exception):  # noqa: N818 - as the SDK calls it
    pass


class Parameters:
    """A session whose SSM has these parameters."""

    def __init__(self, **values: tuple[str, str]) -> None:
        self._values = values
        self.exceptions = SimpleNamespace(ParameterNotFound=_Missing)

    def client(self, service: str) -> Parameters:
        assert service == "ssm"
        return self

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> dict[str, Any]:  # noqa: N803 - as boto3 has them
        assert WithDecryption
        if Name not in self._values:
            raise _Missing
        kind, value = self._values[Name]
        return {"Parameter": {"Type": kind, "Value": value}}


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving(HOOK, NTFY) as running:
        resolve = lead(monkeypatch, dict.fromkeys((HOOK, NTFY), running.port))
        monkeypatch.setattr(preflight_targets, "resolve", resolve)
        monkeypatch.setattr(preflight_targets, "trust", lambda: running.trust)
        yield running


def checked(**values: tuple[str, str]) -> dict[str, str]:
    document = load_settings().model_dump(mode="json", by_alias=True)
    document["notify"] = {
        "targets": {
            "hook": {"type": "webhook", "url": f"https://{HOOK}/x", "parameter": "hook"},
            "phone": {"type": "ntfy", "parameter": "phone"},
            "everyone": {"type": "topic"},
            "unused": {"type": "ntfy", "parameter": "unused"},
        },
        "rules": {"opens": {"when": "opens", "targets": ["hook", "phone", "everyone"]}},
    }
    session: Any = Parameters(**values)
    found = {}
    for title, check in target_checks(parse_settings(document)):
        try:
            found[title] = check(session)
        except TargetError as error:
            found[title] = f"failed: {error}"
    return found


@pytest.mark.usefixtures("receiver")
def test_targets_with_secrets_that_answer_pass() -> None:
    found = checked(
        hook=("SecureString", SECRET), phone=("SecureString", f"ntfys://{NTFY}/bridges")
    )

    assert found == {
        "target hook": "its secret is in hook, and hooks.example.com answers",
        "target phone": "its secret is in phone, and ntfy.example.com answers",
    }


def test_a_secret_that_is_missing_unencrypted_or_none_is_told_with_what_to_do() -> None:
    missing = checked()["target hook"]
    unencrypted = checked(hook=("String", SECRET))["target hook"]
    none = checked(hook=("SecureString", "hunter2"))["target hook"]

    assert "There is no parameter hook" in missing
    assert "put-parameter --type SecureString --name hook" in missing
    assert "is a String, which keeps what it is signed with unencrypted" in unencrypted
    assert "must be whsec_" in none
    assert "hunter2" not in none


def test_a_target_that_does_not_answer_or_is_private_fails(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = ("SecureString", SECRET)
    receiver.server.server_close()
    assert checked(hook=hook)["target hook"] == (
        "failed: hooks.example.com does not answer at port 443."
    )
    monkeypatch.setattr(preflight_targets, "resolve", lambda *_: ["10.0.0.1"])
    assert "is refused: its name leads to a private" in checked(hook=hook)["target hook"]
