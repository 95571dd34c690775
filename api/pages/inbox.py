"""`/inbox`: captured mail, newest first, as its reader would see it. Only mounted where mail is captured."""

from __future__ import annotations

from email.message import EmailMessage

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from api.pages.html import page
from casework.config import Settings
from notifier.captured import CapturedMail
from notifier.pictures import with_pictures

_SHOWN = 200

# The mail is shown in a sandboxed frame: whatever it holds can load pictures (photos are ours) and nothing else.
_FRAME_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: data: %s"
_PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; frame-ancestors 'none'; form-action 'self'"


def inbox_routes(settings: Settings, mail: CapturedMail) -> list[Route]:
    """The list, one mail, and its parts."""

    async def index(request: Request) -> Response:
        wanted = request.query_params.get("to", "").strip().lower()
        return page(
            "inbox.html",
            policy=_PAGE_POLICY,
            product=settings.product_name,
            mails=mail.newest(_SHOWN, recipient=wanted),
            shown=_SHOWN,
            recipients=mail.recipients(),
            wanted=wanted,
        )

    async def show(request: Request) -> Response:
        message = mail.read(request.path_params["id"])
        if message is None:
            return _missing(settings)
        return page(
            "mail.html",
            policy=_PAGE_POLICY,
            product=settings.product_name,
            id=request.path_params["id"],
            subject=message["Subject"],
            headers=list(message.items()),
            text=_part(message, "plain"),
        )

    async def html(request: Request) -> Response:
        message = mail.read(request.path_params["id"])
        if message is None:
            return _missing(settings)
        return HTMLResponse(
            with_pictures(_part(message, "html"), message),
            headers={"Content-Security-Policy": _FRAME_POLICY % settings.public_url, "X-Frame-Options": "SAMEORIGIN"},
        )

    async def source(request: Request) -> Response:
        raw = mail.raw(request.path_params["id"])
        return PlainTextResponse(raw) if raw is not None else _missing(settings)

    return [
        Route("/inbox", index),
        Route("/inbox/{id}", show),
        Route("/inbox/{id}/html", html),
        Route("/inbox/{id}/source", source),
    ]


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    return str(body.get_content()) if body is not None else ""


def _missing(settings: Settings) -> Response:
    return page(
        "plain.html",
        status=404,
        product=settings.product_name,
        title="There is no such mail",
        text="Only the newest captured mails are kept.",
    )
