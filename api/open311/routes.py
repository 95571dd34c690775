"""`/open311/v2/…`: the routes of GeoReport v2, each in JSON and XML.

GET  discovery, services, services/{code}          what can be reported
POST requests       GET tokens/{token}             reporting, with the organization's key
GET  requests, requests/{id}                       what became of it; anybody may ask what is public
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.bodies import idempotency_key
from api.errors import Refused
from api.ground import Ground
from api.open311 import filing, finding, services
from api.open311.formats import MEDIA, Format, answer, format_of
from api.open311.problems import Problem, problem_of
from api.open311.towns import key_of, organization_of
from api.rates import Verb
from casework.errors import CaseworkError

ROOT = "/open311/v2"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"

Answering = Callable[[Request, Format], Awaitable[Response]]


def open311_routes(ground: Ground) -> list[Route]:
    """Every path twice: with the ending of a format, and without."""
    settings = ground.settings
    cached = f"public, max-age={settings.public_cache_seconds}"

    async def discovery(request: Request, format: Format) -> Response:
        return answer(format, "discovery", _discovery(settings.public_url), Cache_Control=cached)

    async def listed(request: Request, format: Format) -> Response:
        organization = await organization_of(request.query_params)
        return answer(format, "services", await services.service_list(organization), Cache_Control=cached)

    async def defined(request: Request, format: Format) -> Response:
        organization = await organization_of(request.query_params)
        found = await services.service_definition(organization, request.path_params["code"])
        return answer(format, "service_definition", found, Cache_Control=cached)

    async def found(request: Request, format: Format) -> Response:
        given = request.query_params
        organization = await organization_of(given)
        if ground.rates is not None:
            await ground.rates.count(Verb.LOOK_UP, client=_client(request), account=given.get("api_key"))
        insider = await key_of(given, organization) is not None
        number = request.path_params.get("number")
        if number is None:
            rows = await finding.requests_found(settings, organization, given, insider=insider)
        else:
            rows = await finding.request_numbered(settings, organization, given, number, insider=insider)
        return answer(format, "service_requests", rows, Cache_Control="no-store" if insider else cached)

    async def reported(request: Request, format: Format) -> Response:
        form = await filing.form_of(request, settings.max_request_bytes)
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        organization = await organization_of({**request.query_params, **fields})
        receipt = await filing.report(
            ground,
            organization,
            form,
            client=_client(request),
            idempotency_key=idempotency_key(request),
        )
        return answer(format, "service_requests", receipt, status=201, Cache_Control="no-store")

    async def token(request: Request, format: Format) -> Response:
        organization = await organization_of(request.query_params)
        told = await filing.request_of(ground, organization, request.path_params["token"])
        return answer(format, "service_requests", told, Cache_Control="no-store")

    return [
        *_both("/discovery", discovery),
        *_both("/services", listed),
        *_both("/services/{code}", defined),
        *_both("/requests", found),
        *_both("/requests", reported, "POST"),
        *_both("/requests/{number}", found),
        *_both("/tokens/{token}", token),
    ]


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


def _both(path: str, answering: Answering, method: str = "GET") -> list[Route]:
    async def endpoint(request: Request) -> Response:
        format = Format.XML
        try:
            format = format_of(request)
            return await answering(request, format)
        except Problem as problem:
            told = problem
        except Refused as refused:
            told = Problem(refused.status, refused.message)
        except CaseworkError as error:
            told = problem_of(error)
        except HTTPException as error:  # Starlette's own, for a form that it can't read
            told = Problem(error.status_code, f"The form can't be read: {error.detail}")
        return answer(format, "errors", told.errors, status=told.status, Cache_Control="no-store", **told.headers)

    return [Route(f"{ROOT}{path}{ending}", endpoint, methods=[method]) for ending in (".{format}", "")]


def _discovery(public_url: str) -> dict[str, Any]:
    return {
        "changeset": "2026-11-25T00:00:00Z",
        "contact": f"{public_url}/",
        "key_service": "An organization's managers make keys: createApiKey, at /graphql.",
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{public_url}{ROOT}",
                "changeset": "2026-11-25T00:00:00Z",
                "type": "production",
                "formats": [media.split(";")[0] for media in MEDIA.values()],
            }
        ],
    }
