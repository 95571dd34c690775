"""What the links of a mail can do: stop one kind for one reader, or mute one request. All of it can be taken back.

A link is checked by its signature alone, so it works for as long as the secret does, without a session, and for bare
addresses too.
"""

from __future__ import annotations

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
from notifier.preferences import Cadence, Preference
from notifier.recipients import Recipient


@dataclass(frozen=True)
class Wish:
    """What a link asks for: to stop some kinds (a digest's has several), or to mute a request."""

    recipient: Recipient
    language: str
    kinds: tuple[str, ...] = ()
    request_id: int | None = None


async def read_wish(settings: Settings, token: str) -> Wish | None:
    """The wish behind a link, or None where the link was not made by us or its reader is gone."""
    content = read_token(settings.secret_key, UNSUBSCRIBE, token)
    parts = content.split(":") if content is not None else []
    if len(parts) != 3:
        return None
    verb, reference, subject = parts
    recipient, language = await _reader(reference)
    if recipient is None:
        return None
    if verb == "mute" and recipient.person_id is not None:
        return Wish(recipient, language, request_id=int(subject))
    kinds = tuple(kind for kind in subject.split("+") if kind in KINDS and not KINDS[kind].is_account)
    return Wish(recipient, language, kinds) if verb == "stop" and kinds else None


async def _reader(reference: str) -> tuple[Recipient | None, str]:
    row_id = int(reference[1:])
    if reference.startswith("p"):
        person = await Person.get_or_none(id=row_id, closed_at__isnull=True)
        return (Recipient(person.id, None), person.language) if person is not None else (None, "en")
    row = await BareAddress.get_or_none(id=row_id)
    return (Recipient(None, row.address), "en") if row is not None else (None, "en")


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
        await watching.mute(await _viewer(wish), wish.request_id)
    for kind in wish.kinds:
        await choose(wish.recipient.key, kind, Cadence.OFF)


async def take_back(wish: Wish) -> None:
    """Undo it; what was not sent meanwhile isn't sent later (rule 8)."""
    if wish.request_id is not None:
        await watching.unmute(await _viewer(wish), wish.request_id)
    elif await is_granted(wish):
        for kind in wish.kinds:
            await choose(wish.recipient.key, kind, None)


async def _viewer(wish: Wish) -> Viewer:
    return await viewer_for(await Person.get(id=wish.recipient.person_id))
