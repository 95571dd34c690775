"""`/u/{token}`: the link of a mail. GET and HEAD only show; POST acts, at once and without a session (RFC 8058).

A POST that names nothing, such as a mail program's one click, does what the link asks for; `undo=1` takes it back.
`do` and `undo` with another name are the page's own buttons: notifier.ways_down.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.pages.html import page
from casework.config import Settings
from casework.errors import CaseworkError
from casework.requests import ServiceRequest
from notifier import unsubscribe
from notifier.kinds import KINDS
from notifier.links import Links
from notifier.preferences import DIGEST, Cadence
from notifier.unsubscribe import Wish
from notifier.ways_down import Way, still_heard, take, ways_down
from notifier.words import N_, Words, languages, words_in

CADENCES = {
    Cadence.IMMEDIATE: N_("at once"),
    Cadence.HOURLY: N_("in an hourly digest"),
    Cadence.DAILY: N_("in a daily digest"),
    Cadence.WEEKLY: N_("in a weekly digest"),
    Cadence.OFF: N_("not at all"),
}

_WAYS = {
    "digest": (N_("A daily digest instead"), N_("It comes in a daily digest now."), N_("At once again")),
    "mute": (
        N_("Mute request #%(name)s"),
        N_("Request #%(name)s is muted."),
        N_("Hear of request #%(name)s again"),
    ),
    "area": (
        N_("Turn off the area “%(name)s”"),
        N_("The area “%(name)s” is off."),
        N_("Turn the area “%(name)s” on again"),
    ),
    "everything": (
        N_("Stop all mail"),
        N_("All mail is stopped, but for mail about your account."),
        N_("Send mail again, as it was chosen before"),
    ),
}
"""What each way's button says, what is so once it was pressed, and what takes it back."""


@dataclass(frozen=True)
class Button:
    """One form of the page: a name (`do` or `undo`), its value, and what it says."""

    name: str
    value: str
    text: str
    status: str = ""


def unsubscribe_routes(settings: Settings) -> list[Route]:
    """Both verbs of the page."""

    async def show(request: Request) -> Response:
        wish = await unsubscribe.read_wish(settings, request.path_params["token"])
        return await _page(request, wish)

    async def act(request: Request) -> Response:
        wish = await unsubscribe.read_wish(settings, request.path_params["token"])
        if wish is None:
            return await _page(request, None)
        form = await request.form(max_files=0, max_fields=10)
        do, undo = str(form.get("do", "")), str(form.get("undo", ""))
        try:
            if undo in ("1", "this"):
                await unsubscribe.take_back(wish)
            elif undo or do:
                await take(wish, undo or do, back=bool(undo))
            else:
                await unsubscribe.grant(wish)
        except CaseworkError as refusal:
            return await _page(request, wish, refusal=refusal)
        return await _page(request, wish, undone=undo)

    async def _page(
        request: Request, wish: Wish | None, *, undone: str = "", refusal: CaseworkError | None = None
    ) -> Response:
        if wish is None:
            return unknown_link(request, settings)
        words = words_in(asked_for(request) or wish.language)
        granted, ways = await unsubscribe.is_granted(wish), await ways_down(wish)
        everything_off = any(way.sort == "everything" and way.taken for way in ways)
        told = await _words(wish, words)
        return page(
            "wish.html",
            product=settings.product_name,
            language=words.language,
            languages=languages_but(words),
            words=told,
            granted=granted,
            undone=told["undone"] if undone in ("1", "this") and not granted else None,
            refusal=words.say(refusal.phrase) if refusal is not None else None,
            more=[_button(way, words) for way in ways],
            heard=[
                (words.gettext(each.kind.label), words.gettext(CADENCES[each.cadence]))
                for each in await still_heard(wish.recipient)
            ],
            everything_off=everything_off,
            preferences_url=Links(settings).preferences(wish.reference),
        )

    return [
        Route("/u/{token}", show, methods=["GET", "HEAD"]),
        Route("/u/{token}", act, methods=["POST"]),
    ]


def unknown_link(request: Request, settings: Settings) -> Response:
    """What a link shows that is none of ours."""
    words = words_in(asked_for(request) or "en")
    return page(
        "plain.html",
        status=404,
        product=settings.product_name,
        language=words.language,
        title=words.gettext("This link does not work"),
        text=words.gettext("It may have been cut off on its way. Use the link in a newer mail."),
    )


def languages_but(words: Words) -> list[tuple[str, str]]:
    """The other languages that the page can be read in: what they are called in themselves."""
    return [
        (each, str(words_in(each).locale.display_name).capitalize()) for each in languages() if each != words.language
    ]


def asked_for(request: Request) -> str | None:
    wanted = request.query_params.get("language")
    return wanted if wanted in languages() else None


def _button(way: Way, words: Words) -> Button:
    act, done, undo = (
        words.gettext(each, name=way.name) if way.name else words.gettext(each) for each in _WAYS[way.sort]
    )
    return Button("undo", way.key, undo, done) if way.taken else Button("do", way.key, act)


async def _words(wish: Wish, words: Words) -> dict[str, str]:
    """The page's sentences, in the reader's language."""
    _ = words.gettext
    always = {
        "more": _("Other things that you can do"),
        "still": _("What you still hear of"),
        "nothing": _("Nothing, but for mail about your account."),
        "preferences": _("Choose which mails you get, and when"),
        "areas": _("Single areas and requests may be set otherwise."),
    }
    if wish.request_id is not None:
        request = await ServiceRequest.get(id=wish.request_id)
        return always | {
            "title": _("Mute request #%(number)s", number=request.number),
            "lead": _("You will get no more mail about this request, whatever the reason. Mail for staff goes on."),
            "act": _("Mute this request"),
            "done": _("This request is muted."),
            "undo": _("Hear of it again"),
            "undone": _("You will hear of this request again, from now on."),
            "others": _("Mail about other requests is not affected."),
        }
    if wish.kinds == (DIGEST,):
        return always | {
            "title": _("Stop these digests"),
            "lead": _("You get digests of what happens. Stopping them leaves what you hear of at once as it is."),
            "act": _("Stop the digests"),
            "done": _("The digests are stopped."),
            "undo": _("Send digests again"),
            "undone": _("You will get digests again, of what happens from now on."),
            "others": _("Mail that comes at once is not affected."),
        }
    labels = [_(KINDS[kind].label) if kind in KINDS else _("A digest") for kind in wish.kinds]
    return always | {
        "title": _("Stop this mail"),
        "lead": _("You get mail for this: %(kinds)s.", kinds="; ".join(labels)),
        "act": _("Stop it"),
        "done": _("It is stopped. You will get no more mail of this kind."),
        "undo": _("Send it again"),
        "undone": _("You will get this mail again, from now on."),
        "others": _("Mail of other kinds is not affected."),
    }
