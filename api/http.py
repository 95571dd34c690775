"""GraphQL over HTTP: one request, one answer.

    GET  /graphql?query=…      queries only; a browser gets the page instead
    POST /graphql              JSON only: the media type is what keeps another site's form from posting here

A client that accepts `application/graphql-response+json` gets the status of what happened (400 for a document that is
refused); one that accepts only `application/json` gets 200 wherever there is a GraphQL answer to read, as old clients
expect. What never became GraphQL has its own status in both. Batches are refused.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import OperationType
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api import graphiql
from api.auth import viewer_from
from api.context import Context, Nudge
from api.errors import Refused, masked
from api.execution import Call, Engine, NotValid
from api.rates import Rates
from casework.config import Settings

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"
_KEY_LONGEST = 255


@dataclass(frozen=True)
class GraphQLEndpoint:
    """What answers at /graphql."""

    engine: Engine
    settings: Settings
    after_commit: Nudge | None = None
    rates: Rates | None = None

    async def __call__(self, request: Request) -> Response:
        media = _preferred(request.headers.get("accept"), html=self.settings.graphiql and request.method == "GET")
        if media == HTML:
            return HTMLResponse(graphiql.PAGE, headers=graphiql.HEADERS)
        try:
            return await self._answer(request, media)
        except Refused as refused:
            return _response({"errors": [refused.formatted()]}, refused.status, media or JSON, _allow(refused))
        except Exception as error:
            return _response({"errors": [masked(error)]}, 500, media or JSON)

    async def _answer(self, request: Request, media: str | None) -> Response:
        if media is None:
            raise Refused("NOT_ACCEPTABLE", f"The answer can be {GRAPHQL_RESPONSE} or {JSON}.", status=406)
        call = _call(await self._parameters(request))
        viewer, session = await viewer_from(request.headers.get("authorization"))
        context = Context(
            viewer,
            self.settings,
            session,
            _idempotency_key(request),
            self.after_commit,
            client=request.client.host if request.client else "",
            rates=self.rates,
        )
        try:
            prepared = self.engine.prepare(call)
            if request.method == "GET" and prepared.operation.operation is not OperationType.QUERY:
                raise Refused("METHOD_NOT_ALLOWED", "Only queries may be sent with GET; use POST.", status=405)
            answer = await self.engine.execute(prepared, context)
        except NotValid as invalid:
            answer = {"errors": invalid.errors}
        except Refused as refused:
            if refused.status != 400:
                raise
            answer = {"errors": [refused.formatted()]}
        refused_late = media == GRAPHQL_RESPONSE and "data" not in answer
        return _response(answer, 400 if refused_late else 200, media)

    async def _parameters(self, request: Request) -> Mapping[str, Any]:
        if request.method == "GET":
            given: dict[str, Any] = dict(request.query_params)
            for name in ("variables", "extensions"):
                if given.get(name):
                    given[name] = _json(given[name])
            return given
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != JSON:
            raise Refused("UNSUPPORTED_MEDIA_TYPE", f"Send the request as {JSON}.", status=415)
        body = _json(await self._body(request))
        if isinstance(body, list):
            raise Refused("BATCH_REFUSED", "Send one operation at a time; batches are off.")
        if not isinstance(body, dict):
            raise Refused("BAD_REQUEST", "The body must be a JSON object with a `query`.")
        return body

    async def _body(self, request: Request) -> bytes:
        too_large = Refused(
            "TOO_LARGE", f"A request may have at most {self.settings.max_request_bytes:,} bytes.", status=413
        )
        announced = request.headers.get("content-length", "0")
        if announced.isascii() and announced.isdigit() and int(announced[:20]) > self.settings.max_request_bytes:
            raise too_large
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self.settings.max_request_bytes:
                raise too_large
        return bytes(body)


def _call(given: Mapping[str, Any]) -> Call:
    query, variables = given.get("query"), given.get("variables")
    name, extensions = given.get("operationName"), given.get("extensions")
    if not isinstance(query, str) or not query:
        raise Refused("BAD_REQUEST", "`query` is missing, or is not a string.")
    if variables is not None and not isinstance(variables, dict):
        raise Refused("BAD_REQUEST", "`variables` must be an object.")
    if name is not None and not isinstance(name, str):
        raise Refused("BAD_REQUEST", "`operationName` must be a string.")
    if extensions is not None and not isinstance(extensions, dict):
        raise Refused("BAD_REQUEST", "`extensions` must be an object.")
    return Call(query, variables or {}, name or None)


def _json(text: str | bytes) -> Any:
    """Strict JSON: no NaN, no number that no double holds, no nesting beyond what Python bears."""
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


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) > _KEY_LONGEST:
        raise Refused("BAD_REQUEST", f"Idempotency-Key may have at most {_KEY_LONGEST} characters.")
    return key or None


def _preferred(accept: str | None, *, html: bool) -> str | None:
    """The media type to answer in: the best of those the client accepts, the first listed among equals."""
    best, best_quality = None, 0.0
    for part in (accept or "*/*").split(","):
        name, *parameters = (each.strip().lower() for each in part.split(";"))
        found = {GRAPHQL_RESPONSE: GRAPHQL_RESPONSE, JSON: JSON, "application/*": JSON, "*/*": JSON}.get(name)
        if name == HTML and html:
            found = HTML
        quality = _quality(parameters)
        if found is not None and quality > best_quality:
            best, best_quality = found, quality
    return best


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(float(parameter[2:]), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _allow(refused: Refused) -> dict[str, str]:
    if refused.status == 401:
        return {"WWW-Authenticate": "Bearer"}
    return {"Allow": "POST"} if refused.status == 405 else {}


def _response(answer: dict[str, Any], status: int, media: str, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    always = {"Content-Type": f"{media}; charset=utf-8", "Cache-Control": "no-store", "Vary": "Accept, Authorization"}
    return Response(body, status, {**always, **(headers or {})})
