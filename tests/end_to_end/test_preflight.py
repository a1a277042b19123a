"""The checks before a deployment, against the embedded cloud and a source on loopback.

What cannot be provoked there, AWS's refusals, is answered by botocore's Stubber.
"""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from typer.testing import CliRunner

from bridgewatch.cli import app
from bridgewatch.preflight import BOOTSTRAP_PARAMETER, preflight
from bridgewatch.settings import Settings, load_settings, parse_settings
from bridgewatch.settings.page import Page
from embedded_timestream.clock import SystemClock
from local.bridges.server import ROAD_SIGNALS_PATH, BridgeServer
from local.cloud import Cloud
from tests.unit.lambdas.observation_table import create_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = "a-key-for-the-test"
PARAMETER = "/bridgewatch/roadsignals-key"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud(SystemClock()) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def bridges() -> Iterator[BridgeServer]:
    with BridgeServer(SystemClock(), {"Hisingsbron": ()}, KEY) as bridges:
        yield bridges


@pytest.fixture(autouse=True)
def account(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sign in to an account in which all is as it should be."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    for name, value in cloud.environment().items():
        monkeypatch.setenv(name, value)
    # The poller's code, which looks at the sources, uses the default one.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    ssm = cloud.client("ssm")
    ssm.put_parameter(Name=BOOTSTRAP_PARAMETER, Value="33", Type="String")
    ssm.put_parameter(Name=PARAMETER, Value=KEY, Type="SecureString")
    yield
    names = [one["Name"] for one in ssm.describe_parameters()["Parameters"]]
    ssm.delete_parameters(Names=names)


@pytest.fixture
def settings(bridges: BridgeServer) -> Settings:
    document = load_settings().model_dump(mode="json", by_alias=True)
    document["sources"]["roadsignals"]["url"] = bridges.url + ROAD_SIGNALS_PATH
    return parse_settings(document)


def checked(settings: Settings, session: boto3.Session | None = None) -> dict[str, Any]:
    """Run the checks: what each told, or None if it was not looked at, by its name."""
    results = list(preflight(settings, session or boto3.Session()))
    return {one.name: (one.passed, one.told) for one in results}


def replace_parameter(cloud: Cloud, name: str, value: str | None, kind: str = "String") -> None:
    cloud.client("ssm").delete_parameter(Name=name)
    if value is not None:
        cloud.client("ssm").put_parameter(Name=name, Value=value, Type=kind)


class Refusing(boto3.Session):
    """A session whose client of one service answers with an error."""

    def __init__(self, service: str, operation: str, code: str, message: str) -> None:
        super().__init__()
        self._refusal = service, operation, code, message

    def client(self, service_name: str, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - boto3's
        client = super().client(service_name, *args, **options)  # type: ignore[call-overload]
        service, operation, code, message = self._refusal
        if service_name == service:
            stubber = Stubber(client)
            stubber.add_client_error(operation, code, message)
            stubber.activate()
        return client


def test_where_all_is_well_each_check_says_what_it_found(settings: Settings, cloud: Cloud) -> None:
    found = checked(settings)

    assert all(passed for passed, _ in found.values())
    told = {name: told for name, (_, told) in found.items()}
    assert told["credentials"].startswith(f"account {cloud.account}, as arn:aws:")
    assert told["region"] == "eu-west-1"
    assert told["store"] == "timestream: nothing is deployed under this name yet"
    assert told["CDK bootstrap"] == "version 33"
    assert told["Lambda"] == "1000 unreserved concurrent executions: enough to reserve 2"
    assert told["API key"] == f"is in the parameter {PARAMETER}"
    assert told["source roadsignals"] == "Hisingsbron is Closed"


def test_nothing_else_is_asked_of_aws_without_credentials(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, cloud: Cloud
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    before = cloud.requests.total()

    found = checked(settings)

    assert found["credentials"][0] is False
    assert "no AWS credentials" in found["credentials"][1]
    assert {found[name][0] for name in ("Timestream", "CDK bootstrap", "API key")} == {None}
    assert cloud.requests.total() == before


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId"])
def test_credentials_that_aws_does_not_accept_are_said_to_be_so(
    settings: Settings, code: str
) -> None:
    found = checked(settings, Refusing("sts", "get_caller_identity", code, "The token is old"))

    passed, told = found["credentials"]
    assert passed is False
    assert told.startswith(f"AWS does not accept these credentials ({code}): sign in (`aws conf")


@pytest.mark.parametrize(
    ("region", "reason"),
    [
        ("eu-north-1", "Timestream for LiveAnalytics is not in eu-north-1: choose one"),
        ("eu-north-1", '; or any, with "storage": {"type": "dynamodb"} in the settings.'),
        ("ap-south-1", "sells queries only as provisioned compute, at some 1,720 USD a month"),
    ],
)
def test_a_region_without_the_service_or_where_it_is_dear_is_refused(
    settings: Settings, region: str, reason: str
) -> None:
    found = checked(settings, boto3.Session(region_name=region))

    passed, told = found["region"]
    assert passed is False
    assert reason in told
    assert "eu-west-1" in told
    assert "ap-south-1," not in told
    assert found["Timestream"][0] is None


def stored(settings: Settings, **storage: object) -> Settings:
    document = settings.model_dump(mode="json", by_alias=True)
    return parse_settings({**document, "storage": storage})


def in_dynamodb(settings: Settings) -> Settings:
    return stored(settings, type="dynamodb")


def test_stockholm_and_accounts_that_timestream_refuses_are_fine_for_dynamodb(
    settings: Settings, cloud: Cloud
) -> None:
    ssm = cloud.client("ssm", "eu-north-1")
    ssm.put_parameter(Name=BOOTSTRAP_PARAMETER, Value="33", Type="String", Overwrite=True)
    ssm.put_parameter(Name=PARAMETER, Value=KEY, Type="SecureString", Overwrite=True)

    found = checked(in_dynamodb(settings), boto3.Session(region_name="eu-north-1"))

    assert found["region"] == (True, "eu-north-1")
    assert "Timestream" not in found
    del found["source roadsignals"]  # it reads its key in the default session's region
    assert all(passed for passed, _ in found.values())


@pytest.mark.parametrize("region", [None, "eu-north-9"])
def test_a_region_has_to_be_one_for_dynamodb_as_well(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, region: str | None
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    passed, told = checked(in_dynamodb(settings), boto3.Session(region_name=region))["region"]

    assert passed is False
    assert "choose one with AWS_REGION or --region" in told


@contextmanager
def deployed(cloud: Cloud, stack: str, template: dict[str, Any]) -> Iterator[None]:
    """Have a stack deployed meanwhile."""
    client, name = cloud.client("cloudformation"), f"bridgewatch-{stack}"
    client.create_stack(StackName=name, TemplateBody=json.dumps(template))
    try:
        yield
    finally:
        client.delete_stack(StackName=name)


@pytest.mark.parametrize("outputs", [{"Store": "timestream"}, {"DatabaseName": "bridgewatch"}])
def test_a_living_deployment_keeps_its_store_and_is_told_how_to_move(
    settings: Settings, cloud: Cloud, outputs: dict[str, str]
) -> None:
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }

    with deployed(cloud, "storage", template):
        same, other = (checked(one)["store"] for one in (settings, in_dynamodb(settings)))

    assert same == (True, "timestream, as it is deployed")
    assert other[0] is False
    assert other[1].startswith("The history of bridgewatch is in timestream, where it would stay")
    assert "Move to the other store" in other[1]


@pytest.fixture
def left_behind(cloud: Cloud) -> Iterator[None]:
    """Have a table of either store that no stack owns."""
    write, dynamodb = cloud.client("timestream-write"), cloud.client("dynamodb")
    write.create_database(DatabaseName="bridgewatch")
    write.create_table(DatabaseName="bridgewatch", TableName="observations")
    create_table(dynamodb, "bridgewatch-observations")
    yield
    write.delete_table(DatabaseName="bridgewatch", TableName="observations")
    write.delete_database(DatabaseName="bridgewatch")
    dynamodb.delete_table(TableName="bridgewatch-observations")


@pytest.mark.usefixtures("left_behind")
@pytest.mark.parametrize(
    ("store", "named"),
    [
        ("timestream", "There is the database bridgewatch already"),
        ("dynamodb", "There is the table bridgewatch-observations already"),
    ],
)
def test_what_an_earlier_deployment_left_is_in_the_way_unless_it_is_taken_up(
    settings: Settings, cloud: Cloud, store: str, named: str
) -> None:
    fresh, existing = stored(settings, type=store), stored(settings, type=store, existing=True)
    refused, taken_up = (checked(one)["store"] for one in (fresh, existing))
    # As storage.existing deploys it; then CloudFormation would create the table once more.
    template = {"Resources": {"Reader": {"Type": "AWS::SNS::Topic"}}}
    with deployed(cloud, "storage", template):
        taken_up_before = checked(fresh)["store"]

    assert refused[0] is False
    assert refused[1].startswith(named)
    assert "set storage.existing to true" in refused[1]
    assert taken_up == (True, f"{store}: what an earlier deployment left is taken up")
    assert taken_up_before == refused


@pytest.mark.parametrize("store", ["timestream", "dynamodb"])
def test_what_the_storage_stack_owns_is_not_in_its_way(
    settings: Settings, cloud: Cloud, store: str
) -> None:
    tables: dict[str, dict[str, Any]] = {
        "timestream": {
            "Type": "AWS::Timestream::Database",
            "Properties": {"DatabaseName": "bridgewatch"},
        },
        "dynamodb": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": "bridgewatch-observations",
                "AttributeDefinitions": [{"AttributeName": "bridge", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "bridge", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        },
    }

    with deployed(cloud, "storage", {"Resources": {"Table": tables[store]}}):
        found = checked(stored(settings, type=store))["store"]

    assert found == (True, f"{store}, as it is deployed")


@pytest.mark.parametrize(
    ("store", "named"),
    [
        ("timestream", "the table bridgewatch.observations is not there"),
        ("dynamodb", "the table bridgewatch-observations is not there"),
    ],
)
def test_what_is_to_be_taken_up_has_to_be_there(settings: Settings, store: str, named: str) -> None:
    passed, told = checked(stored(settings, type=store, existing=True))["store"]

    assert passed is False
    assert named in told


def test_who_may_not_look_at_the_store_may_deploy_all_the_same(settings: Settings) -> None:
    denied = Refusing("dynamodb", "describe_table", "AccessDeniedException", "not authorized")

    passed, _ = checked(stored(settings, type="dynamodb"), denied)["store"]

    assert passed


def test_no_region_at_all_is_said_with_the_choice(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    passed, told = checked(settings)["region"]

    assert passed is False
    assert told.startswith("No region is chosen: choose one with AWS_REGION or --region: ap-north")


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (
            "Only existing Timestream for LiveAnalytics customers can access the service. Reach",
            (
                "AWS has closed Timestream for LiveAnalytics to new customers, and this account's "
                "payer is not an existing one: use an account that is, or DynamoDB, which works in "
                'every account and region: write "storage": {"type": "dynamodb"} into the settings'
            ),
        ),
        (
            "User: me is not authorized to perform: timestream:DescribeEndpoints",
            "AWS denies access to Timestream",
        ),
    ],
)
def test_a_service_that_is_closed_is_told_from_a_permission_that_is_missing(
    settings: Settings, message: str, sentence: str
) -> None:
    refusing = Refusing("timestream-write", "describe_endpoints", "AccessDeniedException", message)

    passed, told = checked(settings, refusing)["Timestream"]

    assert passed is False
    assert told.startswith(sentence)


@pytest.mark.parametrize(
    ("version", "reason"), [(None, "has never been used here"), ("5", "is too old (5)")]
)
def test_an_account_that_is_not_bootstrapped_is_told_the_command(
    settings: Settings, cloud: Cloud, version: str | None, reason: str
) -> None:
    replace_parameter(cloud, BOOTSTRAP_PARAMETER, version)

    passed, told = checked(settings)["CDK bootstrap"]

    assert passed is False
    assert reason in told
    assert "`cdk bootstrap`" in told


def test_an_account_that_cannot_reserve_concurrency_is_told_the_setting(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: the limit of a new account
    monkeypatch.setenv("MOTO_LAMBDA_CONCURRENCY_QUOTA", "10")

    passed, told = checked(settings)["Lambda"]

    assert passed is False
    assert told.startswith("Of this account's 10 concurrent executions 10 are unreserved")
    assert "set reserve_concurrency to false" in told
    without = settings.model_copy(update={"reserve_concurrency": False})
    assert "Lambda" not in checked(without)


@pytest.fixture
def reserved(cloud: Cloud) -> Iterator[Callable[[str, int], None]]:
    """Make functions that reserve some of the account's concurrent executions."""
    functions, iam = cloud.client("lambda"), cloud.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    trust["Action"] = "sts:AssumeRole"
    role = iam.create_role(
        RoleName="test", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
    )
    made = []

    def reserve(name: str, count: int) -> None:
        functions.create_function(
            FunctionName=name,
            Role=role["Role"]["Arn"],
            Runtime="python3.14",
            Handler="index.handler",
            Code={"ZipFile": empty_zip()},
        )
        made.append(name)
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=count)

    yield reserve
    for name in made:
        functions.delete_function(FunctionName=name)
    iam.delete_role(RoleName="test")


def empty_zip() -> bytes:
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("index.py", "")
    return bundle.getvalue()


def test_what_others_reserve_is_not_there_to_be_reserved(
    settings: Settings, reserved: Callable[[str, int], None]
) -> None:
    reserved("other", 899)

    passed, told = checked(settings)["Lambda"]

    assert passed is False
    assert told.startswith("Of this account's 1000 concurrent executions 101 are unreserved")


def test_the_page_reserves_as_many_as_its_settings_say(
    settings: Settings, reserved: Callable[[str, int], None]
) -> None:
    reserved("other", 800)
    with_page = settings.model_copy(update={"page": Page(concurrency=99)})

    passed, told = checked(with_page)["Lambda"]

    assert passed is False
    assert (
        "200 are unreserved; to reserve 101 for poller and redriver and page, AWS wants 201" in told
    )


def test_what_this_deployment_reserves_already_stays_its_own(
    settings: Settings, reserved: Callable[[str, int], None]
) -> None:
    reserved("other", 898)
    for one in ("poller", "redriver"):
        reserved(f"bridgewatch-{one}", 1)

    assert checked(settings)["Lambda"][0] is True
    # and more AWS refuses
    with pytest.raises(ClientError, match="below its minimum value"):
        reserved("another", 1)


@pytest.mark.parametrize(
    ("protected", "told"),
    [
        (True, "--stack-name bridgewatch-storage --no-enable-termination-protection`"),
        (False, None),
    ],
)
def test_a_stack_that_stands_in_the_way_is_told_with_the_way_out(
    settings: Settings,
    cloud: Cloud,
    protected: bool,  # noqa: FBT001 - a table's column
    told: str | None,
) -> None:
    # given: a first deployment that failed
    client = cloud.client("cloudformation")
    resources = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "no name"}}}
    client.create_stack(
        StackName="bridgewatch-storage",
        TemplateBody=json.dumps({"Resources": resources}),
        EnableTerminationProtection=protected,
    )

    found = checked(settings)["stacks"]

    client.update_termination_protection(
        StackName="bridgewatch-storage", EnableTerminationProtection=False
    )
    client.delete_stack(StackName="bridgewatch-storage")
    assert found[0] == (told is None)
    assert (told or "none is in the way") in found[1]


