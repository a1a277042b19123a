"""The account's query settings: how queries are priced, and how many TCUs they may use.

https://docs.aws.amazon.com/timestream/latest/developerguide/API_query_UpdateAccountSettings.html
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from embedded_timestream import files
from embedded_timestream.errors import ValidationException

if TYPE_CHECKING:
    from pathlib import Path

    Json = dict[str, Any]

_TCUS = range(4, 1001, 4)
_TCUS_DEFAULT = 200


@dataclass
class _Settings:
    pricing: str = "BYTES_SCANNED"
    max_tcu: int | None = None


class AccountSettings:
    """Reads and changes the settings.

    :param saved: the file that keeps them; without it, memory does.
    """

    def __init__(self, saved: Path | None) -> None:
        self._saved = saved
        self._settings = _Settings()
        if saved is not None and saved.exists():
            self._settings = _Settings(**json.loads(saved.read_text(encoding="utf-8")))

    def describe(self) -> Json:
        """Give the settings."""
        described: Json = {"QueryPricingModel": self._settings.pricing}
        if self._settings.max_tcu is not None:
            described["MaxQueryTCU"] = self._settings.max_tcu
        return described

    def update(self, request: Json) -> Json:
        """Change the settings; any change moves the account to TCUs, and never back.

        :raises ValidationException: if the request asks for what there is not.
        """
        most, model = request.get("MaxQueryTCU"), request.get("QueryPricingModel")
        if most is not None and most not in _TCUS:
            raise ValidationException("MaxQueryTCU must be a multiple of 4 from 4 to 1000.")
        if model == "BYTES_SCANNED" and self._settings.pricing != model:
            raise ValidationException(
                "An account that uses TCUs cannot go back to pricing by bytes scanned."
            )
        if request.get("QueryCompute"):
            raise ValidationException("QueryCompute is not supported by this embedded Timestream")
        if most is not None or model == "COMPUTE_UNITS":
            self._settings.pricing = "COMPUTE_UNITS"
            self._settings.max_tcu = most or self._settings.max_tcu or _TCUS_DEFAULT
            if self._saved is not None:
                files.replace(self._saved, json.dumps(asdict(self._settings)))
        return self.describe()
