"""The queues for records that Timestream did not take."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
LONGEST_RETENTION = Duration.days(14)
MOST_RECEIVES = 1000


class RecordQueues(Construct):
    """A queue, from which records are tried again, and a dead-letter queue for what is given up.

    The redriver gives records up by itself. What it cannot even read, SQS takes from it after the
    most tries that it counts: at one every 5 minutes, after 3.5 days. A message that SQS moved is
    kept for 14 days from when it was first queued, not from when it was moved
    (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html).

    :param deployment: the deployment's name, the prefix of the queues'.
    :param key: what they are encrypted with; by default a key that SQS owns, at no charge.
    """

    longest_run: ClassVar[Duration] = Duration.minutes(1)
    """How long one run of who receives from the queue may take."""

    def __init__(
        self, scope: Construct, construct_id: str, *, deployment: str, key: kms.IKey | None
    ) -> None:
        super().__init__(scope, construct_id)
        self._key = key
        self.dead_letters = self._queue("DeadLetters", f"{deployment}-dead-letters")
        Validations.of(self.dead_letters).acknowledge(
            Acknowledgment(
                id="Serverless-SQSRedrivePolicy",
                reason="It is the dead-letter queue: an operator empties it, told by an alarm.",
            )
        )
        self.queue = self._queue(
            "Queue",
            f"{deployment}-queue",
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=MOST_RECEIVES
            ),
        )

    def _queue(
        self, construct_id: str, name: str, dead_letter_queue: sqs.DeadLetterQueue | None = None
    ) -> sqs.Queue:
        encryption = sqs.QueueEncryption.KMS if self._key else sqs.QueueEncryption.SQS_MANAGED
        return sqs.Queue(
            self,
            construct_id,
            queue_name=name,
            encryption=encryption,
            encryption_master_key=self._key,
            enforce_ssl=True,
            retention_period=LONGEST_RETENTION,
            # A run that died returns what it received before the next one begins.
            visibility_timeout=Duration.minutes(2),
            dead_letter_queue=dead_letter_queue,
        )

    def grant_send(self, grantee: iam.IGrantable) -> None:
        """Let `grantee` put records into both queues."""
        arns = [self.queue.queue_arn, self.dead_letters.queue_arn]
        self._grant(grantee, ["sqs:SendMessage"], arns)

    def grant_redrive(self, grantee: iam.IGrantable) -> None:
        """Let `grantee` take records from the queue, and put them into both."""
        self.grant_send(grantee)
        self._grant(grantee, ["sqs:DeleteMessage", "sqs:ReceiveMessage"], [self.queue.queue_arn])

    def _grant(self, grantee: iam.IGrantable, actions: list[str], arns: list[str]) -> None:
        iam.Grant.add_to_principal(grantee=grantee, actions=actions, resource_arns=arns)
        if self._key:
            self._key.grant(grantee, "kms:Decrypt", "kms:GenerateDataKey")
