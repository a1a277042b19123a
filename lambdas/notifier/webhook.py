"""Webhooks: a CloudEvent, signed, to an address of the internet and to no other.

No exception of urllib3 leaves this module: they quote URLs.
"""

from __future__ import annotations

import json
import time
from contextlib import closing
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from lambdas import USER_AGENT
from lambdas.header_timeout import HeaderTimeoutTlsPool
from lambdas.notifier.addresses import ForbiddenAddressError, public_address, resolve
from lambdas.notifier.events import CONTENT_TYPE
from lambdas.notifier.outcome import Outcome
from lambdas.notifier.signing import SecretError, key_of, signed
from lambdas.notifier.trust import trust
from lambdas.retry_after import seconds_of

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from urllib3.connectionpool import HTTPSConnectionPool

    from lambdas.notifier.addresses import Resolve
    from lambdas.notifier.outcome import Letter

HTTPS_PORT = 443
ANSWER_BYTES = 1024
"""So much of an answer is read, so that its connection ends in order; nobody looks at it."""


class Webhook:
    """One receiver.

    :param url: where it is, by https.
    :param secret: gives what the requests are signed with (see `signing`).
    :param resolve_name: gives a name's addresses.
    :param authorities: whose certificates are believed; by default, those of `trust`.
    """

    def __init__(
        self,
        url: str,
        secret: Callable[[], str],
        *,
        resolve_name: Resolve = resolve,
        authorities: ssl.SSLContext | None = None,
    ) -> None:
        self._url = urlsplit(url)
        self._secret = secret
        self._resolve = resolve_name
        self._authorities = authorities

    def send(self, letter: Letter, timeout: float) -> Outcome:
        """POST it once. A redirect is not followed: it counts as a failure."""
        body = json.dumps(letter.cloud_event, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            key = key_of(self._secret())
        except SecretError as error:
            return Outcome(delivered=False, said=str(error))
        signature = signed(key, letter.event.identity, int(time.time()), body)
        host, port = self._url.hostname or "", self._url.port or HTTPS_PORT
        try:
            address = public_address(host, port, self._resolve)
        except ForbiddenAddressError as error:
            return Outcome(delivered=False, said=f"refused: {error}")
        except (OSError, ValueError):
            return Outcome(delivered=False, said="its name has no address")
        # To the address that was looked at, by the name that its certificate must have.
        pool = HeaderTimeoutTlsPool(
            address,
            port,
            server_hostname=host,
            assert_hostname=host,
            ssl_context=self._authorities or trust(),
            timeout=Timeout(total=timeout),
        )
        headers = {
            "Host": host if port == HTTPS_PORT else f"{host}:{port}",
            "User-Agent": USER_AGENT,
            "Content-Type": CONTENT_TYPE,
            **signature,
        }
        with closing(pool):
            return self._post(pool, headers, body)

    def _post(self, pool: HTTPSConnectionPool, headers: Mapping[str, str], body: bytes) -> Outcome:
        path = (self._url.path or "/") + (f"?{self._url.query}" if self._url.query else "")
        try:
            response = pool.urlopen(
                "POST",
                path,
                body=body,
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
            )
            status = response.status
            patience = seconds_of(response.headers.get("Retry-After", ""))
            response.read1(ANSWER_BYTES)
        except (HTTPError, OSError, ValueError) as error:
            return Outcome(delivered=False, said=_in_our_words(error))
        return answered(status, patience)


def answered(status: int, patience: float) -> Outcome:
    """Read an HTTP status: only a success is one."""
    delivered = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    said = f"HTTP {status}"
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        said += ": redirects are not followed"
    return Outcome(delivered, said, patience)


def _in_our_words(error: Exception) -> str:
    names = {type(one).__name__ for one in (error, error.__cause__, *error.args) if one}
    if names & {"ConnectTimeoutError", "ReadTimeoutError", "TimeoutError"}:
        return "no answer in time"
    if names & {"SSLError", "SSLCertVerificationError", "CertificateError"}:
        return "its certificate cannot be verified"
    return "no connection"
