"""`bridgewatch pause` and `resume`: stop polling and start again, without an alarm."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridgewatch.cli.deployed import poller_outputs
from bridgewatch.cli.failures import one_sentence
from bridgewatch.settings import load_settings
from lambdas.aws import Connection

if TYPE_CHECKING:
    import boto3

SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="The settings, if not those in cdk.json.")
]
Profile = Annotated[str | None, typer.Option("--profile", help="The AWS profile.")]
Region = Annotated[
    str | None, typer.Option("--region", help="The AWS region.", envvar="AWS_REGION")
]


def pause(settings: SettingsFile = None, profile: Profile = None, region: Region = None) -> None:
    """Stop polling until `resume`.

    The alarm `heartbeat` stays quiet, until a deployment changes it. What waits in the queue is
    still written.
    """
    with one_sentence():
        connection = Connection(profile, region)
        session = connection.session()
        deployed = poller_outputs(connection, load_settings(settings).deployment)
        # The alarm first: nothing rings between the two.
        _alarms(session).disable_alarm_actions(AlarmNames=[deployed["HeartbeatAlarmName"]])
        _set_state(session, deployed["ScheduleName"], "DISABLED")
        typer.echo("Paused: nothing is polled, and the alarm heartbeat is quiet. `resume` ends it.")


def resume(settings: SettingsFile = None, profile: Profile = None, region: Region = None) -> None:
    """Poll again, after `pause`.

    The history has a gap for the pause. If the alarm `heartbeat` rang quietly meanwhile, a message
    tells that it has resolved.
    """
    with one_sentence():
        connection = Connection(profile, region)
        session = connection.session()
        deployed = poller_outputs(connection, load_settings(settings).deployment)
        _set_state(session, deployed["ScheduleName"], "ENABLED")
        _alarms(session).enable_alarm_actions(AlarmNames=[deployed["HeartbeatAlarmName"]])
        typer.echo("Resumed: the next poll is within a minute.")


def _alarms(session: "boto3.Session") -> Any:  # noqa: ANN401 - boto3 makes it at run time
    return session.client("cloudwatch")


def _set_state(session: "boto3.Session", schedule: str, state: str) -> None:
    """Enable or disable a schedule: it can only be replaced as a whole."""
    client: Any = session.client("scheduler")
    known = client.meta.service_model.operation_model("UpdateSchedule").input_shape.members
    found = {
        key: value for key, value in client.get_schedule(Name=schedule).items() if key in known
    }
    client.update_schedule(**{**found, "State": state})
