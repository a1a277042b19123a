from __future__ import annotations

from bridgewatch.settings_table import settings_table


def test_every_setting_has_a_row_with_its_default_its_limits_and_its_meaning() -> None:
    rows = settings_table().splitlines()

    keys = [row.split(" | ")[0].removeprefix("| ") for row in rows[2:]]
    assert len(keys) == len(set(keys))
    assert {
        "`deployment`",
        "`bridges[].code`",
        "`sources.<json>.key.in`",
        "`sources.<ndw>.url`",
        "`budget.email`",
        "`storage.retention_days`",
    } <= set(keys)
    assert (
        "| `storage.memory_hours` | `24` | 1 to 8766 "
        "| Timestream: hours in the memory store, the fast one, and by far the dearer. |" in rows
    )
    assert any(
        row.startswith('| `storage.type` | `"timestream"` | `"timestream"`, `"dynamodb"` |')
        for row in rows
    )
    assert all(row.count(" | ") == 3 for row in [rows[0], *rows[2:]])
