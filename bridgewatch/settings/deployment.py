"""All the settings of one deployment, and where they contradict each other."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from bridgewatch.settings.alarms import Alarms
from bridgewatch.settings.bridges import DIMENSIONS_PER_TABLE, RECORD_BYTES, Bridge
from bridgewatch.settings.budget import Budget
from bridgewatch.settings.model import NUMBER, Model, must, sentence
from bridgewatch.settings.notify import Notify
from bridgewatch.settings.page import Page, as_page, slugs
from bridgewatch.settings.sources import Source, SourceName
from bridgewatch.settings.storage import Storage, TimestreamStorage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Retention: TypeAlias = Annotated[Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,
    1096, 1827, 2192, 2557, 2922, 3288, 3653,
], NUMBER]  # fmt: skip
"""Days that CloudWatch Logs can keep a log group.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""

PollSeconds: TypeAlias = Literal[5, 6, 10, 12, 15, 20, 30, 60]
"""From 5 seconds to EventBridge Scheduler's finest rate, with whole polls in every minute."""

DeploymentName: TypeAlias = Annotated[
    str,
    must(
        "be 3 to 32 lower-case letters, digits and single -, and start with a letter",
        r"(?=.{3,32}$)[a-z](-?[a-z0-9])+",
    ),
]


class Settings(Model):
    """Everything that differs between two deployments."""

    deployment: DeploymentName = Field(
        default="bridgewatch",
        description="The name of the deployment, 3 to 32 lower-case letters, digits and single "
        "`-`: its database, and the prefix of every other name. Another name is another "
        "deployment, with a database of its own.",
    )
    bridges: tuple[Bridge, ...] = Field(min_length=1, description="The bridges to watch.")
    sources: dict[SourceName, Source] = Field(
        min_length=1,
        description="Where their statuses are read, by a name that the records carry.",
    )
    heartbeat_minutes: int = Field(
        default=60,
        ge=1,
        le=60,
        description="A record is written at least this often, so that silence means an outage.",
    )
    poll_seconds: PollSeconds = Field(
        default=60,
        description="From one poll to the next. Below 60 the poller waits in a loop inside its "
        "minute, and AWS bills the waiting: every 30 s, some 5 USD a month, or nothing within "
        "Lambda's free allowance; every 5 s, 9 USD, or 3.",
    )
    reserve_concurrency: bool = Field(
        default=True,
        description="Let each function run once at a time, at no charge, by one of the account's "
        "concurrent executions being kept for it. An account whose limit is 10, as new ones' is, "
        "has none to spare and must say false (or ask AWS for more). Without it a duplicate event "
        "may run beside the poller, and where the two see different statuses, the table tells the "
        "wrong one until the next change or heartbeat.",
    )
    storage: Storage = Field(default=TimestreamStorage(), description="Where records are kept.")
    alarms: Alarms = Field(default=Alarms(), description="When an operator is told.")
    budget: Budget = Field(default=Budget(), description="What a month may cost.")
    notify: Notify = Field(
        default=Notify(), description="Who is told what the bridges do ([how](notify.md))."
    )
    page: Annotated[Page | None, BeforeValidator(as_page)] = Field(
        default=None,
        description="A public page, with an API: is the bridge open? `true`, or an object of what "
        "follows ([what it is and costs](page.md)). Timestream gets a small DynamoDB table "
        "beside it for that.",
    )
    dashboard: bool = Field(
        default=False,
        description="A CloudWatch dashboard of polls, records, queues and queries. An account's "
        "fourth dashboard costs 3 USD a month.",
    )
    log_retention_days: Retention = Field(
        default=30, description="How long CloudWatch Logs keeps what the functions log."
    )

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        # Each line is a sentence of its own: `load_settings` counts them.
        if disagreements := "\n".join(self._disagreements()):
            raise ValueError(disagreements)
        return self

    def _disagreements(self) -> Iterator[str]:
        names: set[str] = set()
        for index, bridge in enumerate(self.bridges):
            # Letters with accents are written in two ways that look the same.
            name = unicodedata.normalize("NFC", bridge.name)
            if name in names:
                yield sentence(f"bridges[{index}].name", bridge.name, "names must be unique")
            names.add(name)
            yield from _about_bridge(f"bridges[{index}]", bridge, self.sources)
        for name, source in self.sources.items():
            yield from source.disagreements(f"sources.{name}")
        yield from self.storage.disagreements("storage")
        yield from self.budget.disagreements("budget")
        if self.notify.rules and self.storage.type == "dynamodb" and self.storage.existing:
            rule = (
                "notify.rules need a table with a stream, and this leaves one as it is: leave them "
                "out, or deploy under another name and `move` the history there"
            )
            yield sentence("storage.existing", True, rule)  # noqa: FBT003 - its value
        yield from self.notify.disagreements("notify", [bridge.name for bridge in self.bridges])
        dimensions = {name for bridge in self.bridges for name in bridge.dimensions}
        # One is for `source`, which every record has.
        if len(dimensions) > DIMENSIONS_PER_TABLE - 1:
            yield (
                f"The bridges have {len(dimensions)} different dimensions between them, "
                f"but a table takes {DIMENSIONS_PER_TABLE - 1} besides `source`."
            )

    def key_parameters(self) -> tuple[str, ...]:
        """List the SSM parameters that hold API keys, each once, in the order of the sources."""
        keys = (source.key_parameter for source in self.sources.values())
        return tuple(dict.fromkeys(key for key in keys if key))

    def page_configuration(self) -> dict[str, Any]:
        """Say what the page has to know: `configuration.json` of its bundle, as JSON values."""
        return {
            "title": (self.page or Page()).title,
            "heartbeat_seconds": self.heartbeat_minutes * 60,
            "interval_seconds": self.poll_seconds,
            "bridges": [
                {
                    "name": bridge.name,
                    "slug": slug,
                    "timezone": bridge.timezone,
                    "place": bridge.dimensions.get("city", ""),
                }
                for bridge, slug in zip(self.bridges, slugs(self.bridges), strict=True)
            ],
        }

    def poller_configuration(self) -> dict[str, Any]:
        """Say what the poller has to know: `configuration.json` of its bundle, as JSON values."""
        settings = self.model_dump(mode="json", by_alias=True, include={"bridges", "sources"})
        return {
            "heartbeat_seconds": self.heartbeat_minutes * 60,
            "interval_seconds": self.poll_seconds,
            **settings,
        }

    def notifier_configuration(self) -> dict[str, Any]:
        """Say what the notifier has to know: `configuration.json` of its bundle."""
        return {
            "deployment": self.deployment,
            "heartbeat_seconds": self.heartbeat_minutes * 60,
            "interval_seconds": self.poll_seconds,
            "bridges": [{"name": one.name, "timezone": one.timezone} for one in self.bridges],
            "targets": {
                name: target.model_dump(mode="json", exclude={"emails"}, exclude_none=True)
                for name, target in self.notify.targets.items()
            },
            "rules": {name: rule.configuration() for name, rule in self.notify.rules.items()},
        }


def _about_bridge(key: str, bridge: Bridge, sources: Mapping[str, Source]) -> Iterator[str]:
    if bridge.record_bytes > RECORD_BYTES:
        rule = f"makes records of {bridge.record_bytes} bytes; Timestream takes {RECORD_BYTES}"
        yield f"{key}.dimensions {rule}."
    source = sources.get(bridge.source)
    if source is None:
        rule = f"it must be one of the sources: {', '.join(sources)}"
        yield sentence(f"{key}.source", bridge.source, rule)
    elif broken := source.rule_of_code(bridge):
        yield sentence(f"{key}.code", bridge.code, broken)
