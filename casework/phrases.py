"""Words with values in them, before they are said in a language.

    Phrase("%(field)s has %(many)s entries.", {"field": "photo_urls", "many": 12})

casework knows no translations: a phrase keeps its English template and its values apart, so that whoever shows it can
say it in the reader's language. `str()` says it in English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_PLACE = re.compile(r"%\((\w+)\)s")


def N_(message: str) -> str:
    """Marks a message for extraction where it can't be translated yet."""
    return message


@dataclass(frozen=True)
class Phrase:
    """A template and its values: texts, numbers, or phrases that are translated themselves."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def filled(self, template: str, said: Callable[[object], str]) -> str:
        """The values put into `template`, a translation of this phrase's own. A name without a value stays."""
        return _PLACE.sub(lambda place: said(self.values[place[1]]) if place[1] in self.values else place[0], template)

    def __str__(self) -> str:
        return self.filled(self.template, _in_english)


def _in_english(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
