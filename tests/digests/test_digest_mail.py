"""What a digest says: stories and not a table, the most important first, in two languages, never over 100 kB."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import time_machine
from starlette.applications import Starlette

from api.pages.digest import digest_routes
from api.pages.html import STATIC
from casework.people import Person
from digests.issues import Issue, IssueLine
from notifier.digest_render import Digest, Story, render_digest
from notifier.digest_samples import digest
from notifier.facts import Line, Rendered
from notifier.held import choose
from notifier.links import Links
from notifier.notifications import Notification, State
from notifier.preferences import Cadence
from tests.notifier.reading_mail import Page
from tests.telling import Mail, Telling, mail_to

TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 10:00 in New York
WEDNESDAY_AT_EIGHT = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)


def shown(count: int, language: str = "en", **changes: object) -> Rendered:
    contents, reader = digest(language, count)
    return render_digest(replace(contents, **changes)).filled(reader)  # type: ignore[arg-type]


def story_of(contents: Digest, place: int, *, text: str = "", events: int = 1) -> Story:
    """The story at a place of a digest, told by so many comments of that text."""
    facts = contents.stories[place].newest
    line = Line(replace(facts, kind="request_commented", text=text, actor="Ines Duarte"))
    return Story((line,) * events, ("Elm Park",))


def test_the_subject_says_what_is_in_it_and_where() -> None:
    assert shown(8).subject == "3 new requests and 5 updates in Elm Park and Old Harbour"
    assert shown(8, "es").subject == "3 solicitudes nuevas y 5 novedades en Elm Park y Old Harbour"
    assert shown(8, new=3, updates=0).subject == "3 new requests in Elm Park and Old Harbour"
    assert shown(8, new=0, updates=2).subject == "2 updates in Elm Park and Old Harbour"
    assert shown(200, more=3).subject == "67 new requests and 133 updates from Town of Marlow"


def test_each_request_is_one_story_with_its_place_and_all_of_its_news() -> None:
    text = shown(8).text
    assert (
        "#1047 Street light 6 is out: https://marlow.example/r/marlow/1047\n"
        "Acknowledged · Street lights · 12 Elm Street · in Elm Park and Old Harbour\n"
        "Rosa Delgado acknowledged this request\nJune 3, 2025 at 1:23\u00a0PM\n\n"
        "> Thanks for telling us. Tom goes there on Thursday with the lift.\n\n"
        "Maya Lindqvist reopened this request\nJune 3, 2025 at 1:16\u00a0PM\n\n"
        "> It went dark again last night.\n"
    ) in text
    assert text.count("is out: https://") == 6


def test_it_says_when_the_next_one_comes_in_the_readers_time() -> None:
    sentence = "Your next digest comes on Wednesday, June 4, 2025 at 8:00\u00a0AM."
    assert sentence in shown(8).text
    assert sentence in shown(1).text
    assert "Su próximo resumen llega el miércoles, 4 de junio de 2025, 8:00." in shown(8, "es").text
    assert "next digest" not in shown(8, next_at=None).text


def test_a_digest_of_one_event_reads_like_a_letter() -> None:
    letter = shown(1)
    assert letter.subject == "Maya Lindqvist reported this request: Street light 1 is out (#1042)"
    assert "Reported by: Maya Lindqvist" in letter.text
    assert Page(letter.html).all("h1") == Page(shown(8).html).all("h1")
    assert "This request is inside an area that you watch: Elm Park and Old Harbour." in letter.text


def test_several_events_of_one_request_name_it_in_the_subject() -> None:
    contents, reader = digest("en", 8)
    story = story_of(contents, 0, text="Any news?", events=3)
    rendered = render_digest(replace(contents, stories=(story,), new=0, updates=3)).filled(reader)
    assert rendered.subject == "3 updates in Elm Park: Street light 1 is out (#1042)"
    assert rendered.text.count("> Any news?") == 3


@pytest.mark.parametrize(("length", "is_cut"), [(600, False), (601, True)])
def test_a_long_comment_is_cut_with_a_link_to_all_of_it(length: int, is_cut: bool) -> None:
    contents, reader = digest("en", 8)
    stories = (story_of(contents, 0, text="a" * length), story_of(contents, 1, text="short"))
    text = render_digest(replace(contents, stories=stories, new=0, updates=2)).filled(reader).text
    assert ("a" * 599 + "…" in text) is is_cut
    assert ("Read all of #1042: https://marlow.example/r/marlow/1042\n" in text) is is_cut


def test_what_is_left_out_is_counted_and_linked() -> None:
    contents, _ = digest("en", 200)
    left_out = shown(200, stories=contents.stories[:10], more=37)
    assert "and 37 more requests: https://marlow.example/d/k2Vm\n" in left_out.text
    assert "and 1 more request: https://marlow.example/d/k2Vm\n" in shown(8, more=1).text
    many = story_of(contents, 0, text="Hm.", events=11)
    text = shown(200, stories=(many, contents.stories[1]), new=0, updates=13).text
    assert text.count("> Hm.") == 8
    assert "and 3 earlier updates\n" in text
    assert "Everything in this digest: https://marlow.example/d/k2Vm\n" in text


def test_a_deleted_area_is_named_as_the_last_that_one_hears_of() -> None:
    contents, reader = digest("en", 8)
    sentence = "Elm Park: this area was deleted, and this is the last that you hear of it."
    first = replace(contents.stories[0], last_of=("Elm Park",))
    assert shown(8, stories=(first, *contents.stories[1:])).text.count(sentence) == 1
    assert render_digest(replace(contents, stories=(first,), new=1, updates=0)).filled(reader).text.count(sentence) == 1
    assert sentence not in shown(8).text


@pytest.mark.parametrize("count", [1, 8, 200])
@pytest.mark.parametrize("language", ["en", "es"])
def test_it_is_sound_html_and_its_text_says_the_same(count: int, language: str) -> None:
    rendered = shown(count, language)
    page = Page(rendered.html)
    assert (page.mistakes, page.open) == ([], [])
    assert page.all("html")[0]["lang"] == language
    assert len(page.all("h1")) == 1
    assert [table for table in page.all("table") if table.get("role") != "presentation"] == []
    assert {link["href"] for link in page.all("a")} <= {
        word for word in rendered.text.replace("\n", " ").split(" ") if word.startswith("https://")
    }


def test_what_people_type_stays_what_they_typed() -> None:
    hostile = "Oops <script>alert(1)</script> {{ 7*7 }} & \"'"
    contents, reader = digest("en", 8)
    line = contents.stories[0].lines[0]
    assert line.facts.request is not None
    facts = replace(line.facts, text=hostile, request=replace(line.facts.request, summary=hostile, address=hostile))
    stories = (Story((Line(facts),), (hostile,), last_of=(hostile,)), *contents.stories[1:])
    page = Page(render_digest(replace(contents, stories=stories)).filled(replace(reader, name=hostile)).html)
    assert page.all("script") == []
    assert page.text.count(hostile) == 7  # beside the subject, greeted by, titled, where (twice), said, and the last


def test_a_digest_needs_a_story() -> None:
    with pytest.raises(ValueError, match="at least one story"):
        shown(8, stories=())


async def _closed(telling: Telling, number: int, comment: str = "New bulb.") -> None:
    """Maya, who wants closings by a daily digest, has so many waiting."""
    town = telling.town
    await choose(f"person:{town.maya.id}", "request_closed", Cadence.DAILY)
    for place in range(number):
        request = await town.report(categoryId=town.id_of(town.lights), summary=f"Lamp {place + 1} is dark")
        await town.done(town.tom, "closeRequest", requestId=request, comment=comment)
    await telling.run()


async def _morning(telling: Telling, clock: Any) -> Mail:
    clock.move_to(WEDNESDAY_AT_EIGHT)
    return mail_to(await telling.run(), "maya@example.org")


@pytest.fixture
async def pages(telling: Telling) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[STATIC, *digest_routes(telling.settings)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://town.test") as client:
        yield client


def _linked(mail: Mail, label: str) -> str:
    (link,) = [line.split(": ", 1)[1] for line in mail.text.splitlines() if line.startswith(label)]
    return urlsplit(link).path


async def test_more_than_fits_goes_to_the_linked_page_and_counts_as_told(
    telling: Telling, pages: httpx.AsyncClient
) -> None:
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await _closed(telling, 60, comment="Every lamp of it is new now, 🚧 see for yourself. " * 20)
        clock.shift(timedelta(minutes=6))
        await telling.run()  # the receipts that waited as a burst
        mail = await _morning(telling, clock)
    assert mail.subject == "60 updates from Town of Springfield"
    assert len(mail.raw) <= 100_000
    told = mail.text.count(" is dark: ")
    assert 0 < told < 60
    assert f"and {60 - told} more requests: " in mail.text
    answer = await pages.get(_linked(mail, "and "))
    assert answer.status_code == 200
    assert [answer.text.count(f"Lamp {place + 1} is dark<") for place in range(60)] == [1] * 60
    assert await Notification.filter(kind="request_closed", state=State.SENT).count() == 60
    assert (await Issue.get(cadence="daily")).told == 60


async def test_one_request_with_endless_news_fits_too(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await choose(f"person:{town.maya.id}", "request_commented", Cadence.DAILY)
        request = await telling.settled(categoryId=town.id_of(town.lights))
        for _ in range(12):
            await town.done(town.ines, "addComment", requestId=request, body="🚧" * 5000)
        await telling.run()
        mail = await _morning(telling, clock)
    assert len(mail.raw) <= 100_000
    assert mail.subject == "12 updates from Town of Springfield: A pothole on Elm Street (#1)"
    assert "and 8 earlier updates" in mail.text.splitlines()


async def test_the_page_shows_only_what_its_reader_may_still_see(telling: Telling, pages: httpx.AsyncClient) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await choose(f"person:{town.ines.id}", "request_closed", Cadence.DAILY)
        requests = [await telling.settled(summary=f"Hole {place}") for place in (1, 2)]
        for request in requests:
            await telling.followed(request, town.ines)
            await telling.after(town.tom, "closeRequest", requestId=request, comment="Filled.")
        clock.move_to(WEDNESDAY_AT_EIGHT)
        mail = mail_to(await telling.run(), "ines@example.org")
        path = f"/d/{_token(telling, await Issue.get())}"
        before = await pages.get(path)
        await town.done(town.tom, "setRequestVisibility", requestId=requests[0], hidden=True)
        await town.done(town.ines, "unfollowRequest", requestId=requests[1])
        after = await pages.get(path)
        await town.done(town.tom, "setRequestVisibility", requestId=requests[1], hidden=True)
        assert "There is nothing in it that you may see now." in (await pages.get(path)).text
    assert "Hole 1" in mail.text
    assert [before.text.count(f"Hole {place}<") for place in (1, 2)] == [1, 1]
    assert [after.text.count(f"Hole {place}<") for place in (1, 2)] == [0, 1]
    await Person.filter(id=town.ines.id).update(closed_at=TUESDAY)
    assert (await pages.get(path)).status_code == 404


def _token(telling: Telling, issue: Issue) -> str:
    return Links(telling.settings).digest(issue.id).rsplit("/", 1)[-1]


async def test_a_link_that_we_did_not_make_leads_nowhere(telling: Telling, pages: httpx.AsyncClient) -> None:
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await _closed(telling, 2)
        await _morning(telling, clock)
    issue = await Issue.get()
    good = _token(telling, issue)
    assert (await pages.get(f"/d/{good}")).status_code == 200
    for bad in (good[:-2], f"{good}AA", "1", "%00", "💡"):
        assert (await pages.get(f"/d/{bad}")).status_code == 404
    assert (await pages.post(f"/d/{good}")).status_code == 405
    await IssueLine.filter(issue_id=issue.id).delete()
    await Issue.all().delete()
    assert (await pages.get(f"/d/{good}")).status_code == 404


async def test_the_strongest_reasons_come_first_then_the_newest_news(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        await choose(f"person:{town.maya.id}", "request_closed", Cadence.DAILY)
        reported = [await telling.settled(categoryId=town.id_of(town.lights), summary=f"Mine {n}") for n in (1, 2)]
        followed = await telling.settled(town.ines, categoryId=town.id_of(town.lights), summary="Followed")
        await telling.followed(followed, town.maya)
        for request in (*reported, followed):
            await telling.after(town.tom, "closeRequest", requestId=request, comment="New bulb.")
        mail = await _morning(telling, clock)
    order = sorted(("Mine 1", "Mine 2", "Followed"), key=mail.text.index)
    assert order == ["Mine 2", "Mine 1", "Followed"]
    assert mail.reasons == "reporter, follower"


async def test_staff_of_one_town_who_lives_in_another_sees_each_as_who_they_are_there(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        for kind in ("staff_public_comment", "request_commented"):
            await choose(f"person:{town.tom.id}", kind, Cadence.DAILY)
        at_home = await telling.settled(
            town.maya,
            organizationId=town.id_of(town.shelbyville),
            categoryId=town.id_of(town.weeds),
            anonymous=True,
            summary="Thistles",
        )
        at_work = await telling.settled(town.maya, anonymous=True, summary="A hole")
        await telling.followed(at_home, town.tom)
        for request in (at_work, at_home):
            await telling.after(town.maya, "addComment", requestId=request, body="Any news?")
        clock.move_to(WEDNESDAY_AT_EIGHT)
        mail = mail_to(await telling.run(), "tom@example.org")
    work, home = mail.text.index("A hole: "), mail.text.index("Thistles: ")
    assert work < home
    assert "Maya Ortiz" in mail.text[work:home]
    assert "Maya Ortiz" not in mail.text[home:]
    assert mail.message["From"].addresses[0].display_name == telling.settings.product_name


async def test_two_readers_of_the_same_lines_get_the_same_words_and_their_own_links(telling: Telling) -> None:
    town = telling.town
    with time_machine.travel(TUESDAY, tick=False) as clock:
        requests = [await telling.settled(summary=f"Hole {place}") for place in (1, 2)]
        for person in (town.ines, town.rosa):
            for kind in ("request_closed", "staff_request_closed"):
                await choose(f"person:{person.id}", kind, Cadence.DAILY)
        await choose(f"person:{town.otto.id}", "request_closed", Cadence.DAILY)
        for request in requests:
            await telling.followed(request, town.ines, town.otto)
            await telling.after(town.tom, "closeRequest", requestId=request, comment="Filled.")
        clock.move_to(WEDNESDAY_AT_EIGHT + timedelta(seconds=1))
        mails = {mail.recipient: mail for mail in await telling.run()}
    ines, otto = mails["ines@example.org"], mails["otto@example.org"]
    assert ines.subject == otto.subject == "2 updates from Town of Springfield"
    assert ines.message["List-Unsubscribe"] != otto.message["List-Unsubscribe"]
    assert ines.message["Message-ID"] != otto.message["Message-ID"]
    stop = "Everything in this digest"
    assert ines.text.split(stop)[0].replace("Ines Ferreira", "…") == otto.text.split(stop)[0].replace("Otto Lind", "…")
