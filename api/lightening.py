"""Sparing every answer what only costs time.

On a page of 50 are some 1,400 fields that are an attribute of an object, a hundred that are a method without arguments,
and 650 objects of a type that `node` knows.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, Undefined
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver
from strawberry.types.info import Info


def lightened(built: GraphQLSchema) -> GraphQLSchema:
    """The same schema, given back."""
    for kind in built.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            # What a field answers is of the field's type, says mypy; and `node` goes by the object's own class.
            kind.is_type_of = None
            for field in kind.fields.values():
                _lighten(field)
    return built


def _lighten(field: GraphQLField) -> None:
    for argument in field.args.values():
        if argument.default_value is None:  # the resolver's own default says the same
            argument.default_value = Undefined
    ours = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(ours, StrawberryField) or field.subscribe is not None:
        return
    if ours.is_basic_field:  # no resolver, no permission: the attribute alone
        field.resolve = _attribute(ours.python_name)
    elif (resolver := ours.base_resolver) is not None and _asks_for_nothing(ours, resolver):
        field.resolve = _method(ours, resolver)


def _asks_for_nothing(field: StrawberryField, resolver: StrawberryResolver[Any]) -> bool:
    """Whether it is a method without arguments, extensions and permissions; it may ask for the context."""
    has_self_alone = resolver.self_parameter and not resolver.parent_parameter and not resolver.root_parameter
    return bool(has_self_alone) and not (field.arguments or field.extensions or field.permission_classes)


def _method(field: StrawberryField, resolver: StrawberryResolver[Any]) -> Callable[..., Any]:
    """What Strawberry's own way to a method comes to where there is nothing to convert."""
    if resolver.info_parameter is None:
        return lambda source, info: resolver(source)
    name = resolver.info_parameter.name
    return lambda source, info: resolver(source, **{name: Info(_raw_info=info, _field=field)})


def _attribute(name: str) -> Callable[..., Any]:
    read = attrgetter(name)
    return lambda source, info: read(source)
