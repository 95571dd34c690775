"""What a reader chose. Only what differs from the catalogue's default is stored (rule 8)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from casework import clock
from casework.database import MomentField, OptionalMomentField
from casework.people import Person


class Cadence(StrEnum):
    """How soon a reader hears. The order is from soonest to never."""

    IMMEDIATE = "immediate"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    OFF = "off"


class Preference(Model):
    """One reader's choice for one kind. `recipient` is person:<id> or address:<normalized>."""

    id = fields.BigIntField(primary_key=True)
    recipient = fields.CharField(max_length=330)
    kind = fields.CharField(max_length=40)
    cadence = fields.CharEnumField(Cadence, max_length=12)
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


async def choices_of(recipients: Iterable[str], kinds: Iterable[str]) -> dict[tuple[str, str], Cadence]:
    """The stored choices of these readers for these kinds, by (recipient, kind)."""
    rows = await Preference.filter(recipient__in=list(recipients), kind__in=list(kinds))
    return {(row.recipient, row.kind): row.cadence for row in rows}


async def choose(recipient: str, kind: str, cadence: Cadence) -> None:
    """Store a choice; a repeat is harmless."""
    await Preference.update_or_create({"cadence": cadence, "changed_at": clock.now()}, recipient=recipient, kind=kind)


async def forget_choice(recipient: str, kind: str) -> None:
    """Back to the catalogue's default."""
    await Preference.filter(recipient=recipient, kind=kind).delete()
