"""`/confirm/…`, `/reset/…`, `/join/…`: where the links of account mail lead. GET shows a form, POST does it, once.

A POST is counted like the mutation that does the same. The pages speak the account's language, and where there is none
yet, the browser's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.language import accepted_language
from api.pages.html import page
from api.rates import Rates, Verb
from casework import clock, passwords
from casework.access import NOBODY
from casework.actions.confirming import account_with
from casework.actions.members import accept_invitation
from casework.actions.signing import reset_password
from casework.config import Settings
from casework.errors import CaseworkError, RateLimited
from casework.tokens import Purpose, Ticket, ticket_of
from notifier.confirming import confirm_email
from notifier.words import N_, Words, words_in

_PAGES = {
    "confirm": (Purpose.CONFIRM, Purpose.CONFIRM_GUEST),
    "reset": (Purpose.RESET,),
    "join": (Purpose.JOIN,),
}


def account_routes(settings: Settings) -> list[Route]:
    """Both verbs of each page. What is to be mailed then, the relay's next tick finds."""

    def routes(name: str, act: Callable[[Ticket, Words, str, FormData], Awaitable[None]]) -> list[Route]:
        async def good(request: Request) -> Ticket | None:
            token = request.path_params["token"]
            return await ticket_of(settings.secrets, token, clock.now(), *_PAGES[name])

        async def show(request: Request) -> Response:
            ticket = await good(request)
            words = _words(request, ticket)
            return await _form(settings, words, ticket) if ticket is not None else _gone(settings, words)

        async def do(request: Request) -> Response:
            ticket = await good(request)
            words = _words(request, ticket)
            try:
                await _count(request)
            except RateLimited as refusal:
                return _too_often(settings, words, refusal)
            if ticket is None:
                return _gone(settings, words)
            try:
                await act(ticket, words, request.path_params["token"], await request.form(max_files=0, max_fields=10))
            except CaseworkError as refusal:
                return await _form(settings, words, ticket, refusal=refusal)
            return page(
                "plain.html",
                language=words.language,
                product=settings.product_name,
                title=words.gettext(_DONE[ticket.purpose]),
                text=words.gettext("You can close this page now."),
            )

        return [
            Route(f"/{name}/{{token}}", show, methods=["GET", "HEAD"]),
            Route(f"/{name}/{{token}}", do, methods=["POST"]),
        ]

    async def confirm(ticket: Ticket, words: Words, token: str, form: FormData) -> None:
        await confirm_email(NOBODY, secret=settings.secrets, token=token)

    async def reset(ticket: Ticket, words: Words, token: str, form: FormData) -> None:
        hashed = await passwords.hashed(_field(form, "password"))
        await reset_password(NOBODY, secret=settings.secrets, token=token, password_hash=hashed)

    async def join(ticket: Ticket, words: Words, token: str, form: FormData) -> None:
        new = await account_with(str(ticket.address)) is None
        await accept_invitation(
            NOBODY,
            secret=settings.secrets,
            token=token,
            name=_field(form, "name") if new else None,
            password_hash=await passwords.hashed(_field(form, "password")) if new else None,
            language=words.language,
        )

    return [*routes("confirm", confirm), *routes("reset", reset), *routes("join", join)]


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


async def _count(request: Request) -> None:
    rates: Rates | None = request.app.state.rates
    if rates is not None:
        await rates.count(Verb.LINK, client=request.client.host if request.client else "", account=None)


def _words(request: Request, ticket: Ticket | None) -> Words:
    if ticket is not None and ticket.person is not None:
        return words_in(ticket.person.language)
    return words_in(accepted_language(request.headers.get("accept-language")))


def _too_often(settings: Settings, words: Words, refusal: RateLimited) -> Response:
    answer = page(
        "plain.html",
        status=429,
        language=words.language,
        product=settings.product_name,
        title=words.gettext("Too many tries"),
        text=words.say(refusal.phrase),
    )
    answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def _gone(settings: Settings, words: Words) -> Response:
    return page(
        "plain.html",
        status=410,
        language=words.language,
        product=settings.product_name,
        title=words.gettext("This link does not work any more"),
        text=words.gettext("It was used already, is too old, or was cut off on its way. Ask for a new one."),
    )


async def _form(settings: Settings, words: Words, ticket: Ticket, *, refusal: CaseworkError | None = None) -> Response:
    """What the link does, and what it needs for that."""
    new = ticket.purpose is Purpose.JOIN and await account_with(str(ticket.address)) is None
    return page(
        "account.html",
        status=200 if refusal is None else 422,
        language=words.language,
        product=settings.product_name,
        title=words.gettext(_TITLES[ticket.purpose]),
        lead=_lead(ticket, words),
        refusal=_said(refusal, words) if refusal is not None else None,
        name_label=words.gettext("Your name") if new else None,
        password_label=words.gettext("A new password, 8 characters or more")
        if new or ticket.purpose is Purpose.RESET
        else None,
        act=words.gettext(_ACTS[ticket.purpose]),
    )


def _said(refusal: CaseworkError, words: Words) -> str:
    """A refusal that names a field as the form does."""
    phrase, label = refusal.phrase, _LABELS.get(refusal.field or "")
    values = phrase.values if label is None else {**phrase.values, "field": words.plain(label)}
    return words.say(replace(phrase, values=values))


_LABELS = {"name": N_("Your name"), "password": N_("The password")}
_TITLES = {
    Purpose.CONFIRM: N_("Confirm your address"),
    Purpose.CONFIRM_GUEST: N_("Did you report this?"),
    Purpose.RESET: N_("Choose a new password"),
    Purpose.JOIN: N_("Make an account"),
}
_ACTS = {
    Purpose.CONFIRM: N_("Confirm this address"),
    Purpose.CONFIRM_GUEST: N_("Yes, that was me"),
    Purpose.RESET: N_("Choose a new password"),
    Purpose.JOIN: N_("Go on"),
}
_DONE = {
    Purpose.CONFIRM: N_("Your address is confirmed"),
    Purpose.CONFIRM_GUEST: N_("Thank you: you will hear of your requests"),
    Purpose.RESET: N_("Your password is new, and all sessions are ended"),
    Purpose.JOIN: N_("Welcome: you can sign in now"),
}


def _lead(ticket: Ticket, words: Words) -> str:
    address = str(ticket.address or "")
    if ticket.purpose is Purpose.CONFIRM and ticket.person is not None:
        return words.gettext(
            "%(address)s becomes the address of the account “%(name)s”.", address=address, name=ticket.person.name
        )
    if ticket.purpose is Purpose.CONFIRM_GUEST and ticket.request is not None:
        return words.gettext(
            "#%(number)s %(summary)s was reported with the address %(address)s.",
            number=ticket.request.number,
            summary=ticket.request.summary,
            address=address,
        )
    if ticket.purpose is Purpose.JOIN and ticket.organization is not None:
        return words.gettext(
            "%(organization)s invited %(address)s.", organization=ticket.organization.name, address=address
        )
    return address
