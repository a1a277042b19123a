"""What people are told in the demo: the rules, who receives it, and what that is compared with."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from local.receivers.judge import judge, to_be_told

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from local.bridges.openings import Change
    from local.cloud import Cloud
    from local.receivers.judge import Verdict
    from local.receivers.server import Received

HOOK, PHONE = "hooks.example.com", "ntfy.example.com"
NAMES = (HOOK, PHONE)
HOOK_TARGET = "smart-home"

# In base64: a demonstration has no secrets.
SECRETS = {
    "/demo/hook": "whsec_YSBkZW1vbnN0cmF0aW9uIGhhcyBubyBzZWNyZXRz",
    "/demo/phone": f"ntfys://{PHONE}/bridges",
}

LONG = timedelta(minutes=6)
DUE = timedelta(minutes=2)
"""What is due so shortly before the end may be told after it: a minute late, and looked at."""

RULES: dict[str, Any] = {
    "targets": {
        HOOK_TARGET: {
            "type": "webhook",
            "url": f"https://{HOOK}/bridges",
            "parameter": "/demo/hook",
        },
        "phone": {"type": "ntfy", "parameter": "/demo/phone", "language": "sv"},
        "everyone": {"type": "topic"},
    },
    "rules": {
        "opens": {"when": "opens", "targets": [HOOK_TARGET, "everyone"]},
        "closes": {"when": "closes", "targets": [HOOK_TARGET, "everyone"]},
        "long": {
            "when": "open_for",
            "minutes": LONG // timedelta(minutes=1),
            "targets": [HOOK_TARGET],
        },
        "nobody-knows": {"when": "unknown_for", "minutes": 10, "targets": [HOOK_TARGET]},
        "known-again": {"when": "known_again", "minutes": 10, "targets": [HOOK_TARGET]},
        "before-work": {
            "when": "opens",
            "targets": ["phone"],
            "hours": {"from": "06:30", "until": "09:00"},
            "weekdays": ["Mon", "Tue", "Wed", "Thu", "Fri"],
        },
    },
}

SHOWN = 6


@dataclass(frozen=True)
class Telling:
    """What `summary.json` says of it.

    :param events: how much had to be told.
    :param told: how much of it was.
    :param invented: what was told and did not happen.
    :param longest_seconds: from when something happened to when it was told.
    """

    events: int
    told: int
    invented: int
    longest_seconds: float


def keep_secrets(cloud: Cloud) -> None:
    """Put the receivers' secrets where the settings say that they are."""
    for name, value in SECRETS.items():
        cloud.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString")


def compared(
    received: Iterable[Received], changes: Iterable[Change], end: datetime
) -> tuple[Telling, Verdict]:
    """Compare what the webhook received with what the polls could see."""
    hook = [one for one in received if one.host == HOOK]
    expected = to_be_told(sorted(changes), end - DUE, LONG)
    verdict = judge(expected, [one for one in hook if one.time < end])
    late = [news for news in verdict.invented if news.happened < end - DUE]
    longest = max(verdict.delays, default=timedelta()).total_seconds()
    return Telling(len(expected), verdict.told, len(late), longest), verdict


def show(received: Iterable[Received], telling: Telling, verdict: Verdict) -> None:
    """Print what people were told, and whether that is what happened."""
    received = list(received)
    sys.stdout.write("\nTold to a webhook, and to a phone before work:\n")
    for one in received[:SHOWN]:
        event = one.event
        text = event["data"]["message"] if one.host == HOOK else event["message"]
        whom = "webhook" if one.host == HOOK else "phone"
        sys.stdout.write(f"  {one.time:%a %H:%M:%S}  {whom:<8} {text}\n")
    if received[SHOWN:]:
        sys.stdout.write(f"  and {len(received) - SHOWN} more\n")
    sys.stdout.write(
        f"{telling.events} events to tell: "
        f"{telling.told} told, {telling.events - telling.told} not, {telling.invented} invented; "
        f"the latest after {telling.longest_seconds:.0f} s.\n"
    )
    for news in verdict.missing[:SHOWN]:
        sys.stdout.write(f"  not told: {news.bridge} {news.kind} at {news.happened}\n")
