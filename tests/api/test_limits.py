"""Documents that ask for too much are refused before anything runs, whatever shape the excess has."""

from __future__ import annotations

import pytest
from graphql import get_introspection_query

from tests.api.statements import statements
from tests.town import Town

DEEP = "{ requests { nodes " + "{ mergedInto " * 14 + "{ id }" + " }" * 14 + " } }"
CHAIN = (
    "{ ...f0 } "
    + " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(60))
    + " fragment f60 on Query { a: viewer { name } }"
)
NESTED = "{" + "... on Query {" * 150 + "viewer { name }" + "}" * 151

HOSTILE = {
    "deep": (DEEP, "TOO_DEEP"),
    "deep in inline fragments": (NESTED, "TOO_DEEP"),
    "deeper than the parser bears": ("{ a" * 600 + "}" * 600, "TOO_DEEP"),
    "wide": ("{" + " viewer { name }" * 500 + "}", "TOO_MANY_TOKENS"),
    "repeated": ("{ viewer { " + "name " * 500 + "} }", "TOO_MANY_FIELDS"),
    "aliased": ("{" + " ".join(f"a{n}: viewer {{ name }}" for n in range(31)) + "}", "TOO_MANY_ALIASES"),
    "aliased in fragments that double": (CHAIN, "TOO_MANY_FIELDS"),
    "aliased mutations": (
        "mutation {"
        + " ".join(f'a{n}: muteRequest(input: {{requestId: "x"}}) {{ clientMutationId }}' for n in range(31))
        + "}",
        "TOO_MANY_ALIASES",
    ),
    "repeated in inline fragments": (
        "{ requests { nodes {" + " ... { category { name } reporter { name } }" * 60 + " } } }",
        "TOO_MANY_FIELDS",
    ),
    "spread often": ("{ " + "...f " * 50 + "} fragment f on Query { viewer { name } }", "TOO_MANY_FIELDS"),
    "directives on one field": ("{ viewer { name" + " @skip(if: false)" * 6 + " } }", "TOO_MANY_DIRECTIVES"),
    "directives nobody knows": ("{ viewer { name" + " @x" * 900 + " } }", "TOO_MANY_DIRECTIVES"),
    "directives everywhere": (
        "{ viewer { " + " ".join(f"name{n} @skip(if: false)" for n in range(40)) + " } }",
        "TOO_MANY_DIRECTIVES",
    ),
    "directives on the operation": ("query" + " @x" * 50 + "{ viewer { name } }", "TOO_MANY_DIRECTIVES"),
    "in an unused fragment": (
        "{ viewer { name } } fragment f on Viewer {" + " ".join(f"a{n}: name" for n in range(31)) + "}",
        "TOO_MANY_ALIASES",
    ),
    "pages within pages": (
        "{ requests(first: 100) { nodes { comments(first: 100) { nodes { body author { name } } } } } }",
        "TOO_COSTLY",
    ),
    "edges and nodes": (
        "{ requests(first: 100) { edges { node { comments(last: 100) { edges { node { author { name } } } } } } } }",
        "TOO_COSTLY",
    ),
    "lists in lists": (
        "{ organizations(first: 1000000) { nodes { "
        + " ".join(f"{name}: categories {{ assignee {{ name }} }}" for name in "abcdef")
        + " } } }",
        "TOO_COSTLY",
    ),
    "a cycle of fragments": ("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }", "NOT_VALID"),
    "a fragment in itself": ("{ ...a } fragment a on Query { viewer { name } ...a }", "NOT_VALID"),
    "introspection that goes round": (
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
        "NOT_VALID",
    ),
    "many comments": ("{ viewer { name } }" + "#\n" * 3000, "TOO_MANY_TOKENS"),
    "not a document": ("query", "SYNTAX_ERROR"),
    "a subscription": ("subscription { x }", "NOT_VALID"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_document_is_refused_before_anything_runs(town: Town, name: str) -> None:
    document, code = HOSTILE[name]
    with statements() as sent:
        answer = await town.graphql(None, document)
    assert sent == []
    assert {error["extensions"]["code"] for error in answer["errors"]} == {code}
    assert "data" not in answer
    assert len(answer["errors"]) <= 11


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
