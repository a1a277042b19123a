"""Lambda functions, who may invoke them, how often they are tried, and what streams invoke them."""

from __future__ import annotations

import io
import zipfile
from typing import ClassVar

from local.services.cloudformation.resource import Properties, Resource, without


class Function(Resource):
    """A Lambda function from a zip in S3, or from inline code; Ref is its name."""

    arn: str

    TYPE = "AWS::Lambda::Function"
    NAME = "FunctionName"
    REPLACED_BY = ("FunctionName", "PackageType")
    ATTRIBUTES = ("Arn",)

    LONGEST_NAME: ClassVar[int] = 64
    """https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"""

    OF_THE_CODE = ("Code", "Architectures")
    NEVER_UPDATED = ("Tags", "ReservedConcurrentExecutions", "FunctionName", "PackageType")

    def create(self) -> None:
        """Call CreateFunction."""
        self.name = self.name[-self.LONGEST_NAME :]
        settings = without(self.properties, "Code", "Tags", "ReservedConcurrentExecutions")
        answer = self.client("lambda").create_function(
            **{**settings, "FunctionName": self.name, "Code": self._code(), "Tags": self.tag_map()}
        )
        self.arn = answer["FunctionArn"]
        self._reserve()

    def update(self, before: Properties) -> None:
        """Call UpdateFunctionCode and UpdateFunctionConfiguration, whichever changed."""
        client = self.client("lambda")
        if any(before.get(key) != self.properties.get(key) for key in self.OF_THE_CODE):
            kept = {
                key: self.properties[key] for key in ("Architectures",) if key in self.properties
            }
            client.update_function_code(FunctionName=self.name, **self._code(), **kept)
        settings = without(self.properties, *self.OF_THE_CODE, *self.NEVER_UPDATED)
        # What the template no longer has goes back to its default.
        defaults = {"Environment": {"Variables": {}}, "Description": "", "DeadLetterConfig": {}}
        gone = {key: value for key, value in defaults.items() if key in before}
        client.update_function_configuration(FunctionName=self.name, **{**gone, **settings})
        if self.tags():
            client.tag_resource(Resource=self.arn, Tags=self.tag_map())
        self._reserve()

    def _code(self) -> Properties:
        code = self.properties["Code"]
        if "ZipFile" not in code:
            return dict(code)
        bundle = io.BytesIO()
        with zipfile.ZipFile(bundle, "w") as archive:
            archive.writestr("index.py", code["ZipFile"])
        return {"ZipFile": bundle.getvalue()}

    def _reserve(self) -> None:
        reserved = self.properties.get("ReservedConcurrentExecutions")
        if reserved is not None:
            self.client("lambda").put_function_concurrency(
                FunctionName=self.name, ReservedConcurrentExecutions=reserved
            )

    def remove(self) -> None:
        """Call DeleteFunction."""
        self.client("lambda").delete_function(FunctionName=self.name)

    def attribute(self, name: str) -> str:
        """Give the ARN."""
        return {"Arn": self.arn}[name]


class FunctionPermission(Resource):
    """Who may invoke a function."""

    TYPE = "AWS::Lambda::Permission"

    def create(self) -> None:
        """Call AddPermission."""
        self.client("lambda").add_permission(**{**self.properties, "StatementId": self.name})

    def update(self, before: Properties) -> None:
        """Replace the statement."""
        self._remove(before)
        self.create()

    def remove(self) -> None:
        """Call RemovePermission."""
        self._remove(self.properties)

    def _remove(self, properties: Properties) -> None:
        self.client("lambda").remove_permission(
            FunctionName=properties["FunctionName"], StatementId=self.name
        )


class EventInvokeConfig(Resource):
    """How often and how long Lambda retries an asynchronous invocation."""

    TYPE = "AWS::Lambda::EventInvokeConfig"
    REPLACED_BY = ("FunctionName", "Qualifier")

    def create(self) -> None:
        """Call PutFunctionEventInvokeConfig."""
        settings = without(self.properties, "Qualifier")
        if self.properties["Qualifier"] != "$LATEST":
            settings["Qualifier"] = self.properties["Qualifier"]
        self.client("lambda").put_function_event_invoke_config(**settings)

    def update(self, before: Properties) -> None:  # noqa: ARG002 - the call overwrites
        """Replace it: moto's put adds a second one, and the first counts."""
        self.remove()
        self.create()

    def remove(self) -> None:
        """Call DeleteFunctionEventInvokeConfig."""
        self.client("lambda").delete_function_event_invoke_config(
            FunctionName=self.properties["FunctionName"]
        )


class EventSourceMapping(Resource):
    """What lets a stream invoke a function; Ref is its identifier."""

    TYPE = "AWS::Lambda::EventSourceMapping"
    REPLACED_BY = ("EventSourceArn", "StartingPosition")
    ATTRIBUTES = ("Id",)

    def create(self) -> None:
        """Call CreateEventSourceMapping."""
        if ":dynamodb:" not in self.properties["EventSourceArn"]:
            raise NotImplementedError("the embedded cloud's mappings read DynamoDB's streams only")
        answer = self.client("lambda").create_event_source_mapping(
            **{**without(self.properties, "Tags"), "Tags": self.tag_map()}
        )
        self.name = answer["UUID"]

    def update(self, before: Properties) -> None:  # noqa: ARG002 - the call overwrites
        """Call UpdateEventSourceMapping."""
        settings = without(self.properties, "Tags", "EventSourceArn", "StartingPosition")
        self.client("lambda").update_event_source_mapping(UUID=self.name, **settings)

    def remove(self) -> None:
        """Call DeleteEventSourceMapping."""
        self.client("lambda").delete_event_source_mapping(UUID=self.name)

    def attribute(self, name: str) -> str:
        """Give the identifier."""
        return {"Id": self.name}[name]
