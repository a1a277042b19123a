"""The rule for every error on a record's way into the table: one table.

docs/operations.md shows it; the store's errors say its `operator`, and the redriver gives up what
is `final`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of a record when something fails.

    :param error: what happened.
    :param operator: what the operator does about it.
    :param retried: who tries again.
    :param kept: where the record is meanwhile.
    :param alarm: which alarm rings, without the deployment's name before it.
    :param codes: the names that AWS, or its SDK, has for the error.
    :param final: whether sending the same record again fails again.
    """

    error: str
    operator: str
    retried: str
    kept: str
    alarm: str
    codes: tuple[str, ...] = ()
    final: bool = False

    def error_of(self, service: str) -> str:
        """Say what happened, with the service that the store is in."""
        return re.sub("[Tt]he store", service, self.error)


_REDRIVER = "the redriver, every 5 minutes for 3 days"
_SDK_AND_REDRIVER = "the SDK, once and at once; then the redriver, every 5 minutes for 3 days"
_DEAD_LETTERS = "the dead-letter queue, for 14 days"

RULES = (
    Rule(
        "The store is throttling or has an internal error",
        "wait a minute",
        _SDK_AND_REDRIVER,
        "the queue",
        "queue-age, if it lasts",
        codes=(
            "ThrottlingException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "InternalServerException",
            "InternalServerError",
            "ServiceUnavailable",
        ),
    ),
    Rule(
        "The store cannot be reached",
        "wait a minute; if it lasts, look at https://health.aws.amazon.com",
        _SDK_AND_REDRIVER,
        "the queue",
        "queue-age, if it lasts",
        codes=(
            "ConnectTimeoutError",
            "ConnectionClosedError",
            "EndpointConnectionError",
            "ReadTimeoutError",
        ),
    ),
    Rule(
        "AWS denies access to the store",
        "give this identity timestream:DescribeEndpoints on * and timestream:WriteRecords (to "
        "write) or timestream:Select (to read) on the table; for DynamoDB, dynamodb:PutItem (to "
        "write) or dynamodb:Query (to read; to move, dynamodb:Scan too)",
        _REDRIVER,
        "the queue",
        "queue-age",
        codes=("AccessDeniedException",),
    ),
    Rule(
        "The store has no such table in this region",
        "deploy the storage stack, or name the table with --table and --database",
        _REDRIVER,
        "the queue",
        "queue-age",
        codes=("ResourceNotFoundException",),
    ),
    Rule(
        "AWS does not know these credentials",
        "check the profile",
        _REDRIVER,
        "the queue",
        "queue-age",
        codes=("UnrecognizedClientException", "InvalidClientTokenId"),
    ),
    Rule(
        "AWS refuses the signature",
        "check the secret key and the clock",
        _REDRIVER,
        "the queue",
        "queue-age",
        codes=("InvalidSignatureException",),
    ),
    Rule(
        "The AWS credentials have expired",
        "sign in again",
        _REDRIVER,
        "the queue",
        "queue-age",
        codes=("ExpiredTokenException",),
    ),
    Rule(
        "The store calls the request invalid",
        "read what it says about it, deploy what fixes it, then `redrive --return`",
        "the redriver, in ever smaller parts, until it knows which record it is",
        "the queue; then, what is invalid alone, " + _DEAD_LETTERS,
        "dead-letters",
        codes=("ValidationException",),
        final=True,
    ),
    Rule(
        "The store rejects a record",
        "read its reason with `redrive`; `redrive --return` once it is fixed, or `redrive "
        "--export FILE --delete`",
        "nobody: it would be rejected again",
        _DEAD_LETTERS,
        "dead-letters",
        codes=("RejectedRecordsException",),
        final=True,
    ),
    Rule(
        "The store rejects a record because it has it already, or a newer version of it",
        "nothing",
        "nobody",
        "the table",
        "none",
    ),
    Rule(
        "The store has taken none of a message's records for 3 days",
        "fix what its reason says, then `redrive --return`",
        "nobody",
        _DEAD_LETTERS,
        "dead-letters",
    ),
    Rule(
        "A message is not bridgewatch's, or of a newer version",
        "deploy the version that wrote it; if it is from elsewhere, delete it in the console",
        "the redriver, every 5 minutes, 1000 times",
        "the queue; then " + _DEAD_LETTERS,
        "queue-age; then dead-letters",
    ),
    Rule(
        "The poller can neither write nor queue a record",
        "take the lines with `only in this log` from the poller's log, and import them with "
        "`backfill`",
        "nobody",
        "the poller's log",
        "unkept-records",
    ),
    Rule(
        "The redriver cannot reach a queue",
        "read its log; if it lasts, look at https://health.aws.amazon.com",
        _REDRIVER,
        "the queue",
        "queue-age, if it lasts",
    ),
    Rule(
        "Timestream's magnetic store rejects a late record afterwards",
        "read the report in the bucket of rejected data, and correct the record",
        "nobody",
        "the bucket of rejected data",
        "rejected-records",
    ),
    Rule(
        "The poller crashes or runs out of time in a poll",
        "read its log",
        "the next poll, with what it sees then",
        "nowhere: a poll that neither wrote nor queued counts as not made",
        "poller-errors, if it lasts",
    ),
    Rule(
        "A source gives no observation",
        "see the reasons below",
        "the poll, as often as the source's `attempts`; then the next poll",
        "nowhere: nothing is guessed, and readers see a gap",
        "heartbeat, if it lasts",
    ),
    Rule(
        "The poller does not run",
        "enable its schedule (`make resume`)",
        "the schedule, every minute",
        "nowhere: readers see a gap",
        "heartbeat",
    ),
)

_BY_CODE = {code: rule for rule in RULES for code in rule.codes}


def rule_of(code: str) -> Rule | None:
    """Find the rule for an error by AWS's name for it; None if it has none of its own.

    A record that fails with such an error is queued, and tried again for 3 days.
    """
    return _BY_CODE.get(code)


def is_final(code: str) -> bool:
    """Say whether sending the same record again fails again."""
    return code in _BY_CODE and _BY_CODE[code].final
