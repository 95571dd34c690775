"""The schema itself: as committed, described throughout, and with operations ready to run."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import build_schema

import api.schema
from api.requests.history import PHRASES
from api.schema import executable_schema, print_sdl
from casework.event import event_types
from casework.events import RequestEvent, WorkOrderEvent
from casework.reading import PERSONAL
from tests.api.schema_lint import RULES, Rule


def test_the_committed_schema_is_the_schema() -> None:
    committed = Path(api.schema.__file__).with_name("schema.graphql").read_text(encoding="utf-8")
    assert committed == print_sdl(), "run `curbcast schema` and commit api/schema.graphql"


BREACHES = {
    "bare": ('type Query { "How many" many: Int! }', {"Query", "Query.many"}),
    "misnamed": ("type Query { Many: Int! } enum Sort { newest }", {"Query.Many", "Sort.newest"}),
    "unreasoned": (
        'type Query { many: Int! @deprecated old: Int @deprecated(reason: "old") }',
        {"Query.many", "Query.old"},
    ),
    "unconventional": (
        "type Query { a: Int } type Mutation { vote(id: ID!): VotePayload } type VotePayload { a: Int }",
        {"Mutation.vote(id:)", "VotePayload"},
    ),
    "undated": (
        "scalar DateTime type Query { createdAt: String closed: DateTime personId: Int }",
        {"Query.createdAt", "Query.personId"},
    ),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_schema_keeps_each_rule_and_a_breach_is_noticed(rule: Rule) -> None:
    assert list(rule(executable_schema())) == [], rule.__doc__
    sdl, found = BREACHES[rule.__name__]
    assert set(rule(build_schema(sdl))) == found


def test_every_event_of_a_request_has_a_phrase() -> None:
    on_requests = (RequestEvent, WorkOrderEvent)
    shown = {name for name, type_ in event_types().items() if issubclass(type_, on_requests)} - set(PERSONAL)
    assert set(PHRASES) == shown
