"""The link of a mail: GET and HEAD only show, POST stops that and only that, and undo brings it back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from api.pages.html import STATIC
from api.pages.unsubscribe import unsubscribe_routes
from casework.database import close_database, open_database
from notifier.held import choose_area
from notifier.preferences import AreaChoice, Cadence, Preference, store_choice
from tests.notifier.areas import INSIDE, watch
from tests.telling import Mail, Telling, mail_to, told
from tests.town import everything, nothing_changes


@pytest.fixture
async def pages(telling: Telling) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[STATIC, *unsubscribe_routes(telling.settings)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://town.test") as client:
        yield client


def unsubscribe_path(mail: Mail) -> str:
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return urlsplit(str(mail.message["List-Unsubscribe"]).strip("<>")).path


async def _close(telling: Telling) -> list[Mail]:
    town = telling.town
    request = await telling.settled(town.ines, categoryId=town.id_of(town.lights))
    return await telling.after(town.tom, "closeRequest", requestId=request, comment="New bulb.")


async def test_reading_the_page_changes_nothing_and_posting_stops_that_kind_alone(
    telling: Telling, pages: httpx.AsyncClient
) -> None:
    path = unsubscribe_path(mail_to(await _close(telling), "ines@example.org"))
    for method in ("GET", "HEAD", "GET"):
        answer = await pages.request(method, path)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert await Preference.all().count() == 0
    answer = await pages.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "It is stopped." in answer.text
    assert await _close(telling) == []
    assert set((await telling.skips("request_closed")).values()) == {"preference_off"}
    request = await telling.settled(telling.town.ines, categoryId=telling.town.id_of(telling.town.lights))
    mails = await telling.after(telling.town.tom, "acknowledgeRequest", requestId=request, comment="Seen.")
    assert told(mails) == {("ines@example.org", "request_acknowledged", "reporter")}


async def test_undoing_brings_later_mail_back(telling: Telling, pages: httpx.AsyncClient) -> None:
    path = unsubscribe_path(mail_to(await _close(telling), "ines@example.org"))
    for _ in range(2):  # repeats are safe
        await pages.post(path)
    assert await _close(telling) == []
    await pages.post(path, data={"undo": "1"})
    assert told(await _close(telling)) == {("ines@example.org", "request_closed", "reporter")}


async def test_it_works_for_a_bare_address(telling: Telling, pages: httpx.AsyncClient) -> None:
    await telling.town.report()
    path = unsubscribe_path(mail_to(await telling.run(), "streets@springfield.example"))
    assert "streets" not in path
    await pages.post(path)
    await telling.town.report()
    assert "streets@springfield.example" not in {mail.recipient for mail in await telling.run()}


async def test_the_mute_link_silences_one_request(telling: Telling, pages: httpx.AsyncClient) -> None:
    town = telling.town
    request = await telling.settled(town.ines, categoryId=town.id_of(town.lights))
    mails = await telling.after(town.tom, "acknowledgeRequest", requestId=request, comment="Seen.")
    (link,) = [line.split(": ", 1)[1] for line in mails[0].text.splitlines() if line.startswith("Mute this request")]
    await pages.post(urlsplit(link).path)
    assert await telling.after(town.tom, "closeRequest", requestId=request, comment="Done.") == []
    assert await telling.skips("request_closed") == {f"person:{town.ines.id}": "muted"}


async def test_the_page_offers_every_way_down_and_each_is_undone_by_itself(
    telling: Telling, pages: httpx.AsyncClient
) -> None:
    """Ines follows a lamp in her area, and hears at once of both."""
    town = telling.town
    area = await watch(telling, town.ines)
    await choose_area(town.ines.id, area.id, Cadence.IMMEDIATE, False)
    before = await everything()
    lamp = await telling.settled(categoryId=town.id_of(town.lights), **INSIDE)
    await telling.followed(lamp, town.ines)

    async def heard() -> str | None:
        """How Ines hears of a closing, or of the reopening after it."""
        mutation = "closeRequest" if state["closed"] else "reopenRequest"
        state["closed"] = not state["closed"]
        mails = await telling.after(town.tom, mutation, requestId=lamp, comment="…")
        return next((mail.kind for mail in mails if mail.recipient == "ines@example.org"), None)

    state = {"closed": True}
    mails = await telling.after(town.tom, "acknowledgeRequest", requestId=lamp, comment="Seen.")
    path = unsubscribe_path(mail_to(mails, "ines@example.org"))
    shown = (await pages.get(path)).text
    number = shown.partition("Mute request #")[2].partition("<")[0]
    for words in ("A daily digest instead", "Turn off the area “Elm Park”", "Stop all mail", "What you still hear of"):
        assert words in shown
    for do, done, then in (
        ("mute", f"Request #{number} is muted.", None),
        (f"area:{area.id}", "The area “Elm Park” is off.", "request_closed"),
        ("everything", "All mail is stopped, but for mail about your account.", None),
    ):
        for _ in range(2):
            assert done in (await pages.post(path, data={"do": do})).text
        assert await heard() == then
        assert done not in (await pages.post(path, data={"undo": do})).text
        assert await heard() == "request_reopened"
    assert "It comes in a daily digest now." in (await pages.post(path, data={"do": "digest"})).text
    assert [row.cadence for row in await Preference.filter(kind="request_acknowledged")] == [Cadence.DAILY]
    await pages.post(path, data={"undo": "digest"})
    assert (await everything())["area_choice"] != before["area_choice"]  # when it was off is remembered
    assert await AreaChoice.filter(area_id=area.id).values_list("cadence", "comments") == [(None, False)]
    assert await Preference.filter(cadence__isnull=False).count() == 0


async def test_a_digests_page_offers_each_area_of_its_reader(telling: Telling, pages: httpx.AsyncClient) -> None:
    town = telling.town
    park, home = await watch(telling, town.ines), await watch(telling, town.ines, name="Home")
    await telling.settled(categoryId=town.id_of(town.lights), **INSIDE)
    await town.done(town.ines, "sendDigestNow")
    path = unsubscribe_path(mail_to(await telling.run(), "ines@example.org"))
    shown = (await pages.get(path)).text
    assert "Stop the digests" in shown
    assert "Turn off the area “Elm Park”" in shown
    shown = (await pages.post(path, data={"do": f"area:{home.id}"})).text
    assert "The area “Home” is off." in shown
    assert [(row.area_id, row.cadence) for row in await AreaChoice.all()] == [(home.id, Cadence.OFF)]
    assert await Preference.all().count() == 0
    assert park.id != home.id


async def test_nobodys_button_works_by_this_link(telling: Telling, pages: httpx.AsyncClient) -> None:
    """An area of somebody else, a request that the mail was not about, a word that is no way."""
    town = telling.town
    mayas = await watch(telling, town.maya)
    path = unsubscribe_path(mail_to(await _close(telling), "ines@example.org"))
    async with nothing_changes():
        for do in (f"area:{mayas.id}", "area:x", "mute:1", "nonsense"):
            assert (await pages.post(path, data={"do": do})).status_code == 200


async def test_the_page_speaks_spanish_to_who_asks_for_it(telling: Telling, pages: httpx.AsyncClient) -> None:
    await telling.town.report()
    path = unsubscribe_path(mail_to(await telling.run(), "streets@springfield.example"))
    shown = (await pages.get(f"{path}?language=es")).text
    assert '<html lang="es">' in shown
    assert "Dejar de recibir todo el correo" in shown
    assert '<a href="?language=en" lang="en" hreflang="en">English</a>' in shown


async def test_going_back_to_the_default_stores_nothing(db: str) -> None:
    await store_choice("person:1", "request_closed", None)
    assert await Preference.all().count() == 0
    await store_choice("person:1", "request_closed", Cadence.DAILY)
    await store_choice("person:1", "request_closed", None)
    assert await Preference.all().count() == 0
    await store_choice("person:1", "request_closed", Cadence.OFF)
    await store_choice("person:1", "request_closed", None)
    (kept,) = await Preference.all()  # until when it was off: what was unsent then is not sent later
    assert kept.off_until == kept.changed_at
    assert await Preference.filter(cadence__isnull=True).count() == 1


@pytest.mark.slow
async def test_two_clicks_at_once_are_one(postgres_database: str) -> None:
    await open_database(postgres_database)
    try:
        await asyncio.gather(*(store_choice("person:1", "request_closed", Cadence.OFF) for _ in range(8)))
        assert await Preference.all().count() == 1
    finally:
        await close_database()


@pytest.mark.parametrize(
    "token", ["", "x", "a" * 300, "c3RvcDpwMTpyZXF1ZXN0X2Nsb3NlZC4AAAAAAAAAAAAAAAAAAAAA", "%00%ff"]
)
async def test_a_link_that_we_did_not_make_does_nothing(telling: Telling, pages: httpx.AsyncClient, token: str) -> None:
    for method in ("GET", "POST"):
        assert (await pages.request(method, f"/u/{token}")).status_code == 404
    assert await Preference.all().count() == 0
