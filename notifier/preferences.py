"""What a reader chose. Only what differs from the catalogue's default is stored (rule 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from casework import clock
from casework.database import MomentField, OptionalMomentField, require_transaction, transaction
from casework.people import Person


class Cadence(StrEnum):
    """How soon a reader hears. The order is from soonest to never."""

    IMMEDIATE = "immediate"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    OFF = "off"


class Preference(Model):
    """One reader's choice for one kind. `recipient` is person:<id> or address:<normalized>.

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
    rows = Preference.filter(recipient__in=list(recipients), kind__in=list(kinds)).only(
        "id", "recipient", "kind", "cadence", "off_until"
    )
    return {(row.recipient, row.kind): Choice(row.cadence, row.off_until) for row in await rows}


async def store_choice(recipient: str, kind: str, cadence: Cadence | None) -> None:
    """Store a choice, or go back to the default (None); a repeat is harmless. Waiting lines are `held`'s business."""
    now = clock.now()
    async with transaction():
        present = await Preference.filter(recipient=recipient, kind=kind).select_for_update().first()
        if present is None:
            await Preference.create(recipient=recipient, kind=kind, cadence=cadence, changed_at=now)
            return
        turned_on = present.cadence is Cadence.OFF and cadence is not Cadence.OFF
        off_until = now if turned_on else present.off_until
        await Preference.filter(id=present.id).update(cadence=cadence, off_until=off_until, changed_at=now)


async def store_area_choice(person_id: int, area_id: int, cadence: Cadence | None, comments: bool | None) -> None:
    """The same for one watch area."""
    now = clock.now()
    async with transaction():
        present = await AreaChoice.filter(person_id=person_id, area_id=area_id).select_for_update().first()
        if present is None:
            await AreaChoice.create(
                person_id=person_id, area_id=area_id, cadence=cadence, comments=comments, changed_at=now
            )
            return
        turned_on = present.cadence is Cadence.OFF and cadence is not Cadence.OFF
        off_until = now if turned_on else present.off_until
        await AreaChoice.filter(id=present.id).update(
            cadence=cadence, comments=comments, off_until=off_until, changed_at=now
        )
