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
from embedded_timestream.clock import SystemClock
from local.bridges.server import ROAD_SIGNALS_PATH, BridgeServer
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

    def cdk(self, *words: str) -> subprocess.CompletedProcess[str]:
        cdk = Path(sys.executable).with_name("cdk")
        return self.run(cdk, *words, "--output", self._directory / "cdk.out")

    def make(self, verb: str) -> subprocess.CompletedProcess[str]:
        output = f"--output {self._directory / 'cdk.out'}"
        if verb == "deploy":
            output += " --method=direct --require-approval=never"
        # What is installed is: no test installs.
        return self.run(
            "make", "--old-file=setup", verb, f"SETTINGS={self.settings}", f"ARGS={output}"
        )

    def stacks(self) -> set[str]:
        stacks = self.cloud.client("cloudformation").describe_stacks()["Stacks"]
        return {stack["StackName"] for stack in stacks}

    def output(self, stack: str, name: str) -> str:
        client = self.cloud.client("cloudformation")
        (found,) = client.describe_stacks(StackName=stack)["Stacks"]
        (value,) = (one["OutputValue"] for one in found["Outputs"] if one["OutputKey"] == name)
        return str(value)

    def poll(self) -> dict[str, Any]:
        answer = self.cloud.client("lambda").invoke(FunctionName="bridgewatch-poller")
        return dict(json.loads(answer["Payload"].read()))

    def poller_counts(self, namespace: str, dimensions: list[dict[str, str]], name: str) -> bool:
        """Say whether the poller's log holds a metric, in CloudWatch's embedded format."""
        wanted = {one["Name"]: one["Value"] for one in dimensions}
        events = self.cloud.client("logs").filter_log_events(
            logGroupName="/aws/lambda/bridgewatch-poller"
        )["events"]
        lines = [json.loads(one["message"]) for one in events if '"_aws"' in one["message"]]
        return any(
            metrics["Namespace"] == namespace
            and [*wanted] in metrics["Dimensions"]
            and name in [metric["Name"] for metric in metrics["Metrics"]]
            and wanted.items() <= line.items()
            for line in lines
            for metrics in line["_aws"]["CloudWatchMetrics"]
        )

    def records(self) -> int:
        answer = self.cloud.client("timestream-query").query(
            QueryString='SELECT count(*) FROM "bridgewatch"."observations"'
        )
        return int(answer["Rows"][0]["Data"][0]["ScalarValue"])


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud(SystemClock()) as cloud:
        cloud.client("ssm").put_parameter(Name=PARAMETER, Value=KEY, Type="SecureString")
        yield cloud


