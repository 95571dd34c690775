"""How often somebody may try: counted in Redis, told in the error, and allowed where Redis is away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.routing import BaseRoute
from structlog.testing import capture_logs

from api.app import build_app
from api.pages.account import account_routes
from api.rates import RATES, Rate, Verb
from bench.servers import Server
from casework.access import NOBODY
from casework.actions.signing import request_password_reset
from casework.database import close_database, open_database
from casework.requests import ServiceRequest
from casework.tokens import token_of
from curbcast.listening import server_for
from notifier.doorbell import Doorbell
from tests.town import SECRET, Town, nothing_changes, open_town, settings

REFUSED = "userErrors { code message path retryAfter }"


@asynccontextmanager
async def counted(town: Town, url: str, routes: Sequence[BaseRoute] = ()) -> AsyncIterator[Doorbell]:
    """The town's client speaks to an app that counts in this Redis."""
    async with doorbell_at(url) as doorbell:
        app = build_app(settings(), doorbell=doorbell, extra_routes=routes)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        before = town.client
        async with httpx.AsyncClient(transport=transport, base_url="http://town.test") as town.client:
            yield doorbell
        town.client = before


@asynccontextmanager
async def doorbell_at(url: str) -> AsyncIterator[Doorbell]:
    doorbell = Doorbell(url)
    try:
        yield doorbell
    finally:
        await doorbell.close()


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    for verb in Verb:
        monkeypatch.setitem(RATES, verb, Rate(by_client=4, by_account=2, seconds=600))


async def error_of(town: Town, mutation: str, **values: Any) -> dict[str, Any] | None:
    kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
    document = f"mutation ($input: {kind}) {{ {mutation}(input: $input) {{ {REFUSED} }} }}"
    errors = (await town.ask(None, document, input=values))[mutation]["userErrors"]
    return dict(errors[0]) if errors else None


async def test_each_account_and_each_client_has_its_limit(sqlite_database: str, valkey: Server) -> None:
    async with open_database_and_town(sqlite_database) as town, counted(town, valkey.url):
        wrong = {"address": "maya@example.org", "password": "wrong password"}
        codes = [(await error_of(town, "signIn", **wrong) or {})["code"] for _ in range(3)]
        assert codes == ["WRONG_CREDENTIALS", "WRONG_CREDENTIALS", "RATE_LIMITED"]
        again = await error_of(town, "signIn", address="  MAYA@example.org", password="wrong password")
        assert again is not None
        assert again["code"] == "RATE_LIMITED"
        assert 590 <= again["retryAfter"] <= 600
        other = await error_of(town, "signIn", address="ines@example.org", password="wrong password")
        assert other is not None
        assert other["code"] == "RATE_LIMITED"  # the fifth try of this client


async def test_another_system_has_its_limits_too(sqlite_database: str, valkey: Server) -> None:
    async with open_database_and_town(sqlite_database) as town, counted(town, valkey.url):
        place = town.id_of(town.springfield)
        made = await town.done(town.rosa, "createApiKey", "secret", organizationId=place, name="Phones")
        key = {"jurisdiction_id": "springfield", "api_key": made["secret"]}

        async def read(**given: str) -> httpx.Response:
            return await town.client.get("/open311/v2/requests.json", params=given)

        answers = [await read(**key) for _ in range(3)]
        answers += [await read(jurisdiction_id="springfield") for _ in range(2)]
        assert [each.status_code for each in answers] == [
            200,
            200,
            429,
            200,
            429,
        ]  # the key's third, the client's 5th
        assert answers[2].json()[0]["code"] == 429
        assert 590 <= int(answers[2].headers["Retry-After"]) <= 600
        hole = {**key, "service_code": str(town.potholes.id), "address_string": "Elm Street"}
        filed = [await town.client.post("/open311/v2/requests.json", data=hole) for _ in range(3)]
        assert [each.status_code for each in filed] == [201, 201, 429]
        assert await ServiceRequest.all().count() == 2


