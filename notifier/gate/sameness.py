"""The text part says what the html says: the same words, and so the same names, numbers and dates; the same links.

Left out of the text are the preheader, which repeats the news, and what carries the class `html-only`: a logo, the
organization's name on top, the word over a status change, all of which the text says in other words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from notifier.gate.page import Fault, Page, classes, shown
from notifier.preview import Preview

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_WORD = re.compile(r"\w+")
_SHOWN = 6


def check(mail: Preview, page: Page) -> Iterator[Fault]:
    html = " ".join(text for element, text in shown(page) if not _only_html(element))
    text = mail.rendered.text
    for told, other, where in ((html, text, "text"), (text, html, "html")):
        if missing := _missing(told, other):
            yield Fault("text", f"the {where} part doesn't say: {', '.join(missing[:_SHOWN])}")
    links = {link.get("href", "") for link in page.all("a") if not _only_html(link)}
    in_text, in_html = set(_ADDRESS.findall(text)), links | set(_ADDRESS.findall(html))
    for link in sorted(in_html - in_text):
        yield Fault("text", f"the text part lacks the link {link}")
    for link in sorted(in_text - in_html):
        yield Fault("text", f"the html part lacks the link {link}")


def _missing(told: str, other: str) -> list[str]:
    said = set(_WORD.findall(_ADDRESS.sub(" ", other).casefold()))
    words = dict.fromkeys(_WORD.findall(_ADDRESS.sub(" ", told).casefold()))
    return [word for word in words if word not in said]


def _only_html(element: Any) -> bool:
    while element is not None:
        if "html-only" in classes(element):
            return True
        element = element.getparent()
    return False
