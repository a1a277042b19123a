"""The settings: everything that differs between two deployments.

People type them, as the context key `bridgewatch` of cdk.json or as a file of their own, so the
model checks them to the last detail and answers a mistake with one sentence (`SettingsError`).
"""

from __future__ import annotations

import ipaddress
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeAlias, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

CDK_JSON = Path(__file__).parent.parent / "cdk.json"

# https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html
MEASURE_NAME_BYTES = 256
DIMENSION_NAME_BYTES = 60
DIMENSIONS_PER_TABLE = 128
RECORD_BYTES = 2048
MEMORY_STORE_HOURS = 8766
MAGNETIC_STORE_DAYS = 73000

# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html
NOTIFICATIONS_PER_BUDGET = 10

NDW_URL = "https://opendata.ndw.nu/actueel_beeld.xml.gz"

Retention: TypeAlias = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,
    1096, 1827, 2192, 2557, 2922, 3288, 3653,
]  # fmt: skip
"""Days that CloudWatch Logs can keep a log group.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""

PollSeconds: TypeAlias = Literal[5, 6, 10, 12, 15, 20, 30, 60]
"""From 5 seconds to EventBridge Scheduler's finest rate, with whole polls in every minute."""

Status: TypeAlias = Literal["Open", "Closed"]

# Country, UN/LOCODE, fairway section, object and hectometre: 2, 3, 5, 5 and 5 characters
# (RIS Index Encoding Guide, https://ris.cesni.eu).
ISRS = re.compile(r"[A-Z]{2}[A-Z0-9]{13}[0-9]{5}")

# https://www.rfc-editor.org/rfc/rfc9110#name-tokens
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class SettingsError(Exception):
    """A wrong setting, as one sentence: the key, the value and what is allowed."""


def _must(rule: str, pattern: str) -> AfterValidator:
    """Make a check that the whole text matches a pattern; `rule` says so in words."""
    allowed = re.compile(pattern)

    def check(text: str) -> str:
        if not allowed.fullmatch(text):
            raise ValueError(f"it must {rule}")
        return text

    return AfterValidator(check)


def _at_most_bytes(limit: int) -> AfterValidator:
    def check(text: str) -> str:
        if len(text.encode()) > limit:
            raise ValueError(f"it must be at most {limit} bytes of UTF-8")
        return text

    return AfterValidator(check)


def _not_reserved(name: str) -> str:
    if name == "source":
        raise ValueError("every record has that dimension already: the name of its source")
    if name in {"measure_value", "time", "ts_non_existent_col"} or name.startswith(
        ("ts_", "measure_name")
    ):
        raise ValueError(
            "Timestream reserves it: measure_value, time, ts_non_existent_col, "
            "and what starts with ts_ or measure_name"
        )
    return name


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        right = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        right = False
    if not right or re.search(r"\s", url):
        raise ValueError("it must be an address that starts with http:// or https://")
    return url


