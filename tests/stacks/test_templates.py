"""Every template, as it was reviewed. After a change that is meant: pytest --snapshot-update."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from syrupy.extensions.json import JSONSnapshotExtension

from tests.stacks.templates import SETTINGS, STACKS, templates

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


EXTRA = {"notify": ("notifier",)}


@pytest.mark.parametrize(
    ("settings", "stack"),
    [(settings, stack) for settings in SETTINGS for stack in (*STACKS, *EXTRA.get(settings, ()))],
)
def test_the_template_is_the_reviewed_one(
    settings: str, stack: str, snapshot: SnapshotAssertion
) -> None:
    assert templates(settings).keys() == {*STACKS, *EXTRA.get(settings, ())}
    template = json.dumps(templates(settings)[stack])

    without_hashes = json.loads(re.sub(r"\b[0-9a-f]{64}\b", "HASH", template))

    assert without_hashes == snapshot(extension_class=JSONSnapshotExtension)
