"""What is told of a query that failed while it ran, where no query that is known makes it fail."""

import duckdb
import pytest

from embedded_timestream.errors import InternalServerException
from embedded_timestream.query.failures import explained


@pytest.mark.parametrize("kind", [duckdb.InternalException, duckdb.FatalException])
def test_a_database_that_failed_is_no_fault_of_the_querys(kind: type[duckdb.Error]) -> None:
    told = explained(kind("INTERNAL Error: column 2 changed identity, out of range"))

    assert isinstance(told, InternalServerException)
    assert str(told) == "The database failed: start this Timestream again."