@pytest.fixture(scope="module")
def operator(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    openings: Openings = {"Hisingsbron": ()}
    with BridgeServer(SystemClock(), openings, KEY) as bridges:
        operator = Operator(cloud, tmp_path_factory.mktemp("operator"), bridges.url)
        operator.cdk("bootstrap", f"aws://{cloud.account}/{REGION}")
        yield operator


@pytest.fixture(scope="module", params=["netherlands", "everything"])
def example(request: pytest.FixtureRequest, operator: Operator) -> str:
    """Deploy one of the examples."""
    name = str(request.param)
    deployed = operator.cdk(
        "deploy", "--all", "--method=direct", "--require-approval=never", *settings_of(name)
    )
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    return name


def settings_of(example: str) -> tuple[str, str]:
    return ("-c", f"settings={ROOT / 'examples' / example}.json")


@pytest.mark.timeout(120)
def test_each_example_is_deployed_and_nothing_differs_then(
    operator: Operator, example: str
) -> None:
    differing = operator.cdk("diff", "--fail", "--method=template", *settings_of(example))

    assert differing.returncode == 0, differing.stdout + differing.stderr
    names = {f"bridgewatch-{example}-{one}" for one in ("storage", "poller", "cost-alarm")}
    assert names <= operator.stacks()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("example", ["everything"], indirect=True)
def test_a_blown_fuse_denies_the_reader_its_queries_until_it_is_reversed(
    operator: Operator, cloud: Cloud, example: str
) -> None:
    budgets, iam = cloud.client("budgets"), cloud.client("iam")
    budget = {
        "AccountId": cloud.account,
        "BudgetName": operator.output(f"bridgewatch-{example}-cost-alarm", "FuseBudgetName"),
    }
    (action,) = budgets.describe_budget_actions_for_budget(**budget)["Actions"]
    reader = operator.output(f"bridgewatch-{example}-storage", "ReaderRoleArn").rpartition("/")[2]

    def denials() -> list[str]:
        attached = iam.list_attached_role_policies(RoleName=reader)["AttachedPolicies"]
        return [policy["PolicyArn"] for policy in attached]

    def execute(how: str) -> None:
        budgets.execute_budget_action(**budget, ActionId=action["ActionId"], ExecutionType=how)

    assert denials() == []
    execute("APPROVE_BUDGET_ACTION")
    assert denials() == [action["Definition"]["IamActionDefinition"]["PolicyArn"]]
    execute("REVERSE_BUDGET_ACTION")
    assert denials() == []


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

    def tells() -> bool:
        (alarm,) = alarms.describe_alarms(AlarmNames=["bridgewatch-heartbeat"])["MetricAlarms"]
        return bool(alarm["ActionsEnabled"])

    def schedule() -> dict[str, Any]:
        found = scheduler.get_schedule(Name="bridgewatch-poller")
        return {key: found[key] for key in ("State", "ScheduleExpression", "Target")}

    # then: what the poller counts is what the alarm heartbeat watches
    (alarm,) = alarms.describe_alarms(AlarmNames=["bridgewatch-heartbeat"])["MetricAlarms"]
    assert operator.poller_counts(alarm["Namespace"], alarm["Dimensions"], alarm["MetricName"])

    before = schedule()

    # when, then: paused, nothing is polled and the alarm heartbeat does not tell
    paused = operator.make("pause")
    assert paused.returncode == 0, paused.stderr
    assert schedule() == {**before, "State": "DISABLED"}
    assert not tells()

    resumed = operator.make("resume")
    assert resumed.returncode == 0, resumed.stderr
    assert schedule() == before
    assert tells()

    # when, then: destroyed, the data is left and it is said
    destroyed = operator.make("destroy")
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert "bridgewatch-storage" in operator.stacks()
    assert not {"bridgewatch-poller", "bridgewatch-cost-alarm"} & operator.stacks()
    assert "Kept: the storage stack" in destroyed.stdout
    assert operator.records() == 1

    # when, then: deployed again, it goes on with the same table
    again = operator.make("deploy")
    assert again.returncode == 0, again.stdout + again.stderr
    assert operator.poll()["written"] == 1
    assert operator.records() == 2

    # when, then: a living deployment keeps its store, and whoever wants another is told how to move
    _refuses_the_other_store(operator)

    # when: only the table is left behind, without its stack
    cloudformation = operator.cloud.client("cloudformation")
    cloudformation.update_termination_protection(
        StackName="bridgewatch-storage", EnableTerminationProtection=False
    )
    for stack in ("poller", "cost-alarm", "storage"):
        cloudformation.delete_stack(StackName=f"bridgewatch-{stack}")
    assert "bridgewatch-storage" not in operator.stacks()

    # then: settings that say so take it up
    operator.document["storage"]["existing"] = True
    taken_up = operator.make("deploy")
    assert taken_up.returncode == 0, taken_up.stdout + taken_up.stderr
    assert operator.poll()["written"] == 1
    assert operator.records() == 3


def _refuses_the_other_store(operator: Operator) -> None:
    storage, cdk_settings = operator.document["storage"], f"settings={operator.settings}"
    operator.document["storage"] = {"type": "dynamodb"}
    checked = operator.make("deploy")
    assert checked.returncode != 0
    assert "The history of bridgewatch is in timestream, where it would stay" in checked.stdout
    assert "cdk deploy" not in checked.stdout

    bare = operator.cdk(
        *("deploy", "bridgewatch-storage", "--method=direct", "--require-approval=never"),
        *("-c", cdk_settings),
    )
    assert bare.returncode != 0
    assert "The history of this deployment is in another store" in bare.stderr, bare.stderr
    assert operator.cloud.client("dynamodb").list_tables()["TableNames"] == []
    assert operator.output("bridgewatch-storage", "Store") == "timestream"
    assert operator.records() == 2

    diff = operator.cdk(
        "diff", "bridgewatch-storage", "--method=template", "-c", cdk_settings, "--no-notices"
    )
    told = diff.stdout + diff.stderr
    # The history would stay, and no stack would have it.
    for words in ("AWS::DynamoDB::Table", "AWS::Timestream::Table", "orphan", "Move to the other"):
        assert words in told, told
    operator.document["storage"] = storage
    assert operator.settings.exists()
