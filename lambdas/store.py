"""Where observations are kept: what every store can do, whichever service is behind it.

The poller, the redriver and the reading side know this interface only. Its contract is the tests in
tests/unit/lambdas/store_contract.py, which every store passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from lambdas.observation import Observation


WRITE_SECONDS = 20
"""How long writing 100 observations takes at most, in every store: time is kept for it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An observation that the store did not take, and its own words why.

    Sending it again unchanged is refused again.
    """

    observation: Observation
    reason: str


class StoreError(Exception):
    """The store did not answer, or refused the whole request.

    Its text is one sentence for the operator that says what to do.

    :param sentence: that text.
    :param code: the service's own name for the error, such as `AccessDeniedException`.
    """

    def __init__(self, sentence: str, code: str) -> None:
        super().__init__(sentence)
        self.code = code


class Store(Protocol):
    """Keeps observations."""

    def write(self, observations: Sequence[Observation]) -> list[Refusal]:
        """Keep these observations; those that are kept already are no error.

        :returns: those that were refused; all others are kept.
        :raises StoreError: if the store failed; some of the observations may be kept.
        """

    def read(
        self, bridges: Collection[str], since: datetime, until: datetime
    ) -> Iterator[Observation]:
        """Give the observations of these bridges with `since` <= time < `until`, in time order.

        :raises StoreError: if the store failed.
        :raises ValueError: if a name cannot be a bridge's, or a time is naive.
        """

    def last(self, bridges: Collection[str]) -> dict[str, Observation]:
        """Give the latest observation of each of these bridges that has one, however old it is.

        :raises StoreError: if the store failed.
        :raises ValueError: if a name cannot be a bridge's.
        """
