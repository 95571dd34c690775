"""Mail that doesn't reach somebody: they see why and confirm their address again; staff see which are dead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from api.pages.account import account_routes
from casework import clock
from casework.database import transaction
from notifier.suppression import Ailment, Suppression, pause, suppress
from tests.telling import Telling, mail_to, open_telling, told

TROUBLE = "{ viewer { addressTrouble { address cause message until } } }"


@pytest.fixture
async def telling(db: str) -> AsyncIterator[Telling]:
    async with open_telling() as telling:
        yield telling


async def test_who_cannot_be_reached_sees_why_and_confirms_the_address_again(telling: Telling) -> None:
    town = telling.town
    assert (await town.ask(town.maya, TROUBLE))["viewer"] == {"addressTrouble": None}
    async with transaction():
        await suppress("maya@example.org", Ailment.BOUNCED, "5.1.1", clock.now())
    assert (await town.ask(town.maya, TROUBLE))["viewer"]["addressTrouble"] == {
        "address": "maya@example.org",
        "cause": "bounced",
        "message": "Mail to this address came back: there is no such mailbox, or it is closed.",
        "until": None,
    }
    await town.report()
    assert "maya@example.org" not in {mail.recipient for mail in await telling.run()}
    await town.done(town.maya, "confirmAddressAgain")
    mail = mail_to(await telling.run(), "maya@example.org")
    assert mail.kind == "confirm_email"
    link = next(word for word in mail.text.split() if "/confirm/" in word)
    app = Starlette(routes=account_routes(telling.settings))
    app.state.rates = None
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://town.test") as client:
        assert (await client.get(urlsplit(link).path)).status_code == 200
        assert await Suppression.all().count() == 1  # looking is not confirming
        assert (await client.post(urlsplit(link).path)).status_code == 200
    assert (await town.ask(town.maya, TROUBLE))["viewer"] == {"addressTrouble": None}
    await town.report()
    assert "maya@example.org" in {mail.recipient for mail in await telling.run()}


async def test_staff_see_which_addresses_of_a_category_are_dead_and_residents_do_not(telling: Telling) -> None:
    town = telling.town
    async with transaction():
        await suppress("streets@springfield.example", Ailment.COMPLAINT, "", clock.now())
        await pause("tom@example.org", Ailment.FULL, "", clock.now())
    troubles = "... on RequestCategory { addressTroubles { address cause } }"
    document = f'{{ node(id: "{town.id_of(town.potholes)}") {{ {troubles} }} }}'
    assert (await town.ask(town.rosa, document))["node"] == {
        "addressTroubles": [{"address": "streets@springfield.example", "cause": "complaint"}]
    }
    for outsider in (town.maya, town.otto, None):
        assert (await town.ask(outsider, document))["node"] == {"addressTroubles": None}


async def test_a_reader_stops_everything_and_takes_it_back(telling: Telling) -> None:
    town = telling.town
    lamp = await telling.settled(categoryId=town.id_of(town.lights))
    stopped = "{ viewer { digestsStopped allMailStopped preferencesUrl } }"
    payload = await town.done(town.maya, "updateStoppedMail", "digestsStopped allMailStopped", everything=True)
    assert (payload["digestsStopped"], payload["allMailStopped"]) == (False, True)
    assert await telling.after(town.tom, "closeRequest", requestId=lamp, comment="Done.") == []
    assert await telling.skips("request_closed") == {f"person:{town.maya.id}": "preference_off"}
    await town.done(town.maya, "updateStoppedMail", everything=False, digests=True)
    seen = (await town.ask(town.maya, stopped))["viewer"]
    assert (seen["digestsStopped"], seen["allMailStopped"]) == (True, False)
    assert "/preferences/" in seen["preferencesUrl"]
    mails = await telling.after(town.tom, "reopenRequest", requestId=lamp, comment="Not yet.")
    assert told(mails) == {("maya@example.org", "request_reopened", "reporter")}


async def test_what_came_back_is_part_of_the_explanation(telling: Telling) -> None:
    from notifier.receipts import take_in
    from tests.notifier.test_reports import report

    town = telling.town
    request = await town.report()
    mail = mail_to(await telling.run(), "maya@example.org")
    await take_in(telling.settings, report("gmail_full", mail))
    await town.done(town.tom, "closeRequest", requestId=request, comment="Done.")
    await telling.run()
    document = (
        "query ($id: ID!, $who: ID) { explainNotification(requestId: $id, personId: $who)"
        " { kind cause rule delivery { state cameBack { verdict status detail } } } }"
    )
    first, *_, last = (await town.ask(town.maya, document, id=request))["explainNotification"]
    (back,) = first["delivery"]["cameBack"]
    assert (first["delivery"]["state"], back["verdict"], back["status"]) == ("SENT", "full", "4.2.2")
    assert "out of storage space" in back["detail"]
    assert (last["kind"], last["cause"], last["rule"]) == ("request_closed", "mailbox_trouble", 7)
    as_staff = await town.ask(town.rosa, document, id=request, who=town.id_of(town.maya))
    assert as_staff["explainNotification"][0]["delivery"]["cameBack"][0]["detail"] == ""
