"""A real notification as it would read now, by the production renderer. Reads only, and sends nothing."""

from __future__ import annotations

from casework.config import Settings
from notifier.area_readers import area_ids_in
from notifier.cases import load_cases
from notifier.compose import compose
from notifier.decisions import candidates_from_json, decide
from notifier.kinds import KINDS
from notifier.letters import Letters, language_of, sight_of
from notifier.materials import gather_materials
from notifier.notifications import Notification
from notifier.odd_samples import PLAIN
from notifier.preview import Preview
from notifier.readers import read_readers
from notifier.recipients import from_key
from notifier.render import render_shared


async def preview_notification(notification_id: int, settings: Settings) -> Preview | None:
    """The mail of one notification, sent or not, with the reasons that it was decided with, if none holds any more.

    None where there is no such notification, its reader has no address left, or it is account mail, which holds a link
    that nobody else may see.
    """
    row = await Notification.get_or_none(id=notification_id)
    kind = KINDS.get(row.kind) if row is not None else None
    if row is None or kind is None or kind.is_account:
        return None
    case = (await load_cases([row.event_id]))[row.event_id]
    recipient = from_key(row.recipient)
    readers = await read_readers([(case, recipient)], area_ids=area_ids_in(row.reasons))
    reader = readers[row.event_id, recipient.key]
    if reader.address is None:
        return None
    addresses = [recipient.address] if recipient.address is not None else []
    letters = Letters(settings, await gather_materials([case], addresses))
    candidates = candidates_from_json(row.reasons)
    remaining = decide(case, reader, candidates).remaining or candidates
    facts = letters.facts_of(case, kind, language_of(case, reader), sight_of(reader))
    letter, who = render_shared(facts), letters.reader_of(reader, remaining, kind, case)
    envelope = letters.envelope_of(row.id, case, reader, kind, who)
    rendered = letter.filled(who)
    typed = frozenset({rendered.text, rendered.subject, rendered.preheader})
    message = compose(letter, who, envelope)
    return Preview(f"notification:{row.id}", facts.language, PLAIN, "", rendered, message, typed, stoppable=True)
