"""Signing up, in and out, and a new password for who forgot theirs.

Nothing here tells whether an address has an account: the answer is the same, and so is the work. What is true is told
in the mail alone. Passwords are hashed by the caller, outside of any transaction (see casework.passwords).
"""

from __future__ import annotations

import re
import secrets
import unicodedata

from tortoise.expressions import RawSQL

from casework import clock, passwords, text
from casework.access import Viewer
from casework.actions.accounts import HANDLE, check_handle, check_language, check_time_zone, start_session
from casework.actions.confirming import account_with, make_theirs
from casework.actions.steps import action
from casework.errors import BadLink, NotFound, WrongCredentials
from casework.events import Occasion, PasswordReset, PasswordResetRequested, SignedUp
from casework.ledger import record
from casework.people import Person, Session
from casework.signing import Secret
from casework.tokens import Purpose, Ticket, issue, redeem, void


@action
async def sign_up(
    viewer: Viewer,
    *,
    name: str,
    address: str,
    password_hash: str,
    handle: str | None = None,
    language: str = "en",
    time_zone: str = "America/New_York",
) -> Ticket:
    """Make an account that has yet to confirm its address; returns the ticket that its mail carries.

    Where the address has an account already, none is made, and its owner is mailed so. Raises Invalid, or Conflict for
    a handle that is taken.
    """
    at = viewer.occasion().at
    given = await new_account(name=name, handle=handle, language=language, time_zone=time_zone)
    normalized = text.address(address, "address")
    owner = await account_with(normalized)
    given.address, given.password_hash, given.created_at = normalized, password_hash, at
    given.closed_at = at if owner is not None else None
    await given.save()
    # For a known address a row is written too, and goes again, so that neither way takes a statement more.
    await Person.filter(id=given.id, closed_at__isnull=False).delete()
    person = owner or given
    purpose = Purpose.CONFIRM if owner is None else Purpose.RESET
    ticket = await issue(purpose, at, address=normalized, person_id=person.id)
    await record(
        SignedUp(
            occasion=Occasion(at=at, actor_id=person.id if owner is None else None),
            person_id=person.id if owner is None else None,
            address=normalized if owner is None else "",
            ticket_id=ticket.id,
            owner_id=owner.id if owner is not None else None,
            language=person.language,
        )
    )
    return ticket


async def new_account(*, name: str, handle: str | None, language: str, time_zone: str) -> Person:
    """A checked account that isn't saved yet, under a handle that is free."""
    check_language(language)
    check_time_zone(time_zone)
    line = text.line(name, "name")
    wanted = await check_handle(handle) if handle is not None else await _free_handle(line)
    return Person(handle=wanted, name=line, language=language, time_zone=time_zone)


async def sign_in(*, address: str, password: str, label: str = "") -> tuple[Person, str]:
    """The account and a new bearer token. Raises WrongCredentials, whatever of the two is wrong. In no transaction."""
    person = await _account_to_sign_in(text.address(address, "address"))
    known = await passwords.matches(person.password_hash if person is not None else None, password)
    if person is None or not known:
        raise WrongCredentials("This address and password don't go together.")
    return person, await start_session(person, label=label)


@action
async def sign_out(viewer: Viewer, *, token_hash: str) -> Session:
    """End the session that is signed in."""
    return await _revoke(viewer, token_hash=token_hash)


@action
async def revoke_session(viewer: Viewer, session_id: int) -> Session:
    """End one of the viewer's own sessions, wherever it is. Raises NotFound."""
    return await _revoke(viewer, id=session_id)


@action
async def request_password_reset(viewer: Viewer, *, address: str) -> Ticket:
    """Mail a link for a new password to whoever has this address; to nobody where nobody has."""
    at = viewer.occasion().at
    person = await _account_to_sign_in(text.address(address, "address"))
    person_id = person.id if person is not None else None
    ticket = await issue(Purpose.RESET, at, person_id=person_id, address=person.address if person is not None else None)
    await record(PasswordResetRequested(occasion=Occasion(at=at), person_id=person_id, ticket_id=ticket.id))
    return ticket


@action
async def reset_password(viewer: Viewer, *, secret: Secret, token: str, password_hash: str) -> Person:
    """Set a new password and end every session. The link also shows that the address is theirs. Raises BadLink."""
    at = viewer.occasion().at
    ticket = await redeem(secret, token, at, Purpose.RESET)
    person = ticket.person
    if person is None or person.closed_at is not None or person.address != ticket.address:
        raise BadLink("This link was used already, or is too old. Ask for a new one.", field="token")
    person.password_hash = password_hash
    await person.save(update_fields=["password_hash"])
    await void(at, purpose=Purpose.RESET, person_id=person.id)
    # Whoever had got in may have asked for another address: that link must not give them the account back.
    await void(at, purpose=Purpose.CONFIRM, person_id=person.id)
    await Session.filter(person_id=person.id, revoked_at__isnull=True).update(revoked_at=at)
    if person.confirmed_at is None and person.address is not None:
        await make_theirs(person, person.address, at)
    await record(PasswordReset(occasion=Occasion(at=at, actor_id=person.id), person_id=person.id))
    return person


async def _account_to_sign_in(address: str) -> Person | None:
    """The account that confirmed the address; while none has, the latest that claims it. One statement in any case."""
    claimants = Person.filter(address=address, closed_at__isnull=True)
    confirmed_first = claimants.annotate(claims=RawSQL("confirmed_at IS NULL")).order_by("claims", "-id")
    return await confirmed_first.first()


async def _revoke(viewer: Viewer, **which: object) -> Session:
    mine = Session.filter(person_id=viewer.person_id, revoked_at__isnull=True)
    session = await mine.filter(**which).first()
    if session is None or viewer.person_id is None:
        raise NotFound("There is no such session.", field="session_id")
    session.revoked_at = clock.now()
    await session.save(update_fields=["revoked_at"])
    return session


async def _free_handle(name: str) -> str:
    """A handle made of a name, with digits where it is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30]
    stem = stem if HANDLE.fullmatch(stem) else "resident"
    wanted = stem
    while await Person.exists(handle=wanted):
        wanted = f"{stem}-{secrets.randbelow(10**6):06d}"
    return wanted
