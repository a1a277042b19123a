"""The server: HTTP in, the protocol's answers out; a thread for each connection.

The standard library's server: it is there in an empty environment and starts at once, and what it
lacks (TLS, a limit on connections) is not wanted on a loopback address.
"""

from __future__ import annotations

import json
import re
import secrets
import sys
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING

from embedded_timestream import protocol
from embedded_timestream.errors import InternalServerException, SerializationException

if TYPE_CHECKING:
    from socket import socket

    from embedded_timestream.errors import TimestreamError
    from embedded_timestream.server.account import Account
    from embedded_timestream.service import Service

DEFAULT_REGION = "us-east-1"
"""Where a request that is not signed goes to."""

MOST_BYTES = 4 * 2**20
"""Of a request's body; a hundred records of the largest size are a fraction of it."""

# As in `Credential=AKIDEXAMPLE/20260105/eu-west-1/timestream/aws4_request`.
_SCOPE = re.compile(r"Credential=[^/,]+/\d{8}/([a-z0-9-]+)/")


class Server(ThreadingHTTPServer):
    """Serves an account's Timestream on an address.

    :param port: 0 takes a free one.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, account: Account) -> None:
        self.account = account
        super().__init__((host, port), _Handler)
        self.address = f"{host}:{self.server_port}"

    def server_bind(self) -> None:
        """Take the address, without the look-up of its name that HTTPServer makes."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: object) -> None:
        """Write what failed to standard error; a client that went away is no failure."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave in one packet
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Make a call."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            self.close_connection = True
            self._answer(413, _error(SerializationException()))
            return
        body = self.rfile.read(int(length))
        request = protocol.Request(
            self.headers.get("X-Amz-Target", ""),
            body,
            f"http://{self.headers.get('Host') or self.server.address}",
            self.headers.get("User-Agent", ""),
        )
        try:
            status, answer = protocol.answer(request, self._service)
        except Exception:  # noqa: BLE001 - a caller gets an answer whatever it is
            traceback.print_exc()
            status, answer = 500, _error(InternalServerException("See the server's output."))
        self._answer(status, answer)

    def do_GET(self) -> None:
        """Say what is here: whoever waits for the server to be up asks so."""
        self._answer(200, b'{"service":"embedded-timestream"}')

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing; what fails still reaches standard error."""

    def _service(self) -> Service:
        scope = _SCOPE.search(self.headers.get("Authorization", ""))
        return self.server.account.service(scope[1] if scope else DEFAULT_REGION)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", protocol.CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-amzn-RequestId", secrets.token_hex(16))
        self.end_headers()
        self.wfile.write(body)


def _error(error: TimestreamError) -> bytes:
    return json.dumps(error.members()).encode()
