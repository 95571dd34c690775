"""How an organization's mail looks and begins: rows, and reading them for a whole batch.

Branding       colour, logo, and who the mail says it is from, now
BrandVersion   what that was after each change; taking the last one back brings back the one before
Opening        one version of one kind's first paragraph in one language

    drafted ──publish──▶ published ──undo──▶ undone

The version that was published last is live; undoing it brings back the one before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tortoise import fields
from tortoise.models import Model

from casework.database import MomentField, OptionalMomentField
from casework.organizations import Organization
from casework.people import Person
from notifier.facts import DEFAULT_COLOR, OrganizationFacts
from notifier.logos import logo_picture

LOOK = ("color", "logo_url", "logo", "reply_to", "postal_address", "sender_name")
"""The columns that say how mail looks."""


class _Look(Model):
    """`sender_name` and `reply_to` are those of the mail's headers, if not empty. `logo` is a PNG (see `logos`)."""

    color = fields.CharField(max_length=7, default=DEFAULT_COLOR)
    logo_url = fields.CharField(max_length=500, default="")
    logo: bytes | None = fields.BinaryField(null=True)
    reply_to = fields.CharField(max_length=320, default="")
    postal_address = fields.CharField(max_length=300, default="")
    sender_name = fields.CharField(max_length=120, default="")

    class Meta:
        abstract = True

    @property
    def look(self) -> dict[str, Any]:
        """All of it, by column."""
        return {name: getattr(self, name) for name in LOOK}


class Branding(_Look):
    """No row means the defaults."""

    organization: fields.OneToOneRelation[Organization] = fields.OneToOneField(
        "casework.Organization", related_name="branding", primary_key=True, on_delete=fields.OnDelete.CASCADE
    )
    organization_id: int

    class Meta:
        table = "branding"


class BrandVersion(_Look):
    """How mail looked after a change. The newest that was not undone is what `Branding` holds."""

    id = fields.IntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "casework.Organization", related_name="brand_versions", on_delete=fields.OnDelete.CASCADE
    )
    organization_id: int
    author: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="brand_versions", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    author_id: int | None
    created_at = MomentField()
    undone_at = OptionalMomentField()

    class Meta:
        table = "brand_version"


class Opening(Model):
    """`body` as it was typed, empty for none. Versions are never changed, only published and undone."""

    id = fields.IntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "casework.Organization", related_name="openings", on_delete=fields.OnDelete.CASCADE
    )
    organization_id: int
    kind = fields.CharField(max_length=64)
    language = fields.CharField(max_length=16)
    body = fields.TextField()
    author: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="openings", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    author_id: int | None
    created_at = MomentField()
    published_at = OptionalMomentField()
    undone_at = OptionalMomentField()

    class Meta:
        table = "opening"
        indexes = (("organization_id", "kind", "language"),)


Live = dict[tuple[int, str, str], str]


async def brandings_of(organization_ids: Iterable[int]) -> dict[int, Branding]:
    wanted = sorted(set(organization_ids))
    return {row.organization_id: row for row in await Branding.filter(organization_id__in=wanted)} if wanted else {}


async def live_openings(organization_ids: Iterable[int]) -> Live:
    """By organization, kind and language, what their mail begins with now."""
    wanted = sorted(set(organization_ids))
    if not wanted:
        return {}
    rows = Opening.filter(organization_id__in=wanted, published_at__isnull=False, undone_at__isnull=True)
    return {
        (row.organization_id, row.kind, row.language): row.body for row in await rows.order_by("published_at", "id")
    }


async def live_ids(organization_id: int) -> set[int]:
    """The versions with which an organization's mail begins now."""
    rows = Opening.filter(organization_id=organization_id, published_at__isnull=False, undone_at__isnull=True)
    newest = {(row.kind, row.language): row.id for row in await rows.order_by("published_at", "id")}
    return set(newest.values())


def organization_facts(organization: Organization, branding: Branding | None = None) -> OrganizationFacts:
    """An organization as its mail shows it."""
    if branding is None:
        return OrganizationFacts(name=organization.name, time_zone=organization.time_zone)
    return OrganizationFacts(
        name=organization.name,
        time_zone=organization.time_zone,
        color=branding.color,
        logo_url=branding.logo_url or None,
        logo=logo_picture(branding.logo) if branding.logo else None,
        postal_address=branding.postal_address or None,
        sender_name=branding.sender_name or None,
        reply_to=branding.reply_to or None,
    )
