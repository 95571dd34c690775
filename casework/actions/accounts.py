"""Accounts as an operator makes them, and the sessions that people are signed in with."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from zoneinfo import available_timezones

from casework import clock, text
from casework.database import any_of, fetch, transaction
from casework.errors import Conflict, Invalid
from casework.languages import languages
from casework.people import STAFF_ROLES, Person, Role, Session

SESSION_LASTS = timedelta(days=30)
HANDLE = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}")
_USE_NOTED = timedelta(hours=1)


async def create_person(
    *,
    handle: str,
    name: str,
    address: str,
    confirmed: bool = False,
    language: str = "en",
    time_zone: str = "America/New_York",
) -> Person:
    """A new account without a password. Raises Invalid or Conflict, each naming its field."""
    check_language(language)
    check_time_zone(time_zone)
    normalized = text.address(address, "address")
    async with transaction():
        free = await check_handle(handle)
        if await Person.exists(address=normalized, confirmed_at__isnull=False):
            raise Conflict("There is an account with this address already.", field="address")
        return await Person.create(
            handle=free,
            name=text.line(name, "name"),
            address=normalized,
            language=language,
            time_zone=time_zone,
            confirmed_at=clock.now() if confirmed else None,
            created_at=clock.now(),
        )


async def check_handle(handle: str) -> str:
    """The handle in lower case. Raises Invalid, or Conflict where it is taken."""
    handle = handle.lower()
    if not HANDLE.fullmatch(handle):
        raise Invalid("handle must be 2 to 40 letters, digits, hyphens or underscores.", field="handle")
    if await Person.exists(handle=handle):
        raise Conflict("The handle %(handle)s is taken.", field="handle", handle=handle)
    return handle


def check_language(language: str) -> None:
    if language not in languages():
        raise Invalid("language must be one of %(known)s.", field="language", known=", ".join(languages()))


def check_time_zone(time_zone: str) -> None:
    if time_zone not in _zones():
        raise Invalid(
            "time_zone %(given)s is not a zone such as America/New_York.", field="time_zone", given=repr(time_zone)
        )


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


async def start_session(person: Person, *, label: str = "") -> str:
    """A new bearer token for a person; it is shown once and stored hashed."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    await Session.create(
        person_id=person.id,
        token_hash=token_hash(token),
        label=text.line(label, "label", required=False),
        created_at=now,
        used_at=now,
        expires_at=now + SESSION_LASTS,
    )
    return token


async def person_with_token(token: str) -> Person | None:
    """Whom a bearer token identifies now; None where it is unknown, expired or revoked."""
    session = await Session.get_or_none(
        token_hash=token_hash(token), revoked_at__isnull=True, expires_at__gt=clock.now()
    ).select_related("person")
    if session is None or session.person.closed_at is not None:
        return None
    if clock.now() - session.used_at > _USE_NOTED:
        await Session.filter(id=session.id).update(used_at=clock.now())
    return session.person


@dataclass(frozen=True)
class SignedIn:
    """Whose session it is and what they may do now, without the rest of the account."""

    person_id: int
    language: str
    roles: Mapping[int, Role]


async def signed_in(token_hashes: Collection[str]) -> dict[str, SignedIn]:
    """Whom each of many sessions identifies now, by its token's hash, in two statements; ended ones are left out."""
    if not token_hashes:
        return {}
    sessions = await fetch(
        "SELECT s.token_hash, p.id, p.language, p.confirmed_at FROM session s JOIN person p ON p.id = s.person_id"
        f" WHERE s.token_hash {any_of('$1', 'text')} AND s.revoked_at IS NULL AND s.expires_at > $2"
        " AND p.closed_at IS NULL",
        list(token_hashes),
        clock.now(),
    )
    confirmed = {row["id"] for row in sessions if row["confirmed_at"] is not None}
    members = await fetch(
        f"SELECT person_id, organization_id, role FROM member WHERE person_id {any_of('$1')} AND until_event IS NULL",
        sorted(confirmed),
    )
    roles: dict[int, dict[int, Role]] = defaultdict(dict)
    for row in members:
        roles[row["person_id"]][row["organization_id"]] = Role(row["role"])
    return {row["token_hash"]: SignedIn(row["id"], row["language"], roles.get(row["id"], {})) for row in sessions}


async def count_residents(token_hashes: Collection[str], language: str) -> int:
    """How many of these sessions are good, and of people who read this language and are no staff anywhere.

    For a crowd this takes a fraction of the time of `signed_in`: where the number is right, nobody has changed.
    """
    staff = ", ".join(f"'{role.value}'" for role in sorted(STAFF_ROLES))
    (row,) = await fetch(
        "SELECT count(*) AS number FROM session s JOIN person p ON p.id = s.person_id"
        f" WHERE s.token_hash {any_of('$1', 'text')} AND s.revoked_at IS NULL AND s.expires_at > $2"
        " AND p.closed_at IS NULL AND p.language = $3 AND (p.confirmed_at IS NULL OR NOT EXISTS"
        f" (SELECT 1 FROM member m WHERE m.person_id = p.id AND m.until_event IS NULL AND m.role IN ({staff})))",
        list(token_hashes),
        clock.now(),
        language,
    )
    return int(row["number"])


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
