"""One round of deliveries: to all targets at a time, and to each in order until one fails."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambdas.notifier.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambdas.notifier.events import Event
    from lambdas.notifier.outcome import Letter, Sender

ATTEMPT_SECONDS = 10.0
"""How long a target may take to answer."""

LATE = Outcome(delivered=False, said="no answer in time")


@dataclass(slots=True)
class _Round:
    """What is known so far of one target's part: its own thread adds to it."""

    outcomes: list[Outcome] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)


def deliver(
    queues: Mapping[str, Sequence[Event]],
    senders: Mapping[str, Sender],
    write: Callable[[str, Event], Letter],
    deadline: float,
) -> dict[str, list[Outcome]]:
    """Deliver what waits for each target. Never raises.

    Who does not answer in time counts as failed, and holds up nobody else.

    :param queues: the events for each target, in order, by its name.
    :param senders: by the target's name.
    :param write: writes what a target is told of an event.
    :param deadline: when it must be done, by `time.monotonic()`.
    :returns: the outcomes of the events that were tried, in order, by the target's name: all
        delivered, but perhaps the last.
    """
    rounds = {target: _Round() for target in queues}
    for target, events in queues.items():
        threading.Thread(
            target=_deliver,
            args=(target, events, senders[target], write, rounds[target], deadline),
            daemon=True,
        ).start()
    found = {}
    for target, one in rounds.items():
        finished = one.done.wait(max(0.0, deadline - time.monotonic()))
        outcomes = list(one.outcomes)
        found[target] = outcomes if finished else [*outcomes, LATE]
    return found


def _deliver(  # noqa: PLR0913, PLR0917 - a thread's
    target: str,
    events: Sequence[Event],
    sender: Sender,
    write: Callable[[str, Event], Letter],
    round_: _Round,
    deadline: float,
) -> None:
    for event in events:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            outcome = sender.send(write(target, event), min(ATTEMPT_SECONDS, left))
        except Exception as error:  # noqa: BLE001 - whatever a library raises, others are told
            # Not its text: it may hold a secret.
            outcome = Outcome(delivered=False, said=f"it failed: {type(error).__name__}")
        round_.outcomes.append(outcome)
        if not outcome.delivered:
            break
    round_.done.set()
