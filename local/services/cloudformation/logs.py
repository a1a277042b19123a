"""Log groups."""

from __future__ import annotations

from local.services.cloudformation.resource import Properties, Resource


class LogGroup(Resource):
    """A log group; Ref is its name."""

    TYPE = "AWS::Logs::LogGroup"
    NAME = "LogGroupName"
    REPLACED_BY = ("LogGroupName",)
    ATTRIBUTES = ("Arn",)

    def create(self) -> None:
        """Call CreateLogGroup and PutRetentionPolicy."""
        tags = {"tags": self.tag_map()} if self.tags() else {}
        self.client("logs").create_log_group(logGroupName=self.name, **tags)
        self._retain()

    def update(self, before: Properties) -> None:
        """Set or delete the retention, and set the tags."""
        if "RetentionInDays" in before and "RetentionInDays" not in self.properties:
            self.client("logs").delete_retention_policy(logGroupName=self.name)
        self._retain()
        if self.tags():
            self.client("logs").tag_log_group(logGroupName=self.name, tags=self.tag_map())

    def _retain(self) -> None:
        if "RetentionInDays" in self.properties:
            self.client("logs").put_retention_policy(
                logGroupName=self.name, retentionInDays=int(self.properties["RetentionInDays"])
            )

    def remove(self) -> None:
        """Call DeleteLogGroup."""
        self.client("logs").delete_log_group(logGroupName=self.name)

    def attribute(self, name: str) -> str:
        """Give the ARN; CloudFormation's ends with `:*`."""
        arn = f"arn:aws:logs:{self.region}:{self.account}:log-group:{self.name}:*"
        return {"Arn": arn}[name]
