"""The stack that shouts before it costs money: a monthly budget and the topic that it writes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, ArnFormat, CfnOutput, Stack, Validations
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions

from stacks.fuse import Fuse, monthly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class Fused:
    """A reader whose queries a fuse denies.

    :param role: the reader.
    :param actions: what reading is, such as timestream:Select.
    :param service: the service that it reads from, as Cost Explorer spells it.
    :param monthly_usd: what that service may cost in a month, in US dollars.
    """

    role: iam.IRole
    actions: Sequence[str]
    service: str
    monthly_usd: float


class CostAlarmStack(Stack):
    """A monthly budget, and the topic for its messages and for alarms.

    AWS updates a budget up to three times a day: it is a late alarm, not a cap
    (https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html).

    It is not restricted by tag: that works only once the payer account has activated the tag.

    :param deployment: the deployment's name, the prefix of the names in here.
    :param monthly_usd: what a month may cost, in US dollars.
    :param actual_percent: shares of it, once spent, that send a message.
    :param forecast_percent: shares of it, once forecast for the month's end, that send a message.
    :param services: the services whose cost counts, as Cost Explorer spells them; none means the
        whole account, the only choice that no misspelling can silence.
    :param email: who gets the budget's messages as well as the topic; nobody by default.
    :param topic_email: who is subscribed to the topic; nobody by default.
    :param fused: whose queries are denied once their own budget is spent, if there is anybody. It
        counts one service: what else is spent in the account must not take anybody's reading away.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: str,
        monthly_usd: float,
        actual_percent: Sequence[int],
        forecast_percent: Sequence[int],
        services: Sequence[str] = (),
        email: str | None = None,
        topic_email: str | None = None,
        fused: Fused | None = None,
    ) -> None:
        super().__init__(scope, construct_id, description="bridgewatch: the cost alarm")
        self.topic = self._topic(f"{deployment}-alarms")
        if topic_email is not None:
            self._subscribe(topic_email)
        subscribers = [_subscriber("SNS", self.topic.topic_arn)]
        if email is not None:
            subscribers.append(_subscriber("EMAIL", email))
        thresholds = [("ACTUAL", percent) for percent in actual_percent]
        thresholds += [("FORECASTED", percent) for percent in forecast_percent]
        budget = budgets.CfnBudget(
            self,
            "Budget",
            budget=monthly(monthly_usd, services),
            notifications_with_subscribers=[
                _notification(kind, percent, subscribers) for kind, percent in thresholds
            ],
        )
        # Its policy must be there first: AWS Budgets checks that it may publish.
        budget.node.add_dependency(self.topic)
        if fused is not None:
            self._fuse(fused)
        CfnOutput(self, "AlarmTopicArn", value=self.topic.topic_arn)
        CfnOutput(self, "BudgetName", value=budget.ref)

    def _fuse(self, fused: Fused) -> None:
        fuse = Fuse(
            self,
            "Fuse",
            monthly_usd=fused.monthly_usd,
            services=[fused.service],
            role=fused.role,
            actions=fused.actions,
            topic=self.topic,
        )
        CfnOutput(self, "FuseBudgetName", value=fuse.budget.ref)

    def _subscribe(self, email: str) -> None:
        subscription = self.topic.add_subscription(subscriptions.EmailSubscription(email))
        Validations.of(subscription).acknowledge(
            Acknowledgment(
                id="Serverless-SNSRedrivePolicy",
                reason="SNS repeats e-mail for hours by itself, and an alarm's state stays to be "
                "seen in CloudWatch: nobody would read a queue of old messages.",
            )
        )

    def _topic(self, name: str) -> sns.Topic:
        # Not encrypted with `alias/aws/sns`: that key's policy keeps AWS Budgets out
        # (https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html).
        topic = sns.Topic(self, "Topic", topic_name=name, enforce_ssl=True)
        self._let_publish(topic, "budgets", region="")
        self._let_publish(topic, "cloudwatch", region=self.region)
        return topic

    def _let_publish(self, topic: sns.Topic, service: str, *, region: str) -> None:
        """Let a service of AWS's publish what resources of this account have to say."""
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid=f"{service.capitalize()}MayPublish",
                principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={
                    "StringEquals": {"aws:SourceAccount": self.account},
                    "ArnLike": {
                        "aws:SourceArn": self.format_arn(
                            service=service,
                            region=region,
                            resource="*",
                            arn_format=ArnFormat.NO_RESOURCE_NAME,
                        )
                    },
                },
            )
        )


def _subscriber(subscription_type: str, address: str) -> budgets.CfnBudget.SubscriberProperty:
    return budgets.CfnBudget.SubscriberProperty(
        subscription_type=subscription_type, address=address
    )


def _notification(
    kind: str, percent: int, subscribers: Sequence[budgets.CfnBudget.SubscriberProperty]
) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
    return budgets.CfnBudget.NotificationWithSubscribersProperty(
        notification=budgets.CfnBudget.NotificationProperty(
            notification_type=kind,
            comparison_operator="GREATER_THAN",
            threshold=percent,
            threshold_type="PERCENTAGE",
        ),
        subscribers=list(subscribers),
    )
