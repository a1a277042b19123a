"""Budgets, and what is done when one is spent."""

from __future__ import annotations

from local.services.cloudformation.resource import Properties, Resource, without


class Budget(Resource):
    """A budget with its notifications; Ref is its name."""

    TYPE = "AWS::Budgets::Budget"

    def __init__(self, name: str, properties: Properties, account: str, region: str) -> None:
        super().__init__(name, properties, account, region)
        self.name = properties["Budget"].get("BudgetName") or name

    def create(self) -> None:
        """Call CreateBudget."""
        limit = dict(self.properties["Budget"].get("BudgetLimit", {}))
        if limit:  # a template writes the amount as a number, the API as a string
            limit["Amount"] = str(limit["Amount"])
        budget = {**self.properties["Budget"], "BudgetName": self.name, "BudgetLimit": limit}
        self.client("budgets").create_budget(
            AccountId=self.account,
            Budget={key: value for key, value in budget.items() if value},
            NotificationsWithSubscribers=self.properties.get("NotificationsWithSubscribers", []),
        )

    def update(self, before: Properties) -> None:
        """Replace it: CloudFormation replaces notifications in the same way."""
        named_before = before["Budget"].get("BudgetName") or self.name
        self.client("budgets").delete_budget(AccountId=self.account, BudgetName=named_before)
        self.name = self.properties["Budget"].get("BudgetName") or self.name
        self.create()

    def remove(self) -> None:
        """Call DeleteBudget."""
        self.client("budgets").delete_budget(AccountId=self.account, BudgetName=self.name)


class BudgetsAction(Resource):
    """An action of a budget; Ref is its identifier."""

    TYPE = "AWS::Budgets::BudgetsAction"
    REPLACED_BY = ("ActionType", "BudgetName")
    ATTRIBUTES = ("ActionId",)

    def create(self) -> None:
        """Call CreateBudgetAction."""
        settings = without(self._settings(), "ResourceTags")
        answer = self.client("budgets").create_budget_action(
            **settings, ResourceTags=self.properties.get("ResourceTags", [])
        )
        self.name = answer["ActionId"]

    def update(self, before: Properties) -> None:  # noqa: ARG002 - UpdateBudgetAction sets everything
        """Call UpdateBudgetAction."""
        settings = without(self._settings(), "ResourceTags", "ActionType")
        self.client("budgets").update_budget_action(**settings, ActionId=self.name)

    def _settings(self) -> Properties:
        threshold = self.properties["ActionThreshold"]
        return {
            **self.properties,
            "AccountId": self.account,
            # A template spells these otherwise than the API.
            "ActionThreshold": {
                "ActionThresholdType": threshold["Type"],
                "ActionThresholdValue": threshold["Value"],
            },
            "Subscribers": [
                {"SubscriptionType": one["Type"], "Address": one["Address"]}
                for one in self.properties["Subscribers"]
            ],
        }

    def remove(self) -> None:
        """Call DeleteBudgetAction."""
        self.client("budgets").delete_budget_action(
            AccountId=self.account, BudgetName=self.properties["BudgetName"], ActionId=self.name
        )

    def attribute(self, name: str) -> str:
        """Give the identifier."""
        return {"ActionId": self.name}[name]
