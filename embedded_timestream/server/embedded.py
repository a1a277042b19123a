"""Timestream in this process, on a port of its own: what programs and tests start.

with EmbeddedTimestream() as timestream:
    timestream.write.create_database(DatabaseName="bridges")
    timestream.query.query(QueryString="SHOW DATABASES")
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

from embedded_timestream.clock import SettableClock
from embedded_timestream.server.account import Account
from embedded_timestream.server.clients import Clients
from embedded_timestream.server.http import DEFAULT_REGION, Server
from embedded_timestream.server.surroundings import Surroundings

if TYPE_CHECKING:
    from embedded_timestream.server.surroundings import Buckets, Topics
    from embedded_timestream.service import Service

POLL_SECONDS = 0.02
"""How long a stop takes to be noticed."""


class EmbeddedTimestream:
    """Timestream on a port; a context manager.

    :param host: the address to serve on; whoever reaches it may do everything.
    :param port: 0 takes a free one.
    :param data: a directory that keeps what is written; without it, memory does until the end.
    :param fsync: whether that outlives the computer's power too: each write waits for the disk.
    :param buckets: where UNLOAD and reports go to; `folder` without them.
    :param topics: where scheduled queries tell how they went; `folder` without them.
    """

    def __init__(  # noqa: PLR0913 - where, and what is around it
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        data: Path | None = None,
        fsync: bool = False,
        buckets: Buckets | None = None,
        topics: Topics | None = None,
    ) -> None:
        self.clock = SettableClock()
        """The time of everything in it: the computer's, until it is set."""
        self._temporary = None if data else tempfile.TemporaryDirectory(prefix="timestream-")
        self.folder = data or Path(self._temporary.name if self._temporary else "")
        """Where buckets and topics are, unless others keep them (`server/surroundings.py`)."""
        surroundings = Surroundings(self.folder, buckets, topics)
        self._account = Account(self.clock, data, surroundings, fsync=fsync)
        self._server = Server(host, port, self._account)
        self.endpoint = f"http://{self._server.address}"
        self._clients = Clients(self.endpoint)

    def __enter__(self) -> Self:
        """Begin to serve.

        :raises OSError: if another process has the directory open.
        """
        with ExitStack() as stack:
            if self._temporary:
                stack.callback(self._temporary.cleanup)
            stack.callback(self._server.server_close)
            stack.callback(self._account.close)
            self._account.open_kept()
            thread = Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(self._server.shutdown)
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._clients.close()
        self._open.close()

    @property
    def write(self) -> Any:  # noqa: ANN401 - made at run time
        """A boto3 client of timestream-write."""
        return self.client("timestream-write")

    @property
    def query(self) -> Any:  # noqa: ANN401 - made at run time
        """A boto3 client of timestream-query."""
        return self.client("timestream-query")

    def client(self, service: str, region: str = DEFAULT_REGION) -> Any:  # noqa: ANN401 - made at run time
        """Give a boto3 client of one of the two APIs, whatever the environment says."""
        return self._clients.client(service, region)

    def environment(self) -> dict[str, str]:
        """Give the variables with which any AWS SDK finds this Timestream, and it alone."""
        return {
            "AWS_ENDPOINT_URL_TIMESTREAM_WRITE": self.endpoint,
            "AWS_ENDPOINT_URL_TIMESTREAM_QUERY": self.endpoint,
            "AWS_ACCESS_KEY_ID": "embedded",
            "AWS_SECRET_ACCESS_KEY": "embedded",
            "AWS_REGION": DEFAULT_REGION,
            "AWS_DEFAULT_REGION": DEFAULT_REGION,
        }

    def service(self, region: str = DEFAULT_REGION) -> Service:
        """Give a region's service, to call without HTTP: `service().call("Query", {...})`."""
        return self._account.service(region)

    def empty_first_pages(self, on: bool = True) -> None:  # noqa: FBT001, FBT002 - a switch
        """Let each query's first page have no rows, but a NextToken, as the service's often has.

        A client that stops there reads nothing.
        """
        self._account.empty_first_pages = on

    def run_scheduled_queries(self) -> int:
        """Make the runs of scheduled queries that are due, as the server does by itself.

        :returns: how many there were.
        """
        return self._account.run_due()

    def reset(self) -> None:
        """Forget everything: records, tables, settings, files, and the time that was set."""
        self.clock.release()
        self._account.reset()
        for name in ("buckets", "topics"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