@pytest.mark.parametrize("left", ["page", "notifier"])
def test_what_the_settings_no_longer_have_is_told_with_what_deletes_it(
    settings: Settings, cloud: Cloud, left: str
) -> None:
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    with deployed(cloud, left, topic):
        passed, told = checked(settings)["stacks"]

    assert passed is False
    assert f"The stack bridgewatch-{left} is deployed, and the settings have it no more" in told
    assert f"`aws cloudformation delete-stack --stack-name bridgewatch-{left}`" in told
    assert checked(settings)["stacks"][0] is True


def test_a_page_that_the_settings_have_is_not_in_the_way(settings: Settings, cloud: Cloud) -> None:
    with_page = settings.model_copy(update={"page": Page()})
    with deployed(cloud, "page", {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}):
        assert checked(with_page)["stacks"] == (True, "none is in the way")


def test_a_key_that_is_deployed_cannot_be_taken_away(settings: Settings, cloud: Cloud) -> None:
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": []}}}
    with_key = settings.model_copy(
        update={"storage": settings.storage.model_copy(update={"kms_key": True})}
    )

    with deployed(cloud, "storage", {"Resources": {"Key": key}}):
        found = checked(settings)["store"], checked(with_key)["store"]

    assert [passed for passed, _ in found] == [False, True]
    assert "set storage.kms_key to true" in found[0][1]


