"""What the links of a mail can do: stop one kind for one reader, or mute one request. All of it can be taken back.

A link is checked by its signature alone, so it works for as long as the secret does, without a session, and for bare
addresses too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from casework.access import viewer_for
from casework.actions import watching
from casework.config import Settings
from casework.people import Person
from casework.watching import Mute
from notifier.kinds import KINDS
from notifier.links import UNSUBSCRIBE, read_token
from notifier.preferences import Cadence, Preference, choose, forget_choice
from notifier.recipients import BareAddress, Recipient


@dataclass(frozen=True)
class Wish:
    """What a link asks for. `subject` is a kind's key to stop, or the id of a request to mute."""

    verb: Literal["stop", "mute"]
    recipient: Recipient
    subject: str
    language: str


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
    if verb == "stop" and subject in KINDS:
        return Wish("stop", recipient, subject, language)
    if verb == "mute" and recipient.person_id is not None:
        return Wish("mute", recipient, subject, language)
    return None


async def _reader(reference: str) -> tuple[Recipient | None, str]:
    row_id = int(reference[1:])
    if reference.startswith("p"):
        person = await Person.get_or_none(id=row_id, closed_at__isnull=True)
        return (Recipient(person.id, None), person.language) if person is not None else (None, "en")
    row = await BareAddress.get_or_none(id=row_id)
    return (Recipient(None, row.address), "en") if row is not None else (None, "en")


async def is_granted(wish: Wish) -> bool:
    if wish.verb == "mute":
        return await Mute.exists(person_id=wish.recipient.person_id, request_id=int(wish.subject))
    return await Preference.exists(recipient=wish.recipient.key, kind=wish.subject, cadence=Cadence.OFF)


async def grant(wish: Wish) -> None:
    """Do what the link asks; a repeat is harmless."""
    if wish.verb == "mute":
        await watching.mute(await viewer_for(await Person.get(id=wish.recipient.person_id)), int(wish.subject))
    else:
        await choose(wish.recipient.key, wish.subject, Cadence.OFF)


async def take_back(wish: Wish) -> None:
    """Undo it; what was not sent meanwhile isn't sent later (rule 8)."""
    if wish.verb == "mute":
        await watching.unmute(await viewer_for(await Person.get(id=wish.recipient.person_id)), int(wish.subject))
    elif await is_granted(wish):
        await forget_choice(wish.recipient.key, wish.subject)
