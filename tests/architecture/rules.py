"""The architecture's rules that import contracts can't express, as functions over one module's source.

Each answers the line numbers at which a module breaks it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from notifier.catalogues import refusals

_WRITING = {"create", "bulk_create", "update", "delete", "save", "get_or_create", "update_or_create", "bulk_update"}
_OUTBOX_SQL = re.compile(r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+outbox\b", re.IGNORECASE)
_PATTERN_BOOK = re.compile(r"(Service|Manager|Handler|Helper)s?$|^utils?$|^helpers?$")
MODULE_MAX = 350
_SAID = {"Phrase", *refusals()}
_PLACE = re.compile(r"%\((\w+)\)s")


def writes_outbox(tree: ast.AST) -> Iterator[int]:
    """Writing outbox rows, by the model or by SQL."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _WRITING:
            about_it = any(isinstance(part, ast.Name) and part.id == "OutboxRow" for part in ast.walk(node.func))
            yield from [node.lineno] * about_it
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "OutboxRow":
            yield node.lineno
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _OUTBOX_SQL.search(node.value):
            yield node.lineno


def sets_status(tree: ast.AST) -> Iterator[int]:
    """Assigning to a request's `.status` (not to one's own, as an HTTP error does), or updating it in the database."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(
            _is_status(each) for target in node.targets for each in ast.walk(target)
        ):
            yield node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            of_requests = any(
                isinstance(part, ast.Name) and part.id == "ServiceRequest" for part in ast.walk(node.func)
            )
            yield from [node.lineno] * (of_requests and any(keyword.arg == "status" for keyword in node.keywords))


def _is_status(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "status" and _last_name(node.value) != "self"


def compares_a_kind(tree: ast.AST) -> Iterator[int]:
    """`if kind == "…"`, `kind.key in (…)` and their like: what differs between kinds is a column of the catalogue."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        names = {_last_name(side) for side in sides}
        literal = any(_holds_text(side) for side in sides)
        if names & {"kind", "key", "kind_key"} and literal:
            yield node.lineno


def makes_a_redis_client(tree: ast.AST) -> Iterator[int]:
    """Importing what connects to Redis."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        if any(name.split(".")[0] in ("redis", "valkey") or name == "arq.create_pool" for name in names):
            yield node.lineno


def is_named_by_the_pattern_book(tree: ast.AST) -> Iterator[int]:
    """Classes called Service, Manager, Handler or Helper."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and _PATTERN_BOOK.search(node.name):
            yield node.lineno


def fills_a_message_itself(tree: ast.AST) -> Iterator[int]:
    """What a refusal says must be a literal template, so that it can be translated, with its values beside it.

    Not  Invalid(f"{field} has {n} entries.", field=field)
    but  Invalid("%(field)s has %(many)s entries.", field=field, many=n)

    Then `python -m notifier.catalogues` lists what needs its Spanish in locales/es/LC_MESSAGES/curbcast.po. A message
    that is no argument of a refusal, as in a table of them, is marked with N_. Pages say it with `api.errors.told`.
    """
    for node in _refusals(tree):
        message = node.args[0]
        if isinstance(message, ast.JoinedStr | ast.BinOp | ast.Call) and not _is_marked(message):
            yield node.lineno


def leaves_a_place_empty(tree: ast.AST) -> Iterator[int]:
    """What a refusal's template names as `%(name)s` must be given: `Invalid("… %(name)s …", name=…)`."""
    for node in _refusals(tree):
        given = {each.arg for each in node.keywords}
        known = {"RateLimited": {"seconds"}, "InvalidArea": {"field"}}.get(_last_name(node.func) or "", set())
        message = node.args[0]
        named = set(_PLACE.findall(_text(message) or ""))
        if _last_name(node.func) != "Phrase" and None not in given and named - given - known:
            yield node.lineno


def _refusals(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _last_name(node.func) in _SAID:
            yield node


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_marked(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _last_name(node.func) == "N_"


def is_too_long(source: str) -> bool:
    return source.count("\n") > MODULE_MAX


def _last_name(node: ast.AST) -> str | None:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None


def _holds_text(node: ast.AST) -> bool:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(_holds_text(each) for each in node.elts)
    return _text(node) is not None
