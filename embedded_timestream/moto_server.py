"""Answers Timestream's requests to moto's server before moto looks whose they are.

moto takes longer over that than this Timestream over its answer. What only moto can do, it does:
requests that name no region, come from browsers, are to be authorized or recorded.
"""

from __future__ import annotations

import os
import re
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto import settings
from moto.iam.models import get_account_id_from

from embedded_timestream import protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from embedded_timestream.service import Service

    Environment = dict[str, Any]
    Application = Callable[[Any, Environment, Any], Iterable[bytes]]

_TARGET = "Timestream_20181101."
_NEVER = float("inf")
_SCOPE = re.compile(r"Credential=([^/,]+)/\d{8}/([a-z0-9-]+)/")


def shortened(application: Application, service: Callable[[str, str], Service]) -> Application:
    """Give what answers as moto's server does, but Timestream's requests by itself.

    :param application: what moto's server answers with.
    :param service: gives the service of an account and region.
    """

    def answer(
        self: object, environ: Environment, start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        length = environ.get("CONTENT_LENGTH") or ""
        if (
            not environ.get("HTTP_X_AMZ_TARGET", "").startswith(_TARGET)
            or scope is None
            or not length.isdecimal()
            or "HTTP_ORIGIN" in environ
            or settings.INITIAL_NO_AUTH_ACTION_COUNT < _NEVER
            or "MOTO_ENABLE_RECORDING" in os.environ
        ):
            return application(self, environ, start_response)
        account = environ.get("HTTP_X_MOTO_ACCOUNT_ID") or os.environ.get("MOTO_ACCOUNT_ID")
        request = protocol.Request(
            environ["HTTP_X_AMZ_TARGET"],
            environ["wsgi.input"].read(int(length)),
            f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}",
            environ.get("HTTP_USER_AGENT", ""),
        )
        status, body = protocol.answer(
            request, lambda: service(account or get_account_id_from(scope[1]), scope[2])
        )
        headers = [
            ("Content-Type", protocol.CONTENT_TYPE),
            ("Content-Length", str(len(body))),
            ("x-amzn-RequestId", secrets.token_hex(16)),
        ]
        start_response(f"{status} {_phrase(status)}", headers)
        return [body]

    return answer


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # 419 is Timestream's own
        return "Rejected"
