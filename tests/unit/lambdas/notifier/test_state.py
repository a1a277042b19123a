"""What the notifier remembers: of a bridge, and of the targets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.notifier.events import Event
from lambdas.notifier.ledger import Account, Ledger
from lambdas.notifier.outcome import Outcome
from lambdas.notifier.rules import Kind
from lambdas.notifier.state import Pending, State, Usual
from lambdas.notifier.unknowns import Unknown
from tests.unit.lambdas.notifier.cases import BRIDGE, MINUTE, at

SECOND = timedelta(seconds=1)
EVENT = Event("new", Kind.OPENS, BRIDGE, at("08:00"), targets=("phone", "mail"), rules=("opens",))
PENDING = Pending(EVENT, at("08:01"), {"phone": 2, "mail": 0})
STATE = State(
    revision=3,
    told={"old": at("07:00"), "new": at("08:00")},
    unknowns=(
        Unknown(at("05:00"), at("05:30"), at("05:05")),
        Unknown(at("06:00"), None, at("06:05")),
    ),
    flapping_since=at("04:00"),
    pending=(PENDING,),
    claims={"phone": at("08:02")},
    wake=at("08:30"),
    usual=Usual(6.5 * MINUTE, at("03:00")),
    last_told={"opens": at("08:01")},
)
DELIVERED = Outcome(delivered=True, said="taken")
FAILED = Outcome(delivered=False, said="HTTP 503")


@pytest.mark.parametrize(
    "state",
    [
        STATE,
        State(),
        State(usual=Usual(None, at("03:00"))),
        State(unknowns=(Unknown(at("06:00"), None, at("06:05")),)),
    ],
    ids=["whole", "empty", "nothing usual", "unknown"],
)
def test_a_state_is_read_as_it_was_kept(state: State) -> None:
    assert State.decode(state.revision, state.encode()) == state


def test_a_state_is_kept_short() -> None:
    # Every write of it is billed by its size.
    assert State().encode() == "{}"
    assert " " not in replace(STATE, pending=()).encode()
    named = replace(EVENT, bridge="Göta älvbron")
    assert "Göta älvbron" in State(pending=(replace(PENDING, event=named),)).encode()


def test_new_events_are_told_and_wait_for_their_targets() -> None:
    state = State(told={"old": at("07:00")}, pending=(PENDING,), last_told={"closes": at("06:00")})
    other = replace(EVENT, identity="other", time=at("08:05"))

    after = state.with_events([other], at("08:06"), at("00:00"))

    assert after.told == {"old": at("07:00"), "other": at("08:05")}
    assert after.pending == (PENDING, Pending(other, at("08:06"), {"phone": 0, "mail": 0}))
    assert after.last_told == {"closes": at("06:00"), "opens": at("08:06")}


def test_what_was_told_is_not_new_and_is_forgotten_once_it_cannot_be_found_again() -> None:
    state = State(told={"older": at("06:59"), "old": at("07:00"), "new": at("08:00")})

    after = state.with_events([EVENT], at("08:06"), at("07:00"))

    assert after.told == {"old": at("07:00"), "new": at("08:00")}
    assert after.pending == ()


def test_a_pending_event_counts_the_attempts_at_each_target() -> None:
    assert PENDING.tried("phone").attempts == {"phone": 3, "mail": 0}
    assert PENDING.without("phone").attempts == {"mail": 0}


def test_a_ledger_is_read_as_it_was_kept() -> None:
    ledger = Ledger(
        7,
        {
            "phone": Account(at("08:00"), 3, 2, at("08:04"), "HTTP 503, sagt på svenska"),
            "mail": Account(at("08:01"), sent=1),
        },
    )

    assert Ledger.decode(7, ledger.encode()) == ledger
    assert "på svenska" in ledger.encode()
    assert ": " not in ledger.encode()


def test_each_failure_doubles_the_pause_up_to_an_hour_and_a_success_ends_it() -> None:
    account = Account(at("08:00"))
    pauses = []
    for _ in range(8):
        account = account.after(FAILED, at("08:00"))
        assert account.not_before is not None
        pauses.append((account.not_before - at("08:00")) // MINUTE)

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (account.failures, account.said) == (8, "HTTP 503")
    for _ in range(1000):  # no number grows out of bounds
        account = account.after(FAILED, at("08:00"))
    assert account.not_before == at("09:00")
    assert account.after(DELIVERED, at("08:00")) == Account(at("08:00"))


@pytest.mark.parametrize(
    ("patience", "minutes"), [(30, 1), (600, 10), (6 * 3600, 360), (10**6, 360)]
)
def test_a_target_is_left_alone_for_as_long_as_it_asks_within_bounds(
    patience: float, minutes: int
) -> None:
    busy = Outcome(delivered=False, said="HTTP 429", patience=patience)

    assert Account(at("08:00")).after(busy, at("08:00")).not_before == (
        at("08:00") + minutes * MINUTE
    )


def test_a_target_has_room_up_to_its_rate_and_again_in_the_next_minute() -> None:
    ledger = Ledger().reserved({"phone": 2}, at("08:00") + 30 * SECOND)

    now = at("08:00") + 40 * SECOND
    assert (ledger.room("phone", now, 3), ledger.ready("phone", now, 3)) == (1, now)
    ledger = ledger.reserved({"phone": 1}, now)
    assert (ledger.room("phone", now, 3), ledger.ready("phone", now, 3)) == (0, at("08:01"))
    assert (ledger.room("phone", at("08:01"), 3), ledger.ready("phone", at("08:01"), 3)) == (
        3,
        at("08:01"),
    )
    assert ledger.room("mail", now, 3) == 3


def test_the_clock_of_another_container_may_be_behind() -> None:
    ledger = Ledger().reserved({"phone": 2}, at("08:01"))

    assert ledger.room("phone", at("08:00") + 59 * SECOND, 3) == 1


def test_a_failing_target_has_no_room_until_its_pause_is_over_and_then_for_one() -> None:
    ledger = Ledger().after({"phone": FAILED, "mail": DELIVERED}, at("08:00"))

    before = at("08:01") - SECOND
    assert ledger.failing() == {"phone": "HTTP 503"}
    assert (ledger.room("phone", before, 3), ledger.ready("phone", before, 3)) == (0, at("08:01"))
    assert (ledger.room("phone", at("08:01"), 3), ledger.ready("phone", at("08:01"), 3)) == (
        1,
        at("08:01"),
    )
    assert ledger.room("mail", before, 3) == 3


def test_what_is_noted_of_one_target_leaves_the_others() -> None:
    ledger = Ledger(5).reserved({"phone": 2}, at("08:00")).reserved({"mail": 1}, at("08:00"))
    after = ledger.after({"mail": FAILED}, at("08:00"))

    assert ledger.revision == after.revision == 5
    assert {name: one.sent for name, one in after.accounts.items()} == {"phone": 2, "mail": 1}
    assert set(after.failing()) == {"mail"}
