"""Tables that outlive the process, in a file of SQLite's: how they were made, and their items.

What a request changes is in the file before it is answered, in one transaction. What the file does
not take, as on a full disk, waits, and no request is answered before it is there. A table comes
back with its items, its limits and its protection; like one that AWS retained, it belongs to no
stack. Its stream, and the backups, which are none here, begin anew.
"""

# ruff: noqa: ANN401 - moto's own tables and items

from __future__ import annotations

import errno
import json
import sqlite3
from contextlib import ExitStack, closing
from functools import partial
from typing import TYPE_CHECKING, Any

from moto.dynamodb.models import dynamodb_backends

from local.services.dynamodb.table import extra
from local.services.dynamodb.units import item_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS tables (arn TEXT PRIMARY KEY, made TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS items (
        arn TEXT NOT NULL, keys TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (arn, keys)
    ) WITHOUT ROWID;
    """


class Kept:
    """A file of tables; one thread at a time may use it.

    :param fsync: whether what is in it outlives the computer's power, and not only the process.
    :raises OSError: if it cannot be used, as when another process has it open.
    """

    def __init__(self, file: Path, *, fsync: bool) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as opened:
            try:
                self._file = sqlite3.connect(file, timeout=0, check_same_thread=False)
                opened.callback(self._file.close)
                self._file.execute("PRAGMA locking_mode = EXCLUSIVE")
                self._file.execute("PRAGMA journal_mode = WAL")
                self._file.execute(f"PRAGMA synchronous = {'FULL' if fsync else 'NORMAL'}")
                self._file.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
            except sqlite3.Error as error:
                raise OSError(errno.EIO, f"{error}", str(file)) from error
            opened.pop_all()
        self._waiting: list[Callable[[], None]] = []

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def restore(self, account: str) -> None:
        """Make the tables that are in the file, with their items."""
        with closing(self._file.cursor()) as cursor:
            for arn, made in cursor.execute("SELECT arn, made FROM tables").fetchall():
                table = _make(account, arn.split(":")[3], json.loads(made))
                items = cursor.execute("SELECT item FROM items WHERE arn = ?", (arn,))
                for (item,) in items:
                    table.put_item(json.loads(item), overwrite=True)

    def keep_table(self, table: Any) -> None:
        """Keep how a table is made.

        :raises sqlite3.Error: if it can't; it waits for `catch_up`.
        """
        self._keep(partial(self._put_table, table))

    def drop_table(self, table: Any) -> None:
        """Forget a table and its items.

        :raises sqlite3.Error: if it can't; it waits for `catch_up`.
        """
        self._keep(partial(self._delete_table, table))

    def keep_items(self, changed: Iterable[tuple[Any, dict[str, Any]]]) -> None:
        """Keep items as they are now, or that they are gone: of each the table and the keys.

        :raises sqlite3.Error: if it can't; it waits for `catch_up`.
        """
        self._keep(partial(self._put_items, list(changed)))

    def catch_up(self) -> None:
        """Keep what waits, if anything does.

        :raises sqlite3.Error: if it can't.
        """
        if self._waiting:
            with self._file:
                for change in self._waiting:
                    change()
            self._waiting.clear()

    def _keep(self, change: Callable[[], None]) -> None:
        self._waiting.append(change)
        self.catch_up()

    def _put_table(self, table: Any) -> None:
        self._file.execute(
            "INSERT OR REPLACE INTO tables VALUES (?, ?)",
            (table.table_arn, json.dumps(_made(table))),
        )

    def _delete_table(self, table: Any) -> None:
        for name in ("tables", "items"):
            self._file.execute(f"DELETE FROM {name} WHERE arn = ?", (table.table_arn,))  # noqa: S608 - our own

    def _put_items(self, changed: Iterable[tuple[Any, dict[str, Any]]]) -> None:
        for table, attributes in changed:
            keys = json.dumps([attributes[name] for name in table.table_key_attrs])
            item = item_of(table, attributes)
            if item is None:
                self._file.execute(
                    "DELETE FROM items WHERE arn = ? AND keys = ?", (table.table_arn, keys)
                )
            else:
                self._file.execute(
                    "INSERT OR REPLACE INTO items VALUES (?, ?, ?)",
                    (table.table_arn, keys, json.dumps(item.to_json()["Attributes"])),
                )


def _made(table: Any) -> dict[str, Any]:
    """Tell how a table is made."""
    return {
        "create": {
            "name": table.name,
            "schema": table.schema,
            "attr": table.attr,
            "throughput": None,
            "global_indexes": [index.describe() for index in table.global_indexes],
            "indexes": [index.describe() for index in table.indexes],
            "streams": table.stream_specification,
            "billing_mode": table.billing_mode,
            "sse_specification": table.sse_specification,
            "tags": table.tags,
            "deletion_protection_enabled": table.deletion_protection_enabled,
            "warm_throughput": None,
        },
        "throughput": table.throughput,
        "ttl": table.ttl,
        "limits": extra(table).limits,
    }


def _make(account: str, region: str, made: dict[str, Any]) -> Any:
    """Make a table as it was."""
    table = dynamodb_backends[account][region].create_table(**made["create"])
    table.throughput, table.ttl = made["throughput"], made["ttl"]
    extra(table).limits.update(made["limits"])
    return table
