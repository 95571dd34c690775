"""Changing when one's mail goes: checked, stored, and what waits moved accordingly (rules 8 and 11)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casework import clock
from casework.database import transaction
from casework.errors import Invalid
from casework.people import Person
from notifier.held import move_waiting
from notifier.hours import MINUTES_A_DAY
from notifier.preferences import ReaderSettings
from notifier.recipients import Recipient

_RANGES = {"digest_hour": 24, "digest_weekday": 7, "quiet_from": MINUTES_A_DAY, "quiet_until": MINUTES_A_DAY}
DEFAULTS: dict[str, Any] = {
    "own_actions": False,
    "text_only": False,
    "digest_map": True,
    "digest_hour": 8,
    "digest_weekday": 0,
    "quiet_from": None,
    "quiet_until": None,
    "vacation_from": None,
    "vacation_until": None,
}


async def change_schedule(person: Person, changes: dict[str, Any], names: dict[str, str]) -> ReaderSettings:
    """Store some of a person's ReaderSettings by column; None means the default, and what isn't named stays.

    `names` are what the caller calls the columns, for errors. Raises Invalid, naming the field.
    """
    async with transaction():
        row = await ReaderSettings.filter(person_id=person.id).select_for_update().first()
        before = {name: getattr(row, name) for name in DEFAULTS} if row is not None else dict(DEFAULTS)
        after = before | {name: DEFAULTS[name] if value is None else value for name, value in changes.items()}
        _check(after, changes, names)
        if row is None:
            row = await ReaderSettings.create(person_id=person.id, **after)
        elif after != before:
            await row.update_from_dict(after).save(update_fields=list(after))
        if any(after[name] != before[name] for name in ("digest_hour", "digest_weekday")):
            await move_waiting(Recipient(person.id, None).key, hours_changed=True)
    return row


def _check(after: dict[str, Any], changes: dict[str, Any], names: dict[str, str]) -> None:
    for column, end in _RANGES.items():
        if after[column] is not None and not 0 <= after[column] < end:
            raise Invalid("%(field)s must be from 0 to %(last)s.", field=names[column], last=end - 1)
    for column in ("vacation_from", "vacation_until"):
        given: datetime | None = changes.get(column)
        if given is not None and given.tzinfo is None:
            raise Invalid("%(field)s needs a time zone, as in 2027-07-01T09:00:00+02:00.", field=names[column])
    if (after["quiet_from"] is None) != (after["quiet_until"] is None):
        missing = "quiet_from" if after["quiet_from"] is None else "quiet_until"
        raise Invalid("%(field)s is missing: quiet hours have a beginning and an end.", field=names[missing])
    begin, end = after["vacation_from"], after["vacation_until"]
    if begin is not None and end is None:
        raise Invalid("%(field)s is missing: mail waits until a vacation's end.", field=names["vacation_until"])
    if begin is not None and begin >= end:
        raise Invalid("%(field)s must be later than the vacation's beginning.", field=names["vacation_until"])
    if changes.get("vacation_until") is not None and end <= clock.now():
        raise Invalid("%(field)s must be in the future.", field=names["vacation_until"])
