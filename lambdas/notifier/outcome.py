"""How an attempt to tell somebody went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from lambdas.notifier.events import Event
    from lambdas.notifier.messages import Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went.

    :param delivered: whether the target took it.
    :param said: what it answered, or why there is no answer; nothing secret.
    :param patience: how long it wants to be left alone, in seconds.
    """

    delivered: bool
    said: str
    patience: float = 0.0


@dataclass(frozen=True, slots=True)
class Letter:
    """What one target is told, in every form.

    :param cloud_event: the event in JSON.
    """

    event: Event
    message: Message
    cloud_event: Mapping[str, Any]


class Sender(Protocol):
    """Tells one target."""

    def send(self, letter: Letter, timeout: float) -> Outcome:
        """Try once.

        :param timeout: seconds, after which it should give up.
        """