async def test_a_refused_try_does_nothing(sqlite_database: str, valkey: Server) -> None:
    async with open_database_and_town(sqlite_database) as town, counted(town, valkey.url):
        values = {"address": "maya@example.org"}
        for _ in range(2):
            assert await error_of(town, "requestPasswordReset", **values) is None
        async with nothing_changes():
            assert (await error_of(town, "requestPasswordReset", **values) or {})["code"] == "RATE_LIMITED"
            refused = await error_of(
                town, "signUp", name="N", address="a@example.org", password="correct horse", handle="!"
            )
            assert (refused or {})["code"] == "INVALID"


async def test_reports_and_comments_are_counted_but_not_those_of_staff(sqlite_database: str, valkey: Server) -> None:
    async with open_database_and_town(sqlite_database) as town, counted(town, valkey.url):
        request = await town.report()
        await town.report()
        given = {"organizationId": town.id_of(town.springfield), "categoryId": town.id_of(town.lights)}
        assert await town.refused(town.maya, "submitRequest", summary="A third", **given) == ("RATE_LIMITED", None)
        for _ in range(2):
            await town.done(town.maya, "addComment", requestId=request, body="Hello?")
        assert await town.refused(town.maya, "addComment", requestId=request, body="Hello?") == (
            "RATE_LIMITED",
            None,
        )
        for _ in range(6):
            await town.report(town.tom)
            await town.done(town.tom, "addComment", requestId=request, body="Soon.")


async def test_guessing_by_a_session_or_a_link_is_counted_too(sqlite_database: str, valkey: Server) -> None:
    async with open_database_and_town(sqlite_database) as town, counted(town, valkey.url):
        closing = [await town.refused(town.maya, "closeAccount", password="wrong password") for _ in range(3)]
        assert closing == [("INVALID", ["password"])] * 2 + [("RATE_LIMITED", None)]
        resets = [await town.refused(None, "resetPassword", token="none", password="a new one") for _ in range(3)]
        accepts = [await town.refused(None, "acceptInvitation", token="none") for _ in range(2)]
        assert [code for code, _ in resets + accepts] == ["BAD_LINK"] * 4 + ["RATE_LIMITED"]


async def test_the_pages_of_links_are_counted_like_their_mutations(sqlite_database: str, valkey: Server) -> None:
    routes = account_routes(settings())
    async with open_database_and_town(sqlite_database) as town, counted(town, valkey.url, routes):
        ticket = await request_password_reset(NOBODY, address="maya@example.org")
        path = f"/reset/{token_of(SECRET, ticket)}"
        tried = [(await town.client.post(page)).status_code for page in ("/join/none", "/confirm/none")]
        assert tried == [410, 410]
        assert await town.refused(None, "confirmEmail", token="none") == ("BAD_LINK", ["token"])
        assert (await town.client.post(path, data={"password": "short"})).status_code == 422
        async with nothing_changes():
            for page in (path, "/reset/none", "/join/none", "/confirm/none"):
                answer = await town.client.post(page, data={"password": "long enough"})
                assert answer.status_code == 429
                assert 590 <= int(answer.headers["retry-after"]) <= 600
        assert (await town.client.get(path)).status_code == 200


async def test_exports_and_previews_are_counted(sqlite_database: str, valkey: Server) -> None:
    preview = "{ previewWatchArea(latitude: 42.36, longitude: -71.06, radiusM: 100.0) { count } }"
    async with open_database_and_town(sqlite_database) as town, counted(town, valkey.url):
        for _ in range(2):
            await town.done(town.maya, "exportAccount")
            await town.ask(town.maya, preview)
        assert await town.refused(town.maya, "exportAccount") == ("RATE_LIMITED", None)
        answer = (await town.post({"query": preview}, token=town.token(town.maya))).json()
        assert answer["data"] is None
        (error,) = answer["errors"]
        assert error["extensions"]["code"] == "RATE_LIMITED"
        assert 590 <= error["extensions"]["retryAfter"] <= 600


