from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lambdas.message
from lambdas.message import MESSAGE_BYTES, REASON_CHARACTERS, Message, MessageError
from lambdas.observation import Observation, Status
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN, minute, seen

MESSAGE = Message(
    observations=(seen(OPEN, 0), seen(CLOSED, 1, "Marieholmsbron")),
    dimensions={"Hisingsbron": {"city": "Göteborg"}, "Marieholmsbron": {}},
    reason="Timestream is throttling",
    attempts=1,
    first_failed=minute(2),
)
SEEN = {"bridge": "Hisingsbron", "status": "Open", "time": "2026-11-23T12:00:00.000Z"}
BODY: dict[str, Any] = {
    "version": 1,
    "observations": [
        SEEN,
        {"bridge": "Marieholmsbron", "status": "Closed", "time": "2026-11-23T12:01:00.000Z"},
    ],
    "dimensions": {"Hisingsbron": {"city": "Göteborg"}, "Marieholmsbron": {}},
    "reason": "Timestream is throttling",
    "attempts": 1,
    "first_failed": "2026-11-23T12:02:00.000Z",
}


def test_its_text_is_the_agreed_one() -> None:
    assert json.loads(MESSAGE.encode()) == BODY
    assert Message.decode(json.dumps(BODY)) == MESSAGE


NAMES = st.text(min_size=1, max_size=50)


@given(
    statuses=st.lists(st.tuples(NAMES, st.sampled_from(Status)), min_size=1, max_size=250),
    dimensions=st.dictionaries(NAMES, NAMES, max_size=3),
    reason=st.text(max_size=100),
)
def test_its_parts_are_small_enough_and_together_the_same(
    statuses: list[tuple[str, Status]], dimensions: dict[str, str], reason: str
) -> None:
    observations = tuple(Observation(name, status, NOON) for name, status in statuses)
    carried = {name: dimensions for name, _ in statuses}
    message = replace(MESSAGE, observations=observations, dimensions=carried, reason=reason)

    texts = [part.encode() for part in message.parts()]

    assert all(text.isascii() and len(text) <= MESSAGE_BYTES for text in texts)
    found = [Message.decode(text) for text in texts]
    assert all(1 <= len(one.observations) <= 100 for one in found)
    assert [seen for one in found for seen in one.observations] == list(observations)
    assert all(
        one.dimensions[seen.bridge] == dimensions
        for one in found
        for seen in observations
        if seen in one.observations
    )


def test_a_hundred_of_the_longest_records_are_divided() -> None:
    names = [f"{count:04}" for count in range(100)]
    longest = {"a": "å" * 1000}
    message = replace(
        MESSAGE,
        observations=tuple(Observation(name, OPEN, NOON) for name in names),
        dimensions=dict.fromkeys(names, longest),
        reason="x" * 10_000,
    )

    parts = list(message.parts())

    assert len(parts) == 4
    assert all(len(part.encode()) <= MESSAGE_BYTES for part in parts)
    assert len(Message.decode(parts[0].encode()).reason) == REASON_CHARACTERS


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no message"),
        ("[]", "no message"),
        ('"text"', "no message"),
        ("{}", "no message"),
        (json.dumps({**BODY, "version": 2}), "version 2"),
        (json.dumps({**BODY, "version": 0}), "version 0"),
        (json.dumps({**BODY, "first_failed": "9999-12-31T23:59:59-01:00"}), "no message"),
        (json.dumps({**BODY, "attempts": float("inf")}), "no message"),
        ("[" * 100_000, "no message"),
        (json.dumps({**BODY, "observations": []}), "no observations"),
        (json.dumps({**BODY, "observations": [{"bridge": "A"}]}), "no message"),
        (json.dumps({**BODY, "observations": [{**SEEN, "status": "?"}]}), "'?'"),
        (
            json.dumps(
                {**BODY, "observations": [{**BODY["observations"][0], "time": "2026-01-01"}]}
            ),
            "timezone-aware",
        ),
        (json.dumps({**BODY, "dimensions": {}}), "no dimensions"),
        (json.dumps({**BODY, "dimensions": ["Hisingsbron"]}), "no message"),
    ],
)
def test_what_is_no_message_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(MessageError, match=sentence):
        Message.decode(text)


def test_dimensions_of_bridges_without_observations_may_be_there_too() -> None:
    text = json.dumps({**BODY, "dimensions": {**BODY["dimensions"], "Another": {"city": "A"}}})

    assert Message.decode(text).observations == MESSAGE.observations


@pytest.mark.parametrize(("spare", "parts"), [(0, 1), (-1, 2)])
def test_a_message_is_divided_once_it_is_longer_than_it_may_be(
    monkeypatch: pytest.MonkeyPatch, spare: int, parts: int
) -> None:
    monkeypatch.setattr(lambdas.message, "MESSAGE_BYTES", len(MESSAGE.encode()) + spare)

    assert len(list(MESSAGE.parts())) == parts
