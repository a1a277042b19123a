"""AWS::DynamoDB::Table, of which stock moto drops TTL, backups and OnDemandThroughput silently."""

from __future__ import annotations

from local.services.cloudformation.resource import Properties, Resource

UPDATED = ("BillingMode", "DeletionProtectionEnabled", "ProvisionedThroughput")
"""The properties that UpdateTable takes as they are; others have calls of their own."""

NO_LIMITS = {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1}


class DynamoDbTable(Resource):
    """A table; Ref is its name."""

    TYPE = "AWS::DynamoDB::Table"
    NAME = "TableName"
    REPLACED_BY = ("TableName", "KeySchema", "LocalSecondaryIndexes", "ImportSourceSpecification")
    ATTRIBUTES = ("Arn", "StreamArn")

    def create(self) -> None:
        """Call CreateTable, and then what sets TTL and backups."""
        settings = {
            key: value
            for key, value in self.properties.items()
            if key not in {"PointInTimeRecoverySpecification", "TimeToLiveSpecification"}
        }
        # A template names the view only, and encrypts with SSEEnabled.
        if "StreamSpecification" in settings:
            settings["StreamSpecification"] = _enabled(settings["StreamSpecification"])
        if "SSESpecification" in settings:
            settings["SSESpecification"] = _encrypted(settings["SSESpecification"])
        self.client("dynamodb").create_table(**{**settings, "TableName": self.name})
        self._expire({})
        self._back_up({})

    def update(self, before: Properties) -> None:
        """Call UpdateTable for what changed, and the calls that have the rest."""
        client = self.client("dynamodb")
        changed = {
            key: self.properties[key]
            for key in UPDATED
            if key in self.properties and self.properties[key] != before.get(key)
        }
        limits, old = (one.get("OnDemandThroughput", {}) for one in (self.properties, before))
        if limits != old:
            changed["OnDemandThroughput"] = NO_LIMITS | limits
        if changed:
            client.update_table(TableName=self.name, **changed)
        self._stream(before)
        self._expire(before)
        self._back_up(before)
        gone = {tag["Key"] for tag in before.get("Tags") or []} - self.tag_map().keys()
        if gone:
            client.untag_resource(ResourceArn=self.attribute("Arn"), TagKeys=sorted(gone))
        if self.tags():
            client.tag_resource(ResourceArn=self.attribute("Arn"), Tags=self.tags())

    def remove(self) -> None:
        """Call DeleteTable, which refuses a table that is protected."""
        self.client("dynamodb").delete_table(TableName=self.name)

    def attribute(self, name: str) -> str:
        """Give the ARN of the table, or of its stream."""
        table = self.client("dynamodb").describe_table(TableName=self.name)["Table"]
        arn: str = table["TableArn" if name == "Arn" else "LatestStreamArn"]
        return arn

    def _stream(self, before: Properties) -> None:
        stream, old = (one.get("StreamSpecification") for one in (self.properties, before))
        if stream == old:
            return
        client = self.client("dynamodb")
        if old:
            client.update_table(TableName=self.name, StreamSpecification={"StreamEnabled": False})
        if stream:
            client.update_table(TableName=self.name, StreamSpecification=_enabled(stream))

    def _expire(self, before: Properties) -> None:
        wanted = self.properties.get("TimeToLiveSpecification")
        if wanted != before.get("TimeToLiveSpecification"):
            # Without an attribute of its own the setting goes, and names the one that it had.
            setting = wanted or {**before["TimeToLiveSpecification"], "Enabled": False}
            self.client("dynamodb").update_time_to_live(
                TableName=self.name, TimeToLiveSpecification=setting
            )

    def _back_up(self, before: Properties) -> None:
        wanted = self.properties.get("PointInTimeRecoverySpecification")
        if wanted != before.get("PointInTimeRecoverySpecification"):
            self.client("dynamodb").update_continuous_backups(
                TableName=self.name,
                PointInTimeRecoverySpecification=wanted or {"PointInTimeRecoveryEnabled": False},
            )


def _enabled(stream: Properties) -> Properties:
    return {"StreamEnabled": True, "StreamViewType": stream["StreamViewType"]}


def _encrypted(settings: Properties) -> Properties:
    return {"Enabled" if key == "SSEEnabled" else key: value for key, value in settings.items()}
