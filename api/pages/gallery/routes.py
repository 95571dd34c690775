"""Every route of the gallery, for an operator or for staff."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.pages.gallery.changes import changes
from api.pages.gallery.choosing import VIEW_NAMES, VIEWS, Choice, all_samples
from api.pages.gallery.entering import door, enter, staffed_by, viewer_at
from api.pages.gallery.real import real_mail
from api.pages.gallery.showing import FRAMED, PARTS, framed, show
from api.pages.html import language_of, page
from casework.config import Settings, is_loopback
from casework.errors import CaseworkError
from casework.organizations import Organization
from casework.text import address as checked_address
from notifier import preview as door_to_mail
from notifier.branding import Branding, Live, brandings_of, live_openings, organization_facts
from notifier.facts import OrganizationFacts
from notifier.outcome import Transport
from notifier.preview import BRANDS, Preview, preview, preview_names
from notifier.words import N_, languages, words_in

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self';"
    " frame-ancestors 'none'"
)
_NO_STORE = {"Cache-Control": "no-store"}


def gallery_routes(settings: Settings, *, operator: bool, transport: Transport | None = None) -> list[Route]:
    """Everything for an `operator`, who may send a test mail with `transport`; otherwise samples for staff."""
    gallery = _Gallery(settings, operator, transport)
    routes = [
        Route("/mail", gallery.index, methods=["GET", "HEAD"]),
        Route("/mail/{name}/{language}/{part}", gallery.part, methods=["GET", "HEAD"]),
    ]
    if operator:
        door_to_mail.reload_on_change()
        own = [
            Route("/mail/changes", gallery.operators(changes), methods=["GET"]),
            Route("/mail/send-test", gallery.operators(gallery.send_test), methods=["POST"]),
        ]
        return [*own, *routes]
    return [*routes, Route("/mail", gallery.sign_in, methods=["POST"])]


@dataclass(frozen=True)
class _Dress:
    """How an organization's mail looks, and how its kinds begin, by kind and language."""

    facts: OrganizationFacts
    openings: Mapping[tuple[str, str], str]


_SAMPLES = {name: _Dress(facts, {}) for name, facts in BRANDS.items()}


def _dress(organization: Organization, branding: Branding | None, openings: Live) -> _Dress:
    own = {(kind, language): body for (of, kind, language), body in openings.items() if of == organization.id}
    return _Dress(organization_facts(organization, branding), own)


@dataclass(frozen=True)
class _Gallery:
    settings: Settings
    operator: bool
    transport: Transport | None

    def operators(self, answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """What only this machine's own browser may ask for, and no page of another site through it."""

        async def guarded(request: Request) -> Response:
            return await answer(request) if self._is_at_home(request) else _plain(request, self.settings, 403, *_AWAY)

        return guarded

    def _is_at_home(self, request: Request) -> bool:
        """Asked for by this machine's name (not one that somebody points at it), and by no other site."""
        host = request.url.hostname or ""
        known = host == urlsplit(self.settings.public_url).hostname or is_loopback(host)
        return known and request.headers.get("sec-fetch-site", "none") in ("none", "same-origin")

    async def _brands(self, request: Request) -> dict[str, _Dress] | None:
        """What the samples can be dressed in; None for who may not see any."""
        if self.operator:
            return _SAMPLES if self._is_at_home(request) else None
        staffed = await staffed_by(await viewer_at(request))
        brandings = await brandings_of(each.id for each in staffed)
        openings = await live_openings(each.id for each in staffed)
        return {each.slug: _dress(each, brandings.get(each.id), openings) for each in staffed} or None

    async def sign_in(self, request: Request) -> Response:
        return await enter(request, self.settings)

    async def index(self, request: Request) -> Response:
        brands = await self._brands(request)
        if brands is None:
            return self._closed(request)
        choice = Choice.of(request.query_params, list(brands))
        if choice.is_real and not self.operator:
            return _plain(request, self.settings, 404, *_NO_MAIL)
        return page(
            "gallery.html",
            policy=_POLICY,
            product=self.settings.product_name,
            language=language_of(request),
            choice=choice,
            every={
                "languages": languages(),
                "views": list(VIEWS),
                "view_names": VIEW_NAMES,
                "samples": all_samples(),
                "brands": list(brands),
                "names": preview_names(),
            },
            operator=self.operator,
            sent=request.query_params.get("sent"),
            refused=request.query_params.get("refused"),
        )

    async def part(self, request: Request) -> Response:
        brands = await self._brands(request)
        if brands is None:
            return self._closed(request)
        part = request.path_params["part"]
        choice = Choice.of(request.query_params, list(brands))
        name, language = request.path_params["name"], request.path_params["language"]
        mail = await self._maker(name, language, choice, brands)
        if mail is None or part not in PARTS:
            return framed(_plain(request, self.settings, 404, *_NO_MAIL, policy=FRAMED))
        return await show(part, mail, language_of(request))

    async def _maker(
        self, name: str, language: str, choice: Choice, brands: dict[str, _Dress]
    ) -> Callable[[], Awaitable[Preview]] | None:
        """What makes the mail; None where there is none."""
        if name in preview_names() and language in languages():

            async def sample() -> Preview:
                dress = brands[choice.brand]
                opening = dress.openings.get((name, language), "")
                return preview(name, language, choice.sample_of(name), choice.brand, dress.facts, opening)

            return sample
        found = await real_mail(name, self.settings) if self.operator else None
        if found is None:
            return None

        async def real() -> Preview:
            return found

        return real

    async def send_test(self, request: Request) -> Response:
        """One sample to one address, by the server that is set; captured where none is."""
        form = await request.form(max_files=0, max_fields=8)
        given = {key: str(value) for key, value in form.items()}
        choice = Choice.of(request.query_params, list(_SAMPLES))
        name, language = given.get("name", ""), given.get("language", "")
        make = await self._maker(name, language, choice, _SAMPLES)
        if make is None or self.transport is None:
            return _plain(request, self.settings, 404, *_NO_MAIL)
        try:
            to = checked_address(given.get("to", ""), "to")
        except CaseworkError as refused:
            return _plain(request, self.settings, 422, _NOT_SENT, words_in(language_of(request)).say(refused.phrase))
        message = door_to_mail.addressed(await make(), to, self.settings)
        outcome = await self.transport.send(message, sender=self.settings.mail_from, recipient=to)
        sent = outcome.state == "sent"
        told = f"{to}: {outcome.code or ''} {outcome.detail}"
        return _plain(request, self.settings, 200 if sent else 502, _SENT if sent else _NOT_SENT, told)

    def _closed(self, request: Request) -> Response:
        return _plain(request, self.settings, 403, *_AWAY) if self.operator else door(request, self.settings)


_AWAY = (
    N_("The gallery is for this machine"),
    N_("Open it by its own address, such as http://127.0.0.1:8000/mail."),
)
_NO_MAIL = (N_("There is no such mail"), N_("Or nothing waits for this reader, or it holds a secret link."))
_SENT, _NOT_SENT = N_("The test mail was sent"), N_("The test mail was not sent")


def _plain(request: Request, settings: Settings, status: int, title: str, text: str, policy: str = _POLICY) -> Response:
    """A short answer in the language of whoever asks; what is no message of ours is said as it is."""
    words = words_in(language_of(request))
    said = {"title": words.gettext(title), "text": words.gettext(text)}
    return page(
        "plain.html", status=status, policy=policy, product=settings.product_name, language=words.language, **said
    )
