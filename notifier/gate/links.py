"""What can be clicked, and what would be loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from notifier.gate.page import Fault, Page, is_shown, style_of, text_of
from notifier.preview import Preview

_VAGUE = {
    "en": "here|click here|click|more|read more|see more|link|this|this link|details|go|open|view|read all of it",
    "es": "aquí|haga clic aquí|haz clic aquí|clic|más|leer más|ver más|enlace|este enlace|detalles|ir|abrir|ver",
}
_WEB = re.compile(r"https?://[^\s]+")
_PICTURE = re.compile(r"(https://|cid:)[^\s]+")
_REMOTE = re.compile(r"@import|@font-face|url\(\s*['\"]?(?!data:)", re.IGNORECASE)


def check(mail: Preview, page: Page) -> Iterator[Fault]:
    yield from _links(mail, page)
    buttons = [link for link in page.all("a") if is_button(link)]
    if len(buttons) > 1:
        yield Fault("button", f"there are {len(buttons)} buttons: {', '.join(text_of(each) for each in buttons)}")
    yield from _loaded(page)


def is_button(link: Any) -> bool:
    """Whether a link is drawn as a button."""
    style = style_of(link).replace(" ", "")
    return "display:inline-block" in style and "padding" in style


def _links(mail: Preview, page: Page) -> Iterator[Fault]:
    vague = set(_VAGUE.get(mail.language, _VAGUE["en"]).split("|"))
    leads: dict[str, str] = {}
    for link in page.all("a"):
        words, target = text_of(link), link.get("href", "")
        if not is_shown(link):
            continue
        if not _WEB.fullmatch(target):
            yield Fault("links", f"{words!r} leads to {target!r}, which is no web address")
        if not words or words.lower().strip(" .…!»›→") in vague or _WEB.fullmatch(words):
            yield Fault("links", f"{words!r} doesn't say where it leads ({target})")
        elif leads.setdefault(words, target) != target:
            yield Fault("links", f"{words!r} leads to {leads[words]} and to {target}: nobody can tell them apart")


def _loaded(page: Page) -> Iterator[Fault]:
    for element in page.all("script", "link", "iframe", "object", "embed", "form", "base", "svg", "video", "audio"):
        yield Fault("remote", f"<{element.tag}> has no place in a mail")
    for element in page.root.iter():
        if isinstance(element.tag, str):
            for name, value in element.attrib.items():
                if name.startswith("on") or value.strip().lower().startswith("javascript:"):
                    yield Fault("remote", f"a script in <{element.tag} {name}>")
            if _REMOTE.search(style_of(element)):
                yield Fault("remote", f"<{element.tag}> loads something by its style: {style_of(element)}")
    for picture in page.all("img"):
        if not _PICTURE.fullmatch(picture.get("src", "")):
            yield Fault("remote", f"a picture is fetched from {picture.get('src')!r}; it must be https or in the mail")
    for sheet in page.styles:
        if found := _REMOTE.search(sheet):
            yield Fault("remote", f"the style sheet loads something: {found[0]}")
