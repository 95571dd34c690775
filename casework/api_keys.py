"""Keys with which an organization's other systems report to it, by Open311's name `api_key`.

A key stands for its organization and for no person: what is filed with it is a guest's, and it opens no `/graphql`. It
is shown once and stored hashed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tortoise import fields
from tortoise.models import Model

from casework.access import Viewer
from casework.actions.accounts import token_hash
from casework.database import MomentField, OptionalMomentField
from casework.organizations import Organization
from casework.people import Person
from casework.permissions import PERMISSIONS, Action


class ApiKey(Model):
    """One key of an organization, for the system that `name` says."""

    id = fields.IntField(primary_key=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "casework.Organization", related_name="api_keys", on_delete=fields.OnDelete.CASCADE
    )
    organization_id: int
    name = fields.CharField(max_length=200)
    token_hash = fields.CharField(max_length=64, unique=True)
    created_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="api_keys", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    created_by_id: int | None
    created_at = MomentField()
    revoked_at = OptionalMomentField()

    class Meta:
        table = "api_key"
        indexes = (("organization_id", "id"),)


async def key_with(token: str) -> ApiKey | None:
    """The key that a token is, unless it was revoked."""
    return await ApiKey.get_or_none(token_hash=token_hash(token), revoked_at__isnull=True)


async def api_keys_of(viewer: Viewer, organization_ids: Iterable[int]) -> Mapping[int, list[ApiKey]]:
    """The keys in use, by name, of those of the organizations that the viewer manages."""
    managed = [
        each
        for each in sorted(set(organization_ids))
        if viewer.standing(each) in PERMISSIONS[Action.MANAGE_ORGANIZATION]
    ]
    found: dict[int, list[ApiKey]] = {organization: [] for organization in managed}
    for key in await ApiKey.filter(organization_id__in=managed, revoked_at__isnull=True).order_by("name", "id"):
        found[key.organization_id].append(key)
    return found
