"""What a resource type is here: three calls of the ordinary AWS API, and what Ref and GetAtt give.

Because a resource goes through the API of its service, the limits and errors of the service apply
to a deployment as they do on AWS, and this code knows nothing of how the service is emulated.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Protocol, Self

from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

Properties = dict[str, Any]


class Clients(Protocol):
    """Where boto3 clients for this cloud come from."""

    def __call__(self, service: str, region: str) -> Any:  # noqa: ANN401 - boto3 makes them at run time
        """Give the client of a service, e.g. `sns`, in a region."""


class Resource(ABC):
    """One deployed resource, in the shape that moto's CloudFormation expects of its models.

    A subclass says how to create, update and delete it. Its properties arrive with every
    intrinsic function resolved.
    """

    TYPE: ClassVar[str]
    NAME: ClassVar[str] = ""
    """The property that names it; CloudFormation makes a name up where it is missing."""
    REPLACED_BY: ClassVar[tuple[str, ...]] = ()
    """The properties whose change replaces the resource instead of updating it."""
    ATTRIBUTES: ClassVar[tuple[str, ...]] = ()
    """What Fn::GetAtt may ask for."""

    clients: ClassVar[Clients]

    # moto sets both on what it created.
    cf_resource_type: str
    logical_resource_id: str

    def __init__(self, name: str, properties: Properties, account: str, region: str) -> None:
        self.properties = properties
        self.account = account
        self.region = region
        self.name: str = properties.get(self.NAME) or name

    @abstractmethod
    def create(self) -> None:
        """Create it from `self.properties`."""

    @abstractmethod
    def update(self, before: Properties) -> None:
        """Bring it from the properties `before` to `self.properties`."""

    @abstractmethod
    def remove(self) -> None:
        """Delete it."""

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return self.name

    def attribute(self, name: str) -> str:
        """Answer Fn::GetAtt for one of `ATTRIBUTES`."""
        raise NotImplementedError(f"{self.TYPE} lists the attribute {name} but does not give it.")

    def client(self, service: str) -> Any:  # noqa: ANN401 - as above
        """Give the boto3 client of a service in the region of the stack."""
        return self.clients(service, self.region)

    def tags(self) -> list[dict[str, str]]:
        """Give the tags of the properties, [{"Key": ..., "Value": ...}]."""
        return list(self.properties.get("Tags") or [])

    def tag_map(self) -> dict[str, str]:
        """Give the tags of the properties as a dictionary."""
        return {tag["Key"]: tag["Value"] for tag in self.tags()}

    # From here on: the names that moto calls.

    @classmethod
    def cloudformation_name_type(cls) -> str:
        """Tell moto which property names the resource."""
        return cls.NAME

    @classmethod
    def has_cfn_attr(cls, attribute: str) -> bool:
        """Tell moto whether a template may ask for this attribute."""
        return attribute in cls.ATTRIBUTES

    def get_cfn_attribute(self, attribute: str) -> str:
        """Answer Fn::GetAtt."""
        if attribute not in self.ATTRIBUTES:
            raise UnformattedGetAttTemplateException
        return self.attribute(attribute)

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **_: str,
    ) -> Self:
        """Create the resource of a template."""
        properties = cloudformation_json.get("Properties", {})
        resource = cls(resource_name, properties, account_id, region_name)
        resource.create()
        return resource

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Self,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Self:
        """Update the resource in place or, where a property demands it, replace it."""
        properties = cloudformation_json.get("Properties", {})
        before = original_resource.properties
        if any(before.get(key) != properties.get(key) for key in cls.REPLACED_BY):
            replacement = cls(new_resource_name, properties, account_id, region_name)
            replacement.create()
            if cloudformation_json.get("UpdateReplacePolicy") != "Retain":
                original_resource.remove()
            return replacement
        original_resource.properties = properties
        try:
            original_resource.update(before)
        except Exception:
            original_resource.properties = before
            raise
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:  # noqa: ARG002 - moto's signature
        """Delete the resource with its stack."""
        self.remove()

    def is_created(self) -> bool:
        """Tell moto that nothing is left to wait for."""
        return True


def without(properties: Properties, *names: str) -> Properties:
    """Copy the properties, leaving these out."""
    return {key: value for key, value in properties.items() if key not in names}


def as_text(value: object) -> str:
    """Write a property as the attribute of a topic or a queue: text, numbers and JSON alike."""
    return value if isinstance(value, str) else json.dumps(value)
