"""An organization's own words at the head of a kind's mail, with a few named places for facts. Pure.

    "Thank you for writing to us about {summary}."  ── check_opening ──▶ stored as typed
                                                    ── filled_opening ─▶ "… about Street light out …"

It is text and never a template: a place is replaced by a word of the facts, and nothing in it is run or is markup.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from casework import text
from casework.errors import Invalid
from notifier.facts import Facts
from notifier.kinds import KINDS, Group
from notifier.words import words_in

LONGEST = 600
_PLACE = re.compile(r"\{(\w+)\}")
_OF_ANY = ("organization",)
_OF_REQUESTS = ("organization", "number", "summary", "category", "place", "status")


def places_of(kind: str) -> tuple[str, ...]:
    """The names that a kind's opening may have in braces. KeyError for a kind that doesn't exist."""
    told = KINDS[kind]
    about_area = told.group is Group.AREAS and not any(event.__name__.startswith("Request") for event in told.events)
    return _OF_ANY if told.is_account or about_area else _OF_REQUESTS


def check_opening(kind: str, typed: str, field: str) -> str:
    """The text as it is kept, empty for none. Raises Invalid, naming the field and what is wrong in it."""
    kept = text.text(typed, field, longest=LONGEST, required=False).strip()
    known = places_of(kind)
    for name in _PLACE.findall(kept):
        if name not in known:
            raise _unknown(name, known, field)
    if re.search(r"[{}]", _PLACE.sub("", kept)):
        raise Invalid("%(field)s has a brace that encloses no name. Write {summary}, for example.", field=field)
    return kept


def _unknown(name: str, known: tuple[str, ...], field: str) -> Invalid:
    allowed = ", ".join(f"{{{each}}}" for each in known)
    if close := get_close_matches(name, known, n=1):
        return Invalid(
            "%(field)s names {%(name)s}, which this mail doesn't have; did you mean {%(close)s}? It has %(known)s.",
            field=field,
            name=name,
            close=close[0],
            known=allowed,
        )
    return Invalid(
        "%(field)s names {%(name)s}, which this mail doesn't have. It has %(known)s.",
        field=field,
        name=name,
        known=allowed,
    )


def filled_opening(kept: str, facts: Facts) -> str | None:
    """The words for one mail; what its readers may not know is not in `facts`. None for an empty text."""
    if not kept:
        return None
    request = facts.request
    values = {"organization": facts.organization.name}
    if request is not None:
        values |= {
            "number": f"#{request.number}",
            "summary": request.summary,
            "category": request.category,
            "place": request.address or "",
            "status": words_in(facts.language).status(request.status),
        }
    return _PLACE.sub(lambda place: values.get(place[1], ""), kept)
