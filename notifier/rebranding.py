"""Changing how an organization's mail looks and begins. For owners and managers; each verb is one transaction."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from typing import Any

from casework import text
from casework.access import Viewer, organization_for, require
from casework.actions.members import lock_organization
from casework.actions.steps import action
from casework.errors import Invalid, NotFound
from casework.permissions import Action
from notifier.branding import LOOK, Branding, BrandVersion, Opening
from notifier.headers import NAME_WIDTH
from notifier.kinds import KINDS
from notifier.logos import logo_of
from notifier.openings import check_opening
from notifier.words import languages

_COLOR = re.compile("#[0-9a-fA-F]{6}")
_POSTAL_MAX = 300


async def checked_brand(given: dict[str, str]) -> dict[str, Any]:
    """The columns of a Branding as they are kept; an empty value is the default. Raises Invalid, naming the field.

    `logo` is a picture in base64. There is one logo: an uploaded one takes the place of `logo_url`, and the other way.
    """
    kept: dict[str, Any] = {}
    for name, value in given.items():
        if name not in LOOK:
            raise KeyError(name)
        if not value.strip():
            kept[name] = Branding._meta.fields_map[name].default
        elif name == "logo":
            kept["logo"] = await asyncio.to_thread(logo_of, value, name)
        else:
            kept[name] = _checked(name, value.strip())
    if kept.get("logo"):
        kept["logo_url"] = ""
    elif kept.get("logo_url"):
        kept["logo"] = None
    return kept


def _checked(name: str, value: str) -> str:
    if name == "color":
        if not _COLOR.fullmatch(value):
            raise Invalid("%(field)s must look like #1d4f91.", field=name)
        return value.lower()
    if name == "logo_url":
        if not text.web_address(value, name).startswith("https://"):
            raise Invalid("%(field)s must begin with https://, as mail programs load no other pictures.", field=name)
        return value
    if name == "reply_to":
        return text.address(value, name)
    return text.line(value, name, longest=NAME_WIDTH if name == "sender_name" else _POSTAL_MAX)


@action
async def update_branding(viewer: Viewer, organization_id: int, given: dict[str, str]) -> Branding:
    """Change some of it; what isn't given stays, and what is empty becomes the default again."""
    await lock_organization(organization_id)
    require(viewer, Action.DRESS_MAIL, organization_id)
    kept, at = await checked_brand(given), viewer.occasion().at
    row, _ = await Branding.get_or_create(organization_id=organization_id)
    if not await BrandVersion.exists(organization_id=organization_id):
        await _keep(row, None, at)  # what was before, so that the first change can be taken back, too
    await row.update_from_dict(kept).save()
    await _keep(row, viewer.person_id, at)
    return row


@action
async def undo_branding(viewer: Viewer, organization_id: int) -> Branding:
    """Mail looks as it did before the last change. Raises NotFound where there is none to take back."""
    await lock_organization(organization_id)
    require(viewer, Action.DRESS_MAIL, organization_id)
    kept = await BrandVersion.filter(organization_id=organization_id, undone_at__isnull=True).order_by("-id").limit(2)
    if len(kept) < 2:
        raise NotFound("There is no change of this look to take back.", field="organization_id")
    newest, before = kept
    newest.undone_at = viewer.occasion().at
    await newest.save(update_fields=["undone_at"])
    row = await Branding.get(organization_id=organization_id)
    await row.update_from_dict(before.look).save()
    return row


async def _keep(row: Branding, author_id: int | None, at: datetime) -> None:
    await BrandVersion.create(organization_id=row.organization_id, author_id=author_id, created_at=at, **row.look)


@action
async def draft_opening(viewer: Viewer, organization_id: int, *, kind: str, language: str, body: str) -> Opening:
    """Write down a new version, which nobody gets until it is published. An empty one is no opening at all."""
    await organization_for(organization_id)
    require(viewer, Action.DRESS_MAIL, organization_id)
    check_kind(kind)
    check_language(language)
    return await Opening.create(
        organization_id=organization_id,
        kind=kind,
        language=language,
        body=check_opening(kind, body, "body"),
        author_id=viewer.person_id,
        created_at=viewer.occasion().at,
    )


@action
async def publish_opening(viewer: Viewer, opening_id: int) -> Opening:
    """All mail of its kind and language begins with this version from now on: a draft, or an older one once more."""
    row = await _own(viewer, opening_id)
    row.published_at, row.undone_at = viewer.occasion().at, None
    await row.save(update_fields=["published_at", "undone_at"])
    return row


@action
async def undo_opening(viewer: Viewer, opening_id: int) -> Opening:
    """Take back a published version: the one before it is live again, if there was one. Raises NotFound for a draft."""
    row = await _own(viewer, opening_id)
    if row.published_at is None or row.undone_at is not None:
        raise NotFound("There is no published opening with this id.", field="opening_id")
    row.undone_at = viewer.occasion().at
    await row.save(update_fields=["undone_at"])
    return row


async def _own(viewer: Viewer, opening_id: int) -> Opening:
    """Raises NotFound for others' too: nobody else learns that there is one."""
    row = await Opening.get_or_none(id=opening_id)
    if row is None or not viewer.is_staff_of(row.organization_id):
        raise NotFound("There is no opening with this id.", field="opening_id")
    require(viewer, Action.DRESS_MAIL, row.organization_id)
    return row


def check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise Invalid("There is no kind of mail %(kind)s.", field="kind", kind=kind)


def check_language(language: str) -> None:
    if language not in languages():
        raise Invalid("%(field)s must be one of %(known)s.", field="language", known=", ".join(languages()))
