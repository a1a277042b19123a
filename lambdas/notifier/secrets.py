"""The targets' secrets: SSM SecureStrings, read when they are first needed and kept in memory."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ssm import SSMClient

KEPT_SECONDS = 300
"""So soon a replaced secret is used: a container may live for hours."""


class Secrets(Protocol):
    """Gives secrets by the names of their parameters."""

    def read(self, parameter: str) -> str:
        """Give one.

        :raises NoSecretError: if it cannot be read.
        """


class NoSecretError(Exception):
    """A secret cannot be read; the text says which parameter, and why."""


class SsmSecrets:
    """Those in SSM; threads may share it.

    :param client: where SSM is, when that is first needed.
    """

    def __init__(self, client: Callable[[], SSMClient]) -> None:
        self._client = client
        self._lock = Lock()
        self._kept: dict[str, tuple[float, str]] = {}

    def read(self, parameter: str) -> str:
        """Give one, from memory if it was read lately.

        :raises NoSecretError: if SSM does not give it.
        """
        with self._lock:
            read, value = self._kept.get(parameter, (0.0, None))
            if value is None or time.monotonic() - read > KEPT_SECONDS:
                value = self._fetch(parameter)
                self._kept[parameter] = time.monotonic(), value
            return value

    def _fetch(self, parameter: str) -> str:
        try:
            answer = self._client().get_parameter(Name=parameter, WithDecryption=True)
        except ClientError as error:
            cause = error.response["Error"]["Code"]
        except BotoCoreError as error:
            cause = type(error).__name__
        else:
            return answer["Parameter"]["Value"].strip()
        raise NoSecretError(f"SSM parameter {parameter}: {cause}")
