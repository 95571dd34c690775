"""`/u/{token}`: the link of a mail. GET and HEAD only show; POST acts, at once and without a session (RFC 8058)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.pages.html import page
from casework.config import Settings
from casework.requests import ServiceRequest
from notifier import unsubscribe
from notifier.kinds import KINDS
from notifier.unsubscribe import Wish
from notifier.words import words_in


def unsubscribe_routes(settings: Settings) -> list[Route]:
    """Both verbs of the page."""

    async def show(request: Request) -> Response:
        wish = await unsubscribe.read_wish(settings, request.path_params["token"])
        return await _page(wish, undone=False)

    async def act(request: Request) -> Response:
        wish = await unsubscribe.read_wish(settings, request.path_params["token"])
        if wish is None:
            return await _page(None, undone=False)
        form = await request.form(max_files=0, max_fields=10)
        if form.get("undo"):
            await unsubscribe.take_back(wish)
        else:
            await unsubscribe.grant(wish)
        return await _page(wish, undone=bool(form.get("undo")))

    async def _page(wish: Wish | None, *, undone: bool) -> Response:
        if wish is None:
            return page(
                "plain.html",
                status=404,
                product=settings.product_name,
                title="This link does not work",
                text="It may have been cut off on its way. Use the link in a newer mail.",
            )
        return page(
            "wish.html",
            product=settings.product_name,
            language=wish.language,
            granted=await unsubscribe.is_granted(wish),
            undone=undone,
            words=await _words(wish),
        )

    return [
        Route("/u/{token}", show, methods=["GET", "HEAD"]),
        Route("/u/{token}", act, methods=["POST"]),
    ]


async def _words(wish: Wish) -> dict[str, str]:
    """The page's sentences, in the reader's language."""
    _ = words_in(wish.language).gettext
    if wish.request_id is not None:
        request = await ServiceRequest.get(id=wish.request_id)
        return {
            "title": _("Mute request #%(number)s", number=request.number),
            "lead": _("You will get no more mail about this request, whatever the reason. Mail for staff goes on."),
            "act": _("Mute this request"),
            "done": _("This request is muted."),
            "undo": _("Hear of it again"),
            "undone": _("You will hear of this request again, from now on."),
            "others": _("Mail about other requests is not affected."),
        }
    return {
        "title": _("Stop this mail"),
        "lead": _("You get mail for this: %(kinds)s.", kinds="; ".join(_(KINDS[kind].label) for kind in wish.kinds)),
        "act": _("Stop it"),
        "done": _("It is stopped. You will get no more mail of this kind."),
        "undo": _("Send it again"),
        "undone": _("You will get this mail again, from now on."),
        "others": _("Mail of other kinds is not affected."),
    }
