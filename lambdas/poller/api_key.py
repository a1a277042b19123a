"""A source's API key: an SSM SecureString, read when it is first needed and kept in memory."""

from __future__ import annotations

from threading import Lock

from lambdas.poller.sources import Reason, SourceError


class ApiKey:
    """The key that an SSM parameter holds; threads may share it.

    :param parameter: its name.
    """

    def __init__(self, parameter: str) -> None:
        self._parameter = parameter
        self._value: str | None = None
        self._lock = Lock()

    def read(self) -> str:
        """Give the key, from memory if it was read before.

        :raises SourceError: with the reason `no_key`, if SSM does not give it.
        """
        with self._lock:
            if self._value is None:
                self._value = self._fetch()
            return self._value

    def forget(self) -> None:
        """Read it anew next time: it was denied, so it may have been replaced."""
        with self._lock:
            self._value = None

    def _fetch(self) -> str:
        # Imported here: a poller without a key needs no SSM client. boto3 is loaded already.
        import boto3  # noqa: PLC0415
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        config = Config(
            connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2}
        )
        try:
            parameter = boto3.client("ssm", config=config).get_parameter(
                Name=self._parameter, WithDecryption=True
            )
        except ClientError as error:
            cause = error.response["Error"]["Code"]
        except BotoCoreError as error:
            cause = type(error).__name__
        else:
            key = parameter["Parameter"]["Value"].strip()
            if key.isascii() and key.isprintable():
                return key
            cause = "its value has characters that no key has"
        raise SourceError(Reason.NO_KEY, f"SSM parameter {self._parameter}: {cause}")
