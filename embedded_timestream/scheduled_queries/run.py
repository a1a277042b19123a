"""One run of a scheduled query: what it does, and how the API and the notification tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    Json = dict[str, Any]


class Run:
    """The figures of one run, as it goes on.

    :param query: the scheduled query, as DescribeScheduledQuery gives it.
    :param trigger: AUTO or MANUAL.
    :param invocation: the time for which it is made.
    :param started: when it is made, in nanoseconds since 1970.
    """

    def __init__(self, query: Json, invocation: datetime, trigger: str, started: int) -> None:
        self.query = query
        self.invocation = invocation
        self.trigger = trigger
        self.started = started
        self.rows = 0
        self.ingested = 0
        self.data_writes = 0  # bytes
        self.bytes_metered = 0
        self.bytes_scanned = 0
        self.rejected: dict[str, list[Json]] = {}  # the reported records by the reason
        self.failure: str | None = None
        self.report: Json | None = None

    def count_rejected(self) -> int:
        """Count the records that were rejected."""
        return sum(map(len, self.rejected.values()))

    def _status(self) -> str:
        return f"{self.trigger}_TRIGGER_{'SUCCESS' if self.failure is None else 'FAILURE'}"

    def summary(self, elapsed: int) -> Json:
        """Give the ScheduledQueryRunSummary of the API."""
        summary: Json = {
            "InvocationTime": self.invocation.timestamp(),
            "TriggerTime": self.started // 10**6 / 1000,
            "RunStatus": self._status(),
            "ExecutionStats": {
                "ExecutionTimeInMillis": elapsed,
                "DataWrites": self.data_writes,
                "BytesMetered": self.bytes_metered,
                "CumulativeBytesScanned": self.bytes_scanned,
                "RecordsIngested": self.ingested,
                "QueryResultRows": self.rows,
            },
        }
        if self.report is not None:
            summary["ErrorReportLocation"] = {"S3ReportLocation": self.report}
        if self.failure is not None:
            summary["FailureReason"] = self.failure
        return summary

    def message(self, elapsed: int) -> Json:
        """Give the notification of the run.

        https://docs.aws.amazon.com/timestream/latest/developerguide/scheduledqueries-notification.html
        """
        summary = self.summary(elapsed)
        told: Json = {
            "invocationEpochSecond": int(self.invocation.timestamp()),
            "triggerTimeMillis": self.started // 10**6,
            "runStatus": summary["RunStatus"],
            "executionStats": _lower(summary["ExecutionStats"]),
        }
        if self.report is not None:
            told["errorReportLocation"] = {"s3ReportLocation": _lower(self.report)}
        if self.failure is not None:
            told["failureReason"] = self.failure
        following = self.query["NextInvocationTime"]
        return {
            "type": summary["RunStatus"],
            "arn": self.query["Arn"],
            "nextInvocationEpochSecond": following and int(following),
            "scheduledQueryRunSummary": told,
        }


def _lower(members: Json) -> Json:
    return {name[0].lower() + name[1:]: value for name, value in members.items()}
