"""Staff at the gallery's door: an API session's token, in the header or in a cookie that only `/mail` is sent.

What is shown changes nothing, so the cookie needs no more protection than being sent to this site's own pages alone.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.auth import viewer_from
from api.errors import Refused
from api.pages.html import language_of, page
from api.rates import Rates, Verb
from casework.access import NOBODY, Viewer
from casework.actions.signing import sign_in
from casework.config import Settings
from casework.errors import CaseworkError, RateLimited
from casework.organizations import Organization
from casework.phrases import Phrase
from notifier.words import words_in

COOKIE = "curbcast_mail"
_LABEL = "Mail gallery"


async def viewer_at(request: Request) -> Viewer:
    """Who looks; nobody where there is no good token."""
    token = request.cookies.get(COOKIE)
    authorization = request.headers.get("authorization") or (f"Bearer {token}" if token else None)
    try:
        viewer, _ = await viewer_from(authorization)
    except Refused:
        return NOBODY
    return viewer


async def staffed_by(viewer: Viewer) -> list[Organization]:
    """The organizations whose mail the viewer may look at."""
    return await Organization.filter(id__in=viewer.staffed).order_by("name")


def door(request: Request, settings: Settings, *, refusal: Phrase | None = None, status: int = 401) -> Response:
    """The form that asks who it is."""
    return page(
        "gallery_door.html",
        status=status,
        product=settings.product_name,
        language=(language := language_of(request)),
        refusal=words_in(language).say(refusal) if refusal is not None else None,
    )


async def enter(request: Request, settings: Settings) -> Response:
    """Sign in, like the mutation `signIn`, and come back with a cookie."""
    form = await request.form(max_files=0, max_fields=4)
    address, password = (str(form.get(name, "")) for name in ("address", "password"))
    try:
        rates: Rates | None = request.app.state.rates
        if rates is not None:
            client = request.client.host if request.client is not None else ""
            await rates.count(Verb.SIGN_IN, client=client, account=address)
        _, token = await sign_in(address=address, password=password, label=_LABEL)
    except RateLimited as refused:
        return door(request, settings, refusal=refused.phrase, status=429)
    except CaseworkError as refused:
        return door(request, settings, refusal=refused.phrase, status=422)
    answer = RedirectResponse("/mail", status_code=303)
    answer.set_cookie(
        COOKIE,
        token,
        path="/mail",
        httponly=True,
        samesite="strict",
        secure=settings.public_url.startswith("https:"),
    )
    return answer
