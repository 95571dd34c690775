"""`/`: where to go from here. Under `demo` it also lists the tokens of the town's people, and shows the town live.

The script (`static/town.js`) is a client like any other: it follows and asks with those tokens. What it says itself is
here, so that it can be said in the browser's language; why somebody is not told is the API's own sentence, in the
language of the member of staff who asks: one who speaks the browser's, where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.pages.html import language_of, page
from casework.config import Settings
from casework.people import Role
from casework.phrases import N_
from notifier.words import words_in

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_ABOUT_TO_GO = N_("A mail is about to go")
_FATES = {
    "PENDING": _ABOUT_TO_GO,
    "SENDING": _ABOUT_TO_GO,
    "DEFERRED": N_("The mail is tried again later"),
    "SENT": N_("Mailed"),
    "MERGED": N_("Mailed, with others"),
    "HELD": N_("Waits until %(moment)s"),
    "SKIPPED": N_("Not told"),
    "FAILED": N_("The mail was refused"),
    "UNKNOWN": N_("The mail may have arrived"),
}
_REASONS = {
    "reporter": N_("They reported it"),
    "follower": N_("They follow it"),
    "staff_subscriber": N_("They follow it as staff"),
    "assignee": N_("It is assigned to them"),
    "worker": N_("The work order is assigned to them"),
    "was_assignee": N_("It was assigned to them until now"),
    "mentioned": N_("They are mentioned in it"),
    "watch_area": N_("It lies in an area that they watch"),
    "confirmation": N_("It confirms what they did"),
    "account": N_("It is about their account"),
    "route_address": N_("The category's requests go there"),
    "escalate_address": N_("The category's late requests go there"),
}
_OTHERS = N_("Not told, and why: %(many)s")

_PARTS = {
    Role.OWNER: N_("owner of the town"),
    Role.MANAGER: N_("manager of the town"),
    Role.INTERNAL: N_("works for the town"),
    Role.REQUESTER: N_("may report to the town"),
    None: N_("resident"),
}

Player = tuple[str, Role | None]
"""Somebody of the demo's town: their name, and their role there."""


def start_routes(settings: Settings, tokens: Mapping[Player, str], *, gallery: bool = False) -> list[Route]:
    """The start page. `tokens` are shown as they are: give none outside a demo. With a `gallery`, it leads there."""

    async def start(request: Request) -> Response:
        language = language_of(request)
        return page(
            "start.html",
            policy=_POLICY,
            language=language,
            product=settings.product_name,
            tokens=tokens,
            parts=_PARTS,
            words=_said(language),
            inbox=settings.smtp_url is None,
            graphiql=settings.graphiql,
            gallery=gallery,
        )

    return [Route("/", start)]


def _said(language: str) -> dict[str, object]:
    """What the script says, as JSON."""
    words = words_in(language)
    return {
        "fates": {state: words.plain(fate) for state, fate in _FATES.items()},
        "reasons": {reason: words.plain(told) for reason, told in _REASONS.items()},
        "others": words.plain(_OTHERS),
    }
