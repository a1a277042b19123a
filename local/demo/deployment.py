"""Deploys onto an embedded cloud with the genuine tools, and reads the table that they make."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from local.cloud import REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_timestream_query import TimestreamQueryClient

    from local.cloud import Cloud

ROOT = Path(__file__).parents[2]


class Deployment:
    """What settings say, on a cloud.

    :param settings: the file.
    :param output: the directory for the templates.
    :param say: told each command of the CDK before it runs.
    """

    def __init__(
        self, cloud: Cloud, settings: Path, output: Path, say: Callable[[str], None] | None = None
    ) -> None:
        self._cloud = cloud
        self._settings = settings
        self._output = output
        self._say = say

    def deploy(self) -> None:
        """Deploy every stack.

        :raises subprocess.CalledProcessError: if the CDK fails.
        """
        self.cdk("bootstrap", f"aws://{self._cloud.account}/{REGION}")
        self.cdk("deploy", "--all", "--method=direct", "--require-approval=never")

    def cdk(self, *words: str) -> None:
        """Run the CDK's command line."""
        if self._say:
            self._say(f"cdk {' '.join(words)}")
        ours = ("--output", self._output / "cdk.out", "-c", f"settings={self._settings}")
        self.run([Path(sys.executable).parent / "cdk", *words, *ours])

    def bridgewatch(self, clock_path: Path, *words: str | Path) -> str:
        """Run the operator's command line, as a process that lives in simulated time."""
        simulated: list[str | Path] = [
            sys.executable,
            "-m",
            "local.simulated_time.process",
            clock_path,
        ]
        return self.run([*simulated, "-m", "bridgewatch", *words, "--settings", self._settings])

    def run(self, command: list[str | Path]) -> str:
        """Run a command against the cloud; what it prints is kept, and shown if it fails.

        :raises subprocess.CalledProcessError: if it fails.
        """
        environment = {**os.environ, **self._cloud.environment(), "CDK_VALIDATION": "false"}
        done = subprocess.run(  # noqa: S603 - our own commands
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.stderr.write(done.stdout + done.stderr)
        done.check_returncode()
        return done.stdout


def rows(timestream: TimestreamQueryClient, sql: str) -> Iterator[list[str]]:
    """Run a query, and give its rows."""
    for page in timestream.get_paginator("query").paginate(QueryString=sql):
        for row in page["Rows"]:
            yield [datum["ScalarValue"] for datum in row["Data"]]
