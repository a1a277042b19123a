"""What stays although its stack goes or changes, and stacks that may not go."""

# ruff: noqa: ANN401 - moto's methods take and give what has no name outside it

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.cloudformation import models, parsing, responses
from moto.cloudformation.exceptions import ValidationError
from moto.core.responses import ActionResult

if TYPE_CHECKING:
    from local.services.patches import Patches


def install(patches: Patches) -> None:
    """Keep and protect as CloudFormation does, until `patches` is closed."""
    _keep_what_is_retained(patches)
    _protect_stacks(patches)


def _keep_what_is_retained(patches: Patches) -> None:
    """Stock moto deletes a retained resource that an update takes out of the template.

    Retain also keeps what an operation made that is rolled back; RetainExceptOnCreate doesn't
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html).
    """

    def delete(self: Any, resource: Any, resource_json: dict[str, Any]) -> None:
        kept = {"Retain"} if self.is_rolling_back else {"Retain", "RetainExceptOnCreate"}
        if resource_json.get("DeletionPolicy") not in kept:
            stock(self, resource, resource_json)

    stock = patches.replace(parsing.ResourceMap, "_delete_resource", delete)
    patches.add(parsing.ResourceMap, "is_rolling_back", value=False)


def _protect_stacks(patches: Patches) -> None:
    """Stock moto takes termination protection and ignores it.

    It protects stacks whose creation failed, too
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html).
    """

    def update_termination_protection(self: Any) -> ActionResult:
        stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
        stack.enable_termination_protection = self._get_param("EnableTerminationProtection")
        return ActionResult({"StackId": stack.stack_id})

    def delete_stack(self: Any, name_or_stack_id: str) -> None:
        for stack in self.stacks.values():
            named = name_or_stack_id in {stack.name, stack.stack_id}
            if named and stack.enable_termination_protection:
                raise ValidationError(
                    message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection "
                    "is enabled"
                )
        stock(self, name_or_stack_id)

    name = "update_termination_protection"
    patches.add(responses.CloudFormationResponse, name, update_termination_protection)
    stock = patches.replace(models.CloudFormationBackend, "delete_stack", delete_stack)
