"""The built package works where nothing else is, and awswrangler and boto3 work with it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
UV = Path(sys.executable).with_name("uv")


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(  # noqa: S603 - our own
        [str(one) for one in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("wheel")
    run(
        UV, "build", "--wheel", "--no-build-isolation", "--python", sys.executable,
        "--out-dir", home, PROJECT / "embedded_timestream", cwd=home,
    )  # fmt: skip
    (built,) = home.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an environment in which the package is, with what it needs, and nothing else."""
    home = tmp_path_factory.mktemp("environment")
    run(UV, "venv", "--python", sys.executable, home / "venv", cwd=home)
    python = home / "venv" / "bin" / "python"
    install(python, str(wheel))
    return python


def install(python: Path, *what: str) -> None:
    """Install packages, in the versions of this project where awswrangler can do with them."""
    pinned = (PROJECT / "requirements.txt").read_text().splitlines()
    constraints = python.parents[2] / "constraints.txt"
    constraints.write_text("\n".join(one for one in pinned if not one.startswith("pyarrow==")))
    run(UV, "pip", "install", "--python", python, "-c", constraints, *what, cwd=python.parent)


@pytest.fixture
def serving(python: Path, tmp_path: Path) -> Iterator[str]:
    """Serve as the README says, and give the address that it names."""
    process = subprocess.Popen(  # noqa: S603 - our own
        [python, "-m", "embedded_timestream", "--port", "0", "--data", tmp_path / "kept"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    found = re.search(r"http://[\d.:]+\d", process.stdout.readline())
    assert found
    yield found[0]
    process.terminate()
    process.stdout.close()
    assert process.wait() == 0


def call(address: str, operation: str, **request: object) -> dict[str, object]:
    asked = urllib.request.Request(  # noqa: S310 - our own address
        address,
        json.dumps(request).encode(),
        {"X-Amz-Target": f"Timestream_20181101.{operation}"},
    )
    with urllib.request.urlopen(asked) as answered:  # noqa: S310
        answer: dict[str, object] = json.load(answered)
        return answer


def test_every_module_is_in_it_with_its_types_its_sql_and_the_licence(wheel: Path) -> None:
    package = PROJECT / "embedded_timestream"
    modules = {one.relative_to(PROJECT).as_posix() for one in package.rglob("*.py")}
    others = {f"embedded_timestream/{name}" for name in ("py.typed", "LICENSE")}

    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert names == {*modules, *others, "embedded_timestream/functions/macros.sql"}


def test_it_serves_timestream_in_an_empty_environment(serving: str) -> None:
    call(serving, "CreateDatabase", DatabaseName="bridges")

    answer = call(serving, "Query", QueryString="SHOW DATABASES")

    assert answer["Rows"] == [{"Data": [{"ScalarValue": "bridges"}]}]


def test_boto3_moto_and_awswrangler_work_with_it(python: Path, wheel: Path, tmp_path: Path) -> None:
    awswrangler = next(
        line for line in (PROJECT / "bench" / "requirements.txt").read_text().splitlines()
        if line.startswith("awswrangler")
    )  # fmt: skip
    install(python, f"{wheel}[boto3,moto]", awswrangler, "pytest")
    for name in ("test_fixtures.py", "installed.py"):
        shutil.copy(HERE / name, tmp_path)

    told = run(python, "-m", "pytest", "-q", "test_fixtures.py", "installed.py", cwd=tmp_path)

    assert re.search(r"\d+ passed", told), told
    assert "skipped" not in told
