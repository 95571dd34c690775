"""For operators: the mail of somebody as it would go now, by the production renderer; and one test mail."""

from __future__ import annotations

from casework.config import Settings
from casework.people import Person
from digests.now import written_now
from notifier.odd_samples import PLAIN
from notifier.preview import Preview
from notifier.preview_real import preview_notification


async def real_mail(name: str, settings: Settings) -> Preview | None:
    """`notification:12` or `reader:ines`; None where there is no such mail. Sends nothing and changes nothing."""
    sort, _, which = name.partition(":")
    if sort == "notification":
        return await preview_notification(int(which), settings) if which.isdecimal() and len(which) < 19 else None
    person = await Person.get_or_none(handle=which, closed_at__isnull=True)
    written = await written_now(person, settings) if person is not None else None
    if person is None or written is None:
        return None
    rendered = written.rendered
    typed = frozenset({rendered.text})
    return Preview(name, person.language, PLAIN, "", rendered, written.message, typed, stoppable=True)
