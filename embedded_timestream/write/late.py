"""Late records that the magnetic store rejects afterwards: the report on them, and their count.

A call that brings one is answered as if it was stored: of an update of the magnetic store whose
version is not above the one that is there, only a report in the table's bucket and a metric tell.
https://docs.aws.amazon.com/timestream/latest/developerguide/troubleshoot-rejectedrecords.html

The service says neither how long that takes nor what the report looks like. Here it is written
before the call is answered, in the form that the documentation gives the reports of scheduled
queries; its place is a guess.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from embedded_timestream.errors import ValidationException
from embedded_timestream.write import mapping

if TYPE_CHECKING:
    from datetime import datetime

    Json = dict[str, Any]

# https://docs.aws.amazon.com/timestream/latest/developerguide/metrics-dimensions.html
REJECTED = "MagneticStoreRejectedRecordCount"
UNREPORTED = "MagneticStoreRejectedUploadUserFailures"


class Surroundings(Protocol):
    """The buckets and the metrics of the account."""

    def put(self, bucket: str, key: str, body: bytes, kms_key: str | None = None) -> None:
        """Put an object into a bucket.

        :raises ValidationException: if there is no such bucket.
        """

    def count(self, metric: str, value: int, dimensions: dict[str, str], at: datetime) -> None:
        """Count something in a metric of AWS/Timestream."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """The records of one call that were rejected after it was answered.

    :param table: as DescribeTable describes it.
    :param request: of WriteRecords.
    :param reasons: why, by the record's place in the request.
    """

    table: Json
    request: Json
    reasons: dict[int, str]

    def report(self, to: Surroundings, at: datetime) -> None:
        """Write the report into the table's bucket, if it has one, and count the records."""
        dimensions = {
            "DatabaseName": self.table["DatabaseName"],
            "TableName": self.table["TableName"],
            "Operation": "WriteRecords",
        }
        to.count(REJECTED, len(self.reasons), dimensions, at)
        properties = self.table["MagneticStoreWriteProperties"]
        where = properties.get("MagneticStoreRejectedDataLocation", {}).get("S3Configuration", {})
        if "BucketName" not in where:
            return
        report = secrets.token_hex(16).upper()
        prefix = where.get("ObjectKeyPrefix", "").rstrip("/")
        place = f"{prefix}/{self.table['DatabaseName']}/{self.table['TableName']}"
        key = f"{place}/{at:%Y/%m/%d/%H/%M}/{report}.json".lstrip("/")
        body = json.dumps({"reportId": report, "errors": self._errors()}).encode()
        try:
            to.put(where["BucketName"], key, body, where.get("KmsKeyId"))
        except ValidationException:
            to.count(UNREPORTED, len(self.reasons), dimensions, at)

    def _errors(self) -> list[Json]:
        common = self.request.get("CommonAttributes") or {}
        errors: dict[str, list[Json]] = {}
        for index, reason in self.reasons.items():
            own = self.request["Records"][index]
            dimensions = [*common.get("Dimensions", ()), *(own.get("Dimensions") or ())]
            defaults = {"MeasureValueType": "DOUBLE", "TimeUnit": "MILLISECONDS", "Version": 1}
            record = {**defaults, **common, **own, "Dimensions": dimensions}
            errors.setdefault(reason, []).append(mapping.reported(record))
        return [{"reason": reason, "records": records} for reason, records in errors.items()]
