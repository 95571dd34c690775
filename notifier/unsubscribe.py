"""What the links of a mail can do: stop it for one reader, or mute its request. All of it can be taken back.

A link is checked by its signature alone, so it works for as long as the secret does, without a session, and for bare
addresses too.

    stop:p7:request_closed[:r42+a3]     some kinds, or `digest`; and what the mail was about, for the page to offer
    mute:p7:42                          one request
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from casework.access import Viewer, viewer_for
from casework.actions import watching
from casework.config import Settings
from casework.people import BareAddress, Person
from casework.signing import read_token
from casework.watching import Mute
from notifier.held import choose
from notifier.kinds import KINDS
from notifier.links import UNSUBSCRIBE
from notifier.preferences import DIGEST, Cadence, Preference
from notifier.recipients import Recipient

_READER = re.compile(r"[pa][0-9]{1,9}")
_ABOUT = re.compile(r"[ra][0-9]{1,9}")


@dataclass(frozen=True)
class Wish:
    """What a link asks for: to stop some kinds or digests, or to mute a request. `about_request` and `about_areas` are
    what its mail was about."""

    recipient: Recipient
    reference: str
    language: str
    kinds: tuple[str, ...] = ()
    request_id: int | None = None
    about_request: int | None = None
    about_areas: tuple[int, ...] = ()


async def read_wish(settings: Settings, token: str) -> Wish | None:
    """The wish behind a link, or None where the link was not made by us or its reader is gone."""
    content = read_token(settings.secrets, UNSUBSCRIBE, token)
    verb, reference, subject, about = [*(content or "").split(":"), "", "", ""][:4]
    found = await reader_named(reference)
    if found is None:
        return None
    recipient, language = found
    if verb == "mute" and recipient.person_id is not None:
        return Wish(recipient, reference, language, request_id=int(subject), about_request=int(subject))
    kinds = tuple(
        kind for kind in subject.split("+") if kind == DIGEST or (kind in KINDS and not KINDS[kind].is_account)
    )
    if verb != "stop" or not kinds:
        return None
    named = [(each[0], int(each[1:])) for each in about.split("+") if _ABOUT.fullmatch(each)]
    requests, areas = ([number for sort, number in named if sort == wanted] for wanted in "ra")
    return Wish(
        recipient, reference, language, kinds, about_request=next(iter(requests), None), about_areas=tuple(areas)
    )


async def reader_named(reference: str) -> tuple[Recipient, str] | None:
    """The reader that a link names by row id (`p7`, `a3`), with their language; None where there is none any more."""
    if not _READER.fullmatch(reference):
        return None
    row_id = int(reference[1:])
    if reference.startswith("p"):
        person = await Person.get_or_none(id=row_id, closed_at__isnull=True)
        return (Recipient(person.id, None), person.language) if person is not None else None
    row = await BareAddress.get_or_none(id=row_id)
    return (Recipient(None, row.address), "en") if row is not None else None


async def is_granted(wish: Wish) -> bool:
    """Whether all that the link asks for is so already."""
    key = wish.recipient.key
    if wish.request_id is not None:
        person_id = wish.recipient.person_id
        return await Mute.exists(person_id=person_id, request_id=wish.request_id, until_event__isnull=True)
    off = await Preference.filter(recipient=key, kind__in=list(wish.kinds), cadence=Cadence.OFF).count()
    return off == len(wish.kinds)


async def grant(wish: Wish) -> None:
    """Do what the link asks; a repeat is harmless."""
    if wish.request_id is not None:
        await watching.mute(await viewer_of(wish.recipient), wish.request_id)
    for kind in wish.kinds:
        await choose(wish.recipient.key, kind, Cadence.OFF)


async def take_back(wish: Wish) -> None:
    """Undo it; what was not sent meanwhile isn't sent later (rule 8)."""
    if wish.request_id is not None:
        await watching.unmute(await viewer_of(wish.recipient), wish.request_id)
    elif await is_granted(wish):
        for kind in wish.kinds:
            await choose(wish.recipient.key, kind, None)


async def viewer_of(recipient: Recipient) -> Viewer:
    """A person's link acts as they would."""
    return await viewer_for(await Person.get(id=recipient.person_id))
