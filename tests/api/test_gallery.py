"""`/mail`: what an operator sees and may do there, and what staff see, and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from shutil import copytree
from urllib.parse import quote_plus

import httpx
import pytest

from api.app import build_app
from api.pages.gallery import gallery_routes
from api.pages.gallery.entering import COOKIE
from api.pages.html import STATIC
from casework import passwords
from casework.access import NOBODY
from casework.actions.signing import request_password_reset
from casework.config import Gallery, Settings
from casework.people import Session
from curbcast.commands.serving import pages
from notifier import assembly
from notifier.held import choose
from notifier.notifications import Notification
from notifier.preferences import Cadence
from notifier.preview import preview_names, samples_of
from notifier.rebranding import draft_opening, publish_opening
from notifier.templates import reload_on_change
from tests.accounts import PASSWORD
from tests.browsing import browsing
from tests.serving import serving
from tests.telling import Telling
from tests.town import Town, nothing_changes, settings

AT_HOME = "http://127.0.0.1:8000"
PARTS = ("light", "dark", "text", "source", "headers", "checks")


@pytest.fixture
def templates_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the templates that may be spoilt."""
    folder = copytree(assembly.FOLDER, tmp_path / "templates_mjml")
    monkeypatch.setattr(assembly, "FOLDER", folder)
    yield folder
    reload_on_change(False)


@pytest.fixture
async def at_home(telling: Telling, templates_here: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The operator's browser, on the machine that runs it all."""
    routes = gallery_routes(telling.settings, operator=True, transport=telling.transport)
    app = build_app(telling.settings, extra_routes=[STATIC, *routes])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=AT_HOME) as client:
        yield client


