"""What moto's CloudFormation gets wrong for the genuine CDK, put right one by one.

Seen with moto 5.2.5 and aws-cdk 2.1148.1. Each function says what stock moto does instead.
"""

# ruff: noqa: ANN401 - moto's methods take and give what has no name outside it

from __future__ import annotations

import json
import re
from contextlib import contextmanager, suppress
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from moto.cloudformation import models, parsing, responses, utils
from moto.cloudformation.exceptions import ValidationError
from moto.iam.access_control import IAMPolicyStatement, PermissionResult
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend

from local.services.cloudformation import parameters, protection
from local.services.cloudformation.parameters import refuse_values
from local.services.cloudformation.resource import Clients, Resource
from local.services.cloudformation.types import TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.services.patches import Patches


class ResourceFailedError(Exception):
    """A resource could not be created or updated; the cause says why."""

    def __init__(self, logical_id: str, resource_type: str, cause: Exception) -> None:
        super().__init__(f"{logical_id} ({resource_type}): {cause}")
        self.logical_id = logical_id
        self.resource_type = resource_type


def install(patches: Patches, clients: Clients) -> None:
    """Fix moto's CloudFormation until `patches` is closed.

    :param clients: gives the boto3 clients through which resources are deployed.
    """
    for resource in TYPES.values():
        resource.clients = clients
    _know_types(patches)
    _find_templates(patches)
    _create_in_order(patches)
    _pass_replacements_on(patches)
    _delete_in_order(patches)
    _roll_back(patches)
    protection.install(patches)
    parameters.install(patches)
    _forget_outputs_of_deleted_stacks(patches)
    _forgive_unknown_change_sets(patches)
    _ignore_conditional_statements(patches)
    _offer_managed_policies(patches)


def _know_types(patches: Patches) -> None:
    """Stock moto skips a type that it does not know and says CREATE_COMPLETE."""
    stock_class = parsing.resource_class_from_type

    def resource_class(resource_type: str) -> Any:
        return TYPES.get(resource_type) or stock_class(resource_type)

    def name_property(resource_type: str) -> str | None:
        ours = TYPES.get(resource_type)
        return ours.NAME if ours else stock_name(resource_type)

    patches.replace(parsing, "resource_class_from_type", resource_class)
    stock_name = patches.replace(parsing, "resource_name_property_from_type", name_property)


def refuse_unknown_types(template: str) -> None:
    """Refuse a template that has types which nothing here can deploy, in AWS's words.

    :raises ValidationError: naming them.
    """
    resources = models.Stack.parse_template(template).get("Resources", {})
    known = {*parsing.get_model_map(), *TYPES, *parsing.NULL_MODELS}
    unknown = {
        resource["Type"]
        for resource in resources.values()
        if resource["Type"] not in known and not resource["Type"].startswith("Custom::")
    }
    if unknown:
        names = ", ".join(sorted(unknown))
        raise ValidationError(
            message=f"Template format error: Unrecognized resource types: [{names}]"
        )


def _find_templates(patches: Patches) -> None:
    """Stock moto knows the path style of an S3 address only on the name `localhost`."""
    stock = utils.get_stack_from_s3_url

    def from_loopback(template_url: str, account_id: str, partition: str) -> str:
        return stock(template_url.replace("127.0.0.1", "localhost"), account_id, partition)

    patches.replace(models, "get_stack_from_s3_url", from_loopback)
    patches.replace(responses, "get_stack_from_s3_url", from_loopback)


def _create_in_order(patches: Patches) -> None:
    """Stock moto creates what an output or a Ref names before what that depends on."""

    def create(
        logical_id: str, resource_json: dict[str, Any], resources_map: Any, **where: str
    ) -> Any:
        dependencies = resource_json.get("DependsOn", [])
        for dependency in [dependencies] if isinstance(dependencies, str) else dependencies:
            _ = resources_map[dependency]
        with _named(logical_id, resource_json["Type"]):
            return stock_create(logical_id, resource_json, resources_map, **where)

    def update(
        logical_id: str, resource_json: dict[str, Any], resources_map: Any, **where: str
    ) -> Any:
        model = parsing.resource_class_from_type(resource_json["Type"])
        with _named(logical_id, resource_json["Type"]):
            # Stock moto answers None for such a type, and loses the resource.
            if hasattr(model.update_from_cloudformation_json, "__isabstractmethod__"):
                raise NotImplementedError("the embedded cloud cannot update this type")
            return stock_update(logical_id, resource_json, resources_map, **where)

    stock_create = patches.replace(parsing, "parse_and_create_resource", create)
    stock_update = patches.replace(parsing, "parse_and_update_resource", update)


@contextmanager
def _named(logical_id: str, resource_type: str) -> Iterator[None]:
    """Let an exception name the resource that it is about: the innermost one."""
    try:
        yield
    except ResourceFailedError:
        raise
    except Exception as error:
        raise ResourceFailedError(logical_id, resource_type, error) from error


