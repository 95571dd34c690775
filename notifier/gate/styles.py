"""CSS as the checks need it: declarations of a style attribute, and the rules of a sheet with the media around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import tinycss2

_HEX = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})\b")
_NAMED = {"white": "#ffffff", "black": "#000000"}


@dataclass(frozen=True)
class Declaration:
    name: str
    value: str
    important: bool


@dataclass(frozen=True)
class Rule:
    """`media` are the conditions around it, outermost first."""

    media: tuple[str, ...]
    selector: str
    declarations: tuple[Declaration, ...]


@lru_cache(maxsize=4096)
def declarations(style: str) -> tuple[Declaration, ...]:
    """What a style attribute or a rule's braces hold. What isn't CSS has no name, and itself as its value."""
    return tuple(_declarations(tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True)))


def _declarations(nodes: list[tinycss2.ast.Node]) -> Iterator[Declaration]:
    for node in nodes:
        if node.type == "declaration":
            yield Declaration(node.lower_name, tinycss2.serialize(node.value).strip(), node.important)
        else:
            yield Declaration("", str(getattr(node, "message", "") or tinycss2.serialize([node])), False)


@lru_cache(maxsize=256)
def rules(sheet: str) -> tuple[Rule, ...]:
    """Every rule of a style sheet, in its order; what isn't CSS is a rule without a selector."""
    nodes = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    return tuple(_rules(nodes, ()))


def _rules(nodes: list[tinycss2.ast.Node], media: tuple[str, ...]) -> Iterator[Rule]:
    for node in nodes:
        if node.type == "at-rule" and node.content is not None:
            inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            condition = f"@{node.lower_at_keyword} {tinycss2.serialize(node.prelude).strip()}"
            yield from _rules(inner, (*media, condition))
        elif node.type == "qualified-rule":
            inside = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
            selector = tinycss2.serialize(node.prelude).strip()
            yield Rule(media, selector, tuple(_declarations(inside)))
        elif node.type == "error":
            yield Rule(media, "", (Declaration("", node.message, False),))


def color_of(value: str) -> str | None:
    """The #rrggbb in a declaration's value; None where it names none."""
    if found := _HEX.search(value):
        digits = found[1].lower()
        return f"#{digits}" if len(digits) == 6 else "#" + "".join(digit * 2 for digit in digits)
    return next((_NAMED[word] for word in value.lower().split() if word in _NAMED), None)
