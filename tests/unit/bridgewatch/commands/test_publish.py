from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bridgewatch.settings import CDK_JSON

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.bridgewatch.commands.conftest import Commands


def settings(directory: Path, **changes: Any) -> str:  # noqa: ANN401 - any setting
    document = json.loads(CDK_JSON.read_text())["context"]["bridgewatch"]
    file = directory / "settings.json"
    file.write_text(json.dumps({**document, **changes}))
    return str(file)


def test_it_tells_first_what_it_costs(run: Commands, tmp_path: Path) -> None:
    file = settings(tmp_path, page=True)

    told = run("publish", "--dry-run", "--settings", file)

    assert told.exit_code == 0
    assert "One query of Timestream: 0.0001 USD if the account pays by bytes scanned" in told.stdout
    assert "records of 32 days" in told.stdout


def test_without_a_page_there_is_no_table_to_fill(run: Commands, tmp_path: Path) -> None:
    told = run("publish", "--settings", settings(tmp_path))

    assert told.exit_code == 2
    assert "set `page` or `notify.rules`" in told.stderr


def test_beside_dynamodb_there_is_nothing_to_publish(run: Commands, tmp_path: Path) -> None:
    file = settings(tmp_path, page=True, storage={"type": "dynamodb"})

    told = run("publish", "--settings", file)

    assert told.exit_code == 2
    assert "the page reads the store itself" in told.stderr
