from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from moto.awslambda.models import lambda_backends

from local.services.lambda_runtime.moto_adapter import describe
from tests.local.deployed import Deployed, is_running

if TYPE_CHECKING:
    from local.cloud import Cloud
    from tests.local.conftest import Deploy

COUNTS_ITS_INVOCATIONS = """
    import os
    invocations = 0
    def handler(event, context):
        global invocations
        invocations += 1
        return {"invocation": invocations, "process": os.getpid()}
"""


def test_an_event_goes_in_and_the_result_comes_out(deploy: Deploy) -> None:
    function = deploy("def handler(event, context): return {'got': event}")

    assert function.invoke({"a": ["ö", None]}).payload == {"got": {"a": ["ö", None]}}


def test_a_warm_process_keeps_its_state(deploy: Deploy) -> None:
    function = deploy(COUNTS_ITS_INVOCATIONS)

    first, second = function.invoke().payload, function.invoke().payload

    assert (first["invocation"], second["invocation"]) == (1, 2)
    assert first["process"] == second["process"]


@pytest.mark.parametrize("what", ["code", "configuration"])
def test_an_update_starts_a_new_process_and_ends_the_old(deploy: Deploy, what: str) -> None:
    function = deploy(COUNTS_ITS_INVOCATIONS)
    old = function.invoke().payload["process"]

    if what == "code":
        function.update_code(COUNTS_ITS_INVOCATIONS + "\n    # changed\n")
    else:
        function.update_configuration(Environment={"Variables": {"A": "1"}})

    assert function.invoke().payload["invocation"] == 1
    assert not is_running(old)


def test_concurrent_invocations_run_in_processes_of_their_own(deploy: Deploy) -> None:
    function = deploy(
        """
        import os, time
        def handler(event, context):
            time.sleep(0.2)
            return os.getpid()
        """
    )

    with ThreadPoolExecutor(2) as pool:
        processes = list(pool.map(lambda _: function.invoke().payload, range(2)))

    assert len(set(processes)) == 2


def test_what_still_runs_when_its_function_is_deleted_leaves_no_log_group(cloud: Cloud) -> None:
    function = Deployed(
        cloud,
        "deleted",
        """
        import boto3
        def handler(event, context):
            boto3.client("lambda").delete_function(FunctionName="deleted")
        """,
    )

    function.invoke()

    groups = cloud.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/deleted")
    assert groups["logGroups"] == []


