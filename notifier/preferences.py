"""What a reader chose. Only what differs from the catalogue's default is stored (rule 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from tortoise import fields
from tortoise.models import Model

from casework import clock
from casework.database import MomentField, OptionalMomentField, any_of, fetch, moment, require_transaction, transaction
from casework.people import Person


class Cadence(StrEnum):
    """How soon a reader hears. The order is from soonest to never."""

    IMMEDIATE = "immediate"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    OFF = "off"


DIGESTED = frozenset({Cadence.HOURLY, Cadence.DAILY, Cadence.WEEKLY})
"""What waits for a digest."""

DIGEST, EVERYTHING = "digest", "everything"
"""Two names beside the kinds that can be off: whatever waits for a digest, and all but account mail."""


class Preference(Model):
    """One reader's choice for one kind, for DIGEST or for EVERYTHING.

    `recipient` is person:<id> or address:<normalized>.

    `cadence` is null where they went back to the default. `off_until` is until when the kind was off last: what was
    unsent then is not sent later (rule 8).
    """

    id = fields.BigIntField(primary_key=True)
    recipient = fields.CharField(max_length=330)
    kind = fields.CharField(max_length=40)
    cadence = fields.CharEnumField(Cadence, max_length=12, null=True)
    off_until = OptionalMomentField()
    changed_at = MomentField()

    class Meta:
        table = "preference"
        unique_together = (("recipient", "kind"),)


class ReaderSettings(Model):
    """A person's choices over all kinds. No row means the defaults below. Hours are in the person's time zone."""

    person: fields.OneToOneRelation[Person] = fields.OneToOneField(
        "casework.Person", related_name="reader_settings", primary_key=True, on_delete=fields.OnDelete.CASCADE
    )
    person_id: int
    own_actions = fields.BooleanField(default=False)
    text_only = fields.BooleanField(default=False)
    digest_map = fields.BooleanField(default=True, db_default=True)
    digest_hour = fields.SmallIntField(default=8)
    digest_weekday = fields.SmallIntField(default=0)
    quiet_from = fields.SmallIntField(null=True)
    quiet_until = fields.SmallIntField(null=True)
    vacation_from = OptionalMomentField()
    vacation_until = OptionalMomentField()

    class Meta:
        table = "reader_settings"


@dataclass(frozen=True)
class Choice:
    """What a preference says: a cadence (None is the default), and until when the kind was off last."""

    cadence: Cadence | None
    off_until: datetime | None = None

    def silences(self, occurred_at: datetime) -> bool:
        """Whether mail about something of that time is off, or was turned off before it went."""
        return self.cadence is Cadence.OFF or (self.off_until is not None and occurred_at <= self.off_until)


class AreaChoice(Model):
    """One person's choices for one watch area, their own or one they follow. Null is the default of the area."""

    id = fields.BigIntField(primary_key=True)
    person_id = fields.IntField()
    area_id = fields.IntField()
    cadence = fields.CharEnumField(Cadence, max_length=12, null=True)
    comments = fields.BooleanField(null=True)
    off_until = OptionalMomentField()
    changed_at = MomentField()

    class Meta:
        table = "area_choice"
        unique_together = (("person_id", "area_id"),)


async def forget_choices(person: Person) -> None:
    """Whatever a person chose about their mail goes, with the commit that closes their account."""
    require_transaction()
    await Preference.filter(recipient=f"person:{person.id}").delete()
    await AreaChoice.filter(person_id=person.id).delete()
    await ReaderSettings.filter(person_id=person.id).delete()


async def choices_of(recipients: Iterable[str], kinds: Iterable[str]) -> dict[tuple[str, str], Choice]:
    """The stored choices of these readers for these kinds, by (recipient, kind)."""
    rows = await fetch(
        f"SELECT recipient, kind, cadence, off_until FROM preference WHERE recipient {any_of('$1', 'text')}"
        f" AND kind {any_of('$2', 'text')}",
        list(recipients),
        list(kinds),
    )
    return {(row["recipient"], row["kind"]): _choice(row["cadence"], moment(row["off_until"])) for row in rows}


@lru_cache(maxsize=1024)
def _choice(cadence: str | None, off_until: datetime | None) -> Choice:
    """Most choose the same."""
    return Choice(Cadence(cadence) if cadence is not None else None, off_until)


async def store_choice(recipient: str, kind: str, cadence: Cadence | None) -> None:
    """Store a choice, or go back to the default (None); a repeat is harmless. Waiting lines are `held`'s business."""
    await _store("preference", {"recipient": recipient, "kind": kind}, {"cadence": cadence})


async def store_area_choice(person_id: int, area_id: int, cadence: Cadence | None, comments: bool | None) -> None:
    """The same for one watch area."""
    choices = {"cadence": cadence, "comments": comments}
    await _store("area_choice", {"person_id": person_id, "area_id": area_id}, choices)


async def _store(table: str, whose: Mapping[str, str | int], choices: Mapping[str, Cadence | bool | None]) -> None:
    """One row, written in one statement, so that two clicks at once are one. Only what differs from the default stays,
    and until when it was off."""
    values = [*whose.values(), *(each.value if isinstance(each, Cadence) else each for each in choices.values())]
    names, moment = [*whose, *choices], f"${len(values) + 1}"
    places = ", ".join(f"${place + 1}" for place in range(len(values)))
    is_off, stays_off = f"{table}.cadence = 'off'", "COALESCE(excluded.cadence, '') = 'off'"
    chosen = ", ".join(f"{name} = excluded.{name}" for name in choices)
    is_default = " AND ".join(f"{name} IS NULL" for name in (*choices, "off_until"))
    same = " AND ".join(f"{name} = ${place + 1}" for place, name in enumerate(whose))
    async with transaction():
        if any(each is not None for each in choices.values()):
            await fetch(
                f"INSERT INTO {table} ({', '.join(names)}, changed_at) VALUES ({places}, {moment})"
                f" ON CONFLICT ({', '.join(whose)}) DO UPDATE SET {chosen}, changed_at = excluded.changed_at,"
                f" off_until = CASE WHEN {is_off} AND NOT {stays_off} THEN excluded.changed_at"
                f" ELSE {table}.off_until END",
                *values,
                clock.now(),
            )
            return
        await fetch(
            f"UPDATE {table} SET {', '.join(f'{name} = NULL' for name in choices)}, changed_at = $3,"
            f" off_until = CASE WHEN {is_off} THEN $3 ELSE off_until END WHERE {same}",
            *whose.values(),
            clock.now(),
        )
        await fetch(f"DELETE FROM {table} WHERE {same} AND {is_default}", *whose.values())
