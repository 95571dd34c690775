"""Documents that ask for too much are refused before anything runs, whatever shape the excess has."""

from __future__ import annotations

import asyncio

import pytest
from graphql import get_introspection_query

from bench.hostile_documents import HOSTILE
from tests.api.statements import statements
from tests.town import Town


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_document_is_refused_before_anything_runs(town: Town, name: str) -> None:
    document, code = HOSTILE[name]
    with statements() as sent:
        answer = await town.graphql(None, document)
    assert sent == []
    assert {error["extensions"]["code"] for error in answer["errors"]} == {code}
    assert "data" not in answer
    assert len(answer["errors"]) <= 11


async def test_variables_may_be_large_but_not_without_end(town: Town) -> None:
    document = "query ($text: String) { requests(filter: {text: $text}) { totalCount } }"
    with statements() as sent:
        long = await town.graphql(None, document, {"text": "x" * 100_000})
        deep = await town.graphql(None, document, {"text": [[[[["x"]]]]]})
        many = await town.graphql(None, document, {f"v{n}": n for n in range(20_000)} | {"text": 1})
        huge = await town.post({"query": document, "variables": {"text": "x" * 1_000_001}})
        nested = await town.client.post("/graphql", content="[" * 100_000, headers={"content-type": "application/json"})
    assert sent == []
    assert long["errors"][0]["extensions"]["code"] == "TOO_LONG"
    assert deep["errors"][0]["extensions"]["code"] == "BAD_VARIABLES"
    assert many["errors"][0]["extensions"]["code"] == "BAD_VARIABLES"
    assert (huge.status_code, huge.json()["errors"][0]["extensions"]["code"]) == (413, "TOO_LARGE")
    assert nested.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_while_hostile_documents_are_refused_another_clients_query_goes_on(town: Town) -> None:
    async def attack() -> list[str]:
        answers = [await town.graphql(None, document) for document, _ in HOSTILE.values()]
        return [answer["errors"][0]["extensions"]["code"] for answer in answers]

    async def ordinary() -> int:
        answers = [await town.ask(town.maya, "{ viewer { handle } }") for _ in range(30)]
        return answers.count({"viewer": {"handle": "maya"}})

    refusals, answered = await asyncio.gather(attack(), ordinary())
    assert refusals == [code for _, code in HOSTILE.values()]
    assert answered == 30


async def test_cost_knows_the_variables(town: Town) -> None:
    document = (
        "query ($n: Int, $m: Int = 100) { requests(first: $n) { nodes { comments(first: $m) { nodes { id } } } } }"
    )
    assert "errors" not in await town.graphql(None, document, {"n": 50})
    for variables in ({"n": 100, "m": 100}, {"n": 100}, {"n": "100"}, {"n": 10**9}):
        answer = await town.graphql(None, document, variables)
        assert answer["errors"][0]["extensions"]["code"] in ("TOO_COSTLY", "BAD_VARIABLES")
        assert "data" not in answer


async def test_what_tools_and_people_ask_is_allowed(town: Town) -> None:
    answer = await town.graphql(None, get_introspection_query(input_value_deprecation=True))
    assert "errors" not in answer
    page = """{ requests(first: 50) { nodes { category { name } reporter { name } viewerFollows
      comments(last: 5) { nodes { body author { name } } } } } }"""
    assert "errors" not in await town.graphql(None, page)
