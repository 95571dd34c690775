"""What the documentation tells people to type: its fenced blocks, in order.

blocks("graphql")      every ```graphql block of README.md and docs/, with the variables of a ```json block after it
programs("ts")         {"src/apollo.ts": …}: the blocks of docs/clients.md that begin with a comment naming their file
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
CLIENTS = ROOT / "docs" / "clients.md"
_FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(r"(?://|#) (\S+)\n")


@dataclass(frozen=True)
class Printed:
    """An operation as it is printed; `variables` is JSON with ids in angle brackets."""

    page: str
    operation: str
    variables: str = "{}"


def printed_operations() -> Iterator[Printed]:
    """Every GraphQL operation of the documentation."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        found = _FENCED.findall(page.read_text(encoding="utf-8"))
        for (language, text), (next_language, next_text) in pairwise([*found, ("", "")]):
            if language == "graphql":
                yield Printed(page.name, text, next_text if next_language == "json" else "{}")


def programs(language: str) -> dict[str, str]:
    """The programs of docs/clients.md in a language, by the file that their first line names."""
    blocks = [text for fenced, text in _FENCED.findall(CLIENTS.read_text(encoding="utf-8")) if fenced == language]
    return {name[1]: text for text in blocks if (name := _NAMED.match(text))}
