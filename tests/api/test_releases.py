"""What clients were built against keeps working, or the changelog says that it doesn't."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import build_schema, find_breaking_changes

from api.schema import print_sdl

ROOT = Path(__file__).parents[2]


def last_released() -> Path:
    """The schema of the newest release, in docs/releases."""
    return max((ROOT / "docs/releases").glob("*.graphql"), key=lambda path: [int(n) for n in path.stem.split(".")])


def unannounced(released: str, now: str, changelog: str) -> list[str]:
    """What breaks clients of the last release without a word of it under `[Unreleased]`."""
    found = [each.description for each in find_breaking_changes(build_schema(released), build_schema(now))]
    unreleased = re.split(r"^## ", changelog, flags=re.MULTILINE)[1]
    return [] if "Breaking" in unreleased else found


def test_what_breaks_clients_is_announced() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = unannounced(last_released().read_text(encoding="utf-8"), print_sdl(), changelog)
    assert found == [], "keep the old field beside the new one, deprecated; or say `Breaking:` in CHANGELOG.md"


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("type Query { other: Int }", ["Query.name was removed."]),
        ("type Query { name: Int }", ["Query.name changed type from String to Int."]),
        ("type Query { name(of: ID!): String }", ["A required arg 'of' on 'Query.name' was added."]),
        ("type Query { name(of: ID): String, other: Int }", []),
    ],
)
def test_a_breaking_change_is_noticed_unless_the_changelog_has_it(now: str, said: list[str]) -> None:
    released, log = (
        "type Query { name: String }",
        "# Changelog\n\n## [Unreleased]\n\n- A thing.\n\n## [0.1]\n\n- Breaking: all",
    )
    assert len(unannounced(released, now, log)) == len(said)
    assert unannounced(released, now, log.replace("A thing", "Breaking: the name is gone")) == []
