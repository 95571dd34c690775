"""Every text on its ground, by day and by night, as a mail program draws them that obeys the page's own style sheet.

Colours come from style attributes and `bgcolor`, at night also from the sheet's dark rules; what an element doesn't
say, it has from the one around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cssselect import HTMLTranslator
from lxml import etree

from notifier.brand import READABLE, contrast
from notifier.gate.page import Fault, Page, shown, style_of
from notifier.gate.styles import Declaration, color_of, declarations, rules
from notifier.preview import Preview

_INK, _PAPER, _LINK = "#000000", "#ffffff", "#0000ee"
"""What browsers use where nothing is said."""

Colours = dict[Any, dict[str, str]]


def check(mail: Preview, page: Page) -> Iterator[Fault]:
    for mode, sheet in (("by day", {}), ("by night", _dark(page))):
        grounds: Colours = {}
        for element, text in shown(page):
            ink, paper = _colour(element, "color", sheet, grounds), _colour(element, "background", sheet, grounds)
            if (ratio := contrast(ink, paper)) < READABLE:
                said = " ".join(text.split())[:40]
                yield Fault("contrast", f"{mode}, {said!r} is {ink} on {paper}: {ratio:.2f}, less than {READABLE}")


def _dark(page: Page) -> Colours:
    """What the dark rules give each element that they select; the last rule wins, as all are important."""
    found: Colours = {}
    for sheet in page.styles:
        for rule in rules(sheet):
            if rule.selector and any(_is_dark(condition) for condition in rule.media):
                for element in _selector(rule.selector)(page.root):
                    found.setdefault(element, {}).update(_stated(rule.declarations))
    return found


def _is_dark(condition: str) -> bool:
    return "prefers-color-scheme" in condition and "dark" in condition


def _stated(stated: tuple[Declaration, ...]) -> dict[str, str]:
    found = {}
    for each in stated:
        name = "background" if each.name in ("background", "background-color") else each.name
        if name in ("color", "background") and (colour := color_of(each.value)):
            found[name] = colour
    return found


def _colour(element: Any, name: str, sheet: Colours, known: Colours) -> str:
    if element is None or not isinstance(element.tag, str):
        return _INK if name == "color" else _PAPER
    own = known.get(element)
    if own is None:
        own = known[element] = {**_attributes(element), **_stated(declarations(style_of(element)))}
        own |= sheet.get(element, {})
    if name not in own:
        own[name] = (
            _LINK if name == "color" and element.tag == "a" else _colour(element.getparent(), name, sheet, known)
        )
    return own[name]


def _attributes(element: Any) -> dict[str, str]:
    colour = color_of(element.get("bgcolor", ""))
    return {"background": colour} if colour else {}


@lru_cache(maxsize=256)
def _selector(selector: str) -> etree.XPath:
    return etree.XPath(HTMLTranslator().css_to_xpath(selector))
