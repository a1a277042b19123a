"""The poller's marks: one when a bridge is not seen, one when it is seen again, none else."""

from __future__ import annotations

from lambdas.poller.eyes import Eyes
from lambdas.sight import Sight, from_item, to_item
from tests.unit.lambdas.moments import CLOSED, minute, seen

BRIDGE = "Hisingsbron"


class MemoryMarks:
    def __init__(self) -> None:
        self.kept: list[Sight] = []
        self.fails = False

    def put(self, bridge: str, sight: Sight) -> bool:
        assert bridge == BRIDGE
        if not self.fails:
            self.kept.append(sight)
        return not self.fails


def polled(eyes: Eyes, minutes: float, *, sees: bool) -> list[str]:
    return eyes.note([seen(CLOSED, minutes)] if sees else [], minute(minutes))


def test_a_bridge_is_marked_once_when_it_is_unseen_and_once_when_it_is_seen_again() -> None:
    marks = MemoryMarks()
    eyes = Eyes([BRIDGE], marks)

    for minutes, sees in enumerate([True, True, False, False, False, True, True]):
        assert polled(eyes, minutes, sees=sees) == []

    assert marks.kept == [Sight(minute(2), minute(1)), Sight(None, minute(5))]


def test_a_mark_that_is_not_kept_is_told_and_tried_again_with_what_is_known_then() -> None:
    marks = MemoryMarks()
    eyes = Eyes([BRIDGE], marks)
    polled(eyes, 0, sees=True)
    marks.fails = True

    assert polled(eyes, 1, sees=False) == [BRIDGE]
    marks.fails = False
    assert polled(eyes, 2, sees=False) == []

    assert marks.kept == [Sight(minute(2), minute(0))]


def test_a_container_that_has_just_started_does_not_know_when_it_was_seen() -> None:
    marks = MemoryMarks()

    polled(Eyes([BRIDGE], marks), 0, sees=False)

    assert marks.kept == [Sight(minute(0), None)]


def test_a_mark_is_read_as_it_was_written() -> None:
    for sight in (Sight(minute(2), minute(1)), Sight(None, minute(1)), Sight(minute(2), None)):
        assert from_item(to_item(BRIDGE, sight)) == sight
