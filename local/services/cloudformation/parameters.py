"""A template's parameters: what an update keeps, and which values are allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.cloudformation import models
from moto.cloudformation.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.services.patches import Patches


def install(patches: Patches) -> None:
    """Put moto's parameters right until `patches` is closed.

    Stock moto answers HTTP 500 to UsePreviousValue for a parameter that was left to its default, as
    the CDK sends it; AWS keeps the default of the template before. Nor does it look at
    AllowedValues.
    """
    backend = models.CloudFormationBackend

    def resolve(self: Any, instance: Any, incoming_params: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - moto's
        declared = instance.template_dict.get("Parameters", {})
        defaults = {
            name: parameter["Default"]
            for name, parameter in declared.items()
            if "Default" in parameter
        }
        known = []
        for parameter in incoming_params:
            name = parameter["ParameterKey"]
            if not parameter.get("UsePreviousValue") or name in instance.parameters:
                known.append(parameter)
            elif name in defaults:
                known.append({"ParameterKey": name, "ParameterValue": defaults[name]})
        return stock(self, instance, known)

    stock = patches.replace(backend, "_resolve_update_parameters", resolve)


def refuse_values(template: str, values: Mapping[str, Any]) -> None:
    """Refuse a value that a template does not allow, in AWS's words.

    :raises ValidationError: with the parameter's own description of what is allowed.
    """
    for name, parameter in models.Stack.parse_template(template).get("Parameters", {}).items():
        allowed = parameter.get("AllowedValues")
        value = values.get(name, parameter.get("Default"))
        if allowed is not None and str(value) not in map(str, allowed):
            why = parameter.get("ConstraintDescription")
            raise ValidationError(
                message=f"Parameter {name} failed to satisfy constraint: {why}"
                if why
                else f"Parameter '{name}' must be one of AllowedValues"
            )
