"""The code of the Lambda functions, bundled without Docker and the same on every machine.

A function's bundle holds its own package of `lambdas/` and the modules that all share, what its
`requirements.txt` pins as AWS Lambda runs it (Python 3.14 on arm64), and `configuration.json`. So a
function starts no slower for what another one needs, and is not deployed again when only another
changed. boto3 is the runtime's own. Where a dependency has a compiled part it has a Python one as
well, so that the same bundle runs on the embedded cloud.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "lambdas"
INSTALLED = ROOT / "build" / "lambda-dependencies"

RUNTIME = lambda_.Runtime.PYTHON_3_14
ARCHITECTURE = lambda_.Architecture.ARM_64
_TARGET = (
    *("--python-platform", "aarch64-manylinux2014"),
    *("--python-version", RUNTIME.name.removeprefix("python")),
)

# What an installer leaves behind, and what names this machine or differs between installers.
_DROPPINGS = shutil.ignore_patterns(
    "__pycache__", "bin", ".lock", "INSTALLER", "RECORD", "REQUESTED"
)


def bundle(function: str, configuration: Mapping[str, Any] | None = None) -> lambda_.Code:
    """Bundle the code of a function.

    The hash of the asset is that of what is in it: it changes when the function's code, a
    dependency or the configuration does, and never otherwise.

    :param function: its package in `lambdas/`, such as `poller`.
    :param configuration: JSON values, for `configuration.json` at the root of the bundle; None for
        a function that reads none.
    """
    return lambda_.Code.from_asset(
        # The CDK tells bundles apart by this path.
        str(SOURCES / function),
        asset_hash_type=AssetHashType.OUTPUT,
        bundling=BundlingOptions(
            # Never pulled: `local` bundles, or fails.
            image=DockerImage.from_registry("unused"),
            local=_LocalBundling(function, configuration),
        ),
    )


@jsii.implements(ILocalBundling)
class _LocalBundling:
    def __init__(self, function: str, configuration: Mapping[str, Any] | None) -> None:
        self._function = function
        self._configuration = configuration

    def try_bundle(self, output_dir: str, *_: object, **__: object) -> bool:
        write_bundle(Path(output_dir), self._function, self._configuration)
        return True


def write_bundle(
    directory: Path, function: str, configuration: Mapping[str, Any] | None = None
) -> None:
    """Write a function's bundle into an existing directory (see `bundle`)."""
    shutil.copytree(install_dependencies(function), directory, dirs_exist_ok=True)
    code = directory / SOURCES.name
    code.mkdir()
    for shared in SOURCES.glob("*.py"):
        shutil.copyfile(shared, code / shared.name)
    shutil.copytree(
        SOURCES / function,
        code / function,
        ignore=shutil.ignore_patterns("__pycache__", "requirements.*"),
    )
    if configuration is not None:
        (directory / "configuration.json").write_text(
            json.dumps(configuration, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )


def lock_of(function: str) -> Path:
    """Give the file that pins what a function is bundled with."""
    return SOURCES / function / "requirements.txt"


def install_dependencies(function: str) -> Path:
    """Install what a function's `requirements.txt` pins, once; later calls need no network.

    :return: the directory that holds it, one for each content of such a file.
    :raises subprocess.CalledProcessError: if uv could not install it; it has said why.
    """
    lock = lock_of(function)
    key = hashlib.sha256(lock.read_bytes() + " ".join(_TARGET).encode()).hexdigest()[:16]
    installed = INSTALLED / key
    if installed.is_dir():
        return installed
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=INSTALLED) as scratch:
        raw, clean = Path(scratch, "raw"), Path(scratch, "clean")
        subprocess.run(  # noqa: S603 - every argument is ours
            [
                *(sys.executable, "-m", "uv", "pip", "install", "--quiet"),
                *("--python", sys.executable, "--target", raw, *_TARGET),
                *(
                    "--only-binary",
                    ":all:",
                    "--no-deps",
                    "--require-hashes",
                    "--requirements",
                    lock,
                ),
            ],
            check=True,
        )
        shutil.copytree(raw, clean, ignore=_DROPPINGS)
        try:
            clean.rename(installed)
        except OSError:
            # Another synth was faster: what it put there is the same.
            if not installed.is_dir():
                raise
    return installed
