"""Who may import whom (docs: DESIGN's layout), read from the code itself.

`lambdas` is deployed: it imports what the Lambda runtime has and what is bundled. `stacks` and the
libraries for settings and cost import nothing else of ours, so that each can be read alone.
"""

from __future__ import annotations

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
OURS = frozenset(
    {"bridgewatch", "embedded_timestream", "lambdas", "local", "stacks", "tests", "bench", "app"}
)

# Who may import which of ours; for a package or a module within one, the longest name that fits.
ALLOWED = {
    "app": {"bridgewatch.settings", "bridgewatch.cost", "bridgewatch.deployment", "stacks"},
    "stacks": {"stacks"},
    "lambdas": {"lambdas"},
    "bridgewatch": {"bridgewatch", "embedded_timestream", "lambdas"},
    "bridgewatch.settings": {"bridgewatch.settings"},
    "bridgewatch.settings_table": {"bridgewatch.settings"},
    "bridgewatch.cost": {"bridgewatch.cost", "embedded_timestream.record_sizes"},
    "embedded_timestream": {"embedded_timestream"},
    "local": {"local", "bridgewatch.cost", "embedded_timestream"},
    "local.pictures": {"lambdas", "local"},
}

# The runtime's own (boto3, which is botocore), and what a function's requirements.in bundles
# (requests, which is urllib3). The mypy stubs are imported by type checkers only.
BUNDLED = {
    "apprise",
    "aws_lambda_powertools",
    "boto3",
    "botocore",
    "certifi",
    "feedgenerator",
    "icalendar",
    "jinja2",
    "markupsafe",
    "prometheus_client",
    "requests",
    "urllib3",
}
TYPES_ONLY = {
    "mypy_boto3_dynamodb",
    "mypy_boto3_scheduler",
    "mypy_boto3_sns",
    "mypy_boto3_sqs",
    "mypy_boto3_ssm",
    "mypy_boto3_timestream_query",
    "mypy_boto3_timestream_write",
}


def modules() -> list[Path]:
    found = [PROJECT / "app.py"] if (PROJECT / "app.py").exists() else []
    for package in ("bridgewatch", "embedded_timestream", "lambdas", "local", "stacks"):
        found += sorted((PROJECT / package).rglob("*.py"))
    return found


def name_of(module: Path) -> str:
    parts = module.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(tree: ast.Module) -> set[str]:
    """Give the names of all that is imported: `a.b` for `import a.b` and `from a import b`."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def within(name: str, packages: set[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in packages)


def allowed_to(module: str) -> set[str]:
    rule = max((one for one in ALLOWED if within(module, {one})), key=len)
    return ALLOWED[rule]


@pytest.mark.parametrize("module", modules(), ids=name_of)
def test_a_module_imports_only_what_its_package_may(module: Path) -> None:
    allowed = allowed_to(name_of(module))

    ours = {name for name in imports_of(ast.parse(module.read_text())) if within(name, set(OURS))}

    assert {name for name in ours if not within(name, allowed)} == set()


@pytest.mark.parametrize(
    "module", [one for one in modules() if within(name_of(one), {"lambdas"})], ids=name_of
)
def test_what_is_deployed_imports_only_what_is_there(module: Path) -> None:
    packages = {name.partition(".")[0] for name in imports_of(ast.parse(module.read_text()))}

    assert packages <= set(sys.stdlib_module_names) | BUNDLED | TYPES_ONLY | {"lambdas"}


def test_no_module_of_the_embedded_timestream_imports_one_that_leads_back_to_it() -> None:
    own = {
        name_of(path): path for path in modules() if within(name_of(path), {"embedded_timestream"})
    }
    graph = {
        name: {
            found
            for imported in imports_of(ast.parse(path.read_text()))
            if (found := imported if imported in own else imported.rpartition(".")[0]) in own
        }
        for name, path in own.items()
    }

    TopologicalSorter(graph).prepare()  # raises CycleError, which names the modules


def test_every_package_is_looked_at() -> None:
    names = {name_of(module) for module in modules()}

    assert {
        "lambdas.poller.handler",
        "bridgewatch.settings",
        "local.cloud",
        "stacks",
    } <= names
