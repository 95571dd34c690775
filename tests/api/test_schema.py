"""The schema itself: as committed, described throughout, and with operations ready to run."""

from __future__ import annotations

from pathlib import Path

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

import api.schema
from api.requests.history import PHRASES
from api.schema import executable_schema, print_sdl
from casework.event import event_types
from casework.events import RequestEvent
from casework.reading import PERSONAL


def test_the_committed_schema_is_the_schema() -> None:
    committed = Path(api.schema.__file__).with_name("schema.graphql").read_text(encoding="utf-8")
    assert committed == print_sdl(), "run `curbcast schema` and commit api/schema.graphql"


def test_every_type_field_argument_and_value_is_described() -> None:
    bare = []
    for name, type_ in executable_schema().type_map.items():
        if name.startswith("__") or name in ("Boolean", "Float", "ID", "Int", "String", "DateTime"):
            continue
        if not type_.description:
            bare.append(name)
        if isinstance(type_, GraphQLEnumType):
            bare += [f"{name}.{value}" for value, each in type_.values.items() if not each.description]
        if isinstance(type_, GraphQLInputObjectType):
            bare += [f"{name}.{field}" for field, each in type_.fields.items() if not each.description]
        if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
            for field, output in type_.fields.items():
                bare += [] if output.description else [f"{name}.{field}"]
                bare += [f"{name}.{field}({given})" for given, each in output.args.items() if not each.description]
    assert bare == []


def test_every_event_of_a_request_has_a_phrase() -> None:
    shown = {name for name, type_ in event_types().items() if issubclass(type_, RequestEvent)} - set(PERSONAL)
    assert set(PHRASES) == shown
