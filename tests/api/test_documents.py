"""Documents known by their hash, documents that alone are trusted, and answers that may be kept."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from casework.config import Settings
from tests.api.test_http import JSON, QUERY, SLUGS, client, code
from tests.town import Town, settings

UNKNOWN = "{ viewer { handle } }"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def by_hash(document: str, **more: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(document)}}, **more}


async def ask(town: Town, body: dict[str, Any], config: Settings) -> httpx.Response:
    async with client(config) as other:
        return await other.post("/graphql", json=body)


async def test_a_hash_that_is_not_known_is_asked_for_once_more_with_its_text_and_then_known(town: Town) -> None:
    first = await town.post(by_hash(QUERY))
    assert (first.status_code, code(first)) == (200, "PERSISTED_QUERY_NOT_FOUND")
    assert first.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert (await town.post(by_hash(QUERY, query=QUERY))).json() == SLUGS
    assert (await town.post(by_hash(QUERY))).json() == SLUGS
    asked = {"extensions": json.dumps(by_hash(QUERY)["extensions"])}
    assert (await town.client.get("/graphql", params=asked)).json() == SLUGS


async def test_a_hash_of_something_else_teaches_the_server_nothing(town: Town) -> None:
    answer = await town.post(by_hash(UNKNOWN, query=QUERY))
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")
    assert code(await town.post(by_hash(UNKNOWN))) == "PERSISTED_QUERY_NOT_FOUND"
    assert code(await town.post(by_hash(QUERY))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_document_that_is_not_valid_is_not_remembered(town: Town) -> None:
    wrong = "{ nonsense }"
    assert code(await town.post(by_hash(wrong, query=wrong))) == "NOT_VALID"
    assert code(await town.post(by_hash(wrong))) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "asked", [5, {}, {"version": 2, "sha256Hash": "0" * 64}, {"version": 1}, {"version": 1, "sha256Hash": "xyz"}]
)
async def test_a_hash_of_another_shape_is_refused(town: Town, asked: Any) -> None:
    answer = await town.post({"extensions": {"persistedQuery": asked}})
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")


@pytest.fixture(params=["hashes", "apollo"])
def manifest(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a server that trusts one document, by either sort of manifest."""
    found: dict[str, Any] = {sha256(QUERY): QUERY}
    if request.param == "apollo":
        found = {
            "format": "apollo-persisted-query-manifest",
            "version": 1,
            "operations": [{"id": sha256(QUERY), "name": "Places", "type": "query", "body": QUERY}],
        }
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(found))
    return settings(trusted_documents=path)


async def test_a_server_with_a_manifest_runs_its_documents_and_no_others(town: Town, manifest: Settings) -> None:
    for body in (by_hash(QUERY), {"query": QUERY}, by_hash(QUERY, query=QUERY), {"documentId": sha256(QUERY)}):
        assert (await ask(town, body, manifest)).json() == SLUGS
    for body in (
        {"query": UNKNOWN},
        by_hash(UNKNOWN),
        by_hash(UNKNOWN, query=UNKNOWN),
        by_hash(QUERY, query=UNKNOWN),
        {"documentId": "nonsense"},
        {},
    ):
        assert code(await ask(town, body, manifest)) == "UNTRUSTED_DOCUMENT"


async def test_a_guests_query_may_be_kept_and_is_not_sent_again(town: Town) -> None:
    asked = {"query": QUERY}
    async with client(settings(public_cache_seconds=60)) as other:
        first = await other.get("/graphql", params=asked, headers={"accept": JSON})
        assert first.json() == SLUGS
        kept = {name: first.headers[name] for name in ("cache-control", "etag", "vary")}
        assert kept["cache-control"] == "public, max-age=60"
        assert {each.strip() for each in kept["vary"].split(",")} == {"Accept", "Accept-Language", "Authorization"}
        for known in (kept["etag"], f'"other", W/{kept["etag"]}', "*"):
            again = await other.get("/graphql", params=asked, headers={"accept": JSON, "if-none-match": known})
            assert (again.status_code, again.content) == (304, b"")
            assert {name: again.headers[name] for name in kept} == kept
        await town.done(town.rosa, "updateOrganization", organizationId=town.id_of(town.springfield), name="New Town")
        named = {"query": "{ organizations { nodes { name } } }"}
        changed = await other.get("/graphql", params=named, headers={"accept": JSON, "if-none-match": kept["etag"]})
        assert changed.status_code == 200
        assert changed.headers["etag"] != kept["etag"]


async def test_nothing_else_may_be_kept(town: Town) -> None:
    maya = {"authorization": f"Bearer {town.token(town.maya)}"}
    async with client(settings(public_cache_seconds=60)) as other:
        answers = [
            await other.get("/graphql", params={"query": QUERY}, headers=maya),
            await other.get("/graphql", params={"query": QUERY}, headers={**maya, "if-none-match": "*"}),
            await other.get("/graphql", params={"query": "{ nonsense }"}),
            await other.post("/graphql", json={"query": QUERY}),
        ]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
