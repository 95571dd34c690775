"""Facts and a reader -> subject, html and text.

    render(facts, reader)      one mail, for previews and tests
    render_shared(facts)       once per event, kind, language and brand; `compose` then puts in each reader
    render_bundle(lines)       several events told as one mail
"""

from __future__ import annotations

from collections.abc import Sequence

from notifier.facts import Facts, Line, OrganizationFacts, Reader, Rendered, RequestFacts

__all__ = [
    "Facts",
    "Line",
    "OrganizationFacts",
    "Reader",
    "Rendered",
    "RequestFacts",
    "SharedLetter",
    "render",
    "render_bundle",
    "render_shared",
]


class SharedLetter:
    """A letter to many: rendered once for each shape of reader, with markers where the reader's values go."""

    subject: str


def render(facts: Facts, reader: Reader) -> Rendered:
    raise NotImplementedError


def render_shared(facts: Facts) -> SharedLetter:
    raise NotImplementedError


def render_bundle(lines: Sequence[Line]) -> SharedLetter:
    raise NotImplementedError
