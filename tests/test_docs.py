"""The documentation is executed: what it tells a reader to type works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WHAT_IT_TAKES = "every_kind or hears_of_a_change or staff_request_updated or nothing_is_recorded"
GUIDE = (ROOT / "docs/adding-a-notification.md").read_text()


def _block(language: str, containing: str) -> str:
    """The one code block of a language that contains a text."""
    blocks = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    (found,) = [block for block in blocks if containing in block]
    return str(found)


@pytest.mark.slow
def test_adding_a_notification_takes_the_three_files_of_the_guide(tmp_path: Path) -> None:
    copy = tmp_path / "curbcast"
    ignored = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache", "*.egg-info", "node_modules")
    shutil.copytree(ROOT, copy, ignore=ignored)

    catalogue = copy / "notifier/kinds.py"
    row = _block("python", "Kind(")
    indented = "".join(f"    {line}\n" for line in row.splitlines())
    before, separator, after = catalogue.read_text().partition("CATALOGUE: tuple[Kind, ...] = (\n")
    catalogue.write_text(before + separator + indented + after)
    (copy / "templates_mjml/staff_request_updated.mjml").write_text(_block("mjml", "{% extends"))
    test = copy / "tests/notifier/kinds/test_staff_request_updated.py"
    test.write_text("from tests.telling import told\n\n\n" + _block("python", "async def test_"))

    contract, golden = "tests/architecture/test_architecture.py", "tests/notifier/test_golden.py"
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(test), contract, golden, "-k", WHAT_IT_TAKES],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "RECORD_GOLDEN": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "6 passed" in ran.stdout  # the new kind's on two databases, the catalogue's two contracts, and its record
    assert "changed this request" in (copy / "tests/golden/staff_request_updated.en.txt").read_text()
