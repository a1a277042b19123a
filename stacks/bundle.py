"""The code of the Lambda functions, bundled without Docker and the same on every machine.

The bundle holds `lambdas/` as a package, its pinned dependencies as AWS Lambda runs them (Python
3.14 on arm64), and `configuration.json`. boto3 is the runtime's own. Where a dependency has a
compiled part it has a Python one as well, so that the same bundle runs on the embedded cloud.
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
LOCK = SOURCES / "requirements.txt"
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


def bundle(configuration: Mapping[str, Any]) -> lambda_.Code:
    """Bundle the Lambda code with a configuration.

    The hash of the asset is that of what is in it: it changes when the code, a dependency or the
    configuration does, and never otherwise.

    :param configuration: JSON values, for `configuration.json` at the root of the bundle.
    """
    return lambda_.Code.from_asset(
        str(SOURCES),
        asset_hash_type=AssetHashType.OUTPUT,
        bundling=BundlingOptions(
            # Never pulled: `local` bundles, or fails.
            image=DockerImage.from_registry("unused"),
            local=_LocalBundling(configuration),
        ),
    )


@jsii.implements(ILocalBundling)
class _LocalBundling:
    def __init__(self, configuration: Mapping[str, Any]) -> None:
        self._configuration = configuration

    def try_bundle(self, output_dir: str, *_: object, **__: object) -> bool:
        write_bundle(Path(output_dir), self._configuration)
        return True


def write_bundle(directory: Path, configuration: Mapping[str, Any]) -> None:
    """Write the bundle into an existing directory."""
    shutil.copytree(install_dependencies(), directory, dirs_exist_ok=True)
    shutil.copytree(
        SOURCES,
        directory / SOURCES.name,
        ignore=shutil.ignore_patterns("__pycache__", "requirements.*"),
    )
    (directory / "configuration.json").write_text(
        json.dumps(configuration, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def install_dependencies() -> Path:
    """Install what `lambdas/requirements.txt` pins, once; later calls need no network.

    :return: the directory that holds them, one for each content of the lock file.
    :raises subprocess.CalledProcessError: if uv could not install them; it has said why.
    """
    key = hashlib.sha256(LOCK.read_bytes() + " ".join(_TARGET).encode()).hexdigest()[:16]
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
                    LOCK,
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
