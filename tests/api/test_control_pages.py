"""A reader walks the pages behind a mail's links: on a phone, by keyboard alone, in both languages; axe finds no fault.

RECORD_SCREENSHOTS=1 takes the pictures of docs/control.md anew.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.async_api import Page

from api.app import build_app
from casework.database import close_database, open_database
from casework.people import Person
from curbcast.commands.serving import pages
from notifier.held import choose_area
from notifier.preferences import Cadence, Preference
from tests.browsing import browsing
from tests.nodejs import FOLDER, Node
from tests.notifier.areas import INSIDE, watch
from tests.serving import serving
from tests.telling import Telling, mail_to, open_telling

pytestmark = pytest.mark.slow

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PHONE = {"width": 390, "height": 844}

WORDS = {
    "en": {
        "stop": "Stop it",
        "stopped": "It is stopped. You will get no more mail of this kind.",
        "undo": "Send it again",
        "undone": "You will get this mail again, from now on.",
        "area": "Turn off the area “Elm Park”",
        "off": "The area “Elm Park” is off.",
        "save": "Save",
        "saved": "It is saved.",
    },
    "es": {
        "stop": "Dejar de recibirlo",
        "stopped": "Hecho. No recibirá más correos de este tipo.",
        "undo": "Volver a recibirlo",
        "undone": "A partir de ahora volverá a recibir este correo.",
        "area": "Desactivar la zona «Elm Park»",
        "off": "La zona «Elm Park» está desactivada.",
        "save": "Guardar",
        "saved": "Está guardado.",
    },
}


async def tab_to(page: Page, text: str) -> None:
    """Press Tab until whatever says so (or has that id) has the focus, which must be seen."""
    for _ in range(120):
        await page.keyboard.press("Tab")
        said = await page.evaluate("[document.activeElement.innerText, document.activeElement.id]")
        if text in (said[0].strip(), said[1]):
            outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid"
            return
    raise AssertionError(f"no key reaches {text}")


async def no_fault(page: Page) -> None:
    """Neither axe's rules, in light and in dark, nor a line that is wider than the phone."""
    source = (FOLDER / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    client = await page.context.new_cdp_session(page)
    await client.send("Runtime.evaluate", {"expression": source})
    ask = "axe.run().then(found => JSON.stringify(found.violations.map(v => [v.id, v.nodes.map(n => n.html)])))"
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        answer = await client.send("Runtime.evaluate", {"expression": ask, "awaitPromise": True, "returnByValue": True})
        assert answer["result"]["value"] == "[]", (scheme, answer["result"]["value"])
    await page.emulate_media(color_scheme="light")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await client.detach()


async def picture(page: Page, name: str) -> None:
    if os.environ.get("RECORD_SCREENSHOTS"):
        PICTURES.mkdir(exist_ok=True)
        taken = Image.open(BytesIO(await page.screenshot(full_page=True)))
        taken.convert("RGB").quantize(64).save(PICTURES / f"{name}.png", optimize=True)


async def mailed(telling: Telling, language: str) -> str:
    """The path of the link in a mail to Ines, about a request in an area that she watches."""
    town = telling.town
    await Person.filter(id=town.ines.id).update(language=language)
    area = await watch(telling, town.ines)
    await choose_area(town.ines.id, area.id, Cadence.IMMEDIATE, None)
    lamp = await telling.settled(categoryId=town.id_of(town.lights), **INSIDE)
    await telling.followed(lamp, town.ines)
    mails = await telling.after(town.tom, "closeRequest", requestId=lamp, comment="New bulb.")
    return urlsplit(str(mail_to(mails, "ines@example.org").message["List-Unsubscribe"]).strip("<>")).path


@pytest.mark.parametrize("language", ["en", "es"])
async def test_a_reader_turns_mail_down_by_keyboard_alone(sqlite_database: str, node: Node, language: str) -> None:
    words = WORDS[language]
    await open_database(sqlite_database)
    async with open_telling() as telling:
        path = await mailed(telling, language)
        app = build_app(telling.settings, extra_routes=pages(telling.settings))
        async with serving(app) as base, browsing(**PHONE) as page:
            await page.goto(base + path)
            assert await page.get_attribute("html", "lang") == language
            await no_fault(page)
            await picture(page, f"unsubscribe.{language}")
            await tab_to(page, words["stop"])
            await page.keyboard.press("Enter")
            await page.get_by_role("status").get_by_text(words["stopped"]).wait_for()
            assert await Preference.filter(kind="request_closed", cadence=Cadence.OFF).count() == 1
            await no_fault(page)
            await tab_to(page, words["undo"])
            await page.keyboard.press("Enter")
            await page.get_by_role("status").get_by_text(words["undone"]).wait_for()
            assert await Preference.filter(cadence=Cadence.OFF).count() == 0
            await tab_to(page, words["area"])
            await page.keyboard.press("Space")
            await page.get_by_text(words["off"]).wait_for()
            await no_fault(page)

            link = await page.locator("main a[href*='/preferences/']").get_attribute("href")
            await page.goto(base + urlsplit(str(link)).path)
            await no_fault(page)
            await picture(page, f"preferences.{language}")
            await tab_to(page, "kind-request_closed")
            await page.keyboard.press("End")
            await tab_to(page, "text_only")
            await page.keyboard.press("Space")
            await tab_to(page, words["save"])
            await page.keyboard.press("Enter")
            await page.get_by_role("status").get_by_text(words["saved"]).wait_for()
            await no_fault(page)
            assert await Preference.filter(kind="request_closed", cadence=Cadence.OFF).count() == 1
            assert await page.is_checked("#text_only")
    await close_database()
