"""Topics, who subscribes to them and who may write to them."""

from __future__ import annotations

import json

from local.services.cloudformation.resource import Properties, Resource, as_text, without


class Topic(Resource):
    """An SNS topic with the subscriptions written in it; Ref is its ARN."""

    arn: str

    TYPE = "AWS::SNS::Topic"
    NAME = "TopicName"
    REPLACED_BY = ("TopicName", "FifoTopic")
    ATTRIBUTES = ("TopicArn", "TopicName")

    def create(self) -> None:
        """Call CreateTopic and Subscribe."""
        client = self.client("sns")
        self.arn = client.create_topic(
            Name=self.name, Attributes=self._attributes(), Tags=self.tags()
        )["TopicArn"]
        self._subscribe({})

    def update(self, before: Properties) -> None:
        """Set the attributes and tags, and subscribe whoever is new."""
        client = self.client("sns")
        for key, value in self._attributes().items():
            client.set_topic_attributes(TopicArn=self.arn, AttributeName=key, AttributeValue=value)
        gone = {tag["Key"] for tag in before.get("Tags") or []} - self.tag_map().keys()
        client.untag_resource(ResourceArn=self.arn, TagKeys=sorted(gone))
        client.tag_resource(ResourceArn=self.arn, Tags=self.tags())
        self._subscribe(before)

    def _subscribe(self, before: Properties) -> None:
        client = self.client("sns")
        wanted = self.properties.get("Subscription", [])
        for subscription in client.list_subscriptions_by_topic(TopicArn=self.arn)["Subscriptions"]:
            one = {key: subscription[key] for key in ("Endpoint", "Protocol")}
            if one in before.get("Subscription", []) and one not in wanted:
                client.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
        for one in wanted:
            if one not in before.get("Subscription", []):
                client.subscribe(TopicArn=self.arn, **one)

    def _attributes(self) -> dict[str, str]:
        settings = without(self.properties, "TopicName", "Tags", "Subscription")
        return {key: as_text(value) for key, value in settings.items()}

    def remove(self) -> None:
        """Call DeleteTopic."""
        self.client("sns").delete_topic(TopicArn=self.arn)

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return self.arn

    def attribute(self, name: str) -> str:
        """Give the ARN or the name."""
        return {"TopicArn": self.arn, "TopicName": self.name}[name]


class Subscription(Resource):
    """A subscription of a topic; Ref is its ARN."""

    arn: str

    TYPE = "AWS::SNS::Subscription"
    REPLACED_BY = ("TopicArn", "Protocol", "Endpoint")

    def create(self) -> None:
        """Call Subscribe."""
        required = ("TopicArn", "Protocol", "Endpoint", "Region")
        self.arn = self.client("sns").subscribe(
            **without(self.properties, *(set(self.properties) - set(required[:3]))),
            Attributes=self._attributes(),
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]

    def update(self, before: Properties) -> None:  # noqa: ARG002 - every attribute is set again
        """Set the attributes."""
        for key, value in self._attributes().items():
            self.client("sns").set_subscription_attributes(
                SubscriptionArn=self.arn, AttributeName=key, AttributeValue=value
            )

    def _attributes(self) -> dict[str, str]:
        settings = without(self.properties, "TopicArn", "Protocol", "Endpoint", "Region")
        return {key: as_text(value) for key, value in settings.items()}

    def remove(self) -> None:
        """Call Unsubscribe."""
        self.client("sns").unsubscribe(SubscriptionArn=self.arn)

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return self.arn


class TopicPolicy(Resource):
    """One policy for some topics."""

    TYPE = "AWS::SNS::TopicPolicy"

    def create(self) -> None:
        """Set the policy of each topic."""
        for arn in self.properties["Topics"]:
            self.client("sns").set_topic_attributes(
                TopicArn=arn,
                AttributeName="Policy",
                AttributeValue=json.dumps(self.properties["PolicyDocument"]),
            )

    def update(self, before: Properties) -> None:  # noqa: ARG002 - setting it overwrites
        """Set the policy of each topic."""
        self.create()

    def remove(self) -> None:
        """Leave the topics as they are: their last policy goes with them."""
