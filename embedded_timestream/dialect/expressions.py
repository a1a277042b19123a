"""Expressions: every one gets a type, and DuckDB SQL that means the same.

The rules are Trino's, where Timestream's documentation does not say otherwise. What has no rule
here is refused by name: DuckDB never sees anything that was not typed first.
"""

from __future__ import annotations

from typing import ClassVar

from embedded_timestream.dialect import calls, columns, conditions, values, windows
from embedded_timestream.dialect.binder import Binder, Binders


class Expressions(Binder):
    """Binds every kind of expression."""

    BINDERS: ClassVar[Binders] = {
        **calls.BINDERS,
        **columns.BINDERS,
        **conditions.BINDERS,
        **values.BINDERS,
        **windows.BINDERS,
    }
