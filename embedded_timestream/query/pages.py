"""The pages of results, and the tokens that stand for them.

https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from embedded_timestream.clock import NANOSECONDS
from embedded_timestream.errors import ValidationException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from embedded_timestream.clock import Clock

    Json = dict[str, Any]

PAGE_ROWS = 1000
PAGE_BYTES = 1_000_000
TOKEN_USES = 5
TOKEN_SECONDS = 3600
_MOST_OPEN = 256  # results that somebody might still page through
_INVALID_TOKEN = "Invalid pagination token."  # noqa: S105 - the service's sentence


@dataclass
class Result:
    """The rows of one query, as far as they are not yet handed out."""

    query_id: str
    query: str
    columns: list[Json]
    rows: Iterator[tuple[Json, int]]  # with their sizes in bytes
    status: Json
    ahead: tuple[Json, int] | None = None  # the row that the last page had no room for
    close: Callable[[], None] = lambda: None


@dataclass
class _Page:
    """What one token stands for."""

    result: Result
    expires: int
    previous: str | None
    uses: int = 0
    answer: Json | None = None


class Pages:
    """Hands out results page by page."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pages: OrderedDict[str, _Page] = OrderedDict()  # by token

    def page(self, result: Result, most: int | None, token: str | None = None) -> Json:
        """Take the next rows of a result, and a token for those after them.

        :param most: how many rows, if fewer than a page holds.
        :param token: that asked for them.
        """
        page: list[Json] = []
        most = most or PAGE_ROWS
        total = 0
        ahead, result.ahead = result.ahead, None
        for row, size in chain([ahead] if ahead else (), result.rows):
            total += size
            if len(page) == most or (page and total > PAGE_BYTES):
                result.ahead = row, size
                break
            page.append(row)
        answer = _answer(result, page)
        if result.ahead is None:
            result.close()
        else:
            answer["NextToken"] = self._token(result, token)
        return answer

    def empty_page(self, result: Result) -> Json:
        """Hand out no rows, and a token for all of them."""
        return {**_answer(result, []), "NextToken": self._token(result, None)}

    def next_page(self, token: str, query: str, most: int | None) -> Json:
        """Give the page of a token: the same one each time, until a newer token is used.

        :raises ValidationException: if the token is none, or no longer one, or another query's.
        """
        with self._lock:
            page = self._pages.get(token)
            if (
                page is None
                or page.result.query != query
                or page.uses >= TOKEN_USES
                or self._clock.now_ns() > page.expires
            ):
                raise ValidationException(_INVALID_TOKEN)
            page.uses += 1
            if page.previous is not None:
                self._pages.pop(page.previous, None)
        if page.answer is None:
            page.answer = self.page(page.result, most, token)
        return page.answer

    def forget(self, query_id: str) -> bool:
        """Forget what a query has not handed out; tell whether there was something."""
        with self._lock:
            tokens = [t for t, page in self._pages.items() if page.result.query_id == query_id]
            for token in tokens:
                del self._pages[token]
        return bool(tokens)

    def _token(self, result: Result, previous: str | None) -> str:
        token = secrets.token_urlsafe(48)
        expires = self._clock.now_ns() + TOKEN_SECONDS * NANOSECONDS
        with self._lock:
            self._pages[token] = _Page(result, expires, previous)
            while len(self._pages) > _MOST_OPEN:
                self._pages.popitem(last=False)
        return token


def _answer(result: Result, rows: list[Json]) -> Json:
    return {
        "QueryId": result.query_id,
        "Rows": rows,
        "ColumnInfo": result.columns,
        "QueryStatus": result.status,
    }
