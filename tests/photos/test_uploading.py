"""Uploading a photo over HTTP, and using it once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from casework import clock
from casework.photos import Photo
from curbcast.pruning import prune
from tests.photos.pictures import bomb, from_a_phone, picture
from tests.photos.sending import look, send, uploaded
from tests.town import Town, nothing_changes, open_town, settings

_PHOTOS = "photos { id url thumbnailUrl width height }"


def _files(folder: Path) -> set[str]:
    return {file.name for file in folder.glob("photos/*/*")}


async def test_a_photo_is_uploaded_used_once_and_shown(town: Town) -> None:
    answer = await send(town, town.maya, from_a_phone(width=640, height=480))
    assert answer.status_code == 201
    told = answer.json()["photo"]
    assert told == {"id": told["id"], "width": 480, "height": 640}
    payload = await town.done(
        town.maya,
        "submitRequest",
        f"request {{ id photoUrls {_PHOTOS} }}",
        organizationId=town.id_of(town.springfield),
        categoryId=town.id_of(town.potholes),
        summary="A hole",
        photoIds=[told["id"]],
    )
    (photo,) = payload["request"]["photos"]
    address = f"http://127.0.0.1:8000/photos/{told['id']}"
    assert photo == {**told, "url": f"{address}.jpg", "thumbnailUrl": f"{address}-small.jpg"}
    assert payload["request"]["photoUrls"] == []
    shown = await look(town, photo["url"])
    assert shown.status_code == 200
    assert shown.content.startswith(b"\xff\xd8\xff")
    assert b"Exif" not in shown.content
    again = await town.mutate(
        town.maya, "addComment", requestId=payload["request"]["id"], body="Once more", photoIds=[told["id"]]
    )
    assert [(error["code"], error["path"]) for error in again["userErrors"]] == [("INVALID", ["photoIds", "0"])]


async def test_comments_and_changes_of_status_bring_photos_along(town: Town) -> None:
    request = await town.report()
    ids = [await uploaded(town, person) for person in (town.ines, town.ines, town.tom, town.tom, town.maya)]
    said = await town.done(
        town.ines, "addComment", f"comment {{ {_PHOTOS} }}", requestId=request, body="Here", photoIds=ids[:2]
    )
    assert [each["id"] for each in said["comment"]["photos"]] == ids[:2]
    for person, verb, photo in (
        (town.tom, "acknowledgeRequest", ids[2]),
        (town.tom, "closeRequest", ids[3]),
        (town.maya, "reopenRequest", ids[4]),
    ):
        await town.done(person, verb, requestId=request, comment="See", photoIds=[photo])
    found = await town.ask(
        None,
        "query ($id: ID!) { request(id: $id) { photos { id } comments(first: 9) { nodes { photos { id } } } } }",
        id=request,
    )
    shown = [[each["id"] for each in node["photos"]] for node in found["request"]["comments"]["nodes"]]
    assert shown == [ids[:2], [ids[2]], [ids[3]], [ids[4]]]
    assert found["request"]["photos"] == []


async def test_mending_a_report_names_all_its_photos_and_deletes_the_rest(town: Town, tmp_path: Path) -> None:
    first, second, third = [await uploaded(town, town.maya) for _ in range(3)]
    request = await town.report(photoIds=[first, second])
    mended = await town.done(
        town.maya, "updateRequest", f"request {{ {_PHOTOS} }}", requestId=request, photoIds=[third, second]
    )
    assert [each["id"] for each in mended["request"]["photos"]] == [third, second]
    assert (await look(town, f"http://127.0.0.1:8000/photos/{first}.jpg")).status_code == 404
    stays = await town.done(town.maya, "updateRequest", "request { photos { id } }", requestId=request, summary="New")
    assert len(stays["request"]["photos"]) == 2
    # What was taken out can't be put back: it may be the photo of somebody who asked for that.
    refused = await town.refused(town.maya, "updateRequest", requestId=request, photoIds=[third, first])
    assert refused == ("INVALID", ["photoIds", "1"])
    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1)):
        assert (await prune(settings(data_dir=tmp_path)))["photo"] == 1
    assert _files(tmp_path) == {f"{key}{size}.jpg" for key in (second, third) for size in ("", "-small")}


async def test_a_photo_is_its_uploaders_until_it_is_used(town: Town) -> None:
    mine, guests = await uploaded(town, town.maya), await uploaded(town, None)
    request = await town.report()
    values = {"requestId": request, "body": "Look"}
    for person in (town.ines, town.tom):
        assert await town.refused(person, "addComment", **values, photoIds=[mine]) == ("INVALID", ["photoIds", "0"])
    async with nothing_changes():
        for unknown in ("", "0" * 32, mine.upper(), "../../etc/passwd"):
            refused = await town.refused(town.maya, "addComment", **values, photoIds=[unknown])
            assert refused == ("INVALID", ["photoIds", "0"])
        refused = await town.refused(town.maya, "addComment", **values, photoIds=[mine, mine])
        assert refused == ("INVALID", ["photoIds", "1"])
        assert (await look(town, f"http://127.0.0.1:8000/photos/{mine}.jpg")).status_code == 404
    # A guest who signs in afterwards has nothing but the id to show that it was theirs.
    await town.done(town.maya, "addComment", **values, photoIds=[mine, guests])


async def test_of_two_that_want_one_photo_one_gets_it(town: Town) -> None:
    request, photo = await town.report(), await uploaded(town, town.maya)
    values = {"requestId": request, "body": "Look", "photoIds": [photo]}
    both = await asyncio.gather(*(town.mutate(town.maya, "addComment", "comment { id }", **values) for _ in range(2)))
    assert sorted(len(each["userErrors"]) for each in both) == [0, 1]
    assert await Photo.filter(comment_id__isnull=False).count() == 1


async def test_a_report_has_ten_pictures_at_most(town: Town) -> None:
    photo = await uploaded(town, town.maya)
    given = {"organizationId": town.id_of(town.springfield), "categoryId": town.id_of(town.potholes), "summary": "A"}
    refused = await town.refused(
        town.maya, "submitRequest", **given, photoUrls=["https://photos.example/1.jpg"] * 10, photoIds=[photo]
    )
    assert refused == ("INVALID", ["photoIds"])
    request = await town.report(photoIds=[photo])
    for many, urls in ((11, []), (1, ["https://photos.example/1.jpg"] * 10)):
        refused = await town.refused(
            town.maya, "updateRequest", requestId=request, photoIds=[photo] * many, photoUrls=urls
        )
        assert refused == ("INVALID", ["photoIds"])


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"", 422, "BAD_PHOTO"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "BAD_PHOTO"),
        (picture()[:500], 422, "BAD_PHOTO"),
        (bomb(), 422, "BAD_PHOTO"),
        (picture(1001, 1000), 422, "BAD_PHOTO"),
        (b"\xff\xd8\xff" + b"\0" * 200_000, 413, "TOO_LARGE"),
    ],
    ids=["empty", "svg", "truncated", "bomb", "pixels", "bytes"],
)
async def test_what_is_no_photo_is_refused_and_nothing_is_kept(
    town: Town, tmp_path: Path, sent: bytes, status: int, code: str
) -> None:
    async with nothing_changes():
        answer = await send(town, town.maya, sent, content_type="image/jpeg", accept_language="es")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (status, code)
    assert error["message"]
    assert not _files(tmp_path)


async def test_the_content_decides_whatever_is_said_of_it(town: Town) -> None:
    await uploaded(town, town.maya, picture(form="PNG"), content_type="text/html")
    form = await send(town, town.maya, content_type="multipart/form-data; boundary=x")
    assert (form.status_code, form.json()["errors"][0]["extensions"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_wrong_token_is_no_guest(town: Town) -> None:
    answer = await town.client.post("/photos", content=picture(), headers={"authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["errors"][0]["extensions"]["code"] == "INVALID_TOKEN"


async def test_a_repeated_upload_is_one_photo(town: Town) -> None:
    guests, first = [await uploaded(town, each, idempotency_key="the first of them all") for each in (None, town.maya)]
    assert await uploaded(town, None, idempotency_key="the first of them all") == guests
    assert await uploaded(town, town.maya, idempotency_key="the first of them all") == first
    assert await uploaded(town, town.maya) != first
    other = await send(town, town.maya, picture(30, 20), idempotency_key="the first of them all")
    assert (other.status_code, other.json()["errors"][0]["extensions"]["code"]) == (409, "CONFLICT")
    # Who knows the key and not the session, or not the picture, learns nothing by it.
    assert await uploaded(town, town.ines, idempotency_key="the first of them all") != first
    await uploaded(town, None, picture(30, 20), idempotency_key="the first of them all")


async def test_unused_photos_go_after_a_day(town: Town, tmp_path: Path) -> None:
    used, unused = await uploaded(town, town.maya), await uploaded(town, town.maya)
    request = await town.report(photoIds=[used])
    config = settings(data_dir=tmp_path)
    assert (await prune(config))["photo"] == 0
    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1)):
        late = await town.refused(town.maya, "addComment", requestId=request, body="Late", photoIds=[unused])
        assert late == ("INVALID", ["photoIds", "0"])
        assert (await prune(config))["photo"] == 1
    assert [photo.key for photo in await Photo.all()] == [used]
    assert _files(tmp_path) == {f"{used}.jpg", f"{used}-small.jpg"}


async def test_a_store_that_is_away_is_said_and_nothing_is_taken(db: str, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    async with open_town(settings(data_dir=tmp_path, photo_store=f"file://{tmp_path}/taken/photos")) as town:
        answer = await send(town, town.maya, idempotency_key="a key to try again with")
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "PHOTO_STORE_DOWN")
        (tmp_path / "taken").unlink()
        await uploaded(town, town.maya, idempotency_key="a key to try again with")
