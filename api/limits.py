"""How much one operation may ask for. Measured on the parsed document, before validation and before anything runs.

    tokens       the parser stops at the limit
    depth        fields inside fields; inline fragments nest no further than the parser's own recursion could bear
    aliases      in the operation, fragments expanded
    repeats      one response name in one place, fragments expanded (validation compares each pair of them)
    directives   in the operation, fragments expanded; and on one node
    cost         objects that may be read: a connection multiplies by its page size, a list by a guess

A fragment is measured once, however often it is spread, so the work is linear in the document while the numbers are
those of the expanded one; a fragment that spreads itself ends the measuring and is left to validation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from api.connections import PAGE_DEFAULT, PAGE_MAX
from api.errors import Refused

LIST_GUESS = 10
MUTATION_COST = 10
NESTING_MAX = 100
DIRECTIVES_ON_ONE = 5
REPEATS_MAX = 40

Parent = GraphQLObjectType | GraphQLInterfaceType | None


@dataclass(frozen=True)
class Limits:
    """The largest that is allowed of each."""

    tokens: int = 2000
    depth: int = 15
    aliases: int = 30
    directives: int = 30
    cost: int = 10_000


@dataclass(frozen=True)
class Size:
    """What a piece of a document amounts to, fragments expanded."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    cost: int = 0

    def beside(self, other: Size) -> Size:
        return Size(
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.cost + other.cost,
        )


def check(document: DocumentNode, schema: GraphQLSchema, limits: Limits) -> None:
    """Refuse a document that is too large in shape, whichever of its operations is run."""
    measure = _Measure(document, schema, {})
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            size = measure.operation(definition)
        elif isinstance(definition, FragmentDefinitionNode):
            size = measure.fragment(definition)
        else:
            continue
        for code, name, found, allowed in (
            ("TOO_DEEP", "levels deep", size.depth, limits.depth),
            ("TOO_MANY_ALIASES", "aliases", size.aliases, limits.aliases),
            ("TOO_MANY_DIRECTIVES", "directives", size.directives, limits.directives),
        ):
            if found > allowed:
                raise Refused(code, f"This operation has {found} {name}; at most {allowed} are allowed.")


def check_cost(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    schema: GraphQLSchema,
    variables: Mapping[str, Any],
    limits: Limits,
) -> None:
    """Refuse an operation that may read too many objects with these variables."""
    cost = _Measure(document, schema, variables).operation(operation).cost
    if cost > limits.cost:
        raise Refused(
            "TOO_COSTLY",
            f"This operation may read {cost:,} objects; at most {limits.cost:,} are allowed. "
            "Ask for smaller pages, or for less inside each item.",
        )


Measured = tuple[Size, Counter[str]]


class _Measure:
    def __init__(self, document: DocumentNode, schema: GraphQLSchema, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._variables = dict(variables)
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._measured: dict[str, Measured] = {}

    def operation(self, node: OperationDefinitionNode) -> Size:
        for definition in node.variable_definitions or ():
            if isinstance(definition.default_value, IntValueNode):
                self._variables.setdefault(definition.variable.name.value, int(definition.default_value.value[:10]))
        size, _ = self._set(node.selection_set, self._schema.get_root_type(node.operation), 0)
        extra = MUTATION_COST * len(node.selection_set.selections) if node.operation is OperationType.MUTATION else 0
        variables = sum(_directives(variable) for variable in node.variable_definitions or ())
        return size.beside(Size(directives=_directives(node) + variables, cost=extra))

    def fragment(self, node: FragmentDefinitionNode) -> Size:
        return self._fragment(node, 0)[0]

    def _fragment(self, node: FragmentDefinitionNode, nesting: int) -> Measured:
        name = node.name.value
        if name not in self._measured:
            self._measured[name] = Size(), Counter()
            parent = _parent(self._schema.get_type(node.type_condition.name.value))
            inside, names = self._set(node.selection_set, parent, nesting + 1)
            self._measured[name] = inside.beside(Size(directives=_directives(node))), names
        return self._measured[name]

    def _set(self, selections: SelectionSetNode, parent: Parent, nesting: int) -> Measured:
        """The size of a selection set, and how often each name stands in it, fragments expanded."""
        if nesting > NESTING_MAX:
            raise Refused("TOO_DEEP", f"This document nests more than {NESTING_MAX} selections.")
        size = Size()
        names: Counter[str] = Counter()
        for node in selections.selections:
            size = size.beside(Size(directives=_directives(node)))
            if isinstance(node, FieldNode):
                names[node.alias.value if node.alias else node.name.value] += 1
                size = size.beside(self._field(node, parent, nesting))
                continue
            if isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                inner = _parent(self._schema.get_type(condition.name.value)) if condition else parent
                spread = self._set(node.selection_set, inner, nesting + 1)
            elif isinstance(node, FragmentSpreadNode) and node.name.value in self._fragments:
                spread = self._fragment(self._fragments[node.name.value], nesting)
            else:
                continue
            size = size.beside(spread[0])
            names.update(spread[1])
        for name, count in names.items():
            if count > REPEATS_MAX:
                raise Refused("TOO_MANY_FIELDS", f"{name} is selected {count} times in one place; write it once.")
        return size, names

    def _field(self, node: FieldNode, parent: Parent, nesting: int) -> Size:
        aliases = 1 if node.alias else 0
        name = node.name.value
        if node.selection_set is None:
            return Size(depth=1, aliases=aliases)
        definition = parent.fields.get(name) if parent is not None and not name.startswith("__") else None
        result = get_named_type(definition.type) if definition is not None else None
        inside, _ = self._set(node.selection_set, _parent(result), nesting + 1)
        cost = 0
        if definition is not None and parent is not None:
            many = self._many(node, definition.type, parent)
            own = 0 if result is not None and result.name.endswith(("Edge", "PageInfo")) else 1
            cost = many * (own + inside.cost) if _is_list(definition.type) else own + many * inside.cost
        return Size(inside.depth + 1, inside.aliases + aliases, inside.directives, cost)

    def _many(self, node: FieldNode, type_: GraphQLOutputType, parent: GraphQLObjectType | GraphQLInterfaceType) -> int:
        """How often what is inside is read. A connection has multiplied for its `edges` and `nodes` already."""
        if parent.name.endswith("Connection"):
            return 1
        if get_named_type(type_).name.endswith("Connection"):
            return self._page_size(node)
        return LIST_GUESS if _is_list(type_) else 1

    def _page_size(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value not in ("first", "last"):
                continue
            if isinstance(argument.value, IntValueNode):
                return max(0, min(int(argument.value.value[:10]), PAGE_MAX))
            if isinstance(argument.value, VariableNode):
                size = self._variables.get(argument.value.name.value)
                if size is not None:
                    return max(0, min(size, PAGE_MAX)) if isinstance(size, int) else PAGE_MAX
        return PAGE_DEFAULT


def _parent(type_: object) -> Parent:
    return type_ if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)) else None


def _is_list(type_: GraphQLOutputType) -> bool:
    return isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)


def _directives(node: Any) -> int:
    many = len(node.directives or ())
    if many > DIRECTIVES_ON_ONE:
        raise Refused(
            "TOO_MANY_DIRECTIVES", f"One place has {many} directives; at most {DIRECTIVES_ON_ONE} are allowed."
        )
    return many
