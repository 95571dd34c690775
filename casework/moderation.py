"""What is held back until staff have looked at it: an organization's words, and how far it trusts whom.

    new request or comment ── by staff, or somebody trusted ──▶ goes on
                           ├─ by somebody who is held, or by a guest where guests are held ──┐
                           ├─ with one of the organization's words ──────────────────────────┴▶ held
                           └─ everything else ──▶ goes on

What is held is seen by its author and staff and told to nobody; releasing it tells it as if it were new.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from casework import text
from casework.access import Viewer
from casework.database import MomentField
from casework.errors import Invalid
from casework.organizations import Organization
from casework.people import Person
from casework.requests import Comment, ServiceRequest

WORDS_MAX = 500


class Trust(StrEnum):
    """How far an organization trusts an account. Whoever has no row is NORMAL."""

    TRUSTED = "trusted"
    NORMAL = "normal"
    HELD = "held"


class PersonTrust(Model):
    """One organization's trust in one account."""

    id = fields.IntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "casework.Organization", related_name="trusts", on_delete=fields.OnDelete.CASCADE
    )
    organization_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="trusts", on_delete=fields.OnDelete.CASCADE
    )
    person_id: int
    trust = fields.CharEnumField(Trust, max_length=10)
    changed_at = MomentField()

    class Meta:
        table = "person_trust"
        unique_together = (("organization_id", "person_id"),)


class Flag(Model):
    """Somebody thinks that staff should look at a request, or at one of its comments."""

    id = fields.IntField(primary_key=True)
    request: fields.ForeignKeyRelation[ServiceRequest] = fields.ForeignKeyField(
        "casework.ServiceRequest", related_name="flags", on_delete=fields.OnDelete.CASCADE
    )
    request_id: int
    comment: fields.ForeignKeyNullableRelation[Comment] = fields.ForeignKeyField(
        "casework.Comment", related_name="flags", null=True, on_delete=fields.OnDelete.CASCADE
    )
    comment_id: int | None
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="flags", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    person_id: int | None
    reason = fields.TextField()
    created_at = MomentField()

    class Meta:
        table = "flag"
        indexes = (("request_id", "id"),)


async def is_held(viewer: Viewer, organization: Organization, *texts: str) -> bool:
    """Whether something new that a viewer says has to wait for staff."""
    if viewer.imported or viewer.is_staff_of(organization.id):
        return False
    if viewer.person_id is None:
        return organization.hold_guests or has_held_word(organization, *texts)
    known = await PersonTrust.get_or_none(organization_id=organization.id, person_id=viewer.person_id)
    trust = known.trust if known is not None else Trust.NORMAL
    return trust is Trust.HELD or (trust is Trust.NORMAL and has_held_word(organization, *texts))


def has_held_word(organization: Organization, *texts: str) -> bool:
    """Whether one of the organization's words stands in a text as a word of its own, whatever its case and accents."""
    if not organization.held_words:
        return False
    words = "|".join(re.escape(word) for word in organization.held_words)
    return any(re.search(rf"(?<!\w)(?:{words})(?!\w)", _folded(each)) is not None for each in texts)


def held_words(words: Sequence[str]) -> list[str]:
    """An organization's list as it is kept. Raises Invalid."""
    if len(words) > WORDS_MAX:
        raise Invalid(
            "%(field)s has %(many)s entries; at most %(allowed)s are allowed.",
            field="held_words",
            many=len(words),
            allowed=WORDS_MAX,
        )
    return sorted({_folded(text.line(word, "held_words", longest=100)) for word in words})


def _folded(words: str) -> str:
    plain = unicodedata.normalize("NFKD", words.casefold())
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())
