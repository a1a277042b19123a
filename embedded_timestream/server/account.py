"""One account's Timestream: a service for each region, opened when it is first asked."""

from __future__ import annotations

import errno
import os
from threading import Lock
from typing import TYPE_CHECKING

from embedded_timestream.clock import utc
from embedded_timestream.errors import InternalServerException

if TYPE_CHECKING:
    from pathlib import Path

    from embedded_timestream.clock import Clock
    from embedded_timestream.service import Service, Surroundings

ACCOUNT = "123456789012"
"""Whose everything is: nobody signs in here."""


class Account:
    """The services of one account, by region.

    :param data: the directory that keeps everything, in one of its own for each region; without
        it, memory does.
    :param surroundings: the topics and buckets of the account.
    :param fsync: whether what is written outlives the computer's power, and not only the process.
    """

    def __init__(
        self, clock: Clock, data: Path | None, surroundings: Surroundings, *, fsync: bool = False
    ) -> None:
        self.empty_first_pages = False
        """Whether a query's first page has no rows but a token, as the service's often has."""
        self._clock = clock
        self._data = data and data / ACCOUNT
        self._surroundings = surroundings
        self._fsync = fsync
        self._opening = Lock()
        self._open: dict[str, Service] = {}
        self._is_closed = False

    def open_kept(self) -> None:
        """Open the regions that an earlier process left: their scheduled queries are to run.

        :raises OSError: if another process has one open, or there can be none.
        """
        if self._data is not None:
            self._data.mkdir(parents=True, exist_ok=True)
            if not os.access(self._data, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self._data))
            for region in sorted(one.name for one in self._data.iterdir() if one.is_dir()):
                self.service(region)

    def service(self, region: str) -> Service:
        """Give a region's service.

        :raises OSError: if its directory cannot be opened.
        :raises InternalServerException: if everything was closed: a connection may outlive that.
        """
        with self._opening:
            if self._is_closed:
                raise InternalServerException("This Timestream has ended.")
            if region not in self._open:
                self._open[region] = self._opened(region)
            service = self._open[region]
        service.engine.empty_first_pages = self.empty_first_pages
        return service

    def _opened(self, region: str) -> Service:
        import duckdb  # noqa: PLC0415 - not before it is needed

        from embedded_timestream.service import Service  # noqa: PLC0415

        where = self._data and self._data / region
        try:
            return Service(
                self._clock, where, ACCOUNT, region, self._surroundings, fsync=self._fsync
            )
        except duckdb.IOException as error:
            raise OSError(
                f"{where} cannot be opened: another process has it open, or may not read it."
            ) from error

    def run_due(self) -> int:
        """Make the runs of scheduled queries that are due by now.

        :returns: how many there were.
        """
        with self._opening:
            services = list(self._open.values())
        return sum(one.scheduled.due(utc(self._clock)) for one in services)

    def reset(self) -> None:
        """Forget everything."""
        self.empty_first_pages = False
        with self._opening:
            for service in self._open.values():
                service.reset()

    def close(self) -> None:
        """Let go of the files."""
        with self._opening:
            self._is_closed = True
            for service in self._open.values():
                service.close()
