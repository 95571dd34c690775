"""docs/translating.md is executed: a third language is one file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs/translating.md").read_text(encoding="utf-8")
SAY = """
from api.language import accepted_language
from casework.actions.accounts import check_language
from notifier.preview import preview
check_language("de")
assert accepted_language("de-AT, en;q=0.5") == "de"
mail = preview("request_closed", "de")
print(mail.rendered.preheader)
print(mail.rendered.text)
assert 'lang="de"' in mail.rendered.html
"""


def python(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.slow
def test_a_third_language_is_one_catalogue_file(tmp_path: Path) -> None:
    header, words = re.findall(r"```po\n(.*?)```", GUIDE, re.DOTALL)
    for package in ("api", "casework", "curbcast", "digests", "notifier", "templates_mjml", "locales"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / "locales/de/LC_MESSAGES/curbcast.po"
    file.parent.mkdir(parents=True)
    file.write_text(header, encoding="utf-8")

    ran = python(tmp_path, "-m", "notifier.catalogues")
    assert ran.returncode == 1, ran.stderr
    assert "de: %(actor)s closed this request\n" in ran.stdout
    assert "es: " not in ran.stdout
    for message, told in re.findall(r'msgid "(.+)"\nmsgstr "(.+)"', words):
        whole = file.read_text(encoding="utf-8")
        assert whole.count(f'msgid "{message}"\nmsgstr ""\n') == 1
        file.write_text(whole.replace(f'msgid "{message}"\nmsgstr ""\n', f'msgid "{message}"\nmsgstr "{told}"\n'))

    assert "closed this request" not in python(tmp_path, "-m", "notifier.catalogues").stdout
    said = python(tmp_path, "-c", SAY)
    assert said.returncode == 0, said.stderr
    assert "Rosa Delgado hat diese Meldung geschlossen" in said.stdout
    assert "Guten Tag, Maya Lindqvist," in said.stdout
    assert "3. Juni 2025" in said.stdout