def _pass_replacements_on(patches: Patches) -> None:
    """Stock moto does not tell a resource that what it refers to was replaced by an update."""

    def update(
        self: Any, template: dict[str, Any], parameters: dict[str, Any] | None = None
    ) -> None:
        stock(self, template, parameters)
        resources = template["Resources"]
        for logical_id in dependency_order(resources):
            resource = self._parsed_resources.get(logical_id)
            if not isinstance(resource, Resource):
                continue
            properties = parsing.clean_json(resources[logical_id].get("Properties", {}), self)
            if properties != resource.properties:
                self._parsed_resources[logical_id] = parsing.parse_and_update_resource(
                    logical_id,
                    resources[logical_id],
                    self,
                    account_id=self._account_id,
                    region_name=self._region_name,
                )

    stock = patches.replace(parsing.ResourceMap, "update", update)


def _delete_in_order(patches: Patches) -> None:
    """Stock moto deletes in any order, so that a part may be asked for after its whole is gone."""

    def delete(self: Any) -> None:
        resources = self._resource_json_map
        for logical_id in reversed(dependency_order(resources)):
            resource = self._parsed_resources.get(logical_id)
            if resource is not None:
                with _named(logical_id, resources[logical_id]["Type"]):
                    self._delete_resource(resource, resources[logical_id])
                del self._parsed_resources[logical_id]

    def build_resource_diff(
        self: Any, other_template: dict[str, Any], parameters: dict[str, Any] | None = None
    ) -> dict[str, list[str]]:
        changes: dict[str, list[str]] = stock(self, other_template, parameters)
        changes["Remove"].sort(key=dependency_order(self._resource_json_map).index, reverse=True)
        changes["Modify"].sort(key=dependency_order(other_template["Resources"]).index)
        return changes

    patches.replace(parsing.ResourceMap, "delete", delete)
    stock = patches.replace(parsing.ResourceMap, "build_resource_diff", build_resource_diff)


def dependency_order(resources: dict[str, Any]) -> list[str]:
    """Sort the logical ids of a template so that each comes after what it depends on."""
    depends_on = {
        logical_id: {name for name in _references(resource) if name in resources} - {logical_id}
        for logical_id, resource in resources.items()
    }
    return list(TopologicalSorter(depends_on).static_order())


def _references(value: Any) -> Iterator[str]:
    """Name what a part of a template refers to: resources, but parameters as well."""
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref" or (key == "DependsOn" and isinstance(item, str)):
                yield item
            elif key == "DependsOn":
                yield from item
            elif key == "Fn::GetAtt":
                yield item.partition(".")[0] if isinstance(item, str) else item[0]
            elif key == "Fn::Sub":
                text = item if isinstance(item, str) else item[0]
                yield from re.findall(r"\$\{(\w+)", text)
                yield from _references(item)
            else:
                yield from _references(item)


