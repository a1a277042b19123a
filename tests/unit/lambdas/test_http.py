"""Unpacking, apart from any server; test_json_source.py meets HTTP's failures on real sockets."""

import gzip

import pytest

from lambdas.poller.sources import Reason, SourceError
from lambdas.poller.sources.http import PIECE_BYTES, gunzip


def test_it_unpacks_wherever_the_packed_pieces_are_cut() -> None:
    # given data whose last bytes are ready when no packed byte is left to be read
    data = bytes(PIECE_BYTES + 100)
    packed = gzip.compress(data) + gzip.compress(b"second member")

    for cut in range(1, len(packed)):
        pieces = list(gunzip(packed[:cut], iter([packed[cut:]])))

        assert b"".join(pieces) == data + b"second member"


def test_it_never_gives_more_than_a_piece_at_once() -> None:
    bomb = gzip.compress(bytes(100 * PIECE_BYTES))

    assert max(map(len, gunzip(bomb, iter([])))) == PIECE_BYTES


def test_it_notices_a_missing_end_wherever_it_is_missing() -> None:
    packed = gzip.compress(b"some words")

    for cut in range(2, len(packed)):
        with pytest.raises(SourceError) as error:
            list(gunzip(packed[:cut], iter([])))

        assert error.value.reason is Reason.MALFORMED
