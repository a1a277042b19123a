"""The fuse: once a budget is spent, a role may not query the history any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_iam as iam
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_sns as sns


class Fuse(Construct):
    """A budget, and its action: when it has been spent, a role is denied its queries.

    It has a budget of its own, on the services that the role spends on: what else is spent in the
    account must not take anybody's reading away.

    It acts as late as the budget does, 8 to 12 hours, and stays blown until the action is reversed.
    It never touches the account's query pricing, nor who writes.

    :param monthly_usd: what these services may cost in a month, in US dollars.
    :param services: as Cost Explorer spells them.
    :param role: whose queries are denied.
    :param actions: what reading is, such as timestream:Select.
    :param topic: is told when it blows.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        monthly_usd: float,
        services: Sequence[str],
        role: iam.IRole,
        actions: Sequence[str],
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id)
        self.budget = budgets.CfnBudget(self, "Budget", budget=monthly(monthly_usd, services))
        denial = iam.ManagedPolicy(
            self,
            "Denial",
            description="Denies queries: the budget is spent",
            statements=[
                iam.PolicyStatement(
                    effect=iam.Effect.DENY,
                    actions=list(actions),
                    resources=["*"],
                )
            ],
        )
        Validations.of(denial).acknowledge(
            Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="It denies: whatever the role may read, it may not any more.",
            )
        )
        executor = self._executor(denial, role)
        action = budgets.CfnBudgetsAction(
            self,
            "Action",
            budget_name=self.budget.ref,
            notification_type="ACTUAL",
            action_threshold=budgets.CfnBudgetsAction.ActionThresholdProperty(
                type="PERCENTAGE", value=100
            ),
            action_type="APPLY_IAM_POLICY",
            approval_model="AUTOMATIC",
            definition=budgets.CfnBudgetsAction.DefinitionProperty(
                iam_action_definition=budgets.CfnBudgetsAction.IamActionDefinitionProperty(
                    policy_arn=denial.managed_policy_arn, roles=[role.role_name]
                )
            ),
            execution_role_arn=executor.role_arn,
            subscribers=[
                budgets.CfnBudgetsAction.SubscriberProperty(type="SNS", address=topic.topic_arn)
            ],
        )
        # Their policies must be there first: AWS Budgets checks what it may do.
        action.node.add_dependency(topic, executor)

    def _executor(self, denial: iam.ManagedPolicy, role: iam.IRole) -> iam.Role:
        """Make the role in which AWS Budgets attaches the denial, and nothing else, to `role`."""
        executor = iam.Role(
            self,
            "Role",
            description="Blows the fuse: attaches the denial to the reader role",
            # https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-action-role.html
            assumed_by=iam.ServicePrincipal("budgets.amazonaws.com").with_conditions(
                {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
            ),
        )
        executor.add_to_policy(
            iam.PolicyStatement(
                actions=["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
                resources=[role.role_arn],
                conditions={"ArnEquals": {"iam:PolicyARN": denial.managed_policy_arn}},
            )
        )
        return executor


def monthly(usd: float, services: Sequence[str]) -> budgets.CfnBudget.BudgetDataProperty:
    """Describe a month's budget; without services it counts the whole account."""
    return budgets.CfnBudget.BudgetDataProperty(
        # Without a name of its own: other thresholds make a new budget, which would find the name
        # taken (https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/365).
        budget_type="COST",
        time_unit="MONTHLY",
        budget_limit=budgets.CfnBudget.SpendProperty(amount=usd, unit="USD"),
        cost_filters={"Service": list(services)} if services else None,
    )
