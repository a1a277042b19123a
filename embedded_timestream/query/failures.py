"""Why a query failed while it ran, in the service's words."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import duckdb

from embedded_timestream.errors import (
    InternalServerException,
    QueryExecutionException,
    ValidationException,
)

if TYPE_CHECKING:
    from embedded_timestream.errors import TimestreamError

_log = logging.getLogger(__name__)
_SAID = (  # what DuckDB says while a query runs, and what the service says
    ("Division by zero", "Division by zero"),
    ("More than one row returned by a subquery", "Scalar sub-query has returned multiple rows"),
    ("Overflow", "Numeric value is out of range"),
    ("out of range", "Numeric value is out of range"),
    ("can't be cast to the destination type", "Value is out of range"),
    *(
        (said, "Invalid regular expression")
        for said in (  # by RE2
            "missing ",
            "repetition operator",
            "invalid perl operator",
            "invalid escape sequence",
            "invalid character class",
            "unexpected )",
            "trailing \\",
            "repetition size",
        )
    ),
    ("Could not convert string", "Cannot cast a value to the requested type"),
    ("Map keys must be unique", "Duplicate map keys are not allowed"),
    ("Map keys can not be NULL", "map key cannot be null"),
    ("key list does not align", "Key and value arrays must be the same length"),
)


def explained(error: duckdb.Error) -> TimestreamError:
    """Say in the service's words why a query failed; nothing of DuckDB shows."""
    text = str(error)
    if "⟦" in text:
        return ValidationException(text.split("⟦", 1)[1].split("⟧", 1)[0])
    if isinstance(error, duckdb.InterruptException):
        return QueryExecutionException("Query was cancelled.")
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryExecutionException("The query needs more memory than there is.")
    if isinstance(error, (duckdb.InternalException, duckdb.FatalException)):
        _log.error("DuckDB failed, and takes nothing more: %s", text)
        return InternalServerException("The database failed: start this Timestream again.")
    if not isinstance(error, (duckdb.BinderException, duckdb.ParserException)):
        for theirs, ours in _SAID:
            if theirs in text:
                return ValidationException(ours)
    _log.error("A query failed in a way that has no words yet: %s", text)
    return ValidationException("The query is not supported by this embedded Timestream")
