"""Every page × every role: pages know no session, GET changes nothing, and a token that isn't ours opens nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.routing import Mount, Route

from api.app import build_app
from casework.database import close_database, open_database
from curbcast.commands.serving import pages
from tests.boundary.scene import ROLES, STAFF, Scene, open_scene
from tests.town import nothing_changes, settings

_HERE = "jurisdiction_id=springfield"
PAGES = {
    "/": [("/", 200)],
    "/static": [("/static/pages.css", 200), ("/static/../app.py", 404)],
    "/u/{token}": [("/u/nonsense", 404)],
    "/preferences/{token}": [("/preferences/nonsense", 404)],
    "/photos": [("/photos", 405)],
    "/photos/{name}": [(f"/photos/{'0' * 32}.jpg", 404), ("/photos/nonsense", 404)],
    "/receipts": [("/receipts", 405)],
    "/receipts/{provider}/{key}": [("/receipts/ses/nonsense", 405)],
    "/d/{token}": [("/d/nonsense", 404)],
    "/confirm/{token}": [("/confirm/nonsense", 410)],
    "/reset/{token}": [("/reset/nonsense", 410)],
    "/join/{token}": [("/join/nonsense", 410)],
    "/r/{organization}/{number:int}": [
        ("/r/springfield/1", 200),
        ("/r/springfield/2", 404),
        ("/r/springfield/3", 404),
        ("/r/springfield/99", 404),
    ],
    "/inbox": [("/inbox", 200)],
    "/inbox/{id}": [("/inbox/20260101T000000000000-x", 404)],
    "/inbox/{id}/html": [("/inbox/20260101T000000000000-x/html", 404)],
    "/inbox/{id}/source": [("/inbox/20260101T000000000000-x/source", 404)],
    **{
        f"/open311/v2{path}{ending}": [(f"/open311/v2{asked}{ending.replace('{format}', 'json')}?{_HERE}", status)]
        for ending in (".{format}", "")
        for path, asked, status in (
            ("/discovery", "/discovery", 200),
            ("/services", "/services", 200),
            ("/services/{code}", "/services/99", 404),
            ("/requests", "/requests", 200),
            ("/requests/{number}", "/requests/1", 200),
            ("/tokens/{token}", "/tokens/nonsense", 404),
        )
    },
}
"""Route -> what to ask of it, and the status that everybody gets."""

FOR_STAFF = {
    "/mail": "/mail",
    "/mail/{name}/{language}/{part}": "/mail/request_closed/en/text",
}
"""Route -> what staff are shown of it, by their API session, each in their own organization's name; others nothing."""

ENDPOINTS = {"/graphql", "/healthz", "/metrics", "/readyz"}
"""Tested elsewhere: GraphQL by its fields, the other two by theirs."""


@pytest.fixture
async def scene(sqlite_database: str) -> AsyncIterator[Scene]:
    await open_database(sqlite_database)
    async with open_scene() as scene:
        yield scene
    await close_database()


async def test_every_page_is_the_same_to_everybody_and_changes_nothing_by_being_looked_at(
    scene: Scene, tmp_path_factory: pytest.TempPathFactory
) -> None:
    config = settings(data_dir=tmp_path_factory.mktemp("data"))
    app = build_app(config, extra_routes=pages(config))
    paths = {route.path for route in app.routes if isinstance(route, Route | Mount)}
    assert paths == set(PAGES) | set(FOR_STAFF) | ENDPOINTS
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://town.test") as client, nothing_changes():
        for path, status in [each for asked in PAGES.values() for each in asked]:
            seen = set()
            for role in ROLES:
                token = scene.town.token(scene.people[role])
                headers = {"authorization": f"Bearer {token}"} if token else {}
                answer = await client.get(path, headers=headers)
                await client.post(path, headers=headers, data={"password": "x" * 12, "name": "N"})
                assert answer.status_code == status, (path, role)
                assert "set-cookie" not in answer.headers
                assert answer.headers["x-content-type-options"] == "nosniff"
                seen.add(answer.content)
            assert len(seen) == 1, path
        for path in FOR_STAFF.values():
            for role in ROLES:
                token = scene.town.token(scene.people[role])
                answer = await client.get(path, headers={"authorization": f"Bearer {token}"} if token else {})
                assert answer.status_code == (200 if role in STAFF | {"stranger"} else 401), (path, role)
                assert ("Springfield" in answer.text) is (role in STAFF and path != "/mail"), (path, role)
                refused = await client.post(path, data={"address": "tom@example.org", "password": "no such word"})
                assert refused.status_code in (405, 422)
                assert "set-cookie" not in refused.headers
    assert await scene.telling.run() == []
