"""Whom a call is meant for (`jurisdiction_id`, an organization's slug), and whether its key is good."""

from __future__ import annotations

from collections.abc import Mapping

from api.open311.problems import Problem
from casework.api_keys import ApiKey, key_with
from casework.organizations import Organization

KEY_LONGEST = 200


async def organization_of(given: Mapping[str, str]) -> Organization:
    """`jurisdiction_id` may be left out where there is one organization. Raises Problem."""
    slug = given.get("jurisdiction_id")
    if slug:
        found = await Organization.get_or_none(slug=slug)
        if found is None:
            raise Problem(404, f"jurisdiction_id: there is no organization {slug!r}.")
        return found
    known = await Organization.all().order_by("id").limit(2)
    if len(known) != 1:
        raise Problem(400, "jurisdiction_id was not provided.")
    return known[0]


async def key_of(given: Mapping[str, str], organization: Organization) -> ApiKey | None:
    """The key that came along, if any. Raises Problem where it opens nothing here."""
    token = given.get("api_key")
    if not token:
        return None
    found = await key_with(token) if len(token) <= KEY_LONGEST else None
    if found is None or found.organization_id != organization.id:
        raise Problem(403, "api_key is not a key of this jurisdiction.")
    return found
