"""Who sees the bytes of a photo: whoever sees what it is part of, and nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import time_machine

from api.app import build_app
from api.pages.requests import request_routes
from casework import clock
from casework.people import Person
from casework.photos import Photo
from notifier.links import Links
from tests.photos.sending import look, statuses, uploaded
from tests.telling import Telling, leave, mail_to, open_telling
from tests.town import SECRET, Town, settings

_ASKED = """query ($id: ID!) { request(id: $id) {
  photos { url thumbnailUrl } comments(first: 9) { nodes { photos { url } } } } }"""


async def _urls(town: Town, person: Person | None, request: str) -> list[str]:
    """Every address of a photo that somebody is told of a request."""
    found = (await town.ask(person, _ASKED, id=request))["request"]
    if found is None:
        return []
    said = [photo["url"] for node in found["comments"]["nodes"] for photo in node["photos"]]
    return [photo[name] for photo in found["photos"] for name in ("url", "thumbnailUrl")] + said


async def test_a_public_photo_is_everybodys_and_kept_by_caches(town: Town) -> None:
    request = await town.report(photoIds=[await uploaded(town, town.maya)])
    (url, small) = await _urls(town, None, request)
    assert (url, small) == tuple(await _urls(town, town.tom, request))
    for each in (url, small):
        answer = await look(town, each)
        assert answer.status_code == 200
        name = each.rpartition("/")[2]
        assert {
            "content-type": "image/jpeg",
            "cache-control": "public, max-age=31536000, s-maxage=3600, immutable",
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
            "content-disposition": f'inline; filename="{name}"',
            "cross-origin-resource-policy": "cross-origin",
        }.items() <= dict(answer.headers).items()
        known = await look(town, each, if_none_match=answer.headers["etag"])
        assert (known.status_code, known.content) == (304, b"")
        head = await town.client.head(each.removeprefix("http://127.0.0.1:8000"))
        assert (head.status_code, head.content) == (200, b"")
    assert await statuses(town, f"{url}x", url.replace(".jpg", ".png"), url.replace(".jpg", "-large.jpg")) == [404] * 3


async def test_a_private_requests_photo_is_for_its_reporter_and_staff(town: Town) -> None:
    request = await town.report(categoryId=town.id_of(town.complaints), photoIds=[await uploaded(town, town.maya)])
    assert [await _urls(town, person, request) for person in (None, town.ines, town.otto)] == [[], [], []]
    mayas, toms = await _urls(town, town.maya, request), await _urls(town, town.tom, request)
    assert mayas[0] != toms[0]
    assert await statuses(town, *mayas, *toms) == [200] * 4
    answer = await look(town, toms[0])
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    bare, _, token = toms[0].partition("?token=")
    assert (
        await statuses(town, bare, f"{bare}?token=", f"{bare}?token={token[:-2]}AA", f"{bare}?token=%00") == [404] * 4
    )
    await leave(town.springfield, town.tom)
    assert await statuses(town, *toms, *mayas) == [404, 404, 200, 200]


async def test_an_address_of_ones_own_ends_and_is_the_same_for_an_hour(town: Town) -> None:
    start = clock.now().replace(minute=1, second=0, microsecond=0)
    with time_machine.travel(start, tick=False) as moving:
        request = await town.report(categoryId=town.id_of(town.complaints), photoIds=[await uploaded(town, town.maya)])
        urls = await _urls(town, town.maya, request)
        moving.shift(timedelta(minutes=58))
        assert await _urls(town, town.maya, request) == urls
        moving.shift(timedelta(minutes=60))
        assert await statuses(town, *urls) == [200, 200]
        moving.shift(timedelta(minutes=2))
        assert await statuses(town, *urls) == [404, 404]


async def test_an_address_of_ones_own_is_for_one_photo_and_one_reader(town: Town) -> None:
    first, second = [await uploaded(town, town.maya) for _ in range(2)]
    await town.report(categoryId=town.id_of(town.complaints), photoIds=[first, second])
    one, other = await Photo.get(key=first), await Photo.get(key=second)
    until = clock.now() + timedelta(hours=1)
    links = Links(settings())
    good = links.photo_for(f"p{town.maya.id}", one, until)
    assert await statuses(town, good) == [200]
    forged = Links(settings(secret_key=SECRET[::-1])).photo_for(f"p{town.maya.id}", one, until)
    swapped = good.replace(first, second)
    strangers = links.photo_for(f"p{town.ines.id}", other, until)
    nobodys = links.photo_for("p999", one, until), links.photo_for("a999", one, until)
    assert await statuses(town, forged, swapped, strangers, *nobodys) == [404] * 5


async def test_an_internal_comments_photo_is_for_staff(town: Town) -> None:
    request = await town.report()
    photo = await uploaded(town, town.tom)
    await town.done(town.tom, "addComment", requestId=request, body="Inside", visibility="INTERNAL", photoIds=[photo])
    assert [await _urls(town, person, request) for person in (None, town.maya, town.ines, town.otto)] == [[]] * 4
    (url,) = await _urls(town, town.mark, request)
    assert await statuses(town, url, url.partition("?")[0]) == [200, 404]


async def test_a_photo_hides_with_its_request_and_comes_back_with_it(town: Town) -> None:
    request = await town.report(photoIds=[await uploaded(town, town.maya)])
    urls = await _urls(town, None, request)
    await town.done(town.tom, "setRequestVisibility", requestId=request, hidden=True)
    assert await statuses(town, *urls) == [404, 404]
    own = await _urls(town, town.maya, request)
    await town.done(town.tom, "setRequestVisibility", requestId=request, hidden=False)
    assert await statuses(town, *urls, *own) == [200] * 4


async def test_what_is_held_is_shown_to_its_author_and_staff(town: Town) -> None:
    words = {"organizationId": town.id_of(town.springfield), "heldWords": ["casino"]}
    await town.done(town.rosa, "updateOrganization", **words)
    public = await town.report()
    held = await town.report(summary="A casino", photoIds=[await uploaded(town, town.maya)])
    await town.done(
        town.ines, "addComment", requestId=public, body="casino", photoIds=[await uploaded(town, town.ines)]
    )
    assert [len(await _urls(town, person, held)) for person in (None, town.ines, town.maya, town.tom)] == [0, 0, 2, 2]
    assert [len(await _urls(town, person, public)) for person in (None, town.maya, town.ines, town.tom)] == [0, 0, 1, 1]
    (url,) = await _urls(town, town.ines, public)
    assert await statuses(town, url, url.partition("?")[0]) == [200, 404]


async def test_a_closed_account_sees_nothing_more_and_what_it_showed_stays(town: Town) -> None:
    private = await town.report(categoryId=town.id_of(town.complaints), photoIds=[await uploaded(town, town.maya)])
    public = await town.report(photoIds=[await uploaded(town, town.maya)])
    own, shown = await _urls(town, town.maya, private), await _urls(town, None, public)
    await Person.filter(id=town.maya.id).update(closed_at=clock.now())
    assert await statuses(town, *own, *shown) == [404, 404, 200, 200]


async def test_an_export_says_where_ones_photos_are(town: Town) -> None:
    await town.report(categoryId=town.id_of(town.complaints), photoIds=[await uploaded(town, town.maya)])
    await town.report(town.ines, photoIds=[await uploaded(town, town.ines)])
    exported = json.loads((await town.done(town.maya, "exportAccount", "data"))["data"])
    (photo,) = exported["photos"]
    assert (photo["width"], photo["height"], photo["comment_id"]) == (640, 480, None)
    assert photo["request_id"] == exported["requests"][0]["id"]
    assert await statuses(town, photo["url"]) == [200]


async def test_other_systems_are_told_of_a_public_photo(town: Town) -> None:
    request = await town.report(photoIds=[await uploaded(town, town.maya), await uploaded(town, town.maya)])
    await town.report(photoUrls=["https://photos.example/1.jpg"])
    answer = await town.client.get("/open311/v2/requests.json?jurisdiction_id=springfield")
    told = {each["service_request_id"]: each["media_url"] for each in answer.json()}
    assert told == {"1": (await _urls(town, None, request))[0], "2": "https://photos.example/1.jpg"}


async def test_the_page_of_a_request_shows_its_photos_and_those_of_what_was_said(town: Town) -> None:
    first, done, inside = [await uploaded(town, person) for person in (town.maya, town.tom, town.tom)]
    request = await town.report(photoIds=[first])
    values = {"requestId": request, "body": "Inside", "visibility": "INTERNAL", "photoIds": [inside]}
    await town.done(town.tom, "addComment", **values)
    await town.done(town.tom, "closeRequest", requestId=request, comment="Done", photoIds=[done])
    app = build_app(settings(), extra_routes=request_routes(settings()))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://town.test") as client:
        page = await client.get("/r/springfield/1")
    shown = re.findall(r'<a href="([^"]*)"><img src="([^"]*)" alt="Photo 1"', page.text)
    whole = [f"http://127.0.0.1:8000/photos/{key}" for key in (first, done)]
    assert shown == [(f"{address}.jpg", f"{address}-small.jpg") for address in whole]
    assert inside not in page.text


@pytest.fixture
async def telling(db: str, tmp_path: Path) -> AsyncIterator[Telling]:
    async with open_telling(data_dir=tmp_path) as telling:
        yield telling


def _pictures(html: str) -> list[str]:
    """Where a mail's own photos are, as its reader's program fetches them."""
    return [each.replace("&amp;", "&") for each in re.findall(r'src="([^"]*/photos/[^"]*)"', html)]


async def test_a_mail_shows_a_public_photo_by_everybodys_address(telling: Telling) -> None:
    town = telling.town
    request = await town.report(photoIds=[await uploaded(town, town.maya)])
    (_, small) = await _urls(town, None, request)
    mails = await telling.run()
    assert [_pictures(mail.html) for mail in mails] == [[small]] * 3
    assert {mail.recipient for mail in mails} == {"tom@example.org", "maya@example.org", "streets@springfield.example"}
    photo = await uploaded(town, town.tom)
    (closed,) = await telling.after(town.tom, "closeRequest", requestId=request, comment="See", photoIds=[photo])
    assert _pictures(closed.html) == [f"http://127.0.0.1:8000/photos/{photo}-small.jpg", small]
    assert 'alt="Photo with this comment"' in closed.html


async def test_a_mail_shows_a_private_photo_to_its_reader_alone(telling: Telling) -> None:
    town = telling.town
    await town.done(
        town.rosa, "updateRequestCategory", categoryId=town.id_of(town.complaints), routeAddresses=["c@town.example"]
    )
    await telling.run()
    photos = [await uploaded(town, town.maya), await uploaded(town, None)]
    await town.report(categoryId=town.id_of(town.complaints), photoIds=photos[:1])
    mails = await telling.run()
    shown = {mail.recipient: _pictures(mail.html)[0] for mail in mails}
    assert set(shown) == {"maya@example.org", "c@town.example"}
    assert len(set(shown.values())) == 2
    assert await statuses(town, *shown.values()) == [200, 200]
    assert await statuses(town, *(url.partition("?")[0] for url in shown.values())) == [404, 404]
    await town.done(town.rosa, "updateRequestCategory", categoryId=town.id_of(town.complaints), routeAddresses=[])
    assert await statuses(town, shown["maya@example.org"], shown["c@town.example"]) == [200, 404]
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert await statuses(town, shown["maya@example.org"]) == [404]


async def test_an_internal_photo_is_mailed_to_staff(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    mails = await telling.after(
        town.mark,
        "addComment",
        requestId=request,
        body="Inside",
        visibility="INTERNAL",
        photoIds=[await uploaded(town, town.mark)],
    )
    (url,) = _pictures(mail_to(mails, "tom@example.org").html)
    assert len(mails) == 1
    assert await statuses(town, url, url.partition("?")[0]) == [200, 404]
    await leave(town.springfield, town.tom)
    assert await statuses(town, url) == [404]
