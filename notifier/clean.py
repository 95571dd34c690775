"""Text as mail may carry it: whatever was typed, nothing that steers a header, a terminal or the reading direction.

The way in already refuses most of this; imported rows, old rows and other people's systems do not. Facts and readers
are cleaned when they are made, so nothing behind them has to think of it, and the control characters that `markers`
uses can't be forged.
"""

from __future__ import annotations

import re

_ENDS = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
# Control characters but tab and line feed; soft hyphens aside, what is invisible and reorders text; half a character
# pair (it can't be encoded); byte order marks and non-characters.
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
_SPACES = re.compile(r"[ \t\n]+")


def text(value: str) -> str:
    """Any number of lines, ended by line feeds."""
    if value.isprintable():
        return value
    return _UNWANTED.sub("", _ENDS.sub("\n", value))


def line(value: str) -> str:
    """One line: a name, a summary, a header's value. Line ends become spaces."""
    if value.isprintable():
        return value
    return _SPACES.sub(" ", text(value)).strip()


def shorten(value: str, width: int) -> str:
    """At most `width` characters: cut between words where a word ends in the last third, with an ellipsis."""
    if len(value) <= width:
        return value
    if width < 2:
        return "…"[:width]
    cut = value[: width - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space >= width * 2 // 3 else cut).rstrip(" ,.;:-–—\u200d") + "…"
