"""Each bit of CSS in a mail against what Gmail, Outlook and Apple Mail understand.

`clients.json` is made from caniemail.com's tests (see `caniemail`). What a program doesn't understand is a fault unless
`ACCEPTED` says what its readers see instead, and why that will do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache, lru_cache

from notifier.gate.accepted import ACCEPTED, UNTESTED
from notifier.gate.caniemail import TABLE
from notifier.gate.page import Fault, Page, style_of
from notifier.gate.styles import Declaration, declarations, rules
from notifier.preview import Preview

_UNIT = re.compile(r"(?<![\w#.-])-?[\d.]+(%|[a-z]+)")
_FUNCTION = re.compile(r"\b(calc|clamp|min|max|rgb|rgba|light-dark|linear-gradient|radial-gradient|conic-gradient)\(")
_FUNCTIONS = {"calc": "unit-calc", "rgb": "rgb", "rgba": "rgba"} | {
    name: f"function-{name}" for name in ("clamp", "light-dark", "max", "min")
}
_NO_CSS = "that is no CSS: "
_STATES = {"a": "understands it in part", "n": "doesn't understand it", "u": "was never tried with it"}
_PSEUDO = re.compile(r"(::?)([\w-]+)")


@cache
def _table() -> tuple[list[str], dict[str, str]]:
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    return table["clients"], table["features"]


def check(mail: Preview, page: Page) -> Iterator[Fault]:
    for feature in used(page):
        yield from _refused(feature)


def used(page: Page) -> list[str]:
    """The features that a page uses, each once; what isn't CSS is one too, in its own words."""
    found: dict[str, None] = {}
    for style in dict.fromkeys(style_of(element) for element in page.root.iter()):
        found.update(dict.fromkeys(_in_attribute(style)))
    for sheet in page.styles:
        found.update(dict.fromkeys(_in_sheet(sheet)))
    return list(found)


@lru_cache(maxsize=4096)
def _in_attribute(style: str) -> tuple[str, ...]:
    return tuple(feature for each in declarations(style) for feature in _features(each))


@lru_cache(maxsize=256)
def _in_sheet(sheet: str) -> tuple[str, ...]:
    """The conditions, selectors and declarations of a sheet."""
    found = []
    for rule in rules(sheet):
        found += [_at_rule(condition) for condition in rule.media]
        found += _in_selector(rule.selector)
        found += [feature for each in rule.declarations for feature in _features(each)]
    return tuple(found)


def _at_rule(condition: str) -> str:
    for name in ("prefers-color-scheme", "prefers-reduced-motion", "hover", "orientation", "device-pixel-ratio"):
        if name in condition:
            return f"at-media-{name}"
    return f"at-{condition[1:].split()[0].split('(')[0]}"


def _in_selector(selector: str) -> list[str]:
    found = [f"pseudo-{'element' if sort == '::' else 'class'}-{name}" for sort, name in _PSEUDO.findall(selector)]
    marks = {",": "grouping", ">": "child", "+": "adjacent-sibling", "~": "general-sibling", ".": "class"}
    marks |= {"#": "id", "[": "attribute", "*": "universal"}
    found += [f"selector-{name}" for mark, name in marks.items() if mark in selector]
    if any(" " in re.sub(r"\s*[>+~]\s*", ">", part.strip()) for part in selector.split(",")):
        found.append("selector-descendant")
    return found


def _features(declaration: Declaration) -> Iterator[str]:
    name, value = declaration.name, declaration.value.lower()
    if not name:
        yield f"{_NO_CSS}{declaration.value}"
        return
    if name.startswith(("-", "mso-")):
        return  # one program's own word, which the others pass over
    yield _property(name)
    if name == "display" and value in ("flex", "grid", "none"):
        yield f"display-{value}"
    if declaration.important:
        yield "important"
    for unit in _UNIT.findall(value):
        yield f"unit-{'percent' if unit == '%' else unit}"
    for function in _FUNCTION.findall(value):
        yield _FUNCTIONS.get(function, function)


def _property(name: str) -> str:
    """The feature that tells of a property: its own, or that of what it is a part of."""
    _, features = _table()
    if name in ("left", "right", "top", "bottom"):
        return "left-right-top-bottom"
    while name not in features and "-" in name:
        name = name.rsplit("-", 1)[0]
    return name


def lacking(feature: str) -> list[str]:
    """The programs that don't understand all of a feature."""
    clients, features = _table()
    return [client for client, letter in zip(clients, features[feature], strict=True) if letter != "y"]


@cache
def _refused(feature: str) -> tuple[Fault, ...]:
    if feature.startswith(_NO_CSS):
        return (Fault("css", feature),)
    clients, features = _table()
    if feature not in features:
        if feature in UNTESTED:
            return ()
        return (Fault("css", f"nobody has tested {feature} in mail programs; UNTESTED may say why it is safe"),)
    lacking = [
        f"{client} {_STATES[letter]}"
        for client, letter in zip(clients, features[feature], strict=True)
        if letter != "y" and not ({client, client.split()[0]} & ACCEPTED.get(feature, {}).keys())
    ]
    told = f"{feature}: {'; '.join(lacking)}; ACCEPTED doesn't say that this will do"
    return (Fault("css", told),) if lacking else ()