@dataclass(frozen=True)
class Came:
    """The peers by which a try came, the one that spoke to us first, and what it said of where it had it from."""

    peer: str
    forwarded: str


PROXY = "10.1.0.7"
SAME_CLIENT = [
    (Came(PROXY, "203.0.113.5"), Came(PROXY, "198.51.100.9, 203.0.113.5")),  # what a client says itself is not believed
    (Came(PROXY, "203.0.113.5"), Came("10.1.0.8", "203.0.113.5, 10.1.0.7")),  # through two proxies
    (Came("192.0.2.1", "203.0.113.5"), Came("192.0.2.1", "203.0.113.6")),  # nobody whom we trust says so
    (Came("2001:db8:0:1::2", ""), Came(PROXY, "2001:db8:0:1:ffff::3")),  # one household, by IPv6
    (Came(PROXY, ""), Came(PROXY, "")),
]
OTHER_CLIENT = [
    (Came(PROXY, "203.0.113.5"), Came(PROXY, "203.0.113.6")),
    (Came(PROXY, "203.0.113.5"), Came("203.0.113.6", "203.0.113.5")),
    (Came("2001:db8:0:1::2", ""), Came("2001:db8:0:2::2", "")),
]


@pytest.mark.parametrize(
    ("first", "then", "refused"),
    [(*pair, 429) for pair in SAME_CLIENT] + [(*pair, 410) for pair in OTHER_CLIENT],
)
async def test_a_client_is_counted_by_its_own_address_whatever_proxy_it_came_by(
    sqlite_database: str, valkey: Server, first: Came, then: Came, refused: int
) -> None:
    trusting = settings(trusted_proxies="10.1.0.0/16")
    async with open_database_and_town(sqlite_database), doorbell_at(valkey.url) as doorbell:
        app = build_app(trusting, doorbell=doorbell, extra_routes=account_routes(trusting))
        served = server_for(app, trusting, host="127.0.0.1", port=0).config.app

        async def tries(came: Came) -> int:
            transport = httpx.ASGITransport(app=served, client=(came.peer, 4711))  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://town.test") as client:
                headers = {"X-Forwarded-For": came.forwarded} if came.forwarded else {}
                return (await client.post("/reset/none", data={"password": "x"}, headers=headers)).status_code

        with capture_logs() as said:
            assert [await tries(first) for _ in range(4)] == [410] * 4
            assert await tries(then) == refused
    unbelieved = [came.peer for came in (first, then) if came.forwarded and not came.peer.startswith("10.1.")]
    assert [each["peer"] for each in said if each["event"] == "proxy_not_trusted"] == list(dict.fromkeys(unbelieved))


async def test_a_redis_that_is_away_lets_everybody_in(sqlite_database: str) -> None:
    async with open_database_and_town(sqlite_database) as town, counted(town, "redis://127.0.0.1:1"):
        for _ in range(5):
            assert await error_of(town, "requestPasswordReset", address="maya@example.org") is None


@asynccontextmanager
async def open_database_and_town(url: str) -> AsyncIterator[Town]:
    await open_database(url)
    try:
        async with open_town() as town:
            yield town
    finally:
        await close_database()


async def test_uploads_have_their_limit_and_staff_at_work_have_none(sqlite_database: str, valkey: Server) -> None:
    async with open_database_and_town(sqlite_database) as town, counted(town, valkey.url):

        async def upload(token: str | None) -> httpx.Response:
            return await town.client.post(
                "/photos", content=b"no picture", headers={"authorization": f"Bearer {token}"}
            )

        answers = [await upload(town.token(town.maya)) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [422, 422, 429]
        assert answers[2].json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
        assert 590 <= int(answers[2].headers["retry-after"]) <= 600
        assert {(await upload(town.token(town.tom))).status_code for _ in range(5)} == {422}
