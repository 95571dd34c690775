"""The words of a mail in the reader's language: gettext catalogues, dates, and why somebody gets a mail.

A language is a folder `locales/<language>/LC_MESSAGES/curbcast.po`, read as it is: no build step. In templates,
`_("%(actor)s closed this request", actor=actor)` and `ngettext(...)` translate, then put in the values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from functools import cache, lru_cache
from gettext import GNUTranslations
from io import BytesIO
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from casework.languages import LOCALES, languages
from casework.phrases import N_ as N_
from casework.phrases import Phrase

SOURCE_LANGUAGE = "en"

__all__ = ["LOCALES", "N_", "SOURCE_LANGUAGE", "STATUSES", "Words", "forget", "languages", "words_in"]


STATUSES = {
    "open": N_("Open"),
    "acknowledged": N_("Acknowledged"),
    "closed": N_("Closed"),
    "archived": N_("Archived"),
}

# Each reason twice: in a mail about one request, and in a mail about several.
_REASONS = {
    "account": (N_("It is about your account."), N_("It is about your account.")),
    "mentioned": (
        N_("You were mentioned in this comment."),
        N_("You were mentioned in at least one of these comments."),
    ),
    "assignee": (N_("This request is assigned to you."), N_("At least one of these is assigned to you.")),
    "worker": (N_("This work order is assigned to you."), N_("At least one of these is assigned to you.")),
    "was_assignee": (
        N_("This request was assigned to you until now."),
        N_("At least one of these requests was assigned to you until now."),
    ),
    "staff_subscriber": (
        N_("You follow this request as a member of staff."),
        N_("You follow at least one of these requests as a member of staff."),
    ),
    "route_address": (
        N_("%(organization)s sends requests of this category to this address."),
        N_("%(organization)s sends requests of these categories to this address."),
    ),
    "escalate_address": (
        N_("%(organization)s sends late requests of this category to this address."),
        N_("%(organization)s sends late requests of these categories to this address."),
    ),
    "reporter": (N_("You reported this request."), N_("You reported at least one of these requests.")),
    "follower": (N_("You follow this request."), N_("You follow at least one of these requests.")),
    "confirmation": (N_("It confirms what you did just now."), N_("It confirms what you did just now.")),
    "watch_area": (
        N_("This request is inside an area that you watch: %(names)s."),
        N_("These requests are inside areas that you watch: %(names)s."),
    ),
}


class Words:
    """One language. `escaping` words answer with markup, safe in HTML; the others with plain text."""

    def __init__(self, language: str, catalogue: GNUTranslations, *, escaping: bool) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self._catalogue = catalogue
        self._make: Callable[[object], str] = escape if escaping else str
        self._wrap: Callable[[str], str] = Markup if escaping else str
        self._messages: dict[str, str] = {}

    def gettext(self, message: str, /, **values: object) -> str:
        """The message in this language. With `values`, its `%(name)s` are filled."""
        found = self._messages.get(message)
        if found is None:
            found = self._messages[message] = self._wrap(str(self._make(self._catalogue.gettext(message))))
        return self._filled(found, values) if values else found

    def plain(self, message: str) -> str:
        """The message in this language, as text also where these words are escaping."""
        return self._catalogue.gettext(message)

    def say(self, phrase: Phrase, spelled: Callable[[str], str] = str) -> str:
        """A phrase in this language, as text. `spelled` may spell the template in its own way before it is filled."""
        return phrase.filled(spelled(self.plain(phrase.template)), self._value)

    def _value(self, value: object) -> str:
        if isinstance(value, Phrase):
            return self.say(value)
        return format_decimal(value, locale=self.locale) if isinstance(value, int) else str(value)

    def ngettext(self, singular: str, plural: str, num: int, /, **values: object) -> str:
        """The same by number, which the message may name as `%(num)s`."""
        message = str(self._make(self._catalogue.ngettext(singular, plural, num)))
        return self._filled(message, {"num": num, **values})

    def _filled(self, message: str, values: Mapping[str, object]) -> str:
        make = self._make
        return self._wrap(str(message) % {name: make(value) for name, value in values.items()})

    def status(self, status: str) -> str:
        """A status as people call it. KeyError for one that doesn't exist."""
        return self.gettext(STATUSES[status])

    def moment(self, when: datetime, zone: str) -> str:
        """`June 3, 2025 at 2:05 PM`, in an IANA zone. ValueError for a naive datetime."""
        if when.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        local = when.astimezone(ZoneInfo(zone))
        day, clock = _day(local.date(), self.locale), _clock(time(local.hour, local.minute), self.locale)
        return self.gettext("%(day)s at %(clock)s", day=day, clock=clock)

    def day_and_time(self, when: datetime, zone: str) -> str:
        """`Wednesday, November 25, 2026 at 8:00 AM`, in an IANA zone."""
        local = when.astimezone(ZoneInfo(zone))
        day, clock = _weekday(local.date(), self.locale), _clock(time(local.hour, local.minute), self.locale)
        return self.gettext("%(day)s at %(clock)s", day=day, clock=clock)

    def names(self, names: Iterable[str]) -> str:
        """`Elm Park, Mill Lane and Old Harbour`."""
        return format_list(list(names), locale=self.locale)

    def why(
        self, reasons: tuple[str, ...], details: Mapping[str, tuple[str, ...]], organization: str, *, several: bool
    ) -> list[str]:
        """One sentence for each reason, in their order. KeyError for a reason without a sentence."""
        sentences = []
        for reason in reasons:
            message = _REASONS[reason][several]
            values = {"organization": organization, "names": self.names(details.get(reason, ()))}
            sentences.append(self.gettext(message, **values) if "%(" in message else self.gettext(message))
        return sentences


@lru_cache(maxsize=4096)
def _day(day: date, locale: Locale) -> str:
    return format_date(day, "long", locale=locale)


@lru_cache(maxsize=4096)
def _weekday(day: date, locale: Locale) -> str:
    return format_date(day, "full", locale=locale)


@lru_cache(maxsize=4096)
def _clock(clock: time, locale: Locale) -> str:
    # CLDR puts a narrow no-break space before AM and PM, which some mail programs show as a box.
    return format_time(clock, "short", locale=locale).replace("\u202f", "\u00a0")


@cache
def words_in(language: str, *, escaping: bool = False) -> Words:
    """The words of a language (`es-MX` speaks `es`); of a language without a catalogue, English."""
    base = language.replace("_", "-").split("-")[0].lower()
    known = base if base in languages() else SOURCE_LANGUAGE
    return Words(known, _catalogue(known), escaping=escaping)


def forget() -> None:
    """Read the catalogues anew when they are next used."""
    for remembered in (languages, words_in, _catalogue):
        remembered.cache_clear()


@cache
def _catalogue(language: str) -> GNUTranslations:
    with (LOCALES / language / "LC_MESSAGES" / "curbcast.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
