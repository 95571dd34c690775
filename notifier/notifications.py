"""The ledger of telling: one row per event and recipient, whatever became of it.

             relay                     deliver
    event ──────────▶ pending ──claim──▶ sending ──250──▶ sent
              │          ▲                  │─4xx──▶ deferred ──due──▶ sending …
              │          │                  │─5xx, too many tries──▶ failed
              │          │                  └─no answer, or killed──▶ unknown ──once more──▶ sending
              ├──▶ held (waits for its digest; digests/ sends it)
              └──▶ skipped (with its typed reason), also from pending and held just before sending

`due` is when the row may be claimed, and moves forward on a claim: that is the lease. A row with no `due` is done,
or waits for something else (a digest, the rest of its bulk, the mail that carries it). `held_until` is when a held row
is to be gathered into an issue; once an issue owns it, it is null again.
"""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from casework.database import MomentField, OptionalMomentField
from casework.history import HistoryRow
from casework.people import Person
from notifier.preferences import Cadence


class State(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    HELD = "held"


class Notification(Model):
    """One event told to one recipient, or not.

    `reasons` lists every (reason, kind) found, each with what spoke against it. `reason` and `kind` won.

    `carried_by` names the notification whose mail tells this one too (bulk mutations, rule 10).
    """

    id = fields.BigIntField(primary_key=True)
    event: fields.ForeignKeyRelation[HistoryRow] = fields.ForeignKeyField(
        "casework.HistoryRow", related_name="notifications", on_delete=fields.OnDelete.CASCADE
    )
    event_id: int
    recipient = fields.CharField(max_length=330)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="notifications", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    person_id: int | None
    request_id = fields.IntField(null=True)
    kind = fields.CharField(max_length=40)
    reason = fields.CharField(max_length=20)
    reasons: fields.Field[list[dict[str, object]]] = fields.JSONField(default=list)
    cadence = fields.CharEnumField(Cadence, max_length=12)
    because = fields.CharField(max_length=20)
    state = fields.CharEnumField(State, max_length=10)
    skip = fields.CharField(max_length=20, null=True)
    priority = fields.SmallIntField(default=1)
    due = OptionalMomentField()
    held_until = OptionalMomentField()
    attempts = fields.SmallIntField(default=0)
    bulk = fields.CharField(max_length=36, null=True)
    carried_by_id = fields.BigIntField(null=True)
    occurred_at = MomentField()
    created_at = MomentField()
    settled_at = OptionalMomentField()
    read_at = OptionalMomentField()

    class Meta:
        table = "notification"
        unique_together = (("event_id", "recipient"),)
        indexes = (("person_id", "id"), ("request_id", "id"))


class Attempt(Model):
    """One try to hand a mail to the server. An attempt without an outcome whose lease ran out is `unknown`."""

    id = fields.BigIntField(primary_key=True)
    notification: fields.ForeignKeyRelation[Notification] = fields.ForeignKeyField(
        "notifier.Notification", related_name="tries", on_delete=fields.OnDelete.CASCADE
    )
    notification_id: int
    started_at = MomentField()
    settled_at = OptionalMomentField()
    outcome = fields.CharEnumField(State, max_length=10, null=True)
    code = fields.SmallIntField(null=True)
    detail = fields.CharField(max_length=500, default="")

    class Meta:
        table = "attempt"
        indexes = (("notification_id", "id"),)
