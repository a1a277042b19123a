"""Alarms and dashboards."""

from __future__ import annotations

from local.services.cloudformation.resource import Properties, Resource


class Alarm(Resource):
    """A CloudWatch alarm; Ref is its name."""

    TYPE = "AWS::CloudWatch::Alarm"
    NAME = "AlarmName"
    REPLACED_BY = ("AlarmName",)
    ATTRIBUTES = ("Arn",)

    def create(self) -> None:
        """Call PutMetricAlarm."""
        self.client("cloudwatch").put_metric_alarm(**{**self.properties, "AlarmName": self.name})

    def update(self, before: Properties) -> None:  # noqa: ARG002 - PutMetricAlarm sets everything
        """Call PutMetricAlarm, which overwrites."""
        self.create()

    def remove(self) -> None:
        """Call DeleteAlarms."""
        self.client("cloudwatch").delete_alarms(AlarmNames=[self.name])

    def attribute(self, name: str) -> str:
        """Give the ARN."""
        arn = f"arn:aws:cloudwatch:{self.region}:{self.account}:alarm:{self.name}"
        return {"Arn": arn}[name]


class Dashboard(Resource):
    """A CloudWatch dashboard; Ref is its name."""

    TYPE = "AWS::CloudWatch::Dashboard"
    NAME = "DashboardName"
    REPLACED_BY = ("DashboardName",)

    def create(self) -> None:
        """Call PutDashboard."""
        self.client("cloudwatch").put_dashboard(
            DashboardName=self.name, DashboardBody=self.properties["DashboardBody"]
        )

    def update(self, before: Properties) -> None:  # noqa: ARG002 - PutDashboard overwrites
        """Call PutDashboard."""
        self.create()

    def remove(self) -> None:
        """Call DeleteDashboards."""
        self.client("cloudwatch").delete_dashboards(DashboardNames=[self.name])
