"""What becomes of a late record that the magnetic store rejects after its call was answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from embedded_timestream.errors import ValidationException
from embedded_timestream.write.store import Store
from tests.embedded_timestream.writing import HOUR, NOON_NS, WHERE, Given, dimensions, record

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

LATE = NOON_NS - 2 * HOUR
TABLE = {
    "RetentionProperties": {
        "MemoryStoreRetentionPeriodInHours": 1,
        "MagneticStoreRetentionPeriodInDays": 30,
    },
    "MagneticStoreWriteProperties": {
        "EnableMagneticStoreWrites": True,
        "MagneticStoreRejectedDataLocation": {
            "S3Configuration": {
                "BucketName": "rejected",
                "ObjectKeyPrefix": "late/",
                "EncryptionOption": "SSE_KMS",
                "KmsKeyId": "key",
            }
        },
    },
}
REJECTED, UNREPORTED = "MagneticStoreRejectedRecordCount", "MagneticStoreRejectedUploadUserFailures"


class Account:
    """Buckets and metrics that keep what they are told."""

    def __init__(self, bucket: str = "rejected") -> None:
        self.bucket = bucket
        self.objects: dict[str, Any] = {}
        self.keys: list[str | None] = []
        self.counted: list[tuple[str, int, dict[str, str]]] = []

    def put(self, bucket: str, key: str, body: bytes, kms_key: str | None = None) -> None:
        if bucket != self.bucket:
            raise ValidationException(f"The bucket {bucket} does not exist.")
        self.objects[key] = json.loads(body)
        self.keys.append(kms_key)

    def count(self, metric: str, value: int, dimensions: dict[str, str], _: datetime) -> None:
        self.counted.append((metric, value, dimensions))


def opened(account: Account, data: Path | None = None, **table: Any) -> Given:  # noqa: ANN401 - JSON
    given = Given(data, surroundings=account, **{**TABLE, **table})
    given.write(record("Open", at=LATE, Version=5))
    return given


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        (4, "The record version 4 is lower than the existing version 5."),
        (5, "A record already exists with the same time, dimensions, measure name"),
    ],
    ids=["lower", "equal"],
)
def test_a_late_record_whose_version_is_not_higher_is_rejected_after_the_answer(
    account: Account, version: int, reason: str
) -> None:
    given = opened(account)

    ingested = given.write(record("Closed", at=LATE, Version=version), record(at=NOON_NS))

    assert ingested == {"Total": 2, "MemoryStore": 1, "MagneticStore": 1}
    assert [row[-1] for row in given.rows()] == ["Open", "Open"]
    ((key, report),) = account.objects.items()
    assert key == f"late/bridges/status/2026/01/05/12/00/{report['reportId']}.json"
    assert account.keys == ["key"]
    (error,) = report["errors"]
    assert error["reason"].startswith(reason)
    (told,) = error["records"]
    assert (told["measureName"], told["measureValue"]) == ("Hisingsbron", "Closed")
    assert (told["time"], told["timeUnit"], told["version"]) == (str(LATE), "NANOSECONDS", version)
    assert account.counted == [(REJECTED, 1, {**WHERE, "Operation": "WriteRecords"})]
    given.store.close()


def test_the_report_tells_what_records_had_in_common(account: Account) -> None:
    given = opened(account)
    own = {"MeasureName": "Hisingsbron", "Time": str(LATE // 10**6), "MeasureValue": "1"}
    common = {"Dimensions": dimensions(station="1"), "MeasureValueType": "VARCHAR"}

    given.write(own, **common)

    (report,) = account.objects.values()
    ((told,),) = [error["records"] for error in report["errors"]]
    assert [pair["value"] for pair in told["dimensions"]] == ["1"]
    assert (told["timeUnit"], told["version"], told["measureValueType"]) == (
        "MILLISECONDS", 1, "VARCHAR",
    )  # fmt: skip
    given.store.close()


def test_what_is_not_late_or_not_about_versions_is_rejected_at_once(account: Account) -> None:
    given = opened(account)
    given.write(record("Open", at=NOON_NS, Version=5))

    rejected = given.rejected(
        record("Closed", at=NOON_NS),
        record("1", "BIGINT", at=LATE + 1),
        record("Closed", at=LATE),
    )

    assert [one["RecordIndex"] for one in rejected] == [0, 1]
    assert account.counted == [(REJECTED, 1, {**WHERE, "Operation": "WriteRecords"})]
    given.store.close()


def test_a_late_record_that_is_there_already_is_no_rejection(account: Account) -> None:
    given = opened(account)

    given.write(record("Open", at=LATE, Version=5))

    assert account.counted == []
    given.store.close()


@pytest.mark.parametrize("bucket", ["rejected", "another"])
def test_a_report_that_cannot_be_written_is_counted(bucket: str) -> None:
    account = Account(bucket)
    given = opened(account)

    given.write(record("Closed", at=LATE))

    metrics = [REJECTED] if bucket == "rejected" else [REJECTED, UNREPORTED]
    assert [metric for metric, _, _ in account.counted] == metrics
    given.store.close()


def test_a_table_without_a_place_for_reports_gets_none(account: Account) -> None:
    given = opened(account, MagneticStoreWriteProperties={"EnableMagneticStoreWrites": True})

    given.write(record("Closed", at=LATE))

    assert account.objects == {}
    assert [metric for metric, _, _ in account.counted] == [REJECTED]
    given.store.close()


def test_a_rejection_is_reported_once_though_its_call_is_made_again(
    account: Account, tmp_path: Path
) -> None:
    given = opened(account, tmp_path / "data")
    given.write(record("Closed", at=LATE))
    (tmp_path / "killed").mkdir()
    for file in (tmp_path / "data").iterdir():
        (tmp_path / "killed" / file.name).write_bytes(file.read_bytes())

    Store(given.clock, tmp_path / "killed", surroundings=account).close()

    assert len(account.counted) == 1
    given.store.close()
