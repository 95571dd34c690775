"""`/preferences/{token}`: all that one reader can choose, on one page. GET shows, POST saves what was changed.

The link stands in every mail and is all that the page asks for, like that of unsubscribing. It never shows an address,
and names a request that is not public by its number alone: mail is forwarded.
"""

from __future__ import annotations

from dataclasses import dataclass

from babel.dates import get_day_names
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.pages.html import page
from api.pages.unsubscribe import CADENCES, asked_for, languages_but, unknown_link
from api.rates import Rates, Verb
from casework import clock
from casework.actions.profile import confirm_address_again
from casework.config import Settings
from casework.errors import CaseworkError
from casework.signing import read_token
from notifier.choices import Choices, change, choices_for
from notifier.kinds import Group, Kind
from notifier.links import PREFERENCES
from notifier.preferences import DIGEST, EVERYTHING, Cadence
from notifier.suppression import ailing
from notifier.unsubscribe import reader_named, viewer_of
from notifier.words import N_, Words, languages, words_in

_GROUPS = {
    Group.STAFF_REQUESTS: N_("Requests that you work on"),
    Group.STAFF_WORK: N_("Deadlines and work orders"),
    Group.REQUESTS: N_("Requests that you report or follow"),
    Group.AREAS: N_("Areas that you watch"),
}
_FIELDS_MAX = 1000


@dataclass(frozen=True)
class Field:
    """One field of the form. `sort` is select, check, time or date; `hint` stands below it."""

    name: str
    sort: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""

    @property
    def id(self) -> str:
        return self.name.replace(".", "-")


@dataclass(frozen=True)
class Section:
    legend: str
    fields: tuple[Field, ...]
    hint: str = ""


def preferences_routes(settings: Settings) -> list[Route]:
    """Both verbs of the page."""

    async def answer(request: Request) -> Response:
        reference = read_token(settings.secrets, PREFERENCES, request.path_params["token"])
        found = await reader_named(reference or "")
        if found is None:
            return unknown_link(request, settings)
        recipient, language = found
        choices = await choices_for(recipient)
        saved, asked, refusal, given = False, False, None, dict(choices.values)
        form = await request.form(max_files=0, max_fields=_FIELDS_MAX) if request.method == "POST" else FormData()
        if form.get("confirm") == "1":
            try:
                asked = await _confirmed_again(request, choices)
            except CaseworkError as error:
                refusal = error
        elif request.method == "POST":
            given = _given(choices, form)
            try:
                await change(choices, given)
                saved, choices = True, await choices_for(recipient)
                given = dict(choices.values)
                language = given.get("language", language)
            except CaseworkError as error:
                refusal = error
        words = words_in(asked_for(request) or language)
        return page(
            "preferences.html",
            status=422 if refusal is not None else 200,
            product=settings.product_name,
            language=words.language,
            languages=languages_but(words),
            words=_words(words),
            saved=saved,
            asked=asked,
            trouble=await _trouble(choices, words),
            refusal=words.say(refusal.phrase) if refusal is not None else None,
            refused=refusal.field if refusal is not None else None,
            sections=_sections(choices, given, words),
        )

    return [Route("/preferences/{token}", answer, methods=["GET", "HEAD", "POST"])]


async def _confirmed_again(request: Request, choices: Choices) -> bool:
    """Mail a link to whom no other mail reaches. Raises RateLimited; where nothing is wrong, nothing is sent."""
    if choices.person is None or not await ailing([choices.person.address or ""], clock.now()):
        return False
    rates: Rates | None = getattr(request.app.state, "rates", None)
    if rates is not None:
        client = request.client.host if request.client else ""
        await rates.count(Verb.RESET, client=client, account=choices.person.address)
    await confirm_address_again(await viewer_of(choices.recipient))
    return True


async def _trouble(choices: Choices, words: Words) -> str | None:
    """What keeps mail from a person; a bare address has nobody to confirm it."""
    address = choices.person.address if choices.person is not None else None
    found = (await ailing([address], clock.now())).get(address) if address is not None else None
    return words.gettext(found.cause.sentence) if found is not None else None


def _given(choices: Choices, form: FormData) -> dict[str, str]:
    """What was sent; a form that lost its end on the way changes nothing."""
    if form.get("whole") != "1":
        return dict(choices.values)
    sent = {name: form.get(name) for name in choices.values}
    return {name: value if isinstance(value, str) else "" for name, value in sent.items()}


