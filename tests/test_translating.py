"""docs/translating.md is executed: a third language is one file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs/translating.md").read_text(encoding="utf-8")


def python(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.slow
def test_a_third_language_is_one_catalogue_file(tmp_path: Path) -> None:
    header, words = re.findall(r"```po\n(.*?)```", GUIDE, re.DOTALL)
    for package in (
        "api",
        "bench",
        "casework",
        "curbcast",
        "digests",
        "notifier",
        "templates_mjml",
        "locales",
        "tests",
    ):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file = tmp_path / "locales/de/LC_MESSAGES/curbcast.po"
    file.parent.mkdir(parents=True)
    file.write_text(header, encoding="utf-8")

    ran = python(tmp_path, "-m", "notifier.catalogues")
    assert ran.returncode == 1, ran.stderr
    assert "de: %(actor)s closed this request\n" in ran.stdout
    assert "es: " not in ran.stdout
    catalogue = read_po(BytesIO(file.read_bytes()), locale="de")
    for told in read_po(BytesIO(words.encode()), locale="de"):
        if told.id:
            catalogue[told.id].string = told.string
    with file.open("wb") as target:
        write_po(target, catalogue)

    assert "closed this request" not in python(tmp_path, "-m", "notifier.catalogues").stdout
    said = python(tmp_path, "-m", "pytest", "-q", "-m", "not slow", "tests/notifier/third_language.py")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "2 passed" in said.stdout
