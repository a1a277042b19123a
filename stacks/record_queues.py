"""The queues for records that the store did not take."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from aws_cdk import Acknowledgment, CfnDeletionPolicy, Duration, Validations
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

    CloudFormation names them: SQS does not give the name of a deleted queue away for a minute, in
    which whoever destroyed the stack could not deploy it again.

    :param key: what they are encrypted with; by default a key that SQS owns, at no charge.
    """

    longest_run: ClassVar[Duration] = Duration.minutes(1)
    """How long one run of who receives from the queue may take."""

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey | None) -> None:
        super().__init__(scope, construct_id)
        self._key = key
        self.dead_letters = self._queue("DeadLetters")
        Validations.of(self.dead_letters).acknowledge(
            Acknowledgment(
                id="Serverless-SQSRedrivePolicy",
                reason="It is the dead-letter queue: an operator empties it, told by an alarm.",
            )
        )
        self.queue = self._queue(
            "Queue",
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=MOST_RECEIVES
            ),
        )

    def _queue(
        self, construct_id: str, dead_letter_queue: sqs.DeadLetterQueue | None = None
    ) -> sqs.Queue:
        encryption = sqs.QueueEncryption.KMS if self._key else sqs.QueueEncryption.SQS_MANAGED
        queue = sqs.Queue(
            self,
            construct_id,
            encryption=encryption,
            encryption_master_key=self._key,
            enforce_ssl=True,
            retention_period=LONGEST_RETENTION,
            # A run that died returns what it received before the next one begins.
            visibility_timeout=Duration.minutes(2),
            dead_letter_queue=dead_letter_queue,
        )
        # One that an update replaces may hold records.
        options = cast("sqs.CfnQueue", queue.node.default_child).cfn_options
        options.update_replace_policy = CfnDeletionPolicy.RETAIN
        return queue

    def grant_send(self, grantee: iam.IGrantable) -> None:
        """Let `grantee` put records into both queues."""
        arns = [self.queue.queue_arn, self.dead_letters.queue_arn]
        self._grant(grantee, ["sqs:SendMessage"], arns)

    def grant_redrive(self, grantee: iam.IGrantable) -> None:
        """Let `grantee` take records from the queue, and put them into both."""
        self.grant_send(grantee)
        actions = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
        self._grant(grantee, actions, [self.queue.queue_arn])

    def _grant(self, grantee: iam.IGrantable, actions: list[str], arns: list[str]) -> None:
        iam.Grant.add_to_principal(grantee=grantee, actions=actions, resource_arns=arns)
        if self._key:
            self._key.grant(grantee, "kms:Decrypt", "kms:GenerateDataKey")