def test_a_function_sees_its_own_environment_and_nothing_of_ours(
    deploy: Deploy, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OURS", "leaks")
    function = deploy(
        "import os\ndef handler(event, context): return dict(os.environ)",
        Environment={"Variables": {"OWN": "value"}},
        MemorySize=256,
    )

    environment = function.invoke().payload

    assert "OURS" not in environment
    assert environment["OWN"] == "value"
    assert environment["AWS_ENDPOINT_URL"] == cloud.endpoint
    assert environment["AWS_REGION"] == "eu-west-1"
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == function.name
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert environment["AWS_LAMBDA_LOG_GROUP_NAME"] == f"/aws/lambda/{function.name}"
    assert environment["_HANDLER"] == "index.handler"


@pytest.mark.parametrize("package", ["pydantic", "duckdb", "moto", "requests", "local"])
def test_what_is_not_bundled_cannot_be_imported(deploy: Deploy, package: str) -> None:
    function = deploy(f"import {package}\ndef handler(event, context): pass")

    answer = function.invoke()

    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.ImportModuleError"
    assert f"No module named '{package}'" in answer.payload["errorMessage"]


def test_boto3_is_the_runtimes_own_and_reaches_this_cloud(deploy: Deploy) -> None:
    function = deploy(
        """
        import boto3
        def handler(event, context):
            return boto3.client("sts").get_caller_identity()["Account"], boto3.__file__
        """,
        Timeout=30,
    )

    account, file = function.invoke().payload

    assert account == "123456789012"
    assert "/runtime/boto3" in file


def test_timestream_is_found_by_endpoint_discovery(deploy: Deploy) -> None:
    function = deploy(
        """
        import boto3
        def handler(event, context):
            client = boto3.client("timestream-write")
            client.create_database(DatabaseName="discovered")
            return [d["DatabaseName"] for d in client.list_databases()["Databases"]]
        """,
        Timeout=30,
    )

    assert "discovered" in function.invoke().payload


def test_the_context_tells_about_the_invocation(deploy: Deploy) -> None:
    function = deploy(
        """
        def handler(event, context):
            return [context.function_name, context.memory_limit_in_mb, context.log_group_name,
                    context.invoked_function_arn, context.get_remaining_time_in_millis(),
                    context.aws_request_id]
        """,
        Timeout=7,
    )

    answer = function.invoke()
    name, memory, log_group, arn, remaining, request_id = answer.payload

    assert (name, memory, arn) == (function.name, "128", function.arn)
    assert log_group == f"/aws/lambda/{function.name}"
    assert 5000 < remaining <= 7000
    assert request_id in answer.log[0]


def test_an_exception_is_described_as_on_aws(deploy: Deploy) -> None:
    function = deploy("def handler(event, context): raise ValueError('too wet')")

    answer = function.invoke()

    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "ValueError"
    assert answer.payload["errorMessage"] == "too wet"
    [frame] = answer.payload["stackTrace"]
    assert "index.py" in frame
    assert any("[ERROR] ValueError: too wet" in line for line in function.log())


@pytest.mark.parametrize(
    ("code", "error_type"),
    [
        ("def other(): pass", "Runtime.HandlerNotFound"),
        ("def handler(:", "Runtime.UserCodeSyntaxError"),
        ("def handler(event, context): return object()", "Runtime.MarshalError"),
        ("import os\ndef handler(event, context): os._exit(3)", "Runtime.ExitError"),
        ("import os\ndef handler(event, context): os.kill(os.getpid(), 9)", "Runtime.ExitError"),
        ("import sys\ndef handler(event, context): sys.exit(1)", "Runtime.ExitError"),
    ],
)
def test_the_runtimes_own_failures_have_their_names(
    deploy: Deploy, code: str, error_type: str
) -> None:
    answer = deploy(code).invoke()

    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == error_type


def test_after_a_crash_the_next_invocation_starts_cold(deploy: Deploy) -> None:
    function = deploy(
        """
        import os
        count = 0
        def handler(event, context):
            global count
            count += 1
            if event == "crash":
                print("last words")
                os._exit(1)
            return count
        """
    )
    function.invoke()
    crashed = function.invoke("crash")

    assert "last words" in crashed.log
    assert "exit status 1" in crashed.payload["errorMessage"]
    assert function.invoke().payload == 1


def test_a_function_that_takes_too_long_is_killed(deploy: Deploy) -> None:
    function = deploy(
        "import time\ndef handler(event, context):\n    if event: time.sleep(60)\n    return 'ok'",
        Timeout=1,
    )

    began = time.monotonic()
    answer = function.invoke("long")

    assert time.monotonic() - began < 10
    assert answer.payload["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 1.00 seconds" in answer.payload["errorMessage"]
    assert function.invoke().payload == "ok"


def test_the_log_reads_as_on_aws(deploy: Deploy) -> None:
    function = deploy(
        """
        import logging, sys
        def handler(event, context):
            print("to standard output")
            print("to standard error", file=sys.stderr)
            logging.warning("to the log")
        """
    )

    function.invoke()
    cold = function.log()
    function.invoke()
    warm = function.log()[len(cold) :]

    start, out, error, warning, end, report = cold
    assert re.fullmatch(r"START RequestId: [0-9a-f-]{36} Version: \$LATEST", start)
    assert (out, error) == ("to standard output", "to standard error")
    assert re.fullmatch(r"\[WARNING\]\t\d{4}-.*Z\t[0-9a-f-]{36}\tto the log", warning)
    assert end.startswith("END RequestId: ")
    assert re.search(
        r"\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t"
        r"Max Memory Used: [1-9]\d* MB\tInit Duration: [\d.]+ ms",
        report,
    )
    assert "Init Duration" not in warm[-1]


def test_large_events_output_and_results_pass(deploy: Deploy) -> None:
    function = deploy(
        "def handler(event, context):\n    print('x' * 300_000)\n    return event * 2"
    )

    assert function.invoke("y" * 1_000_000).payload == "y" * 2_000_000


def test_a_dry_run_runs_nothing(deploy: Deploy, cloud: Cloud) -> None:
    function = deploy("def handler(event, context): print('ran')")

    answer = cloud.client("lambda").invoke(FunctionName=function.name, InvocationType="DryRun")

    assert answer["StatusCode"] == 204
    assert "ran" not in cloud.client("logs").describe_log_groups()["logGroups"]


ONE_AT_A_TIME = """
    import time
    def handler(event, context):
        time.sleep(event)
        return "ok"
"""


def test_reserved_concurrency_throttles_whoever_comes_while_it_is_used(
    deploy: Deploy, cloud: Cloud
) -> None:
    function = deploy(ONE_AT_A_TIME)
    cloud.client("lambda").put_function_concurrency(
        FunctionName=function.name, ReservedConcurrentExecutions=1
    )
    function.invoke(0)

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(function.invoke, 0.3) for _ in range(4)]
    errors = [error for one in answers if (error := one.exception())]

    assert len(errors) == 3
    assert all(isinstance(error, ClientError) for error in errors)
    assert {str(error).partition(")")[0] for error in errors} == {
        "An error occurred (TooManyRequestsException"
    }
    assert function.invoke(0).payload == "ok", "it is free again"


@pytest.mark.parametrize(("age_seconds", "polls"), [(60, 2), (0, 1)])
def test_a_throttled_event_waits_its_turn_unless_it_gets_too_old(
    deploy: Deploy, cloud: Cloud, age_seconds: int, polls: int
) -> None:
    function = deploy(ONE_AT_A_TIME)
    deployed = describe(lambda_backends[cloud.account]["eu-west-1"].get_function(function.name))
    limited = replace(deployed, reserved=1, retries=0, event_age_seconds=age_seconds)
    cloud.runtime.invoke(limited, "0")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(cloud.runtime.invoke_later, [limited] * 2, ["0.3"] * 2))
    if due := cloud.runtime.next_due():
        cloud.runtime.due(due)

    assert sum(line.startswith("START") for line in function.log()) == 1 + polls
