"""Errors that a person can act on: a stable code, the way to the field, words in their own language."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

import api
from api.error_codes import PAGE, REFUSALS, page
from api.language import accepted_language
from casework import people
from casework.phrases import Phrase
from notifier.words import words_in
from tests.town import Town

SHOWN = "userErrors { code message path }"
REPORT = f"mutation ($input: SubmitRequestInput!) {{ submitRequest(input: $input) {{ {SHOWN} }} }}"
KEY = "0123456789abcdef"


async def speaks_spanish(town: Town, person: people.Person) -> None:
    await town.done(person, "updateProfile", language="es")


def report(town: Town, **values: Any) -> dict[str, Any]:
    given = {"organizationId": town.id_of(town.springfield), "categoryId": town.id_of(town.potholes), "summary": "Hole"}
    return {"input": given | values}


async def test_a_person_is_told_in_their_own_language_whatever_their_browser_says(town: Town) -> None:
    await speaks_spanish(town, town.maya)
    answer = await town.graphql(
        town.token(town.maya), REPORT, report(town, summary="x" * 1201), headers={"accept-language": "en"}
    )
    assert answer["data"]["submitRequest"]["userErrors"] == [
        {
            "code": "TOO_LONG",
            "message": "summary tiene 1.201 caracteres; se permiten como máximo 200.",
            "path": ["summary"],
        }
    ]


async def test_a_guest_is_told_in_the_language_that_their_client_accepts(town: Town) -> None:
    sent = report(town, reporterAddress="nobody")
    for header, message in (
        ("es-MX, en;q=0.5", "reporterAddress no es una dirección de correo como maya@example.org."),
        ("fr, en", "reporterAddress is not an e-mail address such as maya@example.org."),
    ):
        answer = await town.graphql(None, REPORT, sent, headers={"accept-language": header})
        (error,) = answer["data"]["submitRequest"]["userErrors"]
        assert error == {"code": "INVALID", "message": message, "path": ["reporterAddress"]}


async def test_a_refusal_that_is_repeated_is_told_in_the_language_of_the_moment(town: Town) -> None:
    request = await town.report()
    values = {"requestId": request, "comment": "Again", "clientMutationId": KEY}
    first = await town.mutate(town.maya, "reopenRequest", **values)
    await speaks_spanish(town, town.maya)
    second = await town.mutate(town.maya, "reopenRequest", **values)
    assert [each["userErrors"][0]["message"] for each in (first, second)] == [
        "A request that is open can't be reopened.",
        "Una solicitud que está abierta no se puede reabrir.",
    ]


async def test_the_way_to_the_field_counts_through_lists(town: Town) -> None:
    request = await town.report()
    payload = await town.mutate(town.tom, "closeRequests", requestIds=[request, "nonsense"], comment="Done")
    assert payload["userErrors"] == [
        {
            "code": "INVALID",
            "message": "requestIds.1 is not the id of a ServiceRequest.",
            "path": ["requestIds", "1"],
        }
    ]


async def test_a_query_is_refused_in_the_viewers_language_too(town: Town) -> None:
    await speaks_spanish(town, town.maya)
    answer = await town.graphql(town.token(town.maya), "{ requests(first: 1, last: 1) { nodes { id } } }")
    (error,) = answer["errors"]
    assert (error["message"], error["extensions"]) == (
        "first y last se excluyen mutuamente.",
        {"code": "INVALID", "path": ["last"]},
    )


async def test_what_the_viewer_may_not_do_and_what_happened_are_told_in_their_language(town: Town) -> None:
    request = await town.report()
    await speaks_spanish(town, town.ines)
    document = "query ($id: ID!) { request(id: $id) { viewerCan { update { code reason } } } }"
    answer = await town.ask(town.ines, document, id=request)
    assert answer["request"]["viewerCan"]["update"] == {
        "code": "FORBIDDEN",
        "reason": "Solo quien la comunicó y el personal pueden cambiar la solicitud.",
    }


async def test_an_ended_session_is_told_in_the_language_that_the_client_accepts(town: Town) -> None:
    answer = await town.graphql("gone", "{ __typename }", headers={"accept-language": "es"})
    assert answer["errors"] == [
        {"message": "Su sesión ha terminado. Inicie sesión de nuevo.", "extensions": {"code": "INVALID_TOKEN"}}
    ]


async def test_caches_are_told_that_the_language_matters(town: Town) -> None:
    answer = await town.client.get("/graphql", params={"query": "{ __typename }"})
    assert answer.headers["cache-control"].startswith("public")
    assert answer.headers["vary"] == "Accept, Accept-Language, Authorization"


def test_numbers_and_phrases_inside_a_phrase_are_said_in_the_language() -> None:
    phrase = Phrase(
        "%(field)s has %(many)s characters; at most %(allowed)s are allowed.", {"field": "x", "many": 12345}
    )
    assert str(phrase) == "x has 12,345 characters; at most %(allowed)s are allowed."
    assert words_in("es").say(phrase) == "x tiene 12.345 caracteres; se permiten como máximo %(allowed)s."
    nested = Phrase("A request that is %(status)s can't be closed.", {"status": Phrase("archived")})
    assert words_in("es").say(nested) == "Una solicitud que está archivada no se puede cerrar."


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("es", "es"),
        ("ES-419", "es"),
        ("en;q=0.4, es;q=0.8", "es"),
        ("es;q=0, en", "en"),
        ("es;q=soon", "en"),
        ("*", "en"),
        ("de, fr;q=0.9", "en"),
        ("," * 400 + "es", "es"),
        ("x" * 100_000, "en"),
    ],
)
def test_any_accept_language_header_has_an_answer(header: str | None, language: str) -> None:
    assert accepted_language(header) == language


def test_the_page_of_codes_is_printed_from_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m api.error_codes` and commit docs/errors.md"
    assert "|  |" not in page(), "an error class needs a docstring that says when it is raised"


def test_every_code_that_the_api_refuses_with_is_on_the_page() -> None:
    assert _codes_refused_with() == set(REFUSALS)


def _codes_refused_with() -> set[str]:
    """Whatever stands as a code in a call of `Refused` or of what formats errors, or in the table of the limits."""
    found: set[str] = set()
    for path in Path(api.__file__).parent.rglob("*.py"):
        if path.name == "error_codes.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in REFUSALS:
                found.add(node.value)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                first = node.args[0]
                if isinstance(first, ast.Constant) and re.fullmatch("[A-Z_]+", str(first.value)):
                    found.add(str(first.value))
    return found