@pytest.mark.parametrize(
    ("kind", "reason"), [(None, "There is no parameter"), ("String", "keeps the API key unencr")]
)
def test_an_api_key_that_is_missing_or_readable_is_told_the_command_and_not_used(
    settings: Settings, cloud: Cloud, kind: str | None, reason: str
) -> None:
    replace_parameter(cloud, PARAMETER, KEY if kind else None, kind or "String")

    found = checked(settings)

    passed, told = found["API key"]
    assert passed is False
    assert reason in told
    assert f"--type SecureString --name {PARAMETER}" in told
    assert found["source roadsignals"][0] is None


def test_a_source_that_gives_no_status_fails_with_its_reason_and_without_the_key(
    settings: Settings, cloud: Cloud
) -> None:
    replace_parameter(cloud, PARAMETER, "another-key", "SecureString")

    found = checked(settings)

    passed, told = found["source roadsignals"]
    assert passed is False
    assert told.startswith("Hisingsbron: denied, HTTP 401")
    assert "another-key" not in str(found)


def test_a_source_without_a_key_is_looked_at_even_without_credentials(
    bridges: BridgeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    document = load_settings().model_dump(mode="json", by_alias=True)
    document["sources"] = {"ndw": {"type": "ndw", "url": f"{bridges.url}/actueel_beeld.xml.gz"}}
    document["bridges"] = [
        {"name": f"Brug {n}", "source": "ndw", "code": f"NLAMS0021222530000{n}4"} for n in range(7)
    ]

    found = checked(parse_settings(document))

    assert found["source ndw"] == (
        True,
        ", ".join(f"Brug {n} is Closed" for n in range(5)) + " and 2 more",
    )


@pytest.mark.parametrize(("version", "code"), [("33", 0), ("1", 1)])
def test_the_command_ends_with_0_or_1(
    settings: Settings, cloud: Cloud, tmp_path: Path, version: str, code: int
) -> None:
    replace_parameter(cloud, BOOTSTRAP_PARAMETER, version)
    file = tmp_path / "settings.json"
    file.write_text(json.dumps(settings.model_dump(mode="json", by_alias=True)))

    result = CliRunner().invoke(app, ["preflight", "--settings", str(file)])

    assert result.exit_code == code, result.output
    assert ("Ready to deploy." in result.stdout) == (code == 0)
    assert ("bridgewatch: 1 check failed" in result.stderr) == (code == 1)


def test_a_profile_that_is_not_there_is_wrong_usage() -> None:
    result = CliRunner().invoke(app, ["preflight", "--profile", "nobody"])

    assert result.exit_code == 2
    assert "The config profile (nobody) could not be found" in result.stderr
