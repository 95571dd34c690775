"""Which CSS we use although some mail program doesn't understand it, or not all of it, and why that will do.

Keys are features of `clients.json`, then a program (`outlook windows`) or a whole family (`gmail`). A test sees that
none of them is kept longer than it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping

_NO_SHEET = "reads no style sheet with other providers' accounts; all that matters stands in style attributes, too"
_DAYLIGHT = "shows the mail by day, or darkens it by its own rules; it is legible either way"
_OTHER_VALUES = "the values that it doesn't know are none of ours"
_IN_CELLS = "obeys it on table cells, where it matters; elsewhere things stand somewhat closer together"
_HIDDEN = "one of five ways to hide the preheader, of which it obeys others; nothing else is hidden"

ACCEPTED: Mapping[str, Mapping[str, str]] = {
    "at-media": {
        "gmail": "knows the conditions on width that we use, or stays with the narrow, single column",
        "outlook": "knows the conditions that we use; on Windows it gets its width from conditional comments",
    },
    "at-media-prefers-color-scheme": {"gmail": _DAYLIGHT, "outlook windows": _DAYLIGHT},
    "background": {"outlook windows": "understands colours, and we use no other backgrounds"},
    "border": {"outlook windows": "draws up to 8 pixels, ours are at most 6; on blocks it may leave a line out"},
    "border-radius": {"outlook windows": "draws square corners"},
    "border-spacing": {"outlook": "the tables have cellspacing=0, which says the same"},
    "cursor": {
        "gmail": "MJML's own; it changes nothing",
        "outlook": "MJML's own; it changes nothing",
        "apple-mail": "MJML's own; it changes nothing",
    },
    "direction": {"gmail mobile-webmail": "turns a whole mail around once something in it is written from the right"},
    "display": {"gmail": _OTHER_VALUES, "outlook windows": "knows `none`; links drawn as buttons have a table around"},
    "display-none": {"gmail mobile-webmail": _HIDDEN, "outlook windows": _HIDDEN},
    "font-size": {"outlook windows": _OTHER_VALUES},
    "font-weight": {"outlook windows": "knows normal and bold, and we use no other weight"},
    "height": {"outlook windows": "an empty line between two parts may be a little higher"},
    "important": {
        "gmail": "knows it in style sheets, where we write it with a space before it",
        "outlook windows": "our important rules are for darkness and narrow screens, which it doesn't know",
    },
    "letter-spacing": {"outlook windows": "spaces the word over a status change somewhat less"},
    "line-height": {"outlook windows": "lines stand somewhat closer together or farther apart"},
    "margin": {
        "gmail": "knows it where we use it; ours are never negative",
        "outlook": "knows it where we use it; on Windows blocks may stand closer together",
    },
    "max-height": {"outlook windows": _HIDDEN},
    "max-width": {"outlook windows": "gets its width from the tables in conditional comments"},
    "opacity": {"gmail mobile-webmail": _HIDDEN, "outlook windows": _HIDDEN},
    "outline": {"outlook windows": "only takes away a line that it doesn't draw around pictures"},
    "overflow": {"gmail": _HIDDEN, "outlook": _HIDDEN, "apple-mail": _HIDDEN},
    "overflow-wrap": {
        "gmail": "`word-break` says the same, and it breaks long words by itself",
        "outlook": "`word-break` says the same; on Windows a very long word may widen the page",
        "apple-mail": "`word-break` says the same",
    },
    "padding": {"outlook windows": _IN_CELLS},
    "selector-child": {
        "gmail": _NO_SHEET,
        "outlook windows": "stands in rules for darkness alone, which it doesn't know",
    },
    "selector-class": {"gmail": _NO_SHEET},
    "selector-descendant": {"gmail": _NO_SHEET},
    "selector-grouping": {"gmail": _NO_SHEET},
    "text-align": {"gmail": _OTHER_VALUES, "outlook": _OTHER_VALUES},
    "text-decoration": {
        "gmail": "may underline a button's label",
        "outlook windows": _OTHER_VALUES,
    },
    "text-transform": {"outlook windows": _OTHER_VALUES},
    "width": {"outlook windows": "obeys it on tables and cells, and takes a picture's from its attribute"},
    "word-break": {
        "gmail": "breaks a long word after 30 characters, or anywhere",
        "outlook": "breaks a long word anywhere",
        "apple-mail": "breaks a long word anywhere",
    },
    "word-spacing": {"outlook windows": "MJML's own `normal`; it changes nothing"},
}

UNTESTED: Mapping[str, str] = {
    "color": "every program has always known it; caniemail tests only newer ways to write one",
}
"""CSS of which caniemail has no page, and why it is safe."""
