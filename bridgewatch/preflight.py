"""What has to be so before a deployment can work: one check each, in words for a newcomer.

Nothing here changes or costs anything.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    TokenRetrievalError,
)

from bridgewatch.preflight_store import hindrance
from bridgewatch.preflight_targets import TargetError, target_checks
from lambdas.poller.configuration import Configuration
from lambdas.poller.sources import look_at
from lambdas.store import StoreError
from lambdas.timestream import explained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import boto3

    from bridgewatch.settings import Settings
    from lambdas.poller.sources import Look

P = ParamSpec("P")

REFUSED_REGION = "ap-south-1"
"""Queries are only sold as provisioned compute there, at some 1,720 USD a month
(https://docs.aws.amazon.com/timestream/latest/developerguide/provisioned-tcu.html)."""

BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
BOOTSTRAP_VERSION = 6
"""The CDK's templates refuse an older one."""

UNRESERVED = 100
"""So many concurrent executions have to stay unreserved in an account
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html)."""

STACKS = ("storage", "recent", "cost-alarm", "poller", "page", "notifier")
"""Every stack that a deployment may have."""

NEVER_DEPLOYED = {"REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"}
"""The states of a stack that owns nothing."""

HISTORIES = {"AWS::DynamoDB::Table", "AWS::Timestream::Database"}
"""What a storage stack owns, unless it took up what an earlier one left (`storage.existing`)."""

LOOK_SECONDS = 60
"""How long one look at a source may take."""

BRIDGES_TOLD = 5
"""Of a source; the others are counted."""


class CheckError(Exception):
    """A check failed; the text says why, and what to do."""


@dataclass(frozen=True)
class Result:
    """What a check found.

    :param name: what was checked, in a word or two.
    :param passed: None if it was not looked at, as an earlier check failed.
    :param told: what was found, or why not and what to do.
    """

    name: str
    passed: bool | None
    told: str


def preflight(settings: Settings, session: boto3.Session) -> Iterator[Result]:
    """Check everything, each as soon as it is asked for.

    :param session: the account and region to deploy to. API keys are read through boto3's default
        session, as the poller does.
    """
    account = _result("credentials", _credentials, session)
    yield account
    on_timestream = settings.storage.type == "timestream"
    region = _result("region", _region_of_timestream if on_timestream else _region, session)
    yield region
    reachable = bool(account.passed and region.passed)
    in_aws: list[tuple[str, Callable[[boto3.Session], str]]] = [
        ("store", partial(_store, settings=settings)),
        ("stacks", partial(_stacks, settings=settings)),
        ("CDK bootstrap", _bootstrap),
    ]
    if on_timestream:
        in_aws.insert(0, ("Timestream", _timestream))
    if settings.reserve_concurrency:
        in_aws.append(("Lambda", partial(_concurrency, settings=settings)))
    for name, check in in_aws:
        yield _result(name, check, session) if reachable else _not_yet(name)
    keys = {}
    for parameter in settings.key_parameters():
        key = _result("API key", _key, session, parameter) if reachable else _not_yet("API key")
        keys[parameter] = key.passed
        yield key
    for title, check_target in target_checks(settings):
        yield _result(title, check_target, session) if reachable else _not_yet(title)
    configuration = Configuration.parse(settings.poller_configuration())
    for name, source in configuration.sources.items():
        title = f"source {name}"
        if source.key and not keys[source.key.parameter]:
            yield _not_yet(title)
        else:
            yield _result(title, _look, configuration, name)


def _not_yet(name: str) -> Result:
    return Result(name, None, "not looked at: fix what failed above first")


def _result(name: str, check: Callable[P, str], *given: P.args, **options: P.kwargs) -> Result:
    try:
        return Result(name, passed=True, told=check(*given, **options))
    except (CheckError, StoreError, TargetError) as error:
        told = str(error)
    except ClientError as error:
        answer = error.response["Error"]
        told = f"AWS answers {answer['Code']}: {answer.get('Message', '')}"
    except BotoCoreError as error:
        told = f"AWS cannot be reached: {error}"
    return Result(name, passed=False, told=told)


def _credentials(session: boto3.Session) -> str:
    sign_in = "sign in (`aws configure`, or `aws sso login`) or name a --profile"
    try:
        # STS is asked in a region that always answers: the chosen one is checked next.
        identity = session.client("sts", region_name=session.region_name or "us-east-1")
        found = identity.get_caller_identity()
    except (NoCredentialsError, TokenRetrievalError) as error:
        raise CheckError(f"There are no AWS credentials here: {sign_in}.") from error
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise CheckError(f"AWS does not accept these credentials ({code}): {sign_in}.") from error
    return f"account {found['Account']}, as {found['Arn']}"


def _region(session: boto3.Session) -> str:
    region = session.region_name
    if region is None:
        raise CheckError("No region is chosen: choose one with AWS_REGION or --region.")
    if region not in session.get_available_regions("dynamodb"):
        raise CheckError(
            f"DynamoDB is not in {region}, or that is no region: choose one with AWS_REGION or "
            "--region."
        )
    return region


def _region_of_timestream(session: boto3.Session) -> str:
    served = set(session.get_available_regions("timestream-write")) - {REFUSED_REGION}
    choose = (
        f"choose one with AWS_REGION or --region: {', '.join(sorted(served))}; or any, with "
        '"storage": {"type": "dynamodb"} in the settings'
    )
    region = session.region_name
    if region is None:
        raise CheckError(f"No region is chosen: {choose}.")
    if region == REFUSED_REGION:
        raise CheckError(
            f"In {region} Timestream sells queries only as provisioned compute, at some 1,720 USD "
            f"a month: {choose}."
        )
    if region not in served:
        raise CheckError(f"Timestream for LiveAnalytics is not in {region}: {choose}.")
    return region


def _store(session: boto3.Session, *, settings: Settings) -> str:
    """Compare the store that the settings name, and its key, with what is deployed."""
    name, wanted = f"{settings.deployment}-storage", settings.storage.type
    stack = _stack(session, name)
    if stack and stack["StackStatus"] in NEVER_DEPLOYED:
        stack = None
    resources = _resources(session, name) if stack else set()
    if told := hindrance(session, settings, is_owned=bool(resources & HISTORIES)):
        raise CheckError(told)
    if stack is None:
        if settings.storage.existing:
            return f"{wanted}: what an earlier deployment left is taken up"
        return f"{wanted}: nothing is deployed under this name yet"
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
    # Before there was a choice, the stack did not say it.
    deployed = outputs.get("Store") or ("timestream" if "DatabaseName" in outputs else wanted)
    if deployed != wanted:
        raise CheckError(
            f"The history of {settings.deployment} is in {deployed}, where it would stay behind, "
            f"and the settings say {wanted}. To move, give the settings another deployment name, "
            "deploy that beside this one and copy the history (docs/operations.md, Move to the "
            "other store)."
        )
    if not settings.storage.kms_key and "AWS::KMS::Key" in resources:
        raise CheckError(
            f"What {settings.deployment} keeps is encrypted with a key of its own, which cannot "
            "be taken away: set storage.kms_key to true in the settings."
        )
    return f"{wanted}, as it is deployed"


def _resources(session: boto3.Session, stack: str) -> set[str]:
    """Give the types of the resources that a stack has."""
    pages = session.client("cloudformation").get_paginator("list_stack_resources")
    return {
        one["ResourceType"]
        for page in pages.paginate(StackName=stack)
        for one in page["StackResourceSummaries"]
        if one["ResourceStatus"] != "DELETE_COMPLETE"
    }


def _stacks(session: boto3.Session, *, settings: Settings) -> str:
    """See that no stack is in a state that no deployment gets it out of, nor left from before."""
    wanted = {"page": bool(settings.page), "notifier": bool(settings.notify.rules)}
    ways_out = []
    for one in STACKS:
        name = f"{settings.deployment}-{one}"
        stack = _stack(session, name)
        if stack and (way_out := _way_out(stack)):
            ways_out.append(f"The stack {name} is in {stack['StackStatus']}: {way_out}.")
        elif stack and stack["StackStatus"] not in NEVER_DEPLOYED and not wanted.get(one, True):
            # The CDK forgets it, and CloudFormation keeps what it uses of other stacks as it is.
            ways_out.append(
                f"The stack {name} is deployed, and the settings have it no more: run "
                f"`aws cloudformation delete-stack --stack-name {name}`."
            )
    if ways_out:
        raise CheckError(
            " ".join(ways_out) + " (docs/operations.md, Deploy, change, remove, says more)"
        )
    return "none is in the way"


def _way_out(stack: Mapping[str, Any]) -> str | None:
    name, status = stack["StackName"], stack["StackStatus"]
    unprotect = (
        f"run `aws cloudformation update-termination-protection --stack-name {name} "
        "--no-enable-termination-protection`"
    )
    delete = f"`aws cloudformation delete-stack --stack-name {name}`"
    protected = stack.get("EnableTerminationProtection")
    if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        return "wait until it is done"
    if status == "UPDATE_ROLLBACK_FAILED":
        return f"run `aws cloudformation continue-update-rollback --stack-name {name}`"
    if status in {"ROLLBACK_FAILED", "DELETE_FAILED"}:
        first = f"{unprotect}, " if protected else ""
        return f"delete by hand what its events name, then {first}run {delete}"
    # The CDK deletes what a failed creation left by itself, if nothing forbids it.
    return unprotect if status in {"ROLLBACK_COMPLETE", "CREATE_FAILED"} and protected else None


def _stack(session: boto3.Session, name: str) -> dict[str, Any] | None:
    try:
        (stack,) = session.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in error.response["Error"].get("Message", ""):
            return None
        raise
    return dict(stack)


def _timestream(session: boto3.Session) -> str:
    # Whoever may not use the service is told so by this request, which needs no table.
    with explained():
        session.client("timestream-write").describe_endpoints()
    return "this account may use Timestream for LiveAnalytics here"


def _bootstrap(session: boto3.Session) -> str:
    prepare = "run `cdk bootstrap` once for this account and region"
    version = _parameter(session, BOOTSTRAP_PARAMETER)
    if version is None:
        raise CheckError(f"The CDK has never been used here: {prepare}.")
    if int(version["Value"]) < BOOTSTRAP_VERSION:
        raise CheckError(f"What the CDK has here is too old ({version['Value']}): {prepare} more.")
    return f"version {version['Value']}"


def _concurrency(session: boto3.Session, *, settings: Settings) -> str:
    wanted = {"poller": 1, "redriver": 1}
    if settings.page:
        wanted["page"] = settings.page.concurrency
    client = session.client("lambda")
    limits = client.get_account_settings()["AccountLimit"]
    # What this deployment reserves already stays its own.
    held = sum(_reserved(client, f"{settings.deployment}-{function}") for function in wanted)
    unreserved, reserved = limits["UnreservedConcurrentExecutions"] + held, sum(wanted.values())
    if unreserved - reserved < UNRESERVED:
        raise CheckError(
            f"Of this account's {limits['ConcurrentExecutions']} concurrent executions "
            f"{unreserved} are unreserved; to reserve {reserved} for {' and '.join(wanted)}, AWS "
            f"wants {UNRESERVED + reserved}: set reserve_concurrency to false in the settings, or "
            "ask AWS for more (Service Quotas, Lambda, Concurrent executions)."
        )
    return f"{unreserved} unreserved concurrent executions: enough to reserve {reserved}"


def _reserved(client: Any, function: str) -> int:  # noqa: ANN401 - boto3 makes it at run time
    try:
        answer = client.get_function_concurrency(FunctionName=function)
    except client.exceptions.ResourceNotFoundException:
        return 0
    return int(answer.get("ReservedConcurrentExecutions", 0))


def _key(session: boto3.Session, name: str) -> str:
    put = f"`aws ssm put-parameter --type SecureString --name {name} --value YOUR_KEY`"
    parameter = _parameter(session, name)
    if parameter is None:
        raise CheckError(f"There is no parameter {name}, which is to hold an API key: {put}.")
    if parameter["Type"] != "SecureString":
        raise CheckError(
            f"The parameter {name} is a {parameter['Type']}, which keeps the API key unencrypted: "
            f"delete it, then {put}."
        )
    return f"is in the parameter {name}"


def _parameter(session: boto3.Session, name: str) -> dict[str, str] | None:
    """Read a parameter as it is stored: a SecureString stays encrypted."""
    ssm = session.client("ssm")
    try:
        return dict(ssm.get_parameter(Name=name)["Parameter"])  # type: ignore[arg-type] # what is used of it is text
    except ssm.exceptions.ParameterNotFound:
        return None


def _look(configuration: Configuration, name: str) -> str:
    bridges = [bridge for bridge in configuration.bridges if bridge.source == name]
    if not bridges:
        return "no bridge has it: it is not asked"
    source = configuration.sources[name].source(name, _now)
    look = look_at(source, name, bridges, time.monotonic() + LOOK_SECONDS)
    if look.failures:
        raise CheckError(
            "; ".join(
                f"{_some(failure.bridges)}: {failure.reason}, {failure.detail}"
                for failure in look.failures
            )
            + " (docs/operations.md says what to do about each reason)"
        )
    return _statuses(look)


def _now() -> datetime:
    return datetime.now(UTC)


def _statuses(look: Look) -> str:
    return _some([f"{seen.bridge} is {seen.status}" for seen in look.observations])


def _some(told: list[str] | tuple[str, ...]) -> str:
    more = len(told) - BRIDGES_TOLD
    return ", ".join(told[:BRIDGES_TOLD]) + (f" and {more} more" if more > 0 else "")
