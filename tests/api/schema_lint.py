"""What makes a schema good to read, as rules: each yields what breaks it, by coordinate (`Type.field(argument)`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_non_null_type,
    is_specified_scalar_type,
)

Rule = Callable[[GraphQLSchema], Iterator[str]]
_TYPE = re.compile(r"([A-Z][a-z0-9]*)+[A-Z]?")
_FIELD = re.compile(r"[a-z][a-z0-9]*([A-Z0-9][a-z0-9]*)*")
_VALUE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
_ENDS = {"Connection": {"pageInfo", "nodes", "edges", "totalCount"}, "Payload": {"userErrors", "clientMutationId"}}


class Part(NamedTuple):
    """One thing in the schema. `kind` is type, field, argument, input or value."""

    kind: str
    coordinate: str
    name: str
    described: str | None
    deprecated: str | None = None


def parts(schema: GraphQLSchema) -> Iterator[Part]:
    """Everything that has a name, but for GraphQL's own."""
    for name, type_ in sorted(schema.type_map.items()):
        if name.startswith("__") or is_specified_scalar_type(type_):
            continue
        yield Part("type", name, name, type_.description)
        if isinstance(type_, GraphQLEnumType):
            for value, each in type_.values.items():
                yield Part("value", f"{name}.{value}", value, each.description, each.deprecation_reason)
        if isinstance(type_, GraphQLInputObjectType):
            for field, given in type_.fields.items():
                yield Part("input", f"{name}.{field}", field, given.description, given.deprecation_reason)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field, output in type_.fields.items():
                yield Part("field", f"{name}.{field}", field, output.description, output.deprecation_reason)
                for argument, taken in output.args.items():
                    at = f"{name}.{field}({argument}:)"
                    yield Part("argument", at, argument, taken.description, taken.deprecation_reason)


def bare(schema: GraphQLSchema) -> Iterator[str]:
    """Everything is described, in sentences."""
    for each in parts(schema):
        told = (each.described or "").strip()
        if not told.endswith((".", "!", ")", "`", ":")) or told[0].islower():
            yield each.coordinate


def misnamed(schema: GraphQLSchema) -> Iterator[str]:
    """Types are PascalCase, fields and arguments camelCase, values UPPER_CASE."""
    spelled = {"type": _TYPE, "value": _VALUE}
    for each in parts(schema):
        if not spelled.get(each.kind, _FIELD).fullmatch(each.name):
            yield each.coordinate


def unreasoned(schema: GraphQLSchema) -> Iterator[str]:
    """What is deprecated says what to use instead."""
    for each in parts(schema):
        if each.deprecated is not None and (each.deprecated == "No longer supported" or len(each.deprecated) < 10):
            yield each.coordinate


def unconventional(schema: GraphQLSchema) -> Iterator[str]:
    """Mutations take one `input` named after them and answer a payload; connections and inputs are built alike."""
    mutation: Any = schema.mutation_type
    for name, field in mutation.fields.items():
        pascal = f"{name[0].upper()}{name[1:]}"
        input_type = get_named_type(field.args["input"].type) if set(field.args) == {"input"} else None
        if input_type is None or input_type.name != f"{pascal}Input" or not is_non_null_type(field.args["input"].type):
            yield f"Mutation.{name}({', '.join(field.args)}:)"
        if not get_named_type(field.type).name.endswith("Payload"):
            yield f"Mutation.{name}"
    for name, type_ in schema.type_map.items():
        for end, wanted in _ENDS.items():
            if name.endswith(end) and isinstance(type_, GraphQLObjectType) and not wanted <= set(type_.fields):
                yield name
        if name.endswith("Input") and not isinstance(type_, GraphQLInputObjectType):
            yield name


# A mail's Message-ID is text by its own standard, and a mutation's is the client's.
_NOT_OURS = ("clientMutationId", "messageId")
# A verb, not a moment.
_VERB = "Mutation.changeWorkOrderDueAt"


def undated(schema: GraphQLSchema) -> Iterator[str]:
    """What ends in `At` is a moment, or a time of day in minutes; what is named an id is one."""
    for name, type_ in schema.type_map.items():
        if name.startswith("__") or not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            continue
        for field, output in type_.fields.items():
            of = get_named_type(output.type).name
            if field.endswith("At") and of not in ("DateTime", "Int") and f"{name}.{field}" != _VERB:
                yield f"{name}.{field}"
            if (field == "id" or field.endswith(("Id", "Ids"))) and field not in _NOT_OURS and of != "ID":
                yield f"{name}.{field}"


RULES: tuple[Rule, ...] = (bare, misnamed, unreasoned, unconventional, undated)
