"""GraphQL over HTTP: one request, one answer.

    GET  /graphql?query=…      queries only; a browser gets the page instead. A guest's answer may be cached
    POST /graphql              JSON only: the media type is what keeps another site's form from posting here

A client that accepts `application/graphql-response+json` gets the status of what happened (400 for a document that is
refused); one that accepts only `application/json` gets 200 wherever there is a GraphQL answer to read, as old clients
expect. What never became GraphQL has its own status in both. Batches are refused. A client that lists
`text/event-stream` first gets a stream (api.live.events): most list it somewhere, and few mean it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import OperationType
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api import graphiql
from api.auth import viewer_from
from api.bodies import body_of, idempotency_key
from api.errors import Refused, masked
from api.execution import NotValid, Prepared
from api.ground import Ground, read_json
from api.language import accepted_language, quality
from api.live.events import EVENT_STREAM, EventStreamResponse
from api.live.live import Live
from api.metrics import count_errors

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"
_MEDIA = {
    GRAPHQL_RESPONSE: GRAPHQL_RESPONSE,
    JSON: JSON,
    EVENT_STREAM: EVENT_STREAM,
    "application/*": JSON,
    "*/*": JSON,
}


@dataclass(frozen=True)
class GraphQLEndpoint:
    """What answers HTTP at /graphql."""

    live: Live

    @property
    def ground(self) -> Ground:
        return self.live.ground

    async def __call__(self, request: Request) -> Response:
        wants_page = self.ground.settings.graphiql and request.method == "GET"
        media = _preferred(request.headers.get("accept"), html=wants_page)
        if media == HTML:
            return HTMLResponse(graphiql.PAGE, headers=graphiql.HEADERS)
        try:
            return await self._answer(request, media)
        except Refused as refused:
            answer = {"errors": [refused.formatted(_language(request))]}
            return _response(answer, refused.status, media, _allow(refused))
        except Exception as error:
            return _response({"errors": [masked(error, _language(request))]}, 500, media)

    async def _answer(self, request: Request, media: str | None) -> Response:
        if media is None:
            raise Refused(
                "NOT_ACCEPTABLE", f"The answer can be {GRAPHQL_RESPONSE}, {JSON} or {EVENT_STREAM}.", status=406
            )
        given = await self._parameters(request)
        authorization = request.headers.get("authorization")
        viewer, session = await viewer_from(authorization)
        context = self.ground.context(
            viewer,
            session,
            client=request.client.host if request.client else "",
            accepted_language=_language(request),
            idempotency_key=idempotency_key(request),
        )
        is_get = request.method == "GET"
        if media == EVENT_STREAM:
            prepare = partial(self._prepare, given, is_get)
            return EventStreamResponse(self.live, prepare, context, after=request.headers.get("last-event-id") or None)
        headers = {}
        try:
            prepared = self._prepare(given, is_get)
            answer = await self.ground.engine.execute(prepared, context)
            if is_get and authorization is None and "errors" not in answer:
                headers = {"Cache-Control": f"public, max-age={self.ground.settings.public_cache_seconds}"}
        except NotValid as invalid:
            answer = {"errors": invalid.errors}
            count_errors(None, answer)
        except Refused as refused:
            if refused.status != 400 or refused.code == "BAD_REQUEST":
                raise
            answer = {"errors": [refused.formatted(context.language)]}
            count_errors(None, answer)
        refused_late = media == GRAPHQL_RESPONSE and "data" not in answer
        response = _response(answer, 400 if refused_late else 200, media, headers)
        return _unless_known(request, response) if headers else response

    def _prepare(self, given: Mapping[str, Any], is_get: bool) -> Prepared:
        prepared = self.ground.prepare(self.ground.call(given))
        if is_get and prepared.operation.operation is OperationType.MUTATION:
            raise Refused("METHOD_NOT_ALLOWED", "Only queries may be sent with GET; use POST.", status=405)
        return prepared

    async def _parameters(self, request: Request) -> Mapping[str, Any]:
        if request.method == "GET":
            given: dict[str, Any] = dict(request.query_params)
            for name in ("variables", "extensions"):
                if given.get(name):
                    given[name] = read_json(given[name])
            return given
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != JSON:
            raise Refused("UNSUPPORTED_MEDIA_TYPE", f"Send the request as {JSON}.", status=415)
        body = read_json(await body_of(request, self.ground.settings.max_request_bytes))
        if isinstance(body, list):
            raise Refused("BATCH_REFUSED", "Send one operation at a time; batches are off.")
        if not isinstance(body, dict):
            raise Refused("BAD_REQUEST", "The body must be a JSON object with a `query`.")
        return body


def _unless_known(request: Request, response: Response) -> Response:
    """The response with its ETag; or 304 without a body, where the client has it already."""
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    response.headers["ETag"] = tag
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if tag not in known and "*" not in known:
        return response
    kept = {name: response.headers[name] for name in ("ETag", "Cache-Control", "Vary")}
    return Response(status_code=304, headers=kept)


def _language(request: Request) -> str:
    return accepted_language(request.headers.get("accept-language"))


def _preferred(accept: str | None, *, html: bool) -> str | None:
    """The media type to answer in: the best of those the client accepts, the first listed among equals."""
    best, best_quality = None, 0.0
    for part in (accept or "*/*").split(","):
        name, *parameters = (each.strip().lower() for each in part.split(";"))
        found = _MEDIA.get(name)
        if name == HTML and html:
            found = HTML
        weight = quality(parameters)
        if found is not None and weight > best_quality:
            best, best_quality = found, weight
    return best


def _allow(refused: Refused) -> dict[str, str]:
    if refused.status == 401:
        return {"WWW-Authenticate": "Bearer"}
    return {"Allow": "POST"} if refused.status == 405 else {}


def _response(
    answer: dict[str, Any], status: int, media: str | None, headers: Mapping[str, str] | None = None
) -> Response:
    """One answer as JSON, whichever of its two names the client accepts."""
    media = GRAPHQL_RESPONSE if media == GRAPHQL_RESPONSE else JSON
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    always = {
        "Content-Type": f"{media}; charset=utf-8",
        "Cache-Control": "no-store",
        "Vary": "Accept, Accept-Language, Authorization",
    }
    return Response(body, status, {**always, **(headers or {})})
