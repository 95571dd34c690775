"""Every code that a client may meet, as a page: `python -m api.error_codes` writes docs/errors.md, a test compares it.

What a person can cause is a class in `casework.errors`, and why a stream ends is one in `api.live.endings`: their
docstrings are what the page says. What a client or its developer can cause is a row of `REFUSALS`; a test holds the
table to the codes that `api` refuses with.
"""

from __future__ import annotations

import inspect
from pathlib import Path

from api.live import endings
from casework import errors
from casework.errors import CaseworkError, error_types

PAGE = Path(__file__).parent.parent / "docs" / "errors.md"

# The code, what it means and what to do.
REFUSALS = {
    "BAD_REQUEST": "The request is no JSON object with a `query`, or one of its parts has the wrong type.",
    "BAD_VARIABLES": "The variables don't fit the operation; the message says which and why.",
    "BATCH_REFUSED": "A list of operations. Send them one at a time.",
    "INTERNAL_ERROR": "Our fault. Nothing was changed by the field it stands at; `extensions.id` is what to tell us. "
    "Try again later, with the same `clientMutationId`.",
    "INVALID_TOKEN": "The bearer token is malformed, unknown, expired or revoked (401). Sign in again.",
    "METHOD_NOT_ALLOWED": "Mutations are sent with POST (405).",
    "NOT_ACCEPTABLE": "`Accept` names nothing that can be answered (406).",
    "NOT_A_QUERY": "A subscription, sent where only queries and mutations are answered.",
    "NOT_VALID": "The document asks for what the schema does not have. Compare it with the schema.",
    "PERSISTED_QUERY_NOT_FOUND": "No document is known here by this hash. Send it once more, with its text.",
    "PHOTO_STORE_DOWN": "Photos can't be kept or read now (503). Try again later, with the same `Idempotency-Key`.",
    "SYNTAX_ERROR": "The document is not GraphQL; `locations` says where.",
    "TOO_COSTLY": "The operation may read too many objects. Ask for smaller pages, or for less in each item.",
    "TOO_DEEP": "Too many fields inside fields.",
    "TOO_LARGE": "The request's body has too many bytes (413).",
    "TOO_MANY_ALIASES": "Too many aliases in one operation.",
    "TOO_MANY_DIRECTIVES": "Too many directives in one operation, or in one place.",
    "TOO_MANY_FIELDS": "One field is selected too often in one place. Write it once.",
    "TOO_MANY_TOKENS": "The document is too long.",
    "UNKNOWN_OPERATION": "The document has no operation of this name, or several and no name was given.",
    "UNTRUSTED_DOCUMENT": "This server runs only the documents that its apps were built with.",
    "UNSUPPORTED_MEDIA_TYPE": "The body's `Content-Type` is none that is read here (415).",
}

_HEAD = """# Every error code

Printed from the code by `python -m api.error_codes`; a test holds the two together. Codes are stable: one that is
listed here keeps its meaning, and new ones may be added, so treat a code that you don't know like `INVALID`.

## What a person can cause

In a mutation these are in the payload's `userErrors { code message path retryAfter }`, and nothing was changed. In a
query they are a top-level error with `extensions.code`, and `extensions.path` where an argument is to blame. `message`
is in the viewer's language (a guest's is taken from `Accept-Language`) and is there to be shown; `path` is the way to
the field inside `input`, list positions included, as in `["requestIds", "0"]`.

| code | when, and what to do |
|---|---|
"""

_REFUSED = """
## What a client can cause

Top-level errors with `extensions.code`, before anything has run. They are for developers, and in English (but for
`INVALID_TOKEN` and `INTERNAL_ERROR`, which people get to see). A client that accepts
`application/graphql-response+json` gets the status 400 with them, or the one in brackets.

| code | when, and what to do |
|---|---|
"""


_ENDED = """
## Why a subscription ends, or does not begin

Errors of one subscription, with `extensions.cursor`: where to go on. Any code above may come too. docs/live.md tells
which of them close the socket.

| code | why |
|---|---|
"""


def page() -> str:
    """The page as it should be."""
    return (
        _HEAD
        + _rows(_meanings(errors.__name__))
        + _REFUSED
        + _rows(REFUSALS)
        + _ENDED
        + _rows(_meanings(endings.__name__))
    )


def _meanings(module: str) -> dict[str, str]:
    """The docstrings of the refusals of one module, by code."""
    ours = (each for each in error_types() if each is not CaseworkError and each.__module__ == module)
    return {each.code: " ".join(inspect.cleandoc(each.__doc__ or "").split()) for each in ours}


def _rows(meanings: dict[str, str]) -> str:
    return "".join(f"| `{code}` | {meaning} |\n" for code, meaning in sorted(meanings.items()))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
