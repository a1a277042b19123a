from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stacks import bundle
from stacks.bundle import install_dependencies, write_bundle

CONFIGURATION = {"bridges": [{"name": "Göta älvbron"}]}
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("bundle")
    write_bundle(directory, "poller", CONFIGURATION)
    return directory


def contents(directory: Path) -> dict[str, str]:
    """Map every file to the hash of what is in it."""
    return {
        str(file.relative_to(directory)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in directory.rglob("*")
        if file.is_file()
    }


def test_it_holds_the_code_its_dependencies_and_the_configuration(bundled: Path) -> None:
    assert (bundled / "lambdas" / "__init__.py").is_file()
    assert (bundled / "requests" / "__init__.py").is_file()
    assert (bundled / "aws_lambda_powertools" / "__init__.py").is_file()
    assert json.loads((bundled / "configuration.json").read_bytes()) == CONFIGURATION


def test_it_holds_neither_the_runtimes_own_packages_nor_what_no_function_needs(
    bundled: Path,
) -> None:
    names = {path.name for path in bundled.rglob("*")}

    unwanted = {"boto3", "botocore", "pydantic", "__pycache__", "bin", "requirements.txt"}
    assert not unwanted & names


def test_a_function_is_bundled_with_its_own_code_and_needs_only(
    bundled: Path, tmp_path: Path
) -> None:
    write_bundle(tmp_path, "redriver")

    assert {path.name for path in (tmp_path / "lambdas").iterdir() if path.is_dir()} == {"redriver"}
    assert {path.name for path in (bundled / "lambdas").iterdir() if path.is_dir()} == {"poller"}
    assert not (tmp_path / "requests").exists()
    assert not (tmp_path / "configuration.json").exists()


def test_every_function_pins_what_it_is_bundled_with() -> None:
    packages = [path.parent.name for path in bundle.SOURCES.glob("*/handler.py")]

    assert packages
    assert all(bundle.lock_of(package).is_file() for package in packages)


def test_it_is_the_same_whenever_and_wherever_it_is_made(
    bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: dependencies that were installed afresh, by a Python that has compiled the code
    monkeypatch.setattr(bundle, "INSTALLED", tmp_path / "dependencies")
    sources = tmp_path / "lambdas"
    shutil.copytree(bundle.SOURCES, sources, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "compileall", "-q", sources], check=True)  # noqa: S603 - our own
    monkeypatch.setattr(bundle, "SOURCES", sources)
    again = tmp_path / "bundle"
    again.mkdir()

    # when
    write_bundle(again, "poller", CONFIGURATION)

    # then
    assert contents(again) == contents(bundled)


def test_its_zip_stays_under_five_megabytes(bundled: Path, tmp_path: Path) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "bundle"), "zip", bundled))

    assert archive.stat().st_size < 5 * MEGABYTE


def test_compiled_parts_are_for_lambda_and_have_a_python_one_beside_them(bundled: Path) -> None:
    compiled = [path for path in bundled.rglob("*.so*") if path.is_file()]

    assert compiled
    for path in compiled:
        module, _, tag = path.name.partition(".")
        assert tag == "cpython-314-aarch64-linux-gnu.so"
        assert path.with_name(f"{module}.py").is_file()


def test_it_runs_on_this_machine_too(bundled: Path) -> None:
    # given: a Python that sees the bundle and the standard library, and nothing else
    program = (
        f"import sys; sys.path.insert(0, {str(bundled)!r}); "
        "import requests, charset_normalizer, aws_lambda_powertools.logging; "
        "print(charset_normalizer.__file__, requests.__file__)"
    )

    # when
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True
    )

    # then
    assert all(Path(file).is_relative_to(bundled) for file in ran.stdout.split())


def test_installing_again_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = install_dependencies("poller")

    monkeypatch.setattr(subprocess, "run", lambda *_args, **_kwargs: pytest.fail("it ran uv"))

    assert install_dependencies("poller") == installed


def test_an_installation_that_fails_leaves_nothing_to_be_taken_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"./nowhere.whl --hash=sha256:{'0' * 64}\n")
    monkeypatch.setattr(bundle, "lock_of", lambda _function: lock)
    monkeypatch.setattr(bundle, "INSTALLED", tmp_path / "dependencies")

    with pytest.raises(subprocess.CalledProcessError):
        install_dependencies("poller")

    assert not list((tmp_path / "dependencies").iterdir())


def test_of_two_synths_at_once_the_slower_takes_what_the_faster_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: another synth that finishes while this one runs uv
    monkeypatch.setattr(bundle, "INSTALLED", tmp_path / "dependencies")
    run = subprocess.run

    def run_while_another_finishes(*args: object, **kwargs: object) -> object:
        monkeypatch.setattr(subprocess, "run", run)
        faster.append(install_dependencies("poller"))
        return run(*args, **kwargs)  # type: ignore[call-overload] # passed through

    faster: list[Path] = []
    monkeypatch.setattr(subprocess, "run", run_while_another_finishes)

    # when
    slower = install_dependencies("poller")

    # then
    assert [slower] == faster == list((tmp_path / "dependencies").iterdir())
    assert (slower / "requests").is_dir()
