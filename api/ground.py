"""What all roads to the schema share: over HTTP, WebSocket and server-sent events.

what a client sent ── call ── Call ── prepare ── Prepared          context: who asks, and the loaders
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from api.context import Context, Nudge
from api.documents import Documents
from api.errors import Refused
from api.execution import Call, Engine, Prepared
from api.rates import Rates
from casework.access import Viewer
from casework.config import Settings
from notifier.doorbell import Doorbell


@dataclass(frozen=True)
class Ground:
    engine: Engine
    settings: Settings
    after_commit: Nudge | None = None
    rates: Rates | None = None
    documents: Documents = field(default_factory=Documents)
    doorbell: Doorbell | None = None

    def call(self, given: Mapping[str, Any]) -> Call:
        """What a client sent, as JSON, as a call. Raises Refused."""
        query, variables, document_id = given.get("query"), given.get("variables"), given.get("documentId")
        name, extensions = given.get("operationName"), given.get("extensions")
        if query is not None and (not isinstance(query, str) or not query):
            raise Refused("BAD_REQUEST", "`query` is missing, or is not a string.")
        if document_id is not None and not isinstance(document_id, str):
            raise Refused("BAD_REQUEST", "`documentId` must be a string.")
        if variables is not None and not isinstance(variables, dict):
            raise Refused("BAD_REQUEST", "`variables` must be an object.")
        if name is not None and not isinstance(name, str):
            raise Refused("BAD_REQUEST", "`operationName` must be a string.")
        if extensions is not None and not isinstance(extensions, dict):
            raise Refused("BAD_REQUEST", "`extensions` must be an object.")
        text = self.documents.text_of(query, extensions or {}, document_id)
        return Call(text, variables or {}, name or None, extensions or {})

    def prepare(self, call: Call) -> Prepared:
        """Parse, measure, validate, and remember a document that is to be known by its hash. See Engine.prepare."""
        prepared = self.engine.prepare(call)
        if call.extensions:
            self.documents.remember(call.query, call.extensions)
        return prepared

    def context(
        self,
        viewer: Viewer,
        session: str | None,
        *,
        client: str,
        accepted_language: str,
        idempotency_key: str | None = None,
    ) -> Context:
        """What the resolvers of one operation share."""
        return Context(
            viewer if viewer.person is not None else replace(viewer, language=accepted_language),
            self.settings,
            session,
            idempotency_key,
            self.after_commit,
            client=client,
            rates=self.rates,
            doorbell=self.doorbell,
            accepted_language=accepted_language,
        )


def read_json(text: str | bytes) -> Any:
    """Strict JSON: no NaN, no number that no double holds, no nesting beyond what Python bears. Raises Refused."""
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise Refused("BAD_REQUEST", "The request is not valid JSON.") from error


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number
