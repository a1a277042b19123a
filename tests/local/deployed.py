"""A function on the embedded cloud, for a test to invoke through the ordinary API."""

# ruff: noqa: ANN401 - an event is any JSON, and a setting whatever boto3 takes

from __future__ import annotations

import base64
import io
import json
import os
import textwrap
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.cloud import Cloud

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


@dataclass(frozen=True)
class Answer:
    payload: Any
    error: str | None
    log: list[str]


class Deployed:
    def __init__(self, cloud: Cloud, name: str, code: str, **settings: Any) -> None:
        self.cloud, self.name = cloud, name
        self._lambda = cloud.client("lambda")
        answer = self._lambda.create_function(
            FunctionName=name,
            Runtime="python3.14",
            Handler="index.handler",
            Role=role(cloud),
            Code={"ZipFile": zipped(code)},
            **settings,
        )
        self.arn: str = answer["FunctionArn"]

    def invoke(self, event: Any = None) -> Answer:
        answer = self._lambda.invoke(
            FunctionName=self.name, Payload=json.dumps(event), LogType="Tail"
        )
        return Answer(
            json.loads(answer["Payload"].read()),
            answer.get("FunctionError"),
            base64.b64decode(answer["LogResult"]).decode().splitlines(),
        )

    def update_code(self, code: str) -> None:
        self._lambda.update_function_code(FunctionName=self.name, ZipFile=zipped(code))

    def update_configuration(self, **settings: Any) -> None:
        self._lambda.update_function_configuration(FunctionName=self.name, **settings)

    def log(self) -> list[str]:
        group = f"/aws/lambda/{self.name}"
        events = self.cloud.client("logs").filter_log_events(logGroupName=group)["events"]
        return [event["message"] for event in events]

    def schedule(self, expression: str, **settings: Any) -> None:
        target = {"Arn": self.arn, "RoleArn": role(self.cloud), **settings.pop("Target", {})}
        self.cloud.client("scheduler").create_schedule(
            Name=self.name,
            ScheduleExpression=expression,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target=target,
            **settings,
        )


def role(cloud: Cloud) -> str:
    iam = cloud.client("iam")
    roles: dict[str, str] = {role["RoleName"]: role["Arn"] for role in iam.list_roles()["Roles"]}
    if "runs-functions" not in roles:
        made = iam.create_role(RoleName="runs-functions", AssumeRolePolicyDocument=TRUST)
        return str(made["Role"]["Arn"])
    return roles["runs-functions"]


def zipped(code: str) -> bytes:
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("index.py", textwrap.dedent(code))
    return bundle.getvalue()


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
