"""The journal of a backfill; what it is for is tested with the command."""

from bridgewatch.backfill.entries import Observed
from bridgewatch.backfill.journal import Journal


def test_it_closes_without_a_word_while_it_is_being_read() -> None:
    # given
    with Journal(None, "purpose") as journal:
        journal.stage(Observed("Hisingsbron", time, "Open") for time in (1, 2))
        rows = journal.rows()
        # when
        assert next(rows) == ("Hisingsbron", 1, "Open")
    # then pytest hears of no exception that nobody can catch
    del rows
