"""The demo's start page in a browser: what happens in the town is shown with who is told, who is not, and why."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Locator

from api.app import build_app
from api.pages.html import STATIC
from api.pages.start import Player, start_routes
from casework.database import close_database, open_database
from casework.people import Person
from tests.browsing import browsing
from tests.serving import serving
from tests.telling import open_telling
from tests.town import settings

pytestmark = pytest.mark.slow


async def _fates(card: Locator, sent: str) -> dict[str, tuple[str, str]]:
    """What a card says of everybody, once it says that somebody was mailed: what became of it, and why."""
    rows = card.locator("tbody tr")
    await rows.filter(has_text=sent).first.wait_for()
    shown = [(await row.locator("td").all_text_contents()) for row in await rows.all()]
    return {who: (fate, why) for who, fate, why in shown}


async def test_the_start_page_shows_who_is_told_and_who_is_not_and_why(sqlite_database: str) -> None:
    await open_database(sqlite_database)
    config = settings(live_tick_seconds=0.2)
    async with open_telling() as telling:
        town = telling.town
        request = await telling.settled()
        people = (town.rosa, town.tom, town.maya, town.ines)
        tokens: dict[Player, str] = {(person.name, None): town.token(person) or "" for person in people}
        await Person.filter(id=town.tom.id).update(language="es")
        app = build_app(config, extra_routes=[STATIC, *start_routes(config, tokens)])
        async with serving(app, config) as url, browsing() as page:
            await page.goto(url)
            cards = page.locator("#live article")
            await cards.first.wait_for()
            assert await cards.first.locator("h3").inner_text() != ""
            before = await cards.count()
            await town.done(town.tom, "addComment", requestId=request, body="Seen.")
            running = asyncio.create_task(telling.run())
            card = cards.filter(has_text="Tom Baker commented")
            await card.wait_for()
            await running
            assert await cards.count() == before + 1
            fates = await _fates(card, "Mailed")
            assert fates["Maya Ortiz"] == ("Mailed", "They reported it")
            assert fates["Tom Baker"][0] == "Not told"
            assert fates["Tom Baker"][1].startswith("Nobody is mailed about what they did themselves")
            assert fates["Ines Ferreira"][0] == "Not told"
            assert "streets@springfield.example" in fates
            assert not await card.get_by_text("Tom Baker", exact=True).is_visible()
            await card.locator("summary").click()
            assert await card.get_by_text("Tom Baker", exact=True).is_visible()
            assert "A pothole on Elm Street" in await card.locator("h3").inner_text()

            await page.set_extra_http_headers({"Accept-Language": "es-MX, en;q=0.5"})
            await page.goto(url)
            assert await page.get_by_role("heading", name="El pueblo, en directo").is_visible()
            fates = await _fates(cards.filter(has_text="Tom Baker comentó"), "Enviado por correo")
            assert fates["Maya Ortiz"] == ("Enviado por correo", "Lo comunicó")
            assert fates["Tom Baker"][0] == "No se le avisa"
            assert fates["Tom Baker"][1].startswith("A nadie se le avisa")
    await close_database()
