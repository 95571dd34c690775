"""GraphQL over HTTP: media types, statuses, tokens, headers, and what is said when we are to blame."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from api.app import build_app
from casework.config import Settings
from tests.town import Town, settings

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
QUERY = "{ organizations { nodes { slug } } }"
SLUGS = {"data": {"organizations": {"nodes": [{"slug": "springfield"}, {"slug": "shelbyville"}]}}}


def client(config: Settings) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=build_app(config), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://town.test")


def code(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON}", GRAPHQL),
        (f"{JSON};q=0.9, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL};q=0.1, {JSON};q=0.2, text/plain", JSON),
        ("text/html", None),
        (f"{JSON};q=0", None),
        (f"{JSON};q=x", None),
    ],
)
async def test_the_answer_has_a_media_type_that_the_client_accepts(
    town: Town, accept: str | None, media: str | None
) -> None:
    request = town.client.build_request(
        "POST", "/graphql", json={"query": QUERY}, headers={"accept": accept} if accept else {}
    )
    if accept is None:
        del request.headers["accept"]
    answer = await town.client.send(request)
    if media is None:
        assert (answer.status_code, code(answer)) == (406, "NOT_ACCEPTABLE")
    else:
        assert answer.headers["content-type"] == f"{media}; charset=utf-8"
        assert answer.json() == SLUGS


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"query": "{"}, "SYNTAX_ERROR"),
        ({"query": "{ nonsense }"}, "NOT_VALID"),
        ({"query": "query ($id: ID!) { node(id: $id) { id } }"}, "BAD_VARIABLES"),
        ({"query": "query A { viewer { name } } query B { viewer { name } }"}, "UNKNOWN_OPERATION"),
        ({"query": QUERY, "operationName": "Nobody"}, "UNKNOWN_OPERATION"),
    ],
)
async def test_a_document_that_can_not_run_is_an_error_in_the_status_only_where_clients_expect_it(
    town: Town, body: dict[str, Any], expected: str
) -> None:
    new = await town.post(body, headers={"accept": GRAPHQL})
    old = await town.post(body, headers={"accept": JSON})
    assert (new.status_code, old.status_code) == (400, 200)
    assert new.json() == old.json()
    assert code(new) == expected
    assert "data" not in new.json()
    assert new.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"query": "{ viewer { name } }", "variables": {"a": NaN}}',
        b'{"query": "{ viewer { name } }", "variables": {"a": 1e999}}',
        b"[" * 100_000,
        b'{"query": "\xff"}',
        b"1" * 5000,
    ],
)
async def test_what_is_not_json_is_refused(town: Town, body: bytes) -> None:
    answer = await town.client.post("/graphql", content=body, headers={"content-type": JSON})
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "body",
    [
        {},
        "text",
        3,
        None,
        {"query": 1},
        {"query": ""},
        {"query": None},
        {"query": QUERY, "variables": "x"},
        {"query": QUERY, "variables": []},
        {"query": QUERY, "operationName": 7},
        {"query": QUERY, "extensions": "x"},
    ],
)
async def test_a_body_of_the_wrong_shape_is_refused(town: Town, body: Any) -> None:
    answer = await town.post(body)
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")


async def test_nulls_may_stand_for_what_is_left_out(town: Town) -> None:
    answer = await town.post({"query": QUERY, "variables": None, "operationName": None, "extensions": None})
    assert answer.json() == SLUGS


async def test_batches_are_off(town: Town) -> None:
    answer = await town.post([{"query": QUERY}])
    assert (answer.status_code, code(answer)) == (400, "BATCH_REFUSED")


@pytest.mark.parametrize(
    "media", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json"]
)
async def test_only_json_may_be_posted_so_no_form_of_another_site_can(town: Town, media: str) -> None:
    body = json.dumps({"query": QUERY}).encode()
    answer = await town.client.post("/graphql", content=body, headers={"content-type": media} if media else {})
    assert (answer.status_code, code(answer)) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_media_type_may_name_its_charset(town: Town) -> None:
    answer = await town.post({"query": QUERY}, headers={"content-type": "application/json; charset=utf-8"})
    assert answer.json() == SLUGS


async def test_a_request_has_at_most_a_million_bytes(town: Town) -> None:
    announced = await town.post({"query": QUERY, "extensions": {"a": "a" * 1_000_000}})

    async def chunks() -> Any:
        for _ in range(11):
            yield b" " * 100_000

    in_pieces = await town.client.post("/graphql", content=chunks(), headers={"content-type": JSON})
    for answer in (announced, in_pieces):
        assert (answer.status_code, code(answer)) == (413, "TOO_LARGE")


async def test_a_query_may_be_sent_with_get_and_a_mutation_may_not(town: Town) -> None:
    variables = json.dumps({"slug": "springfield"})
    asked = await town.client.get(
        "/graphql",
        params={"query": "query ($slug: String!) { organization(slug: $slug) { name } }", "variables": variables},
    )
    assert asked.json() == {"data": {"organization": {"name": "Town of Springfield"}}}
    request = await town.report()
    document = f'mutation {{ followRequest(input: {{requestId: "{request}"}}) {{ userErrors {{ code }} }} }}'
    done = await town.client.get(
        "/graphql", params={"query": document}, headers={"authorization": f"Bearer {town.token(town.ines)}"}
    )
    assert (done.status_code, done.headers["allow"], code(done)) == (405, "POST", "METHOD_NOT_ALLOWED")
    assert (await town.client.put("/graphql")).status_code == 405
    assert (await town.client.get("/graphql", params={"query": QUERY, "variables": "{"})).status_code == 400
    assert (await town.client.get("/graphql")).status_code == 400


@pytest.mark.parametrize("value", ["Bearer wrong", "Bearer", "Basic abc", "token", "Bearer " + "a" * 300, ""])
async def test_a_wrong_token_is_an_error_and_never_a_guest(town: Town, value: str) -> None:
    answer = await town.post({"query": QUERY}, headers={"authorization": value})
    assert (answer.status_code, answer.headers["www-authenticate"], code(answer)) == (401, "Bearer", "INVALID_TOKEN")
    assert "data" not in answer.json()


async def test_a_browser_gets_a_page_that_needs_nothing_from_elsewhere(town: Town) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    page = await town.client.get("/graphql", headers=browser)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "https://" not in page.text
    assert "http://" not in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    async with client(settings(graphiql=False)) as plain:
        assert (await plain.get("/graphql", headers=browser)).headers["content-type"].startswith(JSON)


async def test_every_answer_has_security_headers(town: Town) -> None:
    for path in ("/graphql", "/healthz", "/nowhere"):
        headers = (await town.client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "strict-transport-security" not in headers
    async with client(settings(public_url="https://requests.example.org")) as secure:
        assert (await secure.get("/healthz")).headers["strict-transport-security"] == "max-age=31536000"


async def test_other_origins_are_let_in_by_setting_only(town: Town) -> None:
    asked = {
        "origin": "https://app.example.org",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type, idempotency-key",
    }
    assert (await town.client.options("/graphql", headers=asked)).status_code == 405
    async with client(settings(cors_origins="https://app.example.org, https://other.example.org")) as open_to:
        allowed = await open_to.options("/graphql", headers=asked)
        assert allowed.headers["access-control-allow-origin"] == "https://app.example.org"
        assert "access-control-allow-credentials" not in allowed.headers
        refused = await open_to.options("/graphql", headers=asked | {"origin": "https://evil.example.org"})
        assert "access-control-allow-origin" not in refused.headers
    with pytest.raises(ValueError, match="cors_origins"):
        settings(cors_origins="app.example.org")


async def test_an_unexpected_exception_is_masked_with_the_id_it_is_logged_under(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("api.organizations.queries.page", broken)
    in_a_resolver = await town.post({"query": QUERY})
    monkeypatch.setattr("api.http.viewer_from", broken)
    elsewhere = await town.post({"query": QUERY})
    assert (in_a_resolver.status_code, elsewhere.status_code) == (200, 500)
    logged = capsys.readouterr().out
    for answer in (in_a_resolver, elsewhere):
        assert "hunter2" not in answer.text
        assert code(answer) == "INTERNAL_ERROR"
        assert answer.json()["errors"][0]["extensions"]["id"] in logged
    assert in_a_resolver.json()["errors"][0]["path"] == ["organizations"]
    assert "hunter2" in logged


async def test_without_introspection_nothing_tells_what_the_schema_has(town: Town) -> None:
    typo = {"query": "{ organisations { nodes { id } } }"}
    assert "Did you mean" in (await town.post(typo)).json()["errors"][0]["message"]
    async with client(settings(introspection=False)) as closed:
        errors = (await closed.post("/graphql", json=typo)).json()["errors"]
        assert errors[0]["message"] == "Cannot query field 'organisations' on type 'Query'."
        asked = await closed.post("/graphql", json={"query": "{ __schema { types { name } } }"})
        assert (code(asked), "data" in asked.json()) == ("NOT_VALID", False)
        variables = await closed.post(
            "/graphql",
            json={
                "query": "query ($filter: RequestFilter) { requests(filter: $filter) { nodes { id } } }",
                "variables": {"filter": {"status": ["OPNE"]}},
            },
        )
        assert "Did you mean" not in variables.text


async def test_a_text_that_no_encoding_holds_does_not_break_the_answer(town: Town) -> None:
    answer = await town.post({"query": "{ viewer { name } }", "operationName": "\ud800"})
    assert (answer.status_code, code(answer)) == (200, "UNKNOWN_OPERATION")


async def test_an_idempotency_key_has_a_length(town: Town) -> None:
    answer = await town.post({"query": QUERY}, headers={"idempotency-key": "k" * 256})
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")
