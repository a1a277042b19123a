"""Servers of the internet that functions reach on this computer, by their names.

What is deployed refuses addresses that are not of the internet, and certificates of nobody known.
So the names lead to public addresses, which lead here; and the functions trust who signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Internet:
    """What functions reach besides the cloud.

    :param ports: the port on the loopback address, by the server's name.
    :param authorities: a file of the certificates, in PEM, of who signed those servers'.
    """

    ports: Mapping[str, int]
    authorities: Path

    def addresses(self) -> dict[str, tuple[str, int]]:
        """Give a public address and the port that it leads to, by name."""
        return {
            name: (f"93.184.{number // 250}.{number % 250 + 1}", port)
            for number, (name, port) in enumerate(self.ports.items())
        }

    def variables(self) -> dict[str, str]:
        """Give the environment variables that make OpenSSL trust them, as it does anywhere."""
        return {"SSL_CERT_FILE": str(self.authorities)}
