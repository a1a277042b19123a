"""How the targets do, whatever bridge it is about: their rates, and the pauses that they need."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from lambdas.observation import from_milliseconds, in_milliseconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.notifier.outcome import Outcome

MINUTE = timedelta(minutes=1)
FIRST_PAUSE = MINUTE
LONGEST_PAUSE = timedelta(hours=1)
MOST_PATIENCE = timedelta(hours=6)
"""A target that wants to be left alone for longer is tried again all the same."""


@dataclass(frozen=True, slots=True)
class Account:
    """One target's.

    :param minute: the minute in which something was sent last.
    :param sent: how much in it.
    :param failures: how many attempts failed since one succeeded.
    :param not_before: when it may be tried again, or None if at once.
    :param said: what it answered to the last attempt, if that failed.
    """

    minute: datetime
    sent: int = 0
    failures: int = 0
    not_before: datetime | None = None
    said: str = ""

    def after(self, outcome: Outcome, now: datetime) -> Account:
        """Give it after an attempt: a failure is followed by a pause, twice as long each time."""
        if outcome.delivered:
            return replace(self, failures=0, not_before=None, said="")
        pause = min(FIRST_PAUSE * 2 ** min(self.failures, 10), LONGEST_PAUSE)
        patience = min(timedelta(seconds=outcome.patience), MOST_PATIENCE)
        return replace(
            self,
            failures=self.failures + 1,
            not_before=now + max(pause, patience),
            said=outcome.said,
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """All targets'.

    :param revision: how often it was written: who writes must have read the latest.
    :param accounts: by the target's name.
    """

    revision: int = 0
    accounts: Mapping[str, Account] = field(default_factory=dict)

    def failing(self) -> dict[str, str]:
        """Give what the targets said whose last attempt failed, by their names."""
        return {name: one.said for name, one in self.accounts.items() if one.failures}

    def ready(self, target: str, now: datetime, per_minute: int) -> datetime:
        """Say when something may be sent to a target: `now`, or later."""
        account = self._account(target, now)
        if account.not_before and account.not_before > now:
            return account.not_before
        return now if account.sent < per_minute else account.minute + MINUTE

    def room(self, target: str, now: datetime, per_minute: int) -> int:
        """Say how much may be sent to a target now."""
        account = self._account(target, now)
        if account.not_before and account.not_before > now:
            return 0
        # One that failed is asked with one message whether it works again.
        return 1 if account.failures else per_minute - account.sent

    def reserved(self, counts: Mapping[str, int], now: datetime) -> Ledger:
        """Give it with so much sent to each target."""
        accounts = {
            target: replace(account, sent=account.sent + count)
            for target, count in counts.items()
            for account in [self._account(target, now)]
        }
        return replace(self, accounts={**self.accounts, **accounts})

    def after(self, outcomes: Mapping[str, Outcome], now: datetime) -> Ledger:
        """Give it after attempts.

        :param outcomes: the last one's at each target.
        """
        accounts = {
            target: self._account(target, now).after(outcome, now)
            for target, outcome in outcomes.items()
        }
        return replace(self, accounts={**self.accounts, **accounts})

    def _account(self, target: str, now: datetime) -> Account:
        minute = now.replace(second=0, microsecond=0)
        account = self.accounts.get(target, Account(minute))
        return account if account.minute >= minute else replace(account, minute=minute, sent=0)

    def encode(self) -> str:
        """Write it as JSON, without the revision."""
        return json.dumps(
            {
                name: [
                    in_milliseconds(one.minute),
                    one.sent,
                    one.failures,
                    one.not_before and in_milliseconds(one.not_before),
                    one.said,
                ]
                for name, one in self.accounts.items()
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def decode(cls, revision: int, text: str) -> Ledger:
        """Read what `encode` wrote."""
        values: dict[str, Any] = json.loads(text)
        return cls(revision, {name: _account(*one) for name, one in values.items()})


def _account(minute: int, sent: int, failures: int, not_before: int | None, said: str) -> Account:
    until = None if not_before is None else from_milliseconds(not_before)
    return Account(from_milliseconds(minute), sent, failures, until, said)
