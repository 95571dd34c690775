"""Every mail as it was recorded: what a change does to any of them is a difference to read.

    tests/golden/<kind>.<language>.txt   subject, preheader and text part
    tests/golden/<kind>.html             what the card between masthead and footer holds, an element a line, in English
    tests/golden/_page.html              the whole page of one mail: what all of them have around it

`make golden` records anew. Read the difference before you commit it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from notifier.digest_render import render_digest
from notifier.digest_samples import digest
from notifier.render import Rendered, render, render_bundle
from notifier.samples import bundle, sample
from notifier.templates import kinds
from notifier.words import SOURCE_LANGUAGE, languages
from tests.notifier.reading_mail import content, outline

GOLDEN = Path(__file__).parent.parent / "golden"
SEVERAL = ("bundle", "bundle_mixed", "digest")
EXAMPLE = "request_closed"


def rendered(name: str, language: str) -> Rendered:
    if name == "digest":
        contents, who = digest(language)
        return render_digest(contents).filled(who)
    if name in SEVERAL:
        lines, who = bundle(language, 3, mixed=name == "bundle_mixed")
        return render_bundle(lines).filled(who)
    return render(*sample(name, language))


def recorded(file: str, now: str) -> str:
    if os.environ.get("RECORD_GOLDEN"):
        (GOLDEN / file).write_text(now, encoding="utf-8")
    return (GOLDEN / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*kinds(), *SEVERAL])
def test_a_mail_is_as_it_was_recorded(name: str) -> None:
    for language in languages():
        mail = rendered(name, language)
        told = f"Subject: {mail.subject}\nPreheader: {mail.preheader}\n\n{mail.text}"
        assert told == recorded(f"{name}.{language}.txt", told)
    card = content(rendered(name, SOURCE_LANGUAGE).html, within="card")
    assert card == recorded(f"{name}.html", card)


def test_what_is_around_every_mail_is_as_it_was_recorded() -> None:
    page = outline(rendered(EXAMPLE, SOURCE_LANGUAGE).html)
    assert page == recorded("_page.html", page)


def test_nothing_is_recorded_that_no_mail_is() -> None:
    mails = (*kinds(), *SEVERAL)
    expected = {f"{name}.{language}.txt" for name in mails for language in languages()}
    assert {file.name for file in GOLDEN.iterdir()} == expected | {f"{name}.html" for name in mails} | {"_page.html"}
