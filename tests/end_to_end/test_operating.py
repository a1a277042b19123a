"""What an operator does with a deployment, with the genuine CDK on the embedded cloud.

Check, deploy, pause, resume, destroy, deploy again; and take up a table that was left behind.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bridgewatch.settings import load_settings
from local.bridges.server import ROAD_SIGNALS_PATH, BridgeServer
from local.clock import SystemClock
from local.cloud import REGION, Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.bridges.openings import Openings

ROOT = Path(__file__).parents[2]
KEY = "a-key-for-the-test"
PARAMETER = "/bridgewatch/roadsignals-key"


class Operator:
    """Somebody with a shell, credentials and the settings of a deployment that polls loopback."""

    def __init__(self, cloud: Cloud, directory: Path, url: str) -> None:
        self.cloud = cloud
        self._directory = directory
        default = load_settings().model_dump(mode="json", by_alias=True)
        default["sources"]["roadsignals"] |= {"url": url + ROAD_SIGNALS_PATH}
        self.document: dict[str, Any] = default

    @property
    def settings(self) -> Path:
        file = self._directory / "settings.json"
        file.write_text(json.dumps(self.document))
        return file

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **self.cloud.environment(), "CDK_VALIDATION": "false"}
        return subprocess.run(  # noqa: S603 - our own commands
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def make(self, verb: str) -> subprocess.CompletedProcess[str]:
        output = f"--output {self._directory / 'cdk.out'}"
        if verb == "deploy":
            output += " --method=direct --require-approval=never"
        return self.run("make", verb, f"SETTINGS={self.settings}", f"ARGS={output}")

    def stacks(self) -> set[str]:
        stacks = self.cloud.client("cloudformation").describe_stacks()["Stacks"]
        return {stack["StackName"] for stack in stacks if stack["StackName"] != "CDKToolkit"}

    def poll(self) -> dict[str, Any]:
        answer = self.cloud.client("lambda").invoke(FunctionName="bridgewatch-poller")
        return dict(json.loads(answer["Payload"].read()))

    def records(self) -> int:
        answer = self.cloud.client("timestream-query").query(
            QueryString='SELECT count(*) FROM "bridgewatch"."observations"'
        )
        return int(answer["Rows"][0]["Data"][0]["ScalarValue"])


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    clock = SystemClock()
    openings: Openings = {"Hisingsbron": ()}
    with Cloud(clock) as cloud, BridgeServer(clock, openings, KEY) as bridges:
        operator = Operator(cloud, tmp_path, bridges.url)
        cloud.client("ssm").put_parameter(Name=PARAMETER, Value=KEY, Type="SecureString")
        operator.run(
            Path(sys.executable).parent / "cdk", "bootstrap", f"aws://{cloud.account}/{REGION}"
        )
        yield operator


@pytest.mark.timeout(240)
def test_a_deployment_is_checked_paused_resumed_destroyed_and_taken_up_again_with_its_history(
    operator: Operator,
) -> None:
    # given: a deployment that passed its checks
    deployed = operator.make("deploy")
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    assert "Hisingsbron is Closed" in deployed.stdout
    assert operator.poll()["written"] == 1
    alarms, scheduler = operator.cloud.client("cloudwatch"), operator.cloud.client("scheduler")

    def silence() -> bool:
        (alarm,) = alarms.describe_alarms(AlarmNames=["bridgewatch-silence"])["MetricAlarms"]
        return bool(alarm["ActionsEnabled"])

    def schedule() -> dict[str, Any]:
        found = scheduler.get_schedule(Name="bridgewatch-poller")
        return {key: found[key] for key in ("State", "ScheduleExpression", "Target")}

    before = schedule()

    # when, then: paused, nothing is polled and silence does not ring
    paused = operator.make("pause")
    assert paused.returncode == 0, paused.stderr
    assert schedule() == {**before, "State": "DISABLED"}
    assert not silence()

    resumed = operator.make("resume")
    assert resumed.returncode == 0, resumed.stderr
    assert schedule() == before
    assert silence()

    # when, then: destroyed, the data is left and it is said
    destroyed = operator.make("destroy")
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert operator.stacks() == {"bridgewatch-storage"}
    assert "Kept: the storage stack" in destroyed.stdout
    assert operator.records() == 1

    # when, then: deployed again, it goes on with the same table
    again = operator.make("deploy")
    assert again.returncode == 0, again.stdout + again.stderr
    assert operator.poll()["written"] == 1
    assert operator.records() == 2

    # when: only the table is left behind, without its stack
    cloudformation = operator.cloud.client("cloudformation")
    for stack in ("poller", "cost-alarm", "storage"):
        cloudformation.delete_stack(StackName=f"bridgewatch-{stack}")
    assert not operator.stacks()

    # then: settings that say so take it up
    operator.document["storage"]["existing"] = True
    taken_up = operator.make("deploy")
    assert taken_up.returncode == 0, taken_up.stdout + taken_up.stderr
    assert operator.poll()["written"] == 1
    assert operator.records() == 3
