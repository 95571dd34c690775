"""Who may share a result: viewers of one class of sight, who see the same wherever they look.

A document whose every field is in SHARED looks the same to all who staff the same organizations in the same roles and
read the same language, and to all who staff none. It is executed for the class itself: for nobody in particular, with
just these roles. So nothing personal can be in a shared result, whatever is listed here; a field that is listed by
mistake would answer as it answers a guest. A document with any other field is executed for its viewer alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_named_type,
    visit,
)

from casework.access import Viewer
from casework.people import STAFF_ROLES, Role

SHARED: Mapping[str, frozenset[str]] = {
    name: frozenset(fields.split())
    for name, fields in {
        "Subscription": "requestActivity watchAreaActivity",
        "RequestActivity": "cursor event request",
        "HistoryEvent": "id type isInternal occurredAt actor text reason comment",
        "Comment": "id body author visibility byStaff isHeld accompanies createdAt",
        "Person": "id handle name",
        "RequestCategory": "id name description isPrivate",
        "Organization": "id slug name",
        "ServiceRequest": "id number summary description status category organization place latitude longitude"
        " photoUrls reporter reporterAddress isAnonymous assignee dueAt isPrivate isHeld createdAt updatedAt closedAt",
    }.items()
}


@dataclass(frozen=True)
class Sight:
    """What decides what somebody sees. `person_id` is None where the answer is nobody's own."""

    roles: tuple[tuple[int, Role], ...]
    language: str
    person_id: int | None = None

    def alone(self, person_id: int | None) -> Sight:
        return replace(self, person_id=person_id)

    def viewer(self) -> Viewer:
        """The class as a viewer: nobody in particular, with these roles."""
        return Viewer(roles=dict(self.roles))


def sight(roles: Mapping[int, Role], language: str) -> Sight:
    """The class of whoever holds these roles. Requesters see what residents see."""
    return Sight(tuple(sorted((place, role) for place, role in roles.items() if role in STAFF_ROLES)), language)


def is_shared(document: DocumentNode, operation: OperationDefinitionNode, schema: GraphQLSchema) -> bool:
    """Whether a validated operation asks for nothing but what looks the same to a whole class."""
    unread = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    waiting: list[tuple[SelectionSetNode, Any]] = [(operation.selection_set, schema.get_root_type(operation.operation))]
    while waiting:
        selections, parent = waiting.pop()
        for node in selections.selections:
            if isinstance(node, FieldNode):
                name = node.name.value
                if not name.startswith("__") and name not in SHARED.get(parent.name, ()):
                    return False
                if node.selection_set is not None:
                    waiting.append((node.selection_set, get_named_type(parent.fields[name].type)))
            elif isinstance(node, InlineFragmentNode):
                inner = schema.get_type(node.type_condition.name.value) if node.type_condition else parent
                waiting.append((node.selection_set, inner))
            elif isinstance(node, FragmentSpreadNode) and node.name.value in unread:  # each is read once
                fragment = unread.pop(node.name.value)
                waiting.append((fragment.selection_set, schema.get_type(fragment.type_condition.name.value)))
    return True


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)


def variables_below(operation: OperationDefinitionNode, document: DocumentNode) -> frozenset[str]:
    """The variables that shape an answer: all but those of the root field's arguments, which choose the topic."""
    seen = _Variables()
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            visit(definition.selection_set, seen)
    for node in operation.selection_set.selections:
        for directive in node.directives or ():
            visit(directive, seen)
        if isinstance(node, FieldNode):
            if node.selection_set is not None:
                visit(node.selection_set, seen)
        else:
            visit(node, seen)
    return frozenset(seen.names)
