"""What readers would see: sample mails through the production renderer. Sends nothing, reads no database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from notifier.compose import compose
from notifier.digest_render import render_digest
from notifier.envelope import Envelope
from notifier.facts import Rendered
from notifier.kinds import CATALOGUE
from notifier.render import render, render_shared
from notifier.samples import NOW, digest, sample
from notifier.words import languages

DIGEST = "digest"


@dataclass(frozen=True)
class Preview:
    """One mail of one kind in one language; `eml` is the whole message."""

    kind: str
    language: str
    rendered: Rendered
    eml: bytes


def preview_names() -> list[str]:
    """Every kind of the catalogue, in its order, and the digest."""
    return [*(kind.key for kind in CATALOGUE), DIGEST]


def preview(name: str, language: str) -> Preview:
    """One sample mail. KeyError for a name that is not in `preview_names`."""
    if name == DIGEST:
        contents, reader = digest(language)
        letter = render_digest(contents)
        rendered = letter.filled(reader)
    else:
        facts, reader = sample(name, language)
        letter = render_shared(facts)
        rendered = render(facts, reader)
    envelope = Envelope(
        from_name="Town of Marlow",
        from_address="requests@marlow.example",
        to_address="reader@marlow.example",
        to_name=reader.name,
        reply_to=None,
        message_id=f"<{name}.{language}@marlow.example>",
        references=(),
        list_id="marlow.marlow.example",
        unsubscribe_url=reader.links.get("unsubscribe"),
        kind=name,
        reasons=reader.reasons,
        event_id="0",
        date=NOW,
    )
    return Preview(name, language, rendered, compose(letter, reader, envelope))


def previews() -> Iterator[Preview]:
    """Everything, in every language."""
    for name in preview_names():
        for language in languages():
            yield preview(name, language)
