"""Account mail can't be switched off or held back, waits for nobody, and goes before all other mail."""

from __future__ import annotations

from datetime import timedelta

from casework import clock
from casework.access import NOBODY
from casework.actions.profile import close_account
from casework.actions.signing import request_password_reset
from casework.people import Person
from notifier.held import choose
from notifier.kinds import CATALOGUE
from notifier.preferences import Cadence, ReaderSettings
from notifier.suppression import Suppression
from tests.telling import Telling, told


def test_the_six_rows_are_all_of_the_account_group() -> None:
    assert [kind.key for kind in CATALOGUE if kind.is_account] == [
        "member_invited",
        "member_added",
        "password_reset",
        "confirm_email",
        "account_exists",
        "address_changed",
    ]


async def test_neither_quiet_hours_nor_vacation_nor_wish_nor_suppression_stops_it(telling: Telling) -> None:
    town = telling.town
    now = clock.now()
    await Person.filter(id=town.maya.id).update(time_zone="UTC")
    await ReaderSettings.create(
        person_id=town.maya.id,
        quiet_from=(now.hour * 60 + now.minute - 30) % 1440,
        quiet_until=(now.hour * 60 + now.minute + 30) % 1440,
        vacation_until=now + timedelta(days=9),
    )
    for kind in CATALOGUE:
        await choose(f"person:{town.maya.id}", kind.key, Cadence.OFF)
    await Suppression.create(address="maya@example.org", cause="bounced", created_at=now)
    await town.report(categoryId=town.id_of(town.lights))
    await request_password_reset(NOBODY, address="maya@example.org")
    mails = await telling.run()
    assert told(mails) == {("maya@example.org", "password_reset", "account")}
    assert (mails[0].message["List-Unsubscribe"], mails[0].message["List-Unsubscribe-Post"]) == (None, None)


async def test_it_is_told_and_sent_before_what_was_there_first(telling: Telling) -> None:
    town = telling.town
    await town.report()
    await request_password_reset(NOBODY, address="ines@example.org")
    mails = await telling.run()
    assert [mail.kind for mail in mails] == [
        "password_reset",
        "staff_request_submitted",
        "staff_request_submitted",
        "request_submitted",
    ]


async def test_an_account_gets_it_before_it_has_confirmed_anything(telling: Telling) -> None:
    await request_password_reset(NOBODY, address="nell@example.org")
    assert told(await telling.run()) == {("nell@example.org", "password_reset", "account")}


async def test_a_closed_account_gets_none(telling: Telling) -> None:
    town = telling.town
    await request_password_reset(NOBODY, address="maya@example.org")
    await telling.relay()
    await close_account(await town.viewer(town.maya))
    assert await telling.run() == []
    assert await telling.skips("password_reset") == {f"person:{town.maya.id}": "account_closed"}
