"""Accounts by the actions themselves: what the mail allows, once, and what an address is worth."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from argon2 import PasswordHasher

from casework import clock, passwords
from casework.access import NOBODY, viewer_for
from casework.actions.accounts import create_person, person_with_token, start_session
from casework.actions.confirming import confirm_email
from casework.actions.profile import close_account, update_profile
from casework.actions.signing import request_password_reset, reset_password, sign_in, sign_up
from casework.errors import BadLink, Conflict, Invalid, TooLong, WrongCredentials
from casework.history import HistoryRow
from casework.people import Person, Session
from casework.tokens import LASTS, Purpose, Ticket, token_of
from tests.town import SECRET

GOOD = "correct horse battery"


async def signed_up(address: str = "new@example.org", password: str = GOOD) -> Ticket:
    return await sign_up(NOBODY, name="New Person", address=address, password_hash=await passwords.hashed(password))


async def confirmed(ticket: Ticket) -> Person:
    await confirm_email(NOBODY, secret=SECRET, token=token_of(SECRET, ticket))
    return await Person.get(id=ticket.person_id)


async def test_a_password_is_matched_and_never_stored(db: str) -> None:
    stored = await passwords.hashed(GOOD)
    assert stored.startswith("$argon2id$")
    assert GOOD not in stored
    assert await passwords.matches(stored, GOOD)
    assert not await passwords.matches(stored, "correct horse batterY")
    assert not await passwords.matches(None, GOOD)
    with pytest.raises(Invalid):
        await passwords.hashed("short")
    with pytest.raises(TooLong):
        await passwords.hashed("x" * 1001)


def test_a_password_costs_64_mb_and_three_rounds_to_guess(costly_hasher: PasswordHasher) -> None:
    assert costly_hasher.hash(GOOD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_a_new_account_confirms_its_address_once(db: str) -> None:
    ticket = await signed_up("  New@Example.ORG ")
    person = await Person.get(id=ticket.person_id)
    assert (person.handle, person.address, person.confirmed_at) == ("new-person", "new@example.org", None)
    person = await confirmed(ticket)
    assert person.confirmed_at is not None
    with pytest.raises(BadLink):
        await confirmed(ticket)


async def test_a_link_ends_with_its_time(db: str) -> None:
    ticket = await signed_up()
    with (
        time_machine.travel(clock.now() + LASTS[Purpose.CONFIRM], tick=False),
        pytest.raises(BadLink),
    ):
        await confirmed(ticket)


async def test_a_token_is_good_for_one_purpose_one_ticket_and_one_secret(db: str) -> None:
    ticket, other = await signed_up(), await signed_up("other@example.org")
    token = token_of(SECRET, ticket)
    other.nonce = ticket.nonce
    for secret, attempt in (
        ("another secret that has thirty-two characters", token),
        (SECRET, token[:-2]),
        (SECRET, ""),
        (SECRET, "ä"),
        (SECRET, "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAuMTIzNDU2Nzg5MDEyMzQ1Ng"),
        (SECRET, token_of(SECRET, other)),
    ):
        with pytest.raises(BadLink):
            await confirm_email(NOBODY, secret=secret, token=attempt)
    with pytest.raises(BadLink):
        await reset_password(NOBODY, secret=SECRET, token=token, password_hash="x")
    await confirmed(ticket)


async def test_signing_up_with_an_address_that_has_an_account_makes_none(db: str) -> None:
    owner = await confirmed(await signed_up())
    ticket = await signed_up(password="another password")
    assert (ticket.purpose, ticket.person_id) == (Purpose.RESET, owner.id)
    assert await Person.all().count() == 1
    row = await HistoryRow.filter(type="SignedUp").order_by("-id").first()
    assert row is not None
    assert (row.data["owner_id"], row.data["address"], row.data["person_id"]) == (owner.id, "", None)


async def test_who_reads_the_mail_gets_the_address_and_other_claims_on_it_end(db: str) -> None:
    squatter = await signed_up(password="the squatter's own")
    await start_session(await Person.get(id=squatter.person_id))
    mine = await confirmed(await signed_up())
    gone = await Person.get(id=squatter.person_id)
    assert (gone.address, gone.password_hash) == (None, None)
    assert gone.closed_at is not None
    person, _ = await sign_in(address="new@example.org", password=GOOD)
    assert person.id == mine.id
    with pytest.raises(BadLink):
        await confirmed(squatter)


async def test_signing_in_needs_both_and_tells_neither(db: str) -> None:
    await confirmed(await signed_up())
    person, token = await sign_in(address="NEW@example.org", password=GOOD, label="phone")
    found = await person_with_token(token)
    assert found is not None
    assert found.id == person.id
    for address, password in (("new@example.org", "wrong password"), ("nobody@example.org", GOOD)):
        with pytest.raises(WrongCredentials, match="go together"):
            await sign_in(address=address, password=password)


async def test_an_account_without_a_password_is_not_signed_in_to(db: str) -> None:
    await create_person(handle="op", name="Op", address="op@example.org", confirmed=True)
    with pytest.raises(WrongCredentials):
        await sign_in(address="op@example.org", password="")


async def test_a_reset_sets_the_password_confirms_the_address_and_ends_all_sessions(db: str) -> None:
    ticket = await signed_up()
    _, token = await sign_in(address="new@example.org", password=GOOD)
    first = await request_password_reset(NOBODY, address="new@example.org")
    second = await request_password_reset(NOBODY, address="new@example.org")
    fresh = await passwords.hashed("a much better one")
    person = await reset_password(NOBODY, secret=SECRET, token=token_of(SECRET, second), password_hash=fresh)
    assert person.id == ticket.person_id
    assert person.confirmed_at is not None
    assert await person_with_token(token) is None
    assert await Session.filter(revoked_at__isnull=True).count() == 0
    await sign_in(address="new@example.org", password="a much better one")
    with pytest.raises(BadLink):
        await reset_password(NOBODY, secret=SECRET, token=token_of(SECRET, first), password_hash=fresh)


async def test_asking_for_an_unknown_address_writes_the_same_rows_and_names_nobody(db: str) -> None:
    await confirmed(await signed_up())
    before = await Ticket.all().count(), await HistoryRow.all().count()
    unknown = await request_password_reset(NOBODY, address="nobody@example.org")
    assert (await Ticket.all().count(), await HistoryRow.all().count()) == (before[0] + 1, before[1] + 1)
    assert (unknown.person_id, unknown.address) == (None, None)
    with pytest.raises(BadLink):
        await reset_password(NOBODY, secret=SECRET, token=token_of(SECRET, unknown), password_hash="x")


async def test_a_new_address_counts_once_confirmed_and_the_latest_wish_wins(db: str) -> None:
    person = await confirmed(await signed_up())
    viewer = await viewer_for(person)
    await update_profile(viewer, address="one@example.org")
    await update_profile(viewer, address="two@example.org", name="Renamed", language="es")
    first, second = await Ticket.filter(purpose=Purpose.CONFIRM, address__not="new@example.org").order_by("id")
    assert (await Person.get(id=person.id)).address == "new@example.org"
    with pytest.raises(BadLink):
        await confirmed(first)
    changed = await confirmed(second)
    assert (changed.address, changed.name, changed.language) == ("two@example.org", "Renamed", "es")
    row = await HistoryRow.get(type="AddressChanged")
    assert row.data["old_address"] == "new@example.org"


async def test_an_address_that_another_account_confirms_meanwhile_is_refused(db: str) -> None:
    mine, theirs = await confirmed(await signed_up()), await signed_up("wanted@example.org")
    await update_profile(await viewer_for(mine), address="wanted@example.org")
    ticket = await Ticket.get(purpose=Purpose.CONFIRM, person_id=mine.id, used_at__isnull=True)
    await confirmed(theirs)
    with pytest.raises(Conflict):
        await confirmed(ticket)


async def test_a_closed_account_leaves_no_name_address_or_session(db: str) -> None:
    person = await confirmed(await signed_up())
    _, token = await sign_in(address="new@example.org", password=GOOD)
    closed = await close_account(await viewer_for(person))
    assert (closed.name, closed.address, closed.password_hash) == ("Closed account", None, None)
    assert await person_with_token(token) is None
    assert await Ticket.all().count() == 0
    rows = await HistoryRow.all()
    assert "new@example.org" not in repr([row.data for row in rows])
    await confirmed(await signed_up())  # the address is free again


async def test_the_use_of_a_session_is_noted_by_the_hour(db: str) -> None:
    person = await confirmed(await signed_up())
    token = await start_session(person)
    began = (await Session.get()).used_at
    await person_with_token(token)
    assert (await Session.get()).used_at == began
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        await person_with_token(token)
        assert (await Session.get()).used_at == clock.now()
