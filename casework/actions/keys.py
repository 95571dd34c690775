"""Giving an organization's other systems a key, and taking it back."""

from __future__ import annotations

from casework import text
from casework.access import Viewer, organization_for, require
from casework.actions.accounts import token_hash
from casework.actions.steps import action
from casework.api_keys import ApiKey
from casework.errors import NotFound
from casework.permissions import Action


@action
async def create_api_key(viewer: Viewer, organization_id: int, *, name: str, token: str) -> ApiKey:
    """A key for one system. `token` is the secret that the caller made and shows once."""
    await organization_for(organization_id)
    require(viewer, Action.MANAGE_ORGANIZATION, organization_id)
    return await ApiKey.create(
        organization_id=organization_id,
        name=text.line(name, "name"),
        token_hash=token_hash(token),
        created_by_id=viewer.person_id,
        created_at=viewer.occasion().at,
    )


@action
async def revoke_api_key(viewer: Viewer, key_id: int) -> ApiKey:
    """From now on the key opens nothing. A key that is not there, or not the viewer's to manage, is NotFound."""
    key = await ApiKey.get_or_none(id=key_id)
    if key is None or not viewer.is_staff_of(key.organization_id):
        raise NotFound("There is no such key.", field="api_key_id")
    require(viewer, Action.MANAGE_ORGANIZATION, key.organization_id)
    if key.revoked_at is None:
        key.revoked_at = viewer.occasion().at
        await key.save(update_fields=["revoked_at"])
    return key
