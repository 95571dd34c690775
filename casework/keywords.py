"""What a watch area listens for: words typed in a line, matched against what a request says, in any language.

    pothole "street light" -bike      a pothole or a street light, where nobody speaks of a bike
    -test                             everything but tests
    (nothing)                         everything

Texts become words with a space on either side, so that a phrase is found as a whole by looking for one string. Case,
accents and punctuation are folded away. Scripts without spaces, and emoji, count each character as a word.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from casework import text
from casework.errors import Invalid

LONGEST = 500
TERMS_MAX = 50

_QUOTES = dict.fromkeys(map(ord, "“”„‟«»″〝〞〟＂"), '"')
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_TYPED = str.maketrans(_QUOTES | _DASHES)
_TERM = re.compile(r'(-*)(?:"([^"]*)(")?|([^\s,;"，、]+))')
_UNSPACED = ("CJK ", "HIRAGANA ", "KATAKANA", "THAI ", "LAO ", "KHMER ", "MYANMAR ")
_NO_ACCENT = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
# What may be left out in writing: accents, and the vowel points of Hebrew and Arabic. Other scripts' marks are letters.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\ufe00-\ufe0f]")


@dataclass(frozen=True)
class Keywords:
    """Folded terms: any one of `wanted` (all texts, where there is none) and none of `unwanted`."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    def match(self, *texts: str) -> bool:
        """Whether the texts, taken together, are listened for. No phrase spans two of them."""
        said = _words(texts)
        if any(term in said for term in self.unwanted):
            return False
        return not self.wanted or any(term in said for term in self.wanted)


@lru_cache(maxsize=1024)
def parse_keywords(typed: str) -> Keywords:
    """The terms of a line of at most 500 characters and 50 terms. Raises Invalid naming `keywords`."""
    line = text.line(typed, "keywords", longest=LONGEST, required=False).translate(_TYPED)
    wanted: dict[str, None] = {}
    unwanted: dict[str, None] = {}
    for found in _TERM.finditer(line):
        minus, phrase, closing, word = found.groups()
        if phrase is not None and closing is None:
            raise Invalid("keywords: the quote before “%(phrase)s” is not closed.", field="keywords", phrase=phrase)
        term = fold(phrase if phrase is not None else word or "")
        if not term.strip():
            raise Invalid(
                "keywords: “%(term)s” holds no letter or digit; write -word, with no space, to leave a word out.",
                field="keywords",
                term=found[0],
            )
        (unwanted if minus else wanted)[term] = None
    if len(wanted) + len(unwanted) > TERMS_MAX:
        raise Invalid("keywords: at most %(allowed)s terms are allowed.", field="keywords", allowed=TERMS_MAX)
    if both := wanted.keys() & unwanted.keys():
        raise Invalid("keywords: “%(term)s” is both wanted and left out.", field="keywords", term=min(both).strip())
    return Keywords(tuple(wanted), tuple(unwanted))


def fold(said: str) -> str:
    """The words of a text with one space around each; "" or " " for none."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", said).casefold())
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", plain).translate(_NO_ACCENT))
    return f" {' '.join(plain.translate(_CHARACTERS).split())} "


@lru_cache(maxsize=64)
def _words(texts: tuple[str, ...]) -> str:
    return "\n".join(map(fold, texts))


class _Characters(dict[int, str]):
    """What each character contributes to its text's words: itself, itself alone, nothing, or a gap."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        category = unicodedata.category(char)
        if category == "Cf":
            self[code] = ""
        elif category != "So" and category[0] not in "LNM":
            self[code] = " "
        elif category == "So" or unicodedata.name(char, "").startswith(_UNSPACED):
            self[code] = f" {char} "
        else:
            self[code] = char
        return self[code]


_CHARACTERS = _Characters()
