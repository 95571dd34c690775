"""The link of a mail: GET and HEAD only show, POST stops that and only that, and undo brings it back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette

from api.pages.html import STATIC
from api.pages.unsubscribe import unsubscribe_routes
from notifier.preferences import Preference
from tests.telling import Mail, Telling, mail_to, told


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


@pytest.mark.parametrize(
    "token", ["", "x", "a" * 300, "c3RvcDpwMTpyZXF1ZXN0X2Nsb3NlZC4AAAAAAAAAAAAAAAAAAAAA", "%00%ff"]
)
async def test_a_link_that_we_did_not_make_does_nothing(telling: Telling, pages: httpx.AsyncClient, token: str) -> None:
    for method in ("GET", "POST"):
        assert (await pages.request(method, f"/u/{token}")).status_code == 404
    assert await Preference.all().count() == 0
