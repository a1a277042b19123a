"""Timestream's databases, tables and scheduled queries."""

from __future__ import annotations

from local.services.cloudformation.resource import Properties, Resource, without


class TimestreamDatabase(Resource):
    """A database; Ref is its name."""

    arn: str

    TYPE = "AWS::Timestream::Database"
    NAME = "DatabaseName"
    REPLACED_BY = ("DatabaseName",)
    ATTRIBUTES = ("Arn",)

    def create(self) -> None:
        """Call CreateDatabase."""
        key = {"KmsKeyId": self.properties["KmsKeyId"]} if "KmsKeyId" in self.properties else {}
        answer = self.client("timestream-write").create_database(
            DatabaseName=self.name, Tags=self.tags(), **key
        )
        self.arn = answer["Database"]["Arn"]

    def update(self, before: Properties) -> None:
        """Call UpdateDatabase where the key changed, and set the tags."""
        if before.get("KmsKeyId") != self.properties.get("KmsKeyId"):
            self.client("timestream-write").update_database(
                DatabaseName=self.name, KmsKeyId=self.properties["KmsKeyId"]
            )
        tag_timestream(self, self.arn, before)

    def remove(self) -> None:
        """Call DeleteDatabase, which refuses a database that has tables."""
        self.client("timestream-write").delete_database(DatabaseName=self.name)

    def attribute(self, name: str) -> str:
        """Give the ARN."""
        return {"Arn": self.arn}[name]


class TimestreamTable(Resource):
    """A table; Ref is `database|table`."""

    arn: str

    TYPE = "AWS::Timestream::Table"
    NAME = "TableName"
    REPLACED_BY = ("DatabaseName", "TableName")
    ATTRIBUTES = ("Arn", "Name")

    def create(self) -> None:
        """Call CreateTable."""
        answer = self.client("timestream-write").create_table(
            TableName=self.name, Tags=self.tags(), **self._settings()
        )
        self.arn = answer["Table"]["Arn"]

    def update(self, before: Properties) -> None:
        """Call UpdateTable, and set the tags."""
        self.client("timestream-write").update_table(TableName=self.name, **self._settings())
        tag_timestream(self, self.arn, before)

    def remove(self) -> None:
        """Call DeleteTable."""
        self.client("timestream-write").delete_table(
            DatabaseName=self.properties["DatabaseName"], TableName=self.name
        )

    def _settings(self) -> Properties:
        settings = without(self.properties, "TableName", "Tags")
        # A template writes these numbers as strings, the API as numbers.
        if "RetentionProperties" in settings:
            settings["RetentionProperties"] = {
                key: int(value) for key, value in settings["RetentionProperties"].items()
            }
        return settings

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return f"{self.properties['DatabaseName']}|{self.name}"

    def attribute(self, name: str) -> str:
        """Give the ARN, or the name alone."""
        return {"Arn": self.arn, "Name": self.name}[name]


class ScheduledQuery(Resource):
    """A scheduled query; Ref is its ARN."""

    TYPE = "AWS::Timestream::ScheduledQuery"
    NAME = "ScheduledQueryName"
    REPLACED_BY = (
        "ScheduledQueryName",
        "QueryString",
        "ScheduleConfiguration",
        "NotificationConfiguration",
        "ErrorReportConfiguration",
        "TargetConfiguration",
        "ScheduledQueryExecutionRoleArn",
        "KmsKeyId",
    )
    ATTRIBUTES = ("Arn",)

    arn: str

    def create(self) -> None:
        """Call CreateScheduledQuery, which asks the query once: its columns must be there."""
        settings = without(self.properties, "ScheduledQueryName", "Tags")
        self.arn = self.client("timestream-query").create_scheduled_query(
            Name=self.name, Tags=self.tags(), **settings
        )["Arn"]

    def update(self, before: Properties) -> None:
        """Set the tags: everything else replaces it."""
        gone = {tag["Key"] for tag in before.get("Tags") or []} - self.tag_map().keys()
        client = self.client("timestream-query")
        if gone:
            client.untag_resource(ResourceARN=self.arn, TagKeys=sorted(gone))
        if self.tags():
            client.tag_resource(ResourceARN=self.arn, Tags=self.tags())

    def remove(self) -> None:
        """Call DeleteScheduledQuery."""
        self.client("timestream-query").delete_scheduled_query(ScheduledQueryArn=self.arn)

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return self.arn

    def attribute(self, name: str) -> str:
        """Give the ARN."""
        return {"Arn": self.arn}[name]


def tag_timestream(resource: Resource, arn: str, before: Properties) -> None:
    """Set the tags of a Timestream resource to those of its properties."""
    client = resource.client("timestream-write")
    gone = {tag["Key"] for tag in before.get("Tags") or []} - resource.tag_map().keys()
    if gone:
        client.untag_resource(ResourceARN=arn, TagKeys=sorted(gone))
    if resource.tags():
        client.tag_resource(ResourceARN=arn, Tags=resource.tags())
