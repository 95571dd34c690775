"""What docs/translating.md promises of a third language. `tests/test_translating.py` runs it in a copy that has one."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import httpx

from api.app import build_app
from api.pages.preferences import preferences_routes
from api.pages.requests import request_routes
from casework.people import Person
from notifier.digest_render import render_digest
from notifier.digest_samples import digest
from notifier.links import Links
from tests.telling import Telling, mail_to

A_MOMENT = re.compile(r"\b\d{1,2}\. (Januar|Februar|März|April|Mai|Ju[nl]i|August|\w+ber) \d{4} um \d\d:\d\d\b")


async def test_whoever_chooses_it_reads_it_everywhere(telling: Telling) -> None:
    town = telling.town
    await town.done(town.maya, "updateProfile", language="de")
    request = await telling.settled(town.maya)
    mails = await telling.after(town.tom, "closeRequest", requestId=request, comment="Done.")
    mail = mail_to(mails, "maya@example.org")
    assert "Guten Tag, Maya Ortiz," in mail.text
    assert "Tom Baker hat diese Meldung geschlossen" in mail.html
    assert 'lang="de"' in mail.html
    assert A_MOMENT.search(mail.text)

    routes = [*preferences_routes(telling.settings), *request_routes(telling.settings)]
    app = build_app(telling.settings, extra_routes=routes)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://town.test") as browser:
        path = urlsplit(Links(telling.settings).preferences(f"p{town.maya.id}")).path
        shown = (await browser.get(path)).text
        assert '<html lang="de">' in shown
        assert "Speichern" in shown
        assert '<option value="de" selected>Deutsch</option>' in shown
        ines = urlsplit(Links(telling.settings).preferences(f"p{town.ines.id}")).path
        chosen = choices_of((await browser.get(ines)).text) | {"whole": "1", "language": "de"}
        saved = await browser.post(ines, data=chosen)
        assert "Speichern" in saved.text
        assert (await Person.get(id=town.ines.id)).language == "de"
        asked = {"accept-language": "de-AT, en;q=0.5"}
        assert '<html lang="de">' in (await browser.get("/r/springfield/1", headers=asked)).text


def choices_of(shown: str) -> dict[str, str]:
    """What a browser sends of the page's lists, unchanged."""
    lists = re.findall(r'<select id="[^"]*" name="([^"]*)"[^>]*>(.*?)</select>', shown, re.DOTALL)
    return {name: re.findall(r'<option value="([^"]*)" selected>', options)[0] for name, options in lists}


def test_it_counts_as_its_speakers_do() -> None:
    assert render_digest(digest("de", 4)[0]).subject.startswith("2 neue Meldungen und 2 updates")
    three, one = (render_digest(digest("de", count)[0]).subject for count in (8, 2))
    assert (three.split(" und ")[0], one.split(" und ")[0]) == ("3 neue Meldungen", "1 neue Meldung")
