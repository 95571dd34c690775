"""Photos over HTTP: sent as they are, and shown to whoever may see them.

    POST /photos                   the picture's bytes ──▶ 201 {"photo": {"id", "width", "height"}}
    GET  /photos/{key}.jpg         as large as it is kept; /photos/{key}-small.jpg for lists and mails
         … ?token=                 what one reader may see and not everybody, until the token ends

Uploading is like a mutation: the same bearer token, counted, and with an `Idempotency-Key` safe to repeat. Whether
somebody may see a photo is asked each time it is fetched, of the rows as they are now.
"""

from __future__ import annotations

import asyncio
import hashlib
import re

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from api.auth import viewer_from
from api.bodies import body_of, idempotency_key
from api.context import Context
from api.errors import Refused, formatted_error, masked
from api.ground import Ground
from api.language import accepted_language
from api.photos.files import PhotoFiles, Size
from api.photos.pictures import MEDIA_TYPE, Picture, picture_of
from api.rates import Verb
from api.transaction import Answer, Attempt, once
from casework import clock
from casework.access import viewer_for
from casework.actions.photos import begin_photo, keep_photo
from casework.errors import BadPhoto, CaseworkError, Conflict, RateLimited
from casework.people import BareAddress, Person
from casework.photos import Photo, address_sees_photo, is_public, photo_in_use, sees_photo
from casework.signing import read_token
from notifier.links import PHOTO

_NAME = re.compile(r"([0-9a-f]{32})(-small)?\.jpg")
_SUBJECT = re.compile(r"([0-9a-f]{32}):([pa])([0-9]{1,9}):([0-9]{1,11})")
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_STATUS: dict[type[CaseworkError], int] = {BadPhoto: 422, RateLimited: 429, Conflict: 409}
_AT_ONCE = 2
"""Pictures that are decoded at the same time: each may take 8 bytes a pixel for a moment."""

# Whoever saw it once may see it again; what is shared with others asks again within the hour, as it may turn private.
_PUBLIC = "public, max-age=31536000, s-maxage=3600, immutable"
_OWN = "private, max-age=31536000, immutable"


def photo_routes(ground: Ground) -> list[Route]:
    files, turn = PhotoFiles(ground.settings), asyncio.Semaphore(_AT_ONCE)

    async def upload(request: Request) -> Response:
        language = accepted_language(request.headers.get("accept-language"))
        try:
            viewer, session = await viewer_from(request.headers.get("authorization"))
            context = ground.context(
                viewer,
                session,
                client=request.client.host if request.client else "",
                accepted_language=language,
                idempotency_key=idempotency_key(request),
            )
            language = context.language
            await context.count(Verb.PHOTO)
            if request.headers.get("content-type", "").split(";")[0].strip().lower() in _FORMS:
                raise Refused("UNSUPPORTED_MEDIA_TYPE", "Send the picture's bytes as the body, in no form.", status=415)
            body = await body_of(request, ground.settings.max_photo_bytes)
            async with turn:
                picture = await asyncio.to_thread(picture_of, body, most_pixels=ground.settings.max_photo_pixels)
            photo = await _kept(context, files, picture, body)
        except Refused as refused:
            headers = {"WWW-Authenticate": "Bearer"} if refused.status == 401 else {}
            return _json({"errors": [refused.formatted(language)]}, refused.status, headers)
        except CaseworkError as error:
            headers = {"Retry-After": str(error.retry_after)} if isinstance(error, RateLimited) else {}
            return _json({"errors": [formatted_error(error, language)]}, _STATUS.get(type(error), 400), headers)
        except Exception as error:
            return _json({"errors": [masked(error, language)]}, 500)
        told = {"id": photo.key, "width": photo.width, "height": photo.height}
        return _json({"photo": told}, 201)

    async def show(request: Request) -> Response:
        named = _NAME.fullmatch(request.path_params["name"])
        photo = await photo_in_use(named[1]) if named else None
        if photo is None or named is None:
            return _not_here()
        public = is_public(photo)
        if not public and not await _is_theirs(ground, photo, request.query_params.get("token", "")):
            return _not_here()
        size = Size(named[2] or "")
        headers = {
            "Cache-Control": _PUBLIC if public else _OWN,
            "ETag": f'"{photo.key}{size}"',
            "Content-Disposition": f'inline; filename="{photo.key}{size}.jpg"',
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Robots-Tag": "noindex",
        }
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        try:
            held = await files.read(photo.key, size)
        except Refused as refused:
            return PlainTextResponse(refused.message, refused.status, {"Cache-Control": "no-store"})
        return _not_here() if held is None else Response(held, 200, headers, media_type=MEDIA_TYPE)

    return [Route("/photos", upload, methods=["POST"]), Route("/photos/{name}", show)]


async def _kept(context: Context, files: PhotoFiles, picture: Picture, body: bytes) -> Photo:
    """Write it down, once for each key. What a repetition wrote goes with all that is never used."""
    begun = await begin_photo(context.viewer, width=picture.width, height=picture.height)
    await files.keep(begun.key, picture)

    async def act() -> list[int]:
        return [(await keep_photo(context.viewer, begun.id)).id]

    attempt = Attempt(context.session, "POST /photos", context.idempotency_key, hashlib.sha256(body).hexdigest())
    answer: Answer = await once(attempt, act)
    if answer.errors:
        raise answer.errors[0]
    return await Photo.get(id=answer.changed[0])


async def _is_theirs(ground: Ground, photo: Photo, token: str) -> bool:
    """Whether a token names this photo and a reader who may see it now, and has not ended."""
    named = _SUBJECT.fullmatch(read_token(ground.settings.secrets, PHOTO, token) or "")
    if named is None or named[1] != photo.key or int(named[4]) < clock.now().timestamp():
        return False
    number = int(named[3])
    if named[2] == "p":
        return sees_photo(await viewer_for(await Person.get_or_none(id=number)), photo)
    bare = await BareAddress.get_or_none(id=number)
    return bare is not None and address_sees_photo(bare.address, photo)


def _not_here() -> Response:
    """What is not there and what may not be seen are never told apart."""
    return PlainTextResponse("There is no such photo.", 404, {"Cache-Control": "no-store"})


def _json(answer: object, status: int, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(answer, status, {"Cache-Control": "no-store", **(headers or {})})
