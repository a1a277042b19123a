"""AWS's JavaScript SDK, version 3, unmodified: it takes another form of address than boto3 does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from moto.moto_api._internal.models import moto_api_backend
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from embedded_timestream import moto_adapter
from embedded_timestream.server.embedded import EmbeddedTimestream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROGRAM = Path(__file__).parent / "javascript" / "sdk.mjs"
NODE = Path(sys.executable).with_name("node")
ACCOUNT = "123456789012"


@dataclass(frozen=True)
class Run:
    """What the program saw, and the objects that were in the bucket afterwards, by key."""

    saw: Any
    objects: dict[str, bytes]


def ran(endpoint: str, objects: Callable[[], dict[str, bytes]]) -> Run:
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "embedded",
        "AWS_SECRET_ACCESS_KEY": "embedded",
    }
    done = subprocess.run(  # noqa: S603 - our own
        [NODE, PROGRAM], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return Run(json.loads(done.stdout), objects())


@pytest.fixture(scope="module", params=["server", "moto"])
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    if request.param == "server":
        with EmbeddedTimestream() as timestream:
            folder = timestream.folder / "buckets" / "exports"
            yield ran(
                timestream.endpoint,
                lambda: {
                    str(one.relative_to(folder)): one.read_bytes()
                    for one in folder.rglob("*")
                    if one.is_file()
                },
            )
        return
    with moto_adapter.installed():
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        bucket = s3_backends[ACCOUNT]["aws"].create_bucket("exports", "eu-west-1")
        yield ran(
            f"http://{host}:{port}", lambda: {key: bucket.keys[key].value for key in bucket.keys}
        )
        server.stop()
        moto_api_backend.reset()


def test_it_writes_through_the_address_that_discovery_gives(run: Run) -> None:
    assert run.saw["ingested"] == [50] * 5
    assert run.saw["city"] == "Göteborg"


def test_it_reads_page_after_page(run: Run) -> None:
    assert [len(page) for page in run.saw["pages"]] == [100, 100, 50]
    assert [value for page in run.saw["pages"] for value in page] == list(range(250))


def test_errors_are_the_sdks_exceptions(run: Run) -> None:
    failures = run.saw["failures"]

    assert {name: (one["name"], one["status"]) for name, one in failures.items()} == {
        "rejected": ("RejectedRecordsException", 419),
        "missing": ("ResourceNotFoundException", 404),
        "syntax": ("ValidationException", 400),
        "bucket": ("ValidationException", 400),
    }
    assert [one["RecordIndex"] for one in failures["rejected"]["RejectedRecords"]] == [1]
    assert failures["missing"]["message"] == "The table nowhere does not exist."


def test_unload_writes_what_was_asked_for(run: Run) -> None:
    rows, metadata, manifest = run.saw["unload"]

    assert rows == "250"
    for address in (metadata, manifest):
        assert json.loads(run.objects[address.removeprefix("s3://exports/")])
    (results,) = [body for key, body in run.objects.items() if key.startswith("all/results/")]
    assert results == b"".join(b"%d\n" % n for n in range(250))
