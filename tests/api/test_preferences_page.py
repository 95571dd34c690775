"""The page of all that a reader can choose: by the link of any mail, without a session, and only overrides are kept."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest
from starlette.applications import Starlette

from api.ids import row_id
from api.pages.preferences import preferences_routes
from casework import clock
from casework.database import transaction
from casework.people import Person
from casework.watching import Mute
from notifier.choices import choices_for
from notifier.links import Links
from notifier.preferences import AreaChoice, Cadence, Preference, ReaderSettings
from notifier.recipients import Recipient
from notifier.suppression import Ailment, suppress
from tests.notifier.areas import watch
from tests.telling import Telling, mail_to, open_telling
from tests.town import nothing_changes


@pytest.fixture
async def telling(db: str) -> AsyncIterator[Telling]:
    async with open_telling() as telling:
        yield telling


@pytest.fixture
async def pages(telling: Telling) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=preferences_routes(telling.settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://town.test") as client:
        yield client


def path_of(telling: Telling, person: Person) -> str:
    return urlsplit(Links(telling.settings).preferences(f"p{person.id}")).path


def filled(shown: str) -> dict[str, str]:
    """What a browser would send if Save were pressed at once."""
    found = {"whole": "1"}
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]*)"[^>]*>(.*?)</select>', shown, re.DOTALL):
        found[name] = re.findall(r'<option value="([^"]*)" selected>', options)[0]
    for name in re.findall(r'<input type="checkbox" id="[^"]*" name="([^"]*)" value="on" checked>', shown):
        found[name] = "on"
    return found | dict(re.findall(r'<input type="(?:time|date)" id="[^"]*" name="([^"]*)" value="([^"]*)"', shown))


async def test_every_mail_links_to_it_and_it_shows_what_is_so(telling: Telling, pages: httpx.AsyncClient) -> None:
    await telling.town.report()
    mail = mail_to(await telling.run(), "maya@example.org")
    (link,) = [line.split(": ", 1)[1] for line in mail.text.splitlines() if line.startswith("Choose which mails")]
    assert urlsplit(link).path == path_of(telling, telling.town.maya)
    async with nothing_changes():
        for method in ("GET", "HEAD"):
            answer = await pages.request(method, urlsplit(link).path)
            assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
        shown = (await pages.get(urlsplit(link).path)).text
        assert "maya@example.org" not in shown
        assert "#1 A pothole on Elm Street" in shown
        answer = await pages.post(urlsplit(link).path, data=filled(shown))
        assert "It is saved." in answer.text


async def test_whatever_is_chosen_is_kept_and_nothing_else(telling: Telling, pages: httpx.AsyncClient) -> None:
    town = telling.town
    lamp = row_id(await telling.settled(town.ines, categoryId=town.id_of(town.lights)), "ServiceRequest", "id")
    area = await watch(telling, town.ines)
    path = path_of(telling, town.ines)
    away = (clock.now() + timedelta(days=30)).date()
    back = away + timedelta(days=14)
    given = filled((await pages.get(path)).text)
    assert given[f"area.{area.id}.comments"] == "on"
    del given[f"area.{area.id}.comments"]
    given |= {
        "kind.request_closed": "daily",
        "kind.request_commented": "off",
        f"area.{area.id}": "weekly",
        f"mute.{lamp}": "on",
        "digest": "on",
        "digest_hour": "18",
        "digest_weekday": "4",
        "quiet_from": "22:30",
        "quiet_until": "07:00",
        "vacation_from": away.isoformat(),
        "vacation_until": back.isoformat(),
        "language": "es",
        "text_only": "on",
        "own_actions": "on",
    }
    answer = await pages.post(path, data=given)
    assert "Está guardado." in answer.text
    assert filled(answer.text) == given
    assert set(await Preference.all().values_list("recipient", "kind", "cadence")) == {
        (f"person:{town.ines.id}", "request_closed", Cadence.DAILY),
        (f"person:{town.ines.id}", "request_commented", Cadence.OFF),
        (f"person:{town.ines.id}", "digest", Cadence.OFF),
    }
    assert await AreaChoice.all().values_list("area_id", "cadence", "comments") == [(area.id, Cadence.WEEKLY, False)]
    assert await Mute.filter(until_event__isnull=True).values_list("request_id", "person_id") == [(lamp, town.ines.id)]
    row = await ReaderSettings.get(person_id=town.ines.id)
    assert (row.digest_hour, row.digest_weekday, row.quiet_from, row.quiet_until) == (18, 4, 22 * 60 + 30, 7 * 60)
    assert (row.text_only, row.own_actions) == (True, True)
    assert row.vacation_until == datetime.combine(back, time(), tzinfo=ZoneInfo(town.ines.time_zone))
    assert (await Person.get(id=town.ines.id)).language == "es"
    assert await Preference.filter(recipient=f"person:{town.maya.id}").count() == 0

    plain = {name: "" for name in given if name.startswith(("kind.", "area.", "vacation", "quiet"))}
    plain |= {"digest_hour": "8", "digest_weekday": "0", "language": "en", "whole": "1"}
    plain |= {f"area.{area.id}.comments": "on"}
    assert "It is saved." in (await pages.post(path, data=plain)).text
    assert await Preference.filter(cadence__isnull=False).count() == 0
    assert await AreaChoice.all().count() == 0
    assert await Mute.filter(until_event__isnull=True).count() == 0


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("kind.request_closed", "never", "Choose one of the list."),
        ("quiet_from", "22:00", "quiet_until is missing"),
        ("quiet_from", "late", "late is no time or day that can be read."),
        ("vacation_until", "2001-01-01", "vacation_until must be in the future."),
        ("digest_hour", "99", "digest_hour must be from 0 to 23."),
        ("language", "xx", "language"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name_and_nothing_is_half_written(
    telling: Telling, pages: httpx.AsyncClient, name: str, value: str, says: str
) -> None:
    path = path_of(telling, telling.town.ines)
    given = filled((await pages.get(path)).text)
    async with nothing_changes():
        answer = await pages.post(path, data=given | {"kind.request_commented": "off", name: value})
    assert answer.status_code == 422
    assert says in answer.text
    assert '<option value="off" selected>' in answer.text  # what was typed stays typed


async def test_a_form_that_lost_its_end_changes_nothing(telling: Telling, pages: httpx.AsyncClient) -> None:
    await watch(telling, telling.town.ines)
    async with nothing_changes():
        await pages.post(path_of(telling, telling.town.ines), data={"kind.request_closed": "off"})


async def test_a_private_request_is_named_by_its_number_alone(telling: Telling, pages: httpx.AsyncClient) -> None:
    town = telling.town
    await telling.settled(categoryId=town.id_of(town.complaints), summary="My landlord")
    shown = (await pages.get(path_of(telling, town.maya))).text
    assert "#1</label>" in shown
    assert "My landlord" not in shown


async def test_staff_choose_for_staff_mail_and_residents_do_not(telling: Telling, pages: httpx.AsyncClient) -> None:
    town = telling.town
    assert 'name="kind.staff_mentioned"' in (await pages.get(path_of(telling, town.tom))).text
    assert "kind.staff" not in (await pages.get(path_of(telling, town.maya))).text


async def test_who_cannot_be_reached_is_told_so_and_confirms_the_address_again(
    telling: Telling, pages: httpx.AsyncClient
) -> None:
    path = path_of(telling, telling.town.maya)
    assert "Mail does not reach you" not in (await pages.get(path)).text
    async with transaction():
        await suppress("maya@example.org", Ailment.COMPLAINT, "", clock.now())
    shown = (await pages.get(path)).text
    assert "Mail does not reach you" in shown
    assert "A mail to this address was reported as unwanted." in shown
    assert "A mail with a link is on its way." in (await pages.post(path, data={"confirm": "1"})).text
    assert [(mail.recipient, mail.kind) for mail in await telling.run()] == [("maya@example.org", "confirm_email")]


async def test_every_choice_has_its_field(telling: Telling, pages: httpx.AsyncClient) -> None:
    """A field that isn't shown would be taken for one that was emptied."""
    town = telling.town
    await telling.settled(town.tom, categoryId=town.id_of(town.lights))
    await watch(telling, town.tom)
    shown = (await pages.get(path_of(telling, town.tom))).text
    choices = await choices_for(Recipient(town.tom.id, None))
    assert set(re.findall(r' name="([^"]*)"', shown)) == set(choices.values) | {"viewport", "whole"}


async def test_a_bare_address_chooses_among_what_it_is_told(telling: Telling, pages: httpx.AsyncClient) -> None:
    await telling.town.report()
    mail = mail_to(await telling.run(), "streets@springfield.example")
    (link,) = [line.split(": ", 1)[1] for line in mail.text.splitlines() if line.startswith("Choose which mails")]
    path = urlsplit(link).path
    given = filled((await pages.get(path)).text)
    assert set(given) == {"whole", "kind.staff_request_submitted"}
    await pages.post(path, data=given | {"kind.staff_request_submitted": "off"})
    await telling.town.report()
    assert "streets@springfield.example" not in {mail.recipient for mail in await telling.run()}


@pytest.mark.parametrize("token", ["x", "cDE", "%00"])
async def test_a_link_that_we_did_not_make_opens_nothing(pages: httpx.AsyncClient, token: str) -> None:
    for method in ("GET", "POST"):
        assert (await pages.request(method, f"/preferences/{token}")).status_code == 404