def _roll_back(patches: Patches) -> None:
    """Stock moto leaves a half-made stack behind and answers HTTP 500."""
    backend = models.CloudFormationBackend

    def create_stack(
        self: Any, name: str, template: str, parameters: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        refuse_unknown_types(template)
        refuse_values(template, parameters)
        before, exports = set(self.stacks), dict(self.exports)
        try:
            return stock_create(self, name, template, parameters, *args, **kwargs)
        except Exception as error:
            made = [stack for key, stack in self.stacks.items() if key not in before]
            if not made:
                raise
            _fail(made[0], "CREATE", error, made[0].resource_map.delete)
            made[0].output_map = _no_outputs(made[0])
            # Who lists the resources would create them again.
            made[0].resource_map._resource_json_map = {}  # noqa: SLF001 - moto's own
            made[0].status = "ROLLBACK_COMPLETE"
            self.exports.clear()
            self.exports.update(exports)
            return made[0]

    def update_stack(self: Any, name: str, template: str, **kwargs: Any) -> Any:
        refuse_unknown_types(template)
        stack = self.get_stack(name)
        refuse_values(template, self._resolve_update_parameters(stack, kwargs["parameters"]))
        _apply(self, stack, lambda: stock_update(self, name, template, **kwargs))
        return stack

    def create_change_set(
        self: Any,
        stack_name: str,
        change_set_name: str,
        template: str,
        parameters: dict[str, Any],
        **kwargs: Any,
    ) -> Any:
        refuse_unknown_types(template)
        refuse_values(template, parameters)
        return stock_create_set(self, stack_name, change_set_name, template, parameters, **kwargs)

    def execute_change_set(self: Any, change_set_name: str, stack_name: str | None = None) -> None:
        change_set = self.describe_change_set(change_set_name)
        stack = change_set.stack

        def execute() -> None:
            stock_execute(self, change_set_name, stack_name)
            # Stock moto keeps the outputs of the template before.
            stack.template_dict = change_set.template_dict
            stack.output_map = stack._create_output_map()  # noqa: SLF001 - moto's own way

        _apply(self, stack, execute, change_set.change_set_type)

    def delete_stack(self: Any, name_or_stack_id: str) -> None:
        stack = self.stacks.get(name_or_stack_id)  # given a name, stock moto comes back with the id
        try:
            stock_delete(self, name_or_stack_id)
        except ResourceFailedError as error:
            # Stock moto has already taken the stack from its list.
            self.stacks[stack.stack_id] = stack
            _fail(stack, "DELETE", error, lambda: None)
            stack.status = "DELETE_FAILED"

    stock_delete = patches.replace(backend, "delete_stack", delete_stack)
    stock_create = patches.replace(backend, "create_stack", create_stack)
    stock_update = patches.replace(backend, "update_stack", update_stack)
    stock_create_set = patches.replace(backend, "create_change_set", create_change_set)
    stock_execute = patches.replace(backend, "execute_change_set", execute_change_set)


def _apply(backend: Any, stack: Any, change: Callable[[], Any], verb: str = "UPDATE") -> None:
    """Change a stack and refresh its exports, or put its former template back."""
    template, template_dict, parameters = stack.template, stack.template_dict, stack.parameters
    exported = {export.name for export in stack.exports}
    try:
        change()
    except Exception as error:  # noqa: BLE001 - whatever failed, the stack rolls back and tells
        _fail(stack, verb, error, lambda: stack.resource_map.update(template_dict, parameters))
        stack.template, stack.template_dict = template, template_dict
        stack.output_map = stack._create_output_map()  # noqa: SLF001 - moto's own way
        stack.status = "ROLLBACK_COMPLETE" if verb == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"
        return
    for name in exported:
        backend.exports.pop(name, None)
    backend.exports.update({export.name: export for export in stack.exports})


def _fail(stack: Any, verb: str, error: Exception, undo: Callable[[], None]) -> None:
    """Write down which resource failed and why, and undo what was done."""
    event = models.Event(
        stack_id=stack.stack_id,
        stack_name=stack.name,
        logical_resource_id=getattr(error, "logical_id", stack.name),
        physical_resource_id="",
        resource_type=getattr(error, "resource_type", "AWS::CloudFormation::Stack"),
        resource_status=f"{verb}_FAILED",
        resource_status_reason=str(error),
        resource_properties=None,
    )
    stack.events.append(event)
    stack.resource_map.is_rolling_back = True
    with suppress(Exception):  # what cannot be undone is left, as on AWS
        undo()
    stack.resource_map.is_rolling_back = False


def _forget_outputs_of_deleted_stacks(patches: Patches) -> None:
    """Stock moto evaluates the outputs of a deleted stack, which creates its resources again."""

    def delete(self: Any) -> None:
        stock(self)
        self.output_map = _no_outputs(self)

    stock = patches.replace(models.Stack, "delete", delete)


def _no_outputs(stack: Any) -> parsing.OutputMap:
    return parsing.OutputMap(stack.resource_map, {"Outputs": {}}, stack.stack_id)


def _forgive_unknown_change_sets(patches: Patches) -> None:
    """Stock moto answers HTTP 500 to DeleteChangeSet of a name that it does not have.

    The SDK of `cdk diff` then retries for more than a minute.
    """

    def delete(self: Any, change_set_name: str) -> None:
        with suppress(UnboundLocalError):
            stock(self, change_set_name)

    stock = patches.replace(models.CloudFormationBackend, "delete_change_set", delete)


def _ignore_conditional_statements(patches: Patches) -> None:
    """Stock moto enforces bucket policies but ignores their Condition.

    "Deny everything that is not sent over TLS" then denies everything.
    """

    def is_action_permitted(self: Any, *args: Any, **kwargs: Any) -> PermissionResult:
        if "Condition" in self._statement:
            return PermissionResult.NEUTRAL
        result: PermissionResult = stock(self, *args, **kwargs)
        return result

    stock = patches.replace(IAMPolicyStatement, "is_action_permitted", is_action_permitted)


def _offer_managed_policies(patches: Patches) -> None:
    """Stock moto has none of AWS's own policies, which `cdk bootstrap` attaches.

    It can load them, but loads 1,500 of them for each partition of the world: a second.
    """

    def init_aws_policies(self: Any) -> list[Any]:
        if self.region_name != "aws":
            return []
        return [
            AWSManagedPolicy.from_data(name, self.account_id, self.region_name, policy)
            for name, policy in json.loads(aws_managed_policies_data).items()
        ]

    patches.replace(IAMBackend, "_init_aws_policies", init_aws_policies)
