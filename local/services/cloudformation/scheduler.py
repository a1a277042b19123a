"""Schedules of EventBridge Scheduler, and their groups."""

from __future__ import annotations

from embedded_timestream.scheduled_queries.schedule_expression import parse
from local.services.cloudformation.resource import Properties, Resource


class Schedule(Resource):
    """An EventBridge schedule; Ref is its name."""

    arn: str

    TYPE = "AWS::Scheduler::Schedule"
    NAME = "Name"
    REPLACED_BY = ("Name", "GroupName")
    ATTRIBUTES = ("Arn",)

    def create(self) -> None:
        """Call CreateSchedule."""
        answer = self.client("scheduler").create_schedule(**self._settings())
        self.arn = answer["ScheduleArn"]

    def update(self, before: Properties) -> None:  # noqa: ARG002 - UpdateSchedule sets everything
        """Call UpdateSchedule."""
        self.client("scheduler").update_schedule(**self._settings())

    def remove(self) -> None:
        """Call DeleteSchedule."""
        group = self.properties.get("GroupName", "default")
        self.client("scheduler").delete_schedule(Name=self.name, GroupName=group)

    def _settings(self) -> Properties:
        target = self.properties["Target"]["Arn"]
        if target.split(":")[2] != "lambda":
            raise NotImplementedError(f"the embedded cloud's schedules do not invoke {target}")
        # moto takes any expression; the runner would only find out when it is too late.
        parse(
            self.properties["ScheduleExpression"],
            self.properties.get("ScheduleExpressionTimezone", "UTC"),
        )
        return {**self.properties, "Name": self.name}

    def attribute(self, name: str) -> str:
        """Give the ARN."""
        return {"Arn": self.arn}[name]


class ScheduleGroup(Resource):
    """A group of schedules, which go when it does; Ref is its name."""

    arn: str

    TYPE = "AWS::Scheduler::ScheduleGroup"
    NAME = "Name"
    REPLACED_BY = ("Name",)
    ATTRIBUTES = ("Arn",)

    def create(self) -> None:
        """Call CreateScheduleGroup."""
        answer = self.client("scheduler").create_schedule_group(Name=self.name, Tags=self.tags())
        self.arn = answer["ScheduleGroupArn"]

    def update(self, before: Properties) -> None:
        """Nothing but its tags can change."""

    def remove(self) -> None:
        """Call DeleteScheduleGroup."""
        self.client("scheduler").delete_schedule_group(Name=self.name)

    def attribute(self, name: str) -> str:
        """Give the ARN."""
        return {"Arn": self.arn}[name]