def _sections(choices: Choices, given: dict[str, str], words: Words) -> list[Section]:
    _ = words.gettext
    is_person = choices.person is not None
    switches = [Field(EVERYTHING, "check", _("No mail at all, but for mail about your account"), given[EVERYTHING])]
    if is_person:
        switches.append(Field(DIGEST, "check", _("No digests; only what comes at once"), given[DIGEST]))
    found = [Section(_("All mail"), tuple(switches))]
    for group, legend in _GROUPS.items():
        kinds = tuple(_kind(kind, given, words, is_person) for kind in choices.kinds if kind.group is group)
        found += [Section(_(legend), kinds)] if kinds else []
    if choices.areas:
        rows = [field for area in choices.areas for field in _area(area.id, area.name, given, words)]
        found.append(Section(_("Each area by itself"), tuple(rows), _("What you choose here counts for that area.")))
    if choices.requests:
        rows = [
            Field(name, "check", _said(each.number, each.summary if each.id in choices.public else ""), given[name])
            for each in choices.requests
            for name in [f"mute.{each.id}"]
        ]
        hint = _("A muted request sends you nothing, whatever the reason. Mail for staff goes on.")
        found.append(Section(_("Mute single requests"), tuple(rows), hint))
    return found + (_of_person(choices, given, words) if is_person else [])


def _kind(kind: Kind, given: dict[str, str], words: Words, is_person: bool) -> Field:
    soon = [each for each in Cadence if is_person or each in (Cadence.IMMEDIATE, Cadence.OFF)]
    default = words.gettext("As usual: %(soon)s", soon=words.gettext(CADENCES[kind.default]))
    name = f"kind.{kind.key}"
    return Field(name, "select", words.gettext(kind.label), given[name], _cadences(soon, default, words))


def _area(area_id: int, label: str, given: dict[str, str], words: Words) -> list[Field]:
    name, comments = f"area.{area_id}", f"area.{area_id}.comments"
    options = _cadences(list(Cadence), words.gettext("As chosen above"), words)
    told = words.gettext("Comments in “%(area)s” too", area=label)
    return [Field(name, "select", label, given[name], options), Field(comments, "check", told, given[comments])]


def _of_person(choices: Choices, given: dict[str, str], words: Words) -> list[Section]:
    _ = words.gettext
    zone = choices.person.time_zone if choices.person is not None else "UTC"
    hours = tuple((str(hour), f"{hour:02}:00") for hour in range(24))
    names = get_day_names("wide", locale=words.locale)
    days = tuple((str(day), str(names[day]).capitalize()) for day in range(7))
    tongues = tuple((each, str(words_in(each).locale.display_name).capitalize()) for each in languages())
    return [
        Section(
            _("When mail comes"),
            (
                Field("digest_hour", "select", _("Digests come at"), given["digest_hour"], hours),
                Field("digest_weekday", "select", _("Weekly digests come on"), given["digest_weekday"], days),
                Field("quiet_from", "time", _("Quiet hours from"), given["quiet_from"]),
                Field("quiet_until", "time", _("Quiet hours until"), given["quiet_until"]),
                Field("vacation_from", "date", _("First day of a vacation"), given["vacation_from"]),
                Field(
                    "vacation_until",
                    "date",
                    _("The day on which you read mail again"),
                    given["vacation_until"],
                    hint=_("Until then everything waits, and comes as one digest."),
                ),
            ),
            _("Times are those of %(zone)s.", zone=zone),
        ),
        Section(
            _("How mail comes"),
            (
                Field("language", "select", _("Language"), given["language"], tongues),
                Field("text_only", "check", _("Plain text only"), given["text_only"]),
                Field("digest_map", "check", _("A map on top of digests about areas"), given["digest_map"]),
                Field("own_actions", "check", _("Mail about what I do myself"), given["own_actions"]),
            ),
        ),
    ]


def _cadences(offered: list[Cadence], default: str, words: Words) -> tuple[tuple[str, str], ...]:
    said = [(each.value, words.gettext(CADENCES[each]).capitalize()) for each in offered]
    return (("", default), *said)


def _said(number: int, summary: str) -> str:
    return f"#{number} {summary}".strip()


def _words(words: Words) -> dict[str, str]:
    _ = words.gettext
    return {
        "title": _("Choose which mails you get, and when"),
        "saved": _("It is saved. It counts from now on; what was not sent meanwhile isn't sent later."),
        "save": _("Save"),
        "trouble": _("Mail does not reach you"),
        "confirm": _("Confirm the address again"),
        "confirming": _("A mail with a link is on its way. Once you have opened it, mail reaches you again."),
        "account": _("Mail about your account, such as a new password, always comes."),
    }
