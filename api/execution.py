"""From a document to an answer: parse, measure, validate, execute; the first two steps and the third are remembered.

Call ── prepare ── Prepared ─┬─ execute ── {"data", "errors"}                      queries and mutations
          │                  └─ asked_for ── field, arguments; present ── {"data"}   subscriptions (api.live)
          └─ raises Refused or NotValid: nothing has run
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from inspect import isawaitable
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    execute,
    get_argument_values,
    get_operation_ast,
    get_variable_values,
    parse,
    specified_rules,
    validate,
)
from graphql.validation import NoSchemaIntrospectionCustomRule
from strawberry.execution import optimized_is_awaitable

from api.context import Context
from api.errors import Refused, formatted
from api.limits import Limits, check, check_cost
from api.metrics import count_errors, field_of, timed
from casework.tracing import SERVER, span

# Longer documents are parsed each time: clients that repeat themselves send short ones.
_REMEMBERED_LENGTH = 8_000
_REMEMBERED = 500
_ERRORS_MAX = 10


@dataclass(frozen=True)
class Call:
    """What a client sent."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepared:
    """A call that may run."""

    call: Call
    document: DocumentNode
    operation: OperationDefinitionNode

    @property
    def is_subscription(self) -> bool:
        return self.operation.operation is OperationType.SUBSCRIPTION


class NotValid(Exception):
    """The document does not parse, or asks for what the schema doesn't have; `errors` are ready for the client."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("the document is not valid")
        self.errors = errors


class Engine:
    """Runs documents against one schema, within limits. Without `introspection` nothing tells what the schema has."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, introspection: bool) -> None:
        self.schema = schema
        self._limits = limits
        self._rules = [*specified_rules, *([] if introspection else [NoSchemaIntrospectionCustomRule])]
        self._hide_suggestions = not introspection
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._understand)

    def prepare(self, call: Call) -> Prepared:
        """Parse, measure and validate. Raises Refused or NotValid."""
        understand = self._remembered if len(call.query) <= _REMEMBERED_LENGTH else self._understand
        document = understand(call.query)
        operation = get_operation_ast(document, call.operation_name)
        if operation is None:
            wanted = f"named {call.operation_name!r}" if call.operation_name else "to run without a name"
            raise Refused("UNKNOWN_OPERATION", f"The document has no single operation {wanted}.")
        check_cost(document, operation, self.schema, call.variables, self._limits)
        return Prepared(call, document, operation)

    async def execute(self, prepared: Prepared, context: Context) -> dict[str, Any]:
        """The answer of a query or mutation. Without `data` nothing has run: the variables did not fit."""
        if prepared.is_subscription:
            raise Refused("NOT_A_QUERY", "Subscriptions are served over WebSocket and server-sent events.")
        with timed(prepared), span(_named(prepared), SERVER):
            answer = await self._run(prepared, context, None)
        count_errors(prepared, answer)
        return answer

    def asked_for(self, prepared: Prepared) -> tuple[str, dict[str, Any]]:
        """The field that a subscription follows, and its arguments as values. Raises NotValid."""
        operation, document = prepared.operation, prepared.document
        root = self.schema.subscription_type
        variables = get_variable_values(
            self.schema,
            operation.variable_definitions or (),
            dict(prepared.call.variables),
            max_errors=_ERRORS_MAX,
            hide_suggestions=self._hide_suggestions,
        )
        if root is None or isinstance(variables, list):
            raise NotValid(formatted(variables if isinstance(variables, list) else [], "BAD_VARIABLES"))
        node = _first_field(operation.selection_set, document)
        try:
            return node.name.value, get_argument_values(root.fields[node.name.value], node, variables)
        except GraphQLError as error:
            raise NotValid(formatted([error], "BAD_VARIABLES")) from error

    async def present(self, prepared: Prepared, context: Context, news: Any) -> dict[str, Any]:
        """The answer of a subscription to one thing that happened."""
        return await self._run(prepared, context, news)

    async def _run(self, prepared: Prepared, context: Context, root: Any) -> dict[str, Any]:
        running = execute(
            self.schema,
            prepared.document,
            root_value=root,
            context_value=context,
            variable_values=dict(prepared.call.variables),
            operation_name=prepared.call.operation_name,
            hide_suggestions=self._hide_suggestions,
            max_coercion_errors=_ERRORS_MAX,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # it is one in all but name
        )
        result = await running if isawaitable(running) else running
        return _answer(result, context.language)

    def _understand(self, source: str) -> DocumentNode:
        try:
            document = parse(source, max_lexical_tokens=self._limits.tokens, max_comments=self._limits.tokens)
        except GraphQLError as error:
            if error.message.endswith("Parsing aborted."):
                code = "TOO_DEEP" if "nested" in error.message else "TOO_MANY_TOKENS"
                raise Refused(code, error.message.removeprefix("Syntax Error: ")) from error
            raise NotValid(formatted([error], "SYNTAX_ERROR")) from error
        check(document, self.schema, self._limits)
        errors = validate(
            self.schema, document, self._rules, max_errors=_ERRORS_MAX, hide_suggestions=self._hide_suggestions
        )
        if errors:
            raise NotValid(formatted(errors, "NOT_VALID"))
        return document


def _named(prepared: Prepared) -> str:
    """`mutation closeRequest`: by the schema's names, as the metrics are."""
    return f"{prepared.operation.operation.value} {field_of(prepared)}"


def _first_field(selections: SelectionSetNode, document: DocumentNode) -> FieldNode:
    """The one field of a subscription, which validation has seen to: it may stand in a fragment."""
    (node,) = selections.selections[:1]
    if isinstance(node, FieldNode):
        return node
    if isinstance(node, InlineFragmentNode):
        return _first_field(node.selection_set, document)
    (fragment,) = [
        each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
        and isinstance(node, FragmentSpreadNode)
        and each.name.value == node.name.value
    ]
    return _first_field(fragment.selection_set, document)


def _answer(result: ExecutionResult, language: str) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    if result.errors:
        answer["errors"] = formatted(result.errors, "BAD_VARIABLES", language)
    # Coercing the variables failed: by the specification such an answer has no `data`.
    if result.data is not None or any(error.path for error in result.errors or ()):
        answer["data"] = result.data
    return answer