@pytest.fixture
async def away(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of staff, or of a stranger."""
    config = settings()
    app = build_app(config, extra_routes=gallery_routes(config, operator=False))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://town.test") as client:
        yield client


async def test_every_mail_is_listed_in_every_language_and_way_of_seeing_it(at_home: httpx.AsyncClient) -> None:
    views = "&".join(f"view={each}" for each in ("desktop", "phone", "dark", "text", "source", "headers", "checks"))
    page = (await at_home.get(f"/mail?{views}")).text
    for name in preview_names():
        for language in ("en", "es"):
            for part, times in (("light", 2), ("dark", 1), ("text", 1), ("headers", 1), ("checks", 1)):
                assert page.count(f'src="/mail/{name}/{language}/{part}?') == times, (name, language, part)
    assert (await at_home.get("/mail?q=bundle&language=es&view=text")).text.count("<iframe") == 1
    assert "No mail has" in (await at_home.get("/mail?q=nothing")).text
    every = (await at_home.get("/mail?q=digest&language=en&view=text&sample=every")).text
    shapes = samples_of("digest")
    assert [every.count(f'src="/mail/digest/en/text?sample={quote_plus(shape)}&amp;') for shape in shapes] == [1] * len(
        shapes
    )


async def test_each_part_of_a_mail_is_shown_in_a_frame_that_can_do_nothing(at_home: httpx.AsyncClient) -> None:
    shown = {part: await at_home.get(f"/mail/request_closed/es/{part}?sample=private&brand=bright") for part in PARTS}
    assert {answer.status_code for answer in shown.values()} == {200}
    for answer in shown.values():
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert "Rosa Delgado cerró esta solicitud" in shown["text"].text
    assert "Privada: " in shown["light"].text
    assert "#ffdd00" in shown["light"].text
    assert "@media not all" in shown["light"].text
    assert "@media all" in shown["dark"].text
    assert "prefers-color-scheme" not in shown["dark"].text
    assert "List-Unsubscribe-Post" in shown["headers"].text
    assert "passes every check" in shown["checks"].text
    for missing in ("/mail/request_sung/en/light", "/mail/request_closed/tlh/light", "/mail/request_closed/en/smell"):
        answer = await at_home.get(missing)
        assert answer.status_code == 404
        assert "frame-ancestors" not in answer.headers["content-security-policy"]  # the frame says so, too


async def test_a_broken_template_is_shown_where_it_is_broken(at_home: httpx.AsyncClient, templates_here: Path) -> None:
    file = templates_here / "request_closed.mjml"
    whole = file.read_text()
    file.write_text(whole.replace("{{ parts.photo() }}", "<mj-text>{{ requst.url }}</mj-text>"))
    answer = await at_home.get("/mail/request_closed/en/light")
    assert answer.status_code == 422
    assert "<strong>request_closed.mjml:17</strong><br>&#39;requst&#39; is undefined" in answer.text
    assert "<mark>  17  &lt;mj-text&gt;{{ requst.url }}&lt;/mj-text&gt;</mark>" in answer.text
    assert (await at_home.get("/mail/request_commented/en/light")).status_code == 200
    file.write_text(whole.replace("parts.photo()", "parts.foto()"))
    assert "request_closed.mjml:17" in (await at_home.get("/mail/request_closed/en/text")).text
    file.write_text(whole)
    assert (await at_home.get("/mail/request_closed/en/light")).status_code == 200


async def test_somebodys_own_mail_is_shown_as_it_would_go_and_nothing_is_sent(
    telling: Telling, at_home: httpx.AsyncClient
) -> None:
    request = await telling.settled(telling.town.maya, summary="A <lamp> {{ 7*7 }}")
    await telling.after(telling.town.tom, "closeRequest", requestId=request, comment="Done.")
    row = await Notification.get(kind="request_closed", person_id=telling.town.maya.id)
    async with nothing_changes():
        shown = await at_home.get(f"/mail/notification:{row.id}/en/text")
        index = await at_home.get(f"/mail?q=notification:{row.id}")
    assert f"{telling.town.tom.name} closed this request" in shown.text
    assert "A &lt;lamp&gt; {{ 7*7 }}" in shown.text
    assert f"/mail/notification%3A{row.id}/" in index.text
    assert await telling.run() == []
    for nobody in ("notification:999999", "notification:x", "reader:nobody", "reader:maya"):
        assert (await at_home.get(f"/mail/{nobody}/en/light")).status_code == 404


async def test_what_waits_for_somebody_is_shown_as_their_digest(telling: Telling, at_home: httpx.AsyncClient) -> None:
    request = await telling.settled(telling.town.maya)
    for kind in ("request_commented", "request_closed"):
        await choose(f"person:{telling.town.maya.id}", kind, Cadence.DAILY)
    await telling.after(telling.town.ines, "addComment", requestId=request, body="Mine, too.")
    await telling.after(telling.town.tom, "closeRequest", requestId=request, comment="Done.")
    async with nothing_changes():
        shown = await at_home.get(f"/mail/reader:{telling.town.maya.handle}/en/text")
        index = await at_home.get(f"/mail?q=reader:{telling.town.maya.handle}")
    assert "2 updates" in shown.text
    assert "&gt; Mine, too." in shown.text
    assert index.text.count("<iframe") == 3


async def test_a_mail_with_a_secret_link_is_not_shown(telling: Telling, at_home: httpx.AsyncClient) -> None:
    await request_password_reset(NOBODY, address="maya@example.org")
    await telling.run()
    row = await Notification.get(kind="password_reset")
    assert (await at_home.get(f"/mail/notification:{row.id}/en/light")).status_code == 404


async def test_a_test_mail_goes_to_one_address(telling: Telling, at_home: httpx.AsyncClient) -> None:
    form = {"name": "request_closed", "language": "es", "to": "mara@example.net"}
    answer = await at_home.post("/mail/send-test?sample=private", data=form)
    assert answer.status_code == 200
    (mail,) = telling.transport.mails
    assert (mail.recipient, mail.message["To"]) == ("mara@example.net", "mara@example.net")
    assert mail.subject == "[request_closed] Street light out outside the library (#1042)"
    assert "Privada: " in mail.text
    telling.transport.mails.clear()
    assert (await at_home.post("/mail/send-test", data={**form, "to": "a@b\r\nBcc: c@d.e"})).status_code == 422
    assert (await at_home.post("/mail/send-test", data={**form, "name": "nothing"})).status_code == 404
    elsewhere = {"sec-fetch-site": "cross-site"}
    assert (await at_home.post("/mail/send-test", data=form, headers=elsewhere)).status_code == 403
    assert telling.transport.mails == []


async def test_only_this_machine_asks_an_operators_gallery(at_home: httpx.AsyncClient) -> None:
    pointed_at_us = {"host": "evil.example:8000"}
    for path in ("/mail", "/mail/request_closed/en/light", "/mail/changes"):
        assert (await at_home.get(path, headers=pointed_at_us)).status_code == 403


async def test_staff_sign_in_and_see_samples_in_their_organizations_name(town: Town, away: httpx.AsyncClient) -> None:
    assert (await away.get("/mail")).status_code == 401
    in_spanish = await away.get("/mail", headers={"accept-language": "es-MX"})
    assert '<html lang="es">' in in_spanish.text
    assert "Vea el correo de su organización" in in_spanish.text
    await town.tom.filter(id=town.tom.id).update(password_hash=await passwords.hashed(PASSWORD))
    async with nothing_changes():
        wrong = await away.post("/mail", data={"address": "tom@example.org", "password": "wrong wrong"})
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (422, False)
    entered = await away.post("/mail", data={"address": "tom@example.org", "password": PASSWORD})
    assert (entered.status_code, entered.headers["location"]) == (303, "/mail")
    assert "HttpOnly; Path=/mail; SameSite=strict" in entered.headers["set-cookie"]
    page = await away.get("/mail")
    assert page.status_code == 200
    assert "Send test" not in page.text
    rosa = await town.viewer(town.rosa)
    body = "Thank you for “{summary}”."
    drafted = await draft_opening(rosa, town.springfield.id, kind="request_closed", language="en", body=body)
    await publish_opening(rosa, drafted.id)
    shown = (await away.get("/mail/request_closed/en/text")).text
    assert "Town of Springfield" in shown
    assert "Thank you for “Street light out outside the library”." in shown
    assert "Thank you for" not in (await away.get("/mail/request_closed/es/text")).text
    for operators in ("/mail/changes", "/mail/notification:1/en/text", "/mail?q=notification:1"):
        assert (await away.get(operators)).status_code == 404
    await Session.all().delete()
    assert (await away.get("/mail")).status_code == 401


async def test_who_is_no_staff_sees_no_mail(town: Town, away: httpx.AsyncClient) -> None:
    for person in (town.maya, town.nell, None):
        token = town.token(person)
        for headers in ({"authorization": f"Bearer {token}"}, {"cookie": f"{COOKIE}={token}"}) if token else ({},):
            assert (await away.get("/mail", headers=headers)).status_code == 401
            assert (await away.get("/mail/request_closed/en/text", headers=headers)).status_code == 401


def served(config: Settings, host: str) -> bool | None:
    """Whether the gallery is an operator's; None where there is none."""
    paths = {getattr(route, "path", "") for route in pages(config, host=host)}
    return "/mail/changes" in paths if "/mail" in paths else None


def test_the_gallery_is_open_to_this_machine_alone_and_never_in_production() -> None:
    at_home, away = "http://127.0.0.1:8000", "https://town.example"
    assert served(settings(public_url=at_home), "127.0.0.1") is True
    assert served(settings(public_url=at_home), "0.0.0.0") is False
    assert served(settings(public_url=away), "127.0.0.1") is False
    assert served(settings(public_url=at_home, environment="production"), "127.0.0.1") is False
    assert served(settings(public_url=at_home, mail_gallery="off"), "127.0.0.1") is None
    assert served(settings(public_url=at_home, mail_gallery="staff"), "127.0.0.1") is False
    with pytest.raises(ValueError, match="in production the gallery is for staff, or off"):
        settings(environment="production", mail_gallery=Gallery.OPERATOR)
    reload_on_change(False)


@pytest.mark.slow
async def test_a_maintainer_saves_a_template_and_the_page_shows_it_breaks_it_and_undoes_it(
    telling: Telling, templates_here: Path
) -> None:
    routes = gallery_routes(telling.settings, operator=True, transport=telling.transport)
    app = build_app(telling.settings, extra_routes=[STATIC, *routes])
    file = templates_here / "request_closed.mjml"
    whole = file.read_text()
    async with serving(app) as address, browsing() as page:
        await page.goto(f"{address}/mail?language=en&view=desktop")
        await page.fill("#q", "request_closed")
        assert await page.locator("section:visible").count() == 2
        frame = page.frame_locator('iframe[title="request_closed, en, desktop"]')
        await frame.get_by_text("Not put right?").wait_for()
        file.write_text(whole.replace("Not put right?", "Still dark?"))
        await frame.get_by_text("Still dark?").wait_for()
        assert "request_closed.mjml was saved" in await page.inner_text("#changed")
        file.write_text(whole.replace("{{ parts.photo() }}", "{{ parts.fotos() }}"))
        await frame.get_by_text("request_closed.mjml:17").wait_for()
        assert "parts.fotos()" in await frame.locator("mark").inner_text()
        file.write_text(whole)
        await frame.get_by_text("Not put right?").wait_for()
