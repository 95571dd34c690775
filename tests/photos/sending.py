"""Sending photos and looking at them, as a client does."""

from __future__ import annotations

import httpx

from casework.people import Person
from tests.photos.pictures import picture
from tests.town import Town


async def send(town: Town, person: Person | None, sent: bytes | None = None, **headers: str) -> httpx.Response:
    """One upload, whatever comes of it."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if person is not None:
        given["authorization"] = f"Bearer {town.token(person)}"
    return await town.client.post("/photos", content=picture() if sent is None else sent, headers=given)


async def uploaded(town: Town, person: Person | None, sent: bytes | None = None, **headers: str) -> str:
    """The id of a photo that was taken."""
    answer = await send(town, person, sent, **headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["photo"]["id"])


async def look(town: Town, url: str, **headers: str) -> httpx.Response:
    """What is behind an address that was told."""
    assert url.startswith("http://127.0.0.1:8000/photos/")
    path = url.removeprefix("http://127.0.0.1:8000")
    return await town.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


async def statuses(town: Town, *urls: str) -> list[int]:
    return [(await look(town, url)).status_code for url in urls]
