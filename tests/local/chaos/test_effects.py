from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from threading import Thread

from embedded_timestream.clock import utc
from local.chaos.effects import Effects
from local.simulated_time.clock import SimulatedClock

START = datetime(2026, 6, 1, tzinfo=UTC)


def test_who_waits_for_an_answer_sees_the_time_pass() -> None:
    clock = SimulatedClock(START)
    server, client = socket.socketpair()
    with server, client:
        clock.begin_wait()
        silence = Thread(target=Effects(clock, lambda: None).silence, args=(server, 30))
        silence.start()
        while utc(clock) == START:
            pass
        client.close()
        silence.join()

    assert utc(clock) == START + timedelta(seconds=30)


def test_who_left_and_waits_for_another_answer_does_not_lose_that_one() -> None:
    clock = SimulatedClock(START)
    server, client = socket.socketpair()
    with server:
        client.close()
        clock.begin_wait()
        Effects(clock, lambda: None).silence(server, 30)

    assert utc(clock) == START


def test_who_left_and_waits_for_nothing_is_not_waited_for() -> None:
    clock = SimulatedClock(START)
    server, client = socket.socketpair()
    with server:
        client.close()
        Effects(clock, lambda: None).silence(server, 30)

    assert utc(clock) == START