Text: TypeAlias = Annotated[
    str, _must("have characters, none of them a control character", r"[^\x00-\x1f]+")
]
DimensionName: TypeAlias = Annotated[
    Text,
    _must("have no colon", r"[^:]+"),
    _at_most_bytes(DIMENSION_NAME_BYTES),
    AfterValidator(_not_reserved),
]
SourceName: TypeAlias = Annotated[
    str, _must("be 1 to 64 letters, digits, - and _", r"[A-Za-z0-9_-]{1,64}")
]
DeploymentName: TypeAlias = Annotated[
    str,
    _must(
        "be 3 to 32 lower-case letters, digits and single -, and start with a letter",
        r"(?=.{3,32}$)[a-z](-?[a-z0-9])+",
    ),
]
ParameterName: TypeAlias = Annotated[
    str,
    # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
    _must(
        "be the name of a parameter: letters, digits, . - and _, with / between its parts",
        r"(?=.{1,1011}$)/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*",
    ),
]
WebAddress: TypeAlias = Annotated[str, AfterValidator(_web_address)]
Pointer: TypeAlias = Annotated[
    str, _must("be a JSON pointer, such as /status or /bridges/0/open", r"(/([^~]|~[01])*)?")
]
Email: TypeAlias = Annotated[str, _must("be an e-mail address", r"[^@\s]+@[^@\s]+")]
Percent: TypeAlias = Annotated[int, Field(ge=1, le=1000)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("it must be a time zone, such as Europe/Stockholm") from None
    return name


TimeZone: TypeAlias = Annotated[str, AfterValidator(_time_zone)]


class Bridge(_Model):
    """One movable bridge."""

    name: Annotated[Text, _at_most_bytes(MEASURE_NAME_BYTES)] = Field(
        description="What the bridge is called; its records' measure name, at most 256 bytes."
    )
    source: str = Field(description="Which of `sources` tells its status.")
    code: Text | None = Field(
        default=None,
        description="What the source calls it. For `ndw`, its ISRS code; for `json`, what replaces "
        "`{code}` in the source's `url` or `pointer`.",
    )
    dimensions: dict[DimensionName, Text] = Field(
        default={},
        description="What else its records say about it, such as its city: names of at most 60 "
        "bytes, with values. `source` is added by itself. Part of a record's identity: a changed "
        "dimension begins a new time series.",
    )
    timezone: TimeZone = Field(
        default="UTC",
        exclude=True,  # the poller knows UTC only
        description="Whose hours and weekdays `stats` counts in, such as `Europe/Stockholm`.",
    )

    @property
    def record_dimensions(self) -> dict[str, str]:
        """The dimensions of its records: its own, and its source."""
        return {**self.dimensions, "source": self.source}

    @property
    def record_bytes(self) -> int:
        """The size of its records, as Timestream counts it.

        https://docs.aws.amazon.com/timestream/latest/developerguide/metering-and-pricing.writes.html
        """
        time = 8
        words = [self.name, "Closed"]
        words += [word for pair in self.record_dimensions.items() for word in pair]
        return time + sum(len(word.encode()) for word in words)


class Key(_Model):
    """Where a source's API key is kept, and where a request carries it."""

    parameter: ParameterName = Field(
        description="The name of the SSM SecureString parameter that holds the key. The key itself "
        "is never a setting.",
    )
    place: Literal["header", "query", "path"] = Field(
        alias="in",
        description="Where a request carries it; `path` replaces `{key}` in the `url`.",
    )
    name: Text | None = Field(
        default=None,
        description="The header's or query parameter's name; not for `path`.",
    )


class _Source(_Model):
    timeout_seconds: float = Field(
        default=5,
        gt=0,
        le=20,
        description="How long a request may take to connect, and between two pieces of an answer.",
    )
    attempts: int = Field(
        default=3, ge=1, le=5, description="How often a poll asks before it gives up."
    )
    backoff_seconds: float = Field(
        default=0.5,
        ge=0,
        le=5,
        description="The pause before the second attempt; it doubles with each one after that.",
    )

    @property
    def key_parameter(self) -> str | None:
        """The SSM parameter that holds its API key, if it wants one."""
        return None

    def rule_of_code(self, _bridge: Bridge) -> str | None:
        """Say what the code of a bridge of it breaks, if it breaks anything."""
        return None

    def disagreements(self, _key: str) -> Iterator[str]:
        """Say what in it contradicts itself, each as a sentence.

        :param _key: where it stands in the settings.
        """
        yield from ()


class JsonSource(_Source):
    """An HTTP API that answers JSON."""

    type: Literal["json"] = Field(description="An HTTP API that answers JSON.")
    url: WebAddress = Field(
        description="What is fetched. With `{code}` in it, one request a bridge; without, one "
        "request serves all bridges of the source."
    )
    key: Key | None = Field(default=None, description="The API key, for a source that wants one.")
    pointer: Pointer = Field(
        description="Where the answer holds the status: a JSON pointer (RFC 6901), in which "
        "`{code}` stands for the bridge's code."
    )
    statuses: dict[str, Status] = Field(
        description="The source's words, each with what it means here: `Open` is a raised span. "
        "A word that is not listed is not an observation."
    )
    max_bytes: int = Field(
        default=1_000_000, ge=1, le=10_000_000, description="The longest answer that is read."
    )
    concurrency: int = Field(
        default=4,
        ge=1,
        le=32,
        description="How many bridges are asked for at a time, with `{code}` in the `url`.",
    )
    requests_per_second: float | None = Field(
        default=None,
        gt=0,
        le=1000,
        description="How many requests a second the source allows, where it tells a limit.",
    )

    @property
    def needs_codes(self) -> bool:
        """Whether its bridges are told apart by their codes."""
        return "{code}" in self.url or "{code}" in self.pointer

    @property
    def key_parameter(self) -> str | None:
        """The SSM parameter that holds its API key."""
        return self.key.parameter if self.key else None

    def rule_of_code(self, bridge: Bridge) -> str | None:
        """Say what a bridge's code breaks, if it breaks anything."""
        if self.needs_codes and bridge.code is None:
            return f"the source {bridge.source} tells its bridges apart by their codes"
        return None

    def disagreements(self, key: str) -> Iterator[str]:
        """Say what in it contradicts itself."""
        if missing := set(get_args(Status)) - set(self.statuses.values()):
            rule = f"some word must mean {' and some '.join(sorted(missing))}"
            yield _sentence(f"{key}.statuses", self.statuses, rule)
        in_path = self.key is not None and self.key.place == "path"
        if in_path != ("{key}" in self.url):
            rule = 'it must contain {key} if the key is "in": "path", and only then'
            yield _sentence(f"{key}.url", self.url, rule)
        if self.key and not _is_private(self.url):
            rule = "a key is only sent over https, or to loopback"
            yield _sentence(f"{key}.url", self.url, rule)
        if self.key and in_path != (self.key.name is None):
            rule = 'a header or query parameter needs a name, and "in": "path" has none'
            yield _sentence(f"{key}.key.name", self.key.name, rule)
        header = self.key.name if self.key and self.key.place == "header" else None
        if header and not HEADER_NAME.fullmatch(header):
            rule = "a header's name has no spaces and no letters but A to Z"
            yield _sentence(f"{key}.key.name", header, rule)


class NdwSource(_Source):
    """The feed of NDW, the Dutch road-traffic data portal; it needs no key."""

    type: Literal["ndw"] = Field(
        description="The feed of NDW, the Dutch road-traffic data portal; it needs no key."
    )
    url: WebAddress = Field(default=NDW_URL, description="Where the feed is.")
    max_bytes: int = Field(
        default=256_000_000,
        ge=1,
        le=1_000_000_000,
        description="The largest feed that is read, unpacked.",
    )

    def rule_of_code(self, bridge: Bridge) -> str | None:
        """Say what a bridge's code breaks, if it breaks anything."""
        if ISRS.fullmatch(bridge.code or ""):
            return None
        return "a bridge of an ndw source needs its ISRS code, such as NLAMS002122253000074"


Source: TypeAlias = Annotated[JsonSource | NdwSource, Field(discriminator="type")]
"""The types of sources; each also stands in `SOURCE_TYPES` (lambdas/poller/sources/types.py)."""


def source_types() -> tuple[str, ...]:
    """Give the values that a source's `type` may have."""
    members: tuple[type[_Source], ...] = get_args(get_args(Source)[0])
    return tuple(get_args(member.model_fields["type"].annotation)[0] for member in members)


class Storage(_Model):
    """Where records are kept, and how long."""

    memory_hours: int = Field(
        default=24,
        ge=1,
        le=MEMORY_STORE_HOURS,
        description="Hours in the memory store: the fast one, and by far the dearer.",
    )
    magnetic_days: int = Field(
        default=3650,
        ge=1,
        le=MAGNETIC_STORE_DAYS,
        description="Days in the magnetic store; older records are gone for good.",
    )
    kms_key: bool = Field(
        default=False,
        description="Encrypt the database and the queues with a KMS key of the deployment's own, "
        "which costs 1 USD a month. Without it they are encrypted with keys of AWS's, at no "
        "charge.",
    )
    existing: bool = Field(
        default=False,
        description="Take up the database and table that an earlier deployment of this name left "
        "behind, as they are: nothing here changes them "
        "([how](docs/operations.md#take-up-a-retained-table)).",
    )


SERVICES = (
    "AmazonCloudWatch",
    "CloudWatch Events",  # EventBridge Scheduler, too
    "AWS Key Management Service",
    "AWS Lambda",
    "AWS Systems Manager",
    "Amazon Simple Notification Service",
    "Amazon Simple Queue Service",
    "Amazon Simple Storage Service",
    "Amazon Timestream",
)
"""The services that a deployment uses and is billed for, as Cost Explorer spells them."""


class Alarms(_Model):
    """When something is wrong enough to be told, and who is told."""

    email: Email | None = Field(
        default=None,
        description="Who gets a message when an alarm rings or resolves, or the budget is reached. "
        "AWS asks that address to confirm first. By default, nobody but the topic's subscribers.",
    )
    queued_minutes: int = Field(
        default=60,
        ge=10,
        le=20_160,
        description="How old the oldest record in the queue may become, that is how long "
        "Timestream may take nothing, before the alarm `queue-age` rings.",
    )
    query_minutes: int = Field(
        default=10,
        ge=1,
        le=59,
        description="In how many minutes of an hour the account may use query compute (TCU) before "
        "the alarm `query-compute` rings. Each costs 0.02 USD or more.",
    )
    query_gigabytes: float = Field(
        default=1,
        ge=0.01,
        le=1_000_000,
        description="How many GB the account's queries may scan in an hour before the alarm "
        "`query-bytes` rings. A query counts as 10 MB or more.",
    )


class Budget(_Model):
    """What a month may cost, and when that is reported."""

    monthly_usd: float | None = Field(
        default=None,
        ge=0.01,
        le=1_000_000,
        description="What a month may cost, in US dollars; by default, twice what is predicted "
        "(`python -m bridgewatch cost`), and at least 1.",
    )
    actual_percent: tuple[Percent, ...] = Field(
        default=(50, 80, 100), description="Shares of it, once spent, that send a message."
    )
    forecast_percent: tuple[Percent, ...] = Field(
        default=(100,),
        description="Shares of it, once forecast for the month's end, that send a message.",
    )
    services: tuple[Text, ...] = Field(
        default=SERVICES,
        description="The AWS services whose cost counts, as Cost Explorer spells them: those that "
        "a deployment uses. An empty list means the whole account. AWS checks no spelling: a "
        "budget on services that it does not know stays at 0 and never rings.",
    )
    email: Email | None = Field(
        default=None, description="Who gets the budget's messages as well as the topic."
    )
    fuse: bool = Field(
        default=False,
        description="When the budget is spent, AWS denies queries to the reader role, until you "
        "close the fuse again ([how](docs/operations.md#the-fuse-has-blown)). Records are still "
        "written. An account's third such budget costs 3 USD a month.",
    )


class Settings(_Model):
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
    storage: Storage = Field(default=Storage(), description="Where records are kept.")
    alarms: Alarms = Field(default=Alarms(), description="When an operator is told.")
    budget: Budget = Field(default=Budget(), description="What a month may cost.")
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
            if bridge.name in names:
                yield _sentence(f"bridges[{index}].name", bridge.name, "names must be unique")
            names.add(bridge.name)
            yield from _about_bridge(f"bridges[{index}]", bridge, self.sources)
        for name, source in self.sources.items():
            yield from source.disagreements(f"sources.{name}")
        yield from _about_budget(self.budget)
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

    def poller_configuration(self) -> dict[str, Any]:
        """Say what the poller has to know: `configuration.json` of its bundle, as JSON values."""
        settings = self.model_dump(mode="json", by_alias=True, include={"bridges", "sources"})
        return {
            "heartbeat_seconds": self.heartbeat_minutes * 60,
            "interval_seconds": self.poll_seconds,
            **settings,
        }


def _about_bridge(key: str, bridge: Bridge, sources: Mapping[str, Source]) -> Iterator[str]:
    if bridge.record_bytes > RECORD_BYTES:
        rule = f"makes records of {bridge.record_bytes} bytes; Timestream takes {RECORD_BYTES}"
        yield f"{key}.dimensions {rule}."
    source = sources.get(bridge.source)
    if source is None:
        rule = f"it must be one of the sources: {', '.join(sources)}"
        yield _sentence(f"{key}.source", bridge.source, rule)
    elif broken := source.rule_of_code(bridge):
        yield _sentence(f"{key}.code", bridge.code, broken)


def _about_budget(budget: Budget) -> Iterator[str]:
    for key in ("actual_percent", "forecast_percent"):
        thresholds: tuple[int, ...] = getattr(budget, key)
        if len(set(thresholds)) < len(thresholds):
            yield _sentence(f"budget.{key}", thresholds, "its values must be unique")
    count = len(budget.actual_percent) + len(budget.forecast_percent)
    if not 1 <= count <= NOTIFICATIONS_PER_BUDGET:
        yield (
            f"budget has {count} thresholds, "
            f"but AWS Budgets takes 1 to {NOTIFICATIONS_PER_BUDGET} of them."
        )


def load_settings(path: Path | None = None) -> Settings:
    """Read and check the settings.

    :param path: a file that holds the settings as one JSON object, or a cdk.json that holds them in
        its context under `bridgewatch`; without it, this project's cdk.json.
    :raises SettingsError: one sentence that says what is wrong first, and how much more is.
    """
    file = path or CDK_JSON
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SettingsError(f"{file} is not JSON: {error}.") from error
    if path is None or (isinstance(document, dict) and "context" in document):
        document = document.get("context", {}).get("bridgewatch")
    return parse_settings(document)


def parse_settings(document: object) -> Settings:
    """Check settings that were read from somewhere.

    :param document: the settings as JSON values.
    :raises SettingsError: one sentence that says what is wrong first, and how much more is.
    """
    try:
        # As JSON, strictly: true is no number, "24" neither, and a list is how JSON writes a tuple.
        return Settings.model_validate_json(json.dumps(document), strict=True)
    except ValidationError as error:
        # pydantic also calls a list too short whose only value is wrong.
        details = [one for one in error.errors() if one["type"] != "too_short" or not one["input"]]
        sentences = [line for detail in details for line in _explain(detail, document)]
        more = f" (and {len(sentences) - 1} more)" if sentences[1:] else ""
        raise SettingsError(sentences[0] + more) from error


def _explain(error: ErrorDetails, document: object) -> list[str]:
    key = _dotted(error["loc"], document)
    context = error.get("ctx", {})
    types = " or ".join(source_types())
    match error["type"]:
        case "value_error" if not key:
            return str(context["error"]).splitlines()
        case "missing":
            return [f"{key} is missing, but it is required."]
        case "extra_forbidden":
            return [f"{key} is not a setting; README.md lists them."]
        case "union_tag_not_found":
            return [f"{key}.type is missing, but it must be {types}."]
        case "union_tag_invalid":
            return [_sentence(f"{key}.type", context["tag"], f"it must be {types}")]
        case "value_error":
            rule = str(context["error"])
        case "too_short":
            rule = f"it must have at least {context['min_length']}"
        case "model_type" | "model_attributes_type" | "dict_type":
            rule = "it must be an object"
        case "tuple_type":
            rule = "it must be a list"
        case _:
            rule = error["msg"].partition(",")[0] if "parsing" in error["type"] else error["msg"]
            rule = rule.replace("Input should", "it must").replace("'", "")
    return [_sentence(key or "bridgewatch", error["input"], rule)]


def _dotted(location: tuple[int | str, ...], document: object) -> str:
    """Write a key as `bridges[0].source`, without the steps that only pydantic knows."""
    dotted = ""
    value: Any = document
    for step in location:
        if isinstance(step, int):
            dotted += f"[{step}]"
        elif step != "[key]" and not _is_tag(step, dotted, value):
            dotted += f".{step}" if dotted else step
        else:
            continue
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            value = None
    return dotted


def _is_tag(step: str, dotted: str, value: object) -> bool:
    """Tell whether a step of pydantic's is the type of a source, which is no key."""
    in_source = dotted.startswith("sources.") and dotted.count(".") == 1
    return in_source and isinstance(value, dict) and step == value.get("type")


def _sentence(key: str, value: object, rule: str) -> str:
    shown = json.dumps(value, ensure_ascii=False, default=str)
    longest = 80
    if len(shown) > longest:
        shown = shown[:longest] + "..."
    return f"{key} is {shown}, but {rule}."


def _is_private(url: str) -> bool:
    """Tell whether nobody on the way can read what is sent to an address."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
