"""Clients of a cloud that runs in this process."""

from __future__ import annotations

from threading import Lock
from typing import Any


class Clients:
    """boto3's clients of one endpoint, whatever the environment says; made once each.

    :param endpoint: its URL. Any key is right there.
    """

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._made: dict[tuple[str, str], Any] = {}
        self._making = Lock()

    def client(self, service: str, region: str) -> Any:  # noqa: ANN401 - made at run time
        """Give the client of a service in a region. It does not try again what failed."""
        import boto3  # noqa: PLC0415 - servers do without
        from botocore.config import Config  # noqa: PLC0415

        with self._making:  # boto3 makes one client at a time
            if (service, region) not in self._made:
                self._made[service, region] = boto3.client(  # type: ignore[call-overload] # any name
                    service,
                    region_name=region,
                    endpoint_url=self._endpoint,
                    aws_access_key_id="embedded",
                    aws_secret_access_key="embedded",  # noqa: S106
                    config=Config(retries={"total_max_attempts": 1}),
                )
            return self._made[service, region]

    def close(self) -> None:
        """Close their connections."""
        for client in self._made.values():
            client.close()
