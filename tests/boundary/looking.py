"""Looking at everything: every field of the schema, as deep as it goes, in one document for each way in.

documents()      each query field, with every argument that the scene has something for
followed()       each subscription, from the beginning
shown(answer)    which fields had a value, by type
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, cast

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_required_argument,
)

from api.ids import cursor, global_id
from api.schema import executable_schema

SECRETS = (
    "zqinternal",
    "zqprivate",
    "zqanon",
    "zqheld",
    "zqmail",
    "zqflag",
    "zqanswer",
    "2033-03-03",  # a due date
    "2034-04-04",  # the SLA's
    "2024-02-02",  # a date that has passed, and was escalated
    "the deadline has passed",
    "zqrule",
    "zqwork",
    "2035-05-05",  # when a work order is due
    '"amount": 4321',
)
"""What is planted, and looked for."""

SCHEMA = executable_schema()
NODES = tuple(kind.name for kind in SCHEMA.get_possible_types(cast(GraphQLInterfaceType, SCHEMA.type_map["Node"])))
ARGUMENTS = {
    "request": [f'(organization: "springfield", number: {number})' for number in range(1, 14)]
    + [f'(id: "{global_id("ServiceRequest", number)}")' for number in range(1, 14)],
    "requests": [
        "(first: 100)",
        *(f"(filter: {{text: {json.dumps(word)}}})" for word in SECRETS),
        "(filter: {held: true})",
    ],
    "organization": ['(slug: "springfield")', '(slug: "shelbyville")'],
    "explainNotification": [
        f'(requestId: "{global_id("ServiceRequest", number)}"{whom})'
        for number in range(1, 10)
        for whom in ("", f', personId: "{global_id("Person", 1)}"')
    ]
    + [f'(eventId: "{global_id("HistoryEvent", number)}")' for number in range(8, 60, 3)],
    "mailSettings": [f'(organizationId: "{global_id("Organization", 1)}")'],
    "previewMail": [f'(organizationId: "{global_id("Organization", 1)}", kind: "request_closed")'],
    "dryRun": [
        f'(action: {{{verb}: {{requestId: "{global_id("ServiceRequest", number)}", {text}: "Hm."{more}}}}})'
        for verb, text, more, numbers in (
            ("addComment", "body", "", range(1, 4)),
            ("addComment", "body", ", visibility: INTERNAL", range(1, 4)),
            ("reopenRequest", "comment", "", range(1, 14)),
        )
        for number in numbers
    ],
    "requestDeliveries": [
        f'(requestId: "{global_id("ServiceRequest", number)}", first: 50)' for number in range(1, 14)
    ],
    "requestCategories": ['(organization: "springfield")'],
    "watchArea": [f'(id: "{global_id("WatchArea", number)}")' for number in range(1, 6)],
    "previewWatchArea": ["(latitude: 42.36, longitude: -71.06, radiusM: 500)"],
}
FOLLOWED = {
    "requestActivity": ("$id: ID!, $after: String", "requestId: $id, after: $after", "ServiceRequest", 13),
    "watchAreaActivity": ("$id: ID!, $after: String", "watchAreaId: $id, after: $after", "WatchArea", 5),
    "viewerNotifications": ("$after: String", "after: $after", None, 1),
}
"""Subscription -> its variables and arguments, and what is followed, up to which number."""
INNER = {("Organization", "previewAssignment"): f'(categoryId: "{global_id("RequestCategory", 1)}")'}
"""What fields further in are asked with, where they can't be asked without."""

DEPTH = 7


def selection(named: Any, above: tuple[str, ...] = ()) -> str:
    """Every field of a type, and of their types in turn, but none inside itself."""
    if not isinstance(named, GraphQLObjectType):
        return ""
    return "{ __typename " + " ".join(_fields(named, above)) + " }"


def _fields(named: GraphQLObjectType, above: tuple[str, ...]) -> Iterator[str]:
    for name, field in named.fields.items():
        inner = get_named_type(field.type)
        too_deep = inner.name in above or len(above) >= DEPTH
        if hasattr(inner, "fields") and too_deep:
            continue
        given = INNER[named.name, name] if any(map(is_required_argument, field.args.values())) else ""
        yield f"{name}{given} {selection(inner, (*above, named.name))}"


def documents() -> Iterator[str]:
    """Each query field once, with each of its arguments under a name of its own: what is inside is written once.

    `node` has a document for each type that it may be.
    """
    assert SCHEMA.query_type is not None
    for name, field in SCHEMA.query_type.fields.items():
        if name == "node":
            for kind in NODES:
                asked = [f'(id: "{global_id(kind, number)}")' for number in range(1, 16)]
                yield _document(name, asked, SCHEMA.type_map[kind])
            yield f'{{ node(id: "{global_id("Session", 1)}") {{ __typename }} }}'
        else:
            yield _document(name, ARGUMENTS.get(name, [""]), get_named_type(field.type))


def _document(name: str, asked: Sequence[str], inner: Any) -> str:
    if not hasattr(inner, "fields"):
        return "{ " + " ".join(f"a{n}: {name}{given}" for n, given in enumerate(asked)) + " }"
    each = " ".join(f"a{n}: {name}{given} {{ ...all }}" for n, given in enumerate(asked))
    return f"{{ {each} }} fragment all on {inner.name} {selection(inner, ('Query',))}"


def followed() -> Iterator[tuple[str, dict[str, str]]]:
    """Each subscription with its variables, from the beginning, with every field that there is."""
    assert SCHEMA.subscription_type is not None
    for name, field in SCHEMA.subscription_type.fields.items():
        variables, arguments, kind, most = FOLLOWED[name]
        chosen = selection(get_named_type(field.type), ("Subscription",))
        document = f"subscription ({variables}) {{ {name}({arguments}) {chosen} }}"
        for number in range(1, most + 1):
            start = {"after": cursor(0, "c" if kind else "t")}
            yield document, start | ({"id": global_id(kind, number)} if kind is not None else {})


def payload_of(mutation: str) -> str:
    """Everything that a mutation answers, but for what every one of them does."""
    assert SCHEMA.mutation_type is not None
    chosen = selection(get_named_type(SCHEMA.mutation_type.fields[mutation].type), ("Mutation",))
    return chosen.removeprefix("{").removesuffix("}")


def leaked(text: str) -> set[str]:
    lower = text.lower()
    return {secret for secret in SECRETS if secret in lower}


def shown(answer: Any, elsewhere: str) -> Iterator[tuple[str, str]]:
    """(type, field) of everything in an answer that has a value; not within the organization of the id `elsewhere`."""
    if isinstance(answer, list):
        for each in answer:
            yield from shown(each, elsewhere)
    elif isinstance(answer, dict):
        if answer.get("id") == elsewhere:
            return
        kind = answer.get("__typename")
        for name, value in answer.items():
            if kind is not None and name != "__typename" and value not in (None, [], ""):
                yield kind, name
            yield from shown(value, elsewhere)
