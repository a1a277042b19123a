from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "embedded_timestream" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_generated_parts_are_fresh(document: Path) -> None:
    command = [sys.executable, "-m", "cogapp", "--check", "--diff", "-I", str(ROOT), str(document)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own files

    assert done.returncode == 0, f"`make docs` renews it:\n{done.stdout}{done.stderr}"
