"""CloudFront's resource types, and the URLs of functions that it stands before."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from local.services.cloudformation.resource import Properties, Resource

if TYPE_CHECKING:
    from local.services.cloudfront.distributions import Distributions


class FunctionUrl(Resource):
    """A function's URL; Ref is the function's ARN."""

    TYPE = "AWS::Lambda::Url"
    REPLACED_BY = ("TargetFunctionArn", "Qualifier")
    ATTRIBUTES = ("FunctionUrl", "FunctionArn")

    url: str

    def create(self) -> None:
        """Call CreateFunctionUrlConfig."""
        self.url = self.client("lambda").create_function_url_config(**self._settings())[
            "FunctionUrl"
        ]

    def update(self, before: Properties) -> None:  # noqa: ARG002 - the call sets everything
        """Call UpdateFunctionUrlConfig."""
        self.client("lambda").update_function_url_config(**self._settings())

    def remove(self) -> None:
        """Call DeleteFunctionUrlConfig."""
        self.client("lambda").delete_function_url_config(
            FunctionName=self.properties["TargetFunctionArn"]
        )

    def _settings(self) -> Properties:
        named = ("AuthType", "Cors", "InvokeMode")
        settings: Properties = {
            key: self.properties[key] for key in named if key in self.properties
        }
        return {"FunctionName": self.properties["TargetFunctionArn"], **settings}

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return str(self.properties["TargetFunctionArn"])

    def attribute(self, name: str) -> str:
        """Give the URL, which ends in a slash, or the function's ARN."""
        url = self.url if self.url.endswith("/") else f"{self.url}/"
        return {"FunctionUrl": url, "FunctionArn": self.physical_resource_id}[name]


class OriginAccessControl(Resource):
    """How a distribution signs what it asks its origin; Ref is its identifier."""

    TYPE = "AWS::CloudFront::OriginAccessControl"
    ATTRIBUTES = ("Id",)

    def create(self) -> None:
        """Call CreateOriginAccessControl."""
        self.name = self.client("cloudfront").create_origin_access_control(
            OriginAccessControlConfig=self.properties["OriginAccessControlConfig"]
        )["OriginAccessControl"]["Id"]

    def update(self, before: Properties) -> None:  # noqa: ARG002 - the call sets everything
        """Call UpdateOriginAccessControl."""
        self.client("cloudfront").update_origin_access_control(
            Id=self.name,
            OriginAccessControlConfig=self.properties["OriginAccessControlConfig"],
        )

    def remove(self) -> None:
        """Call DeleteOriginAccessControl."""
        self.client("cloudfront").delete_origin_access_control(Id=self.name)

    def attribute(self, name: str) -> str:
        """Give its identifier."""
        return {"Id": self.name}[name]


class EdgeFunction(Resource):
    """A CloudFront function; Ref is its ARN."""

    TYPE = "AWS::CloudFront::Function"
    NAME = "Name"
    REPLACED_BY = ("Name",)
    ATTRIBUTES = ("FunctionARN",)

    distributions: ClassVar[Distributions]
    arn: str

    def create(self) -> None:
        """Call CreateFunction; its code is kept for the distributions."""
        answer = self.client("cloudfront").create_function(
            Name=self.name,
            FunctionConfig=self.properties["FunctionConfig"],
            FunctionCode=self.properties["FunctionCode"].encode(),
        )
        self.arn = answer["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
        self.distributions.functions[self.arn] = self.properties["FunctionCode"]

    def update(self, before: Properties) -> None:
        """Replace its code: those distributions take it that are deployed after it."""
        if before != self.properties:
            self.remove()
            self.create()

    def remove(self) -> None:
        """Call DeleteFunction."""
        tag = self.client("cloudfront").describe_function(Name=self.name)["ETag"]
        self.client("cloudfront").delete_function(Name=self.name, IfMatch=tag)
        self.distributions.functions.pop(self.arn, None)

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return self.arn

    def attribute(self, name: str) -> str:
        """Give the ARN."""
        return {"FunctionARN": self.arn}[name]


class Distribution(Resource):
    """A distribution; Ref is its identifier, and its domain is where it is served here."""

    TYPE = "AWS::CloudFront::Distribution"
    ATTRIBUTES = ("Id", "DomainName")

    distributions: ClassVar[Distributions]
    arn: str
    address: str

    def create(self) -> None:
        """Call CreateDistribution, and serve it."""
        answer = self.client("cloudfront").create_distribution(
            DistributionConfig={**self._settings(), "CallerReference": self.name}
        )["Distribution"]
        self.name, self.arn = answer["Id"], answer["ARN"]
        self.address = self.distributions.open(self.arn, self.properties["DistributionConfig"])

    def update(self, before: Properties) -> None:  # noqa: ARG002 - the call sets everything
        """Call UpdateDistribution, and serve it so."""
        client = self.client("cloudfront")
        config = client.get_distribution_config(Id=self.name)
        reference = config["DistributionConfig"]["CallerReference"]
        client.update_distribution(
            Id=self.name,
            IfMatch=config["ETag"],
            DistributionConfig={**self._settings(), "CallerReference": reference},
        )
        self.address = self.distributions.open(self.arn, self.properties["DistributionConfig"])

    def remove(self) -> None:
        """Serve it no more, and call DeleteDistribution."""
        self.distributions.close(self.arn)
        client = self.client("cloudfront")
        tag = client.get_distribution_config(Id=self.name)["ETag"]
        client.delete_distribution(Id=self.name, IfMatch=tag)

    def _settings(self) -> Properties:
        """Write what moto keeps of it as the API has it; all of it counts in `Distributions`."""
        config = self.properties["DistributionConfig"]
        behavior = config["DefaultCacheBehavior"]
        return {
            "Comment": config.get("Comment", ""),
            "Enabled": config["Enabled"],
            "Origins": {
                "Quantity": len(config["Origins"]),
                "Items": [
                    {"Id": one["Id"], "DomainName": one["DomainName"]} for one in config["Origins"]
                ],
            },
            "DefaultCacheBehavior": {
                key: behavior[key]
                for key in ("TargetOriginId", "ViewerProtocolPolicy", "CachePolicyId")
            },
        }

    def attribute(self, name: str) -> str:
        """Give its identifier, or its domain."""
        return {"Id": self.name, "DomainName": self.address}[name]
