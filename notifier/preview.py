"""What readers would see: sample mails through the production renderer. Sends nothing, reads no database.

name        a kind's key, `bundle` or `digest`
sample      one of its cases (`samples_of(name)`), the ordinary one first
brand       one of `BRANDS`
language    one that has a catalogue
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from email import message_from_bytes
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid
from functools import partial
from typing import Any

from casework import clock
from casework.config import Settings
from notifier import templates, words
from notifier.compose import compose
from notifier.digest_render import Digest, render_digest
from notifier.digest_samples import digest_samples
from notifier.envelope import Envelope
from notifier.facts import Facts, Line, OrganizationFacts, Reader, Rendered
from notifier.kinds import CATALOGUE, KINDS
from notifier.odd_samples import PLAIN, odd_samples
from notifier.openings import filled_opening
from notifier.pictures import with_pictures
from notifier.render import SharedLetter, render_bundle, render_shared
from notifier.samples import MARLOW, NOW, SITE, bundle, sample_logo
from notifier.words import languages

DIGEST, BUNDLE = "digest", "bundle"
BRANDS: dict[str, OrganizationFacts] = {
    "marlow": MARLOW,
    "plain": OrganizationFacts(name=MARLOW.name, time_zone=MARLOW.time_zone),
    "bright": replace(MARLOW, color="#ffdd00", logo=sample_logo()),
    "dark": replace(MARLOW, color="#0b0c0c", logo_url=f"{SITE}/logo.png"),
}
"""Marlow's own colours, none at all, a light one with an uploaded logo, and one as dark as the page at night, its logo
fetched from afar."""


@dataclass(frozen=True)
class Preview:
    """One mail; `eml` is the whole message. `typed` is what people wrote, so whatever it looks like, it is no fault of
    the template; `stoppable` says that it isn't account mail."""

    kind: str
    language: str
    sample: str
    brand: str
    rendered: Rendered
    eml: bytes
    typed: frozenset[str]
    stoppable: bool

    @property
    def page(self) -> str:
        """The html with the pictures that come with it in it."""
        return with_pictures(self.rendered.html, message_from_bytes(self.eml, policy=SMTP))

    @property
    def title(self) -> str:
        return f"{self.kind} ({self.language}, {self.sample}, {self.brand})"


def preview_names() -> list[str]:
    """Every kind of the catalogue, in its order, and what tells several events."""
    return [*(kind.key for kind in CATALOGUE), BUNDLE, DIGEST]


def samples_of(name: str) -> list[str]:
    """The names of a kind's cases. KeyError for a name that is not in `preview_names`."""
    return list(_cases(name, "en"))


def preview(
    name: str,
    language: str,
    sample: str = PLAIN,
    brand: str = "marlow",
    organization: OrganizationFacts | None = None,
    opening: str = "",
) -> Preview:
    """One sample mail, of the `brand` or of an `organization`, which `brand` then only names, with an `opening`.

    KeyError for what doesn't exist; for any kind, `PLAIN` is the first of its cases.
    """
    cases = _cases(name, language, opening)
    case = next(iter(cases)) if sample == PLAIN else sample
    whose = organization or BRANDS[brand]
    letter, reader, typed = cases[case](whose)
    stoppable = name not in KINDS or not KINDS[name].is_account
    envelope = Envelope(
        from_name=whose.sender,
        from_address="requests@marlow.example",
        to_address="reader@marlow.example",
        to_name=reader.name,
        reply_to=whose.reply_to,
        message_id=f"<{name}.{language}@marlow.example>",
        references=(),
        list_id="marlow.marlow.example",
        unsubscribe_url=reader.links.get("stop_digest") or reader.links.get("unsubscribe"),
        kind=name,
        reasons=reader.reasons,
        event_id="0",
        delivery="n0",
        date=NOW,
    )
    eml = compose(letter, reader, envelope)
    return Preview(name, language, case, brand, letter.filled(reader), eml, typed, stoppable)


def addressed(mail: Preview, to: str, settings: Settings) -> bytes:
    """The message once more, to be sent to somebody who wants to see it in their own mail program."""
    message = message_from_bytes(mail.eml, policy=SMTP)
    for name, value in (
        ("To", to),
        ("From", formataddr((str(message["From"].addresses[0].display_name), settings.mail_from))),
        ("Subject", f"[{mail.kind}] {mail.rendered.subject}"),
        ("Message-ID", make_msgid(domain=settings.mail_from.rpartition("@")[2] or "localhost")),
        ("Date", format_datetime(clock.now())),
    ):
        del message[name]
        message[name] = value
    return message.as_bytes()


def reload_on_change() -> None:
    """For development: what is saved from now on is seen at once."""
    templates.reload_on_change()


def forget() -> None:
    """What was compiled and read so far, because a template or a catalogue changed."""
    templates.forget()
    words.forget()


def previews() -> Iterator[Preview]:
    """The ordinary case of everything, in every language."""
    for name in preview_names():
        for language in languages():
            yield preview(name, language)


def all_combinations() -> list[tuple[str, str, str, str]]:
    """The arguments of `preview` for every mail there can be: kind x language x case x brand."""
    return [
        (name, language, case, brand)
        for name in preview_names()
        for case in samples_of(name)
        for language in languages()
        for brand in BRANDS
    ]


_Made = tuple[SharedLetter, Reader, frozenset[str]]
_Case = Callable[[OrganizationFacts], _Made]


def _cases(name: str, language: str, opening: str = "") -> dict[str, _Case]:
    """What makes each case of a kind for an organization."""
    if name == DIGEST:
        return {case: partial(_digest, make) for case, make in digest_samples(language).items()}
    if name == BUNDLE:
        return {
            "one thing done to many": partial(_bundle, *bundle(language, 3)),
            "several things": partial(_bundle, *bundle(language, 3, mixed=True)),
            "a hundred": partial(_bundle, *bundle(language, 100)),
        }
    KINDS[name]  # a KeyError for a kind that doesn't exist: a sample can be made for any
    return {case: partial(_single, *made, opening) for case, made in odd_samples(name, language).items()}


def _single(facts: Facts, reader: Reader, opening: str, brand: OrganizationFacts) -> _Made:
    branded = replace(facts, organization=brand)
    branded = replace(branded, opening=filled_opening(opening, branded))
    return render_shared(branded), reader, _typed(branded, reader)


def _bundle(lines: list[Line], reader: Reader, brand: OrganizationFacts) -> _Made:
    branded = [Line(replace(line.facts, organization=brand)) for line in lines]
    return render_bundle(branded), reader, _typed([line.facts for line in branded], reader)


def _digest(make: Callable[[], tuple[Digest, Reader]], brand: OrganizationFacts) -> _Made:
    contents, reader = make()
    if contents.organization.name == MARLOW.name:
        contents = replace(
            contents,
            organization=brand,
            stories=tuple(
                replace(story, lines=tuple(Line(replace(line.facts, organization=brand)) for line in story.lines))
                for story in contents.stories
            ),
        )
    return render_digest(contents), reader, _typed([s.lines for s in contents.stories], reader)


def _typed(*values: Any) -> frozenset[str]:
    """Every string in the facts, however deep."""
    found: set[str] = set()
    for value in values:
        if isinstance(value, str):
            found.add(value)
        elif is_dataclass(value) and not isinstance(value, type):
            found |= _typed(*(getattr(value, each.name) for each in fields(value) if each.repr))
        elif isinstance(value, Mapping):
            found |= _typed(*value.values())
        elif isinstance(value, list | tuple):
            found |= _typed(*value)
    return frozenset(found)
