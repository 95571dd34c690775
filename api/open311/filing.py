"""Reporting from another system: the same action as `submitRequest`, done for a guest by whoever has a key.

form ── given ── submit_request ──▶ a number, or a token while the request waits for staff
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.types import Message

from api.bodies import body_of
from api.ground import Ground
from api.open311.problems import Problem, problem_of
from api.open311.towns import key_of
from api.rates import Verb
from api.transaction import Attempt, digest, once
from casework import text
from casework.access import NOBODY
from casework.actions.filing import submit_request
from casework.organizations import Organization, RequestCategory
from casework.questions import Answer, Choice, Given
from casework.requests import ServiceRequest
from casework.signing import make_token, read_token
from notifier.links import Links

PURPOSE = "open311"
FIELDS_MAX = 200
_ATTRIBUTE = re.compile(r"attribute\[([^\]]+)\](?:\[\d*\])?")


async def form_of(request: Request, most: int) -> FormData:
    """The fields of the body. Raises Problem for another media type, Refused for one that is too large."""
    media = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise Problem(415, "Send the request as application/x-www-form-urlencoded.")
    body = await body_of(request, most)

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return await Request(request.scope, receive).form(max_files=0, max_fields=FIELDS_MAX)


async def report(
    ground: Ground, organization: Organization, form: FormData, *, client: str, idempotency_key: str | None
) -> list[dict[str, Any]]:
    """File what the form says. Raises Problem, naming the parameter."""
    given = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    key = await key_of(given, organization)
    if key is None:
        raise Problem(403, "api_key was not provided; the organization's managers make one.")
    category_id = _service(given)
    if ground.rates is not None:
        await ground.rates.count(Verb.SYSTEM, client=client, account=f"api_key {key.id}")

    async def act() -> list[int]:
        return [(await _submitted(organization, category_id, form, given)).id]

    fields = sorted((name, str(value)) for name, value in form.multi_items() if name != "api_key")
    attempt = Attempt(f"api_key {key.id}", "open311 requests", idempotency_key, digest(json.dumps(fields)))
    answer = await once(attempt, act)
    if answer.errors:
        raise problem_of(answer.errors[0])
    if not answer.is_replay:
        await ground.context(NOBODY, None, client=client, accepted_language="").committed()
    return [await _receipt(ground, answer.changed[0])]


async def request_of(ground: Ground, organization: Organization, token: str) -> list[dict[str, Any]]:
    """What became of a token: the request's number, once there is one to tell. Raises Problem."""
    subject = read_token(ground.settings.secrets, PURPOSE, token)
    found = await ServiceRequest.get_or_none(id=int(subject), organization_id=organization.id) if subject else None
    if found is None:
        raise Problem(404, "token: there is no such token.")
    return [{"service_request_id": str(found.number) if found.held_at is None else None, "token": token}]


async def _submitted(
    organization: Organization, category_id: int, form: FormData, given: Mapping[str, str]
) -> ServiceRequest:
    summary, description = _words(given.get("description", ""))
    if not summary:
        category = await RequestCategory.get_or_none(id=category_id, organization_id=organization.id)
        summary = category.name if category is not None else "-"
    return await submit_request(
        NOBODY,
        organization_id=organization.id,
        category_id=category_id,
        summary=summary,
        description=description,
        latitude=_degrees(given, "lat"),
        longitude=_degrees(given, "long"),
        place=_place(given),
        photo_urls=[given["media_url"]] if given.get("media_url") else [],
        answers=_answers(form),
        volunteered=_volunteered(given),
        reporter_address=given.get("email") or None,
    )


def _service(given: Mapping[str, str]) -> int:
    code = given.get("service_code", "").strip()
    if not code:
        raise Problem(400, "service_code was not provided.")
    number = text.whole_number(code)
    if number is None:
        raise Problem(404, f"service_code: there is no service {code!r}.")
    return number


def _place(given: Mapping[str, str]) -> str:
    """Where it is, in words. Raises Problem where nothing says where it is."""
    place = given.get("address_string", "").strip()
    if not place and not (given.get("lat") and given.get("long")):
        raise Problem(400, "Say where it is: lat and long, or address_string. This server knows no address_id.")
    return place


def _degrees(given: Mapping[str, str], name: str) -> float | None:
    if not given.get(name):
        return None
    try:
        return float(given[name])
    except ValueError:
        raise Problem(400, f"{name} must be in degrees (WGS 84), as in 42.3601.") from None


def _words(description: str) -> tuple[str, str]:
    """The summary, which is the first line as far as it fits, and all of it where that isn't everything."""
    whole = description.strip()
    first = whole.splitlines()[0].strip() if whole else ""
    if first == whole and len(first) <= text.LINE_MAX:
        return first, ""
    if len(first) > text.LINE_MAX:
        first = first[: text.LINE_MAX - 1].rsplit(" ", 1)[0] + "…"
    return first, whole


def _answers(form: FormData) -> list[Given]:
    """`attribute[code]=value`, several times or with `[]` for several values."""
    values: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if (found := _ATTRIBUTE.fullmatch(name)) and isinstance(value, str):
            values.setdefault(found[1], []).append(value)
    return [Given(code, tuple(said)) for code, said in values.items()]


def _volunteered(given: Mapping[str, str]) -> list[Answer]:
    """What callers say of themselves, for staff alone. Raises Invalid."""
    first, last, phone = (
        text.line(given.get(name, ""), name, required=False) for name in ("first_name", "last_name", "phone")
    )
    told = (("name", "Name", f"{first} {last}".strip()), ("phone", "Phone", phone))
    return [
        Answer(f"open311.{code}", prompt, (Choice(said, said),), private=True, volunteered=True)
        for code, prompt, said in told
        if said
    ]


async def _receipt(ground: Ground, request_id: int) -> dict[str, Any]:
    row = await ServiceRequest.get(id=request_id).select_related("organization", "category")
    if row.held_at is not None:
        token = make_token(ground.settings.secret_key, PURPOSE, str(row.id))
        notice = "Staff look at it first. Ask with the token for its number."
        return {"token": token, "service_notice": notice, "account_id": None}
    seen = not (row.is_hidden or row.category.is_private)
    notice = f"See what becomes of it: {Links(ground.settings).request(row)}" if seen else "Only staff can see it."
    return {"service_request_id": str(row.number), "service_notice": notice, "account_id": None}
