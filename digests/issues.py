"""Digest issues and the lines they own.

held notifications ──gather──▶ issue + lines ──flush──▶ sent | empty (every line fell away) | failed | unknown

unique (recipient, cadence, window_start)    two runs of one window make one issue
unique notification                          a line is in one issue, ever
"""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from casework.database import MomentField, OptionalMomentField
from casework.people import Person
from notifier.notifications import Notification, State

CATCH_UP = "catch_up"
"""The cadence of immediate mail that waited: for its reader to come back (rule 11), or for a wish that changed."""

ASKED = "asked"
"""The cadence of what its reader asked for at once. It goes within quiet hours and a vacation, too."""


class Issue(Model):
    """One digest to one recipient. Its window ends at `window_start`'s successor: it is named by the moment it was due.

    `state` and `due` are a mail's, as in notifier.notifications. `told` and `dropped` count its lines once it is over.
    """

    id = fields.BigIntField(primary_key=True)
    recipient = fields.CharField(max_length=330)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="issues", null=True, on_delete=fields.OnDelete.SET_NULL
    )
    person_id: int | None
    cadence = fields.CharField(max_length=12)
    window_start = MomentField()
    state = fields.CharEnumField(State, max_length=10)
    due = OptionalMomentField()
    attempts = fields.SmallIntField(default=0)
    told = fields.IntField(default=0)
    dropped = fields.IntField(default=0)
    created_at = MomentField()
    settled_at = OptionalMomentField()

    class Meta:
        table = "issue"
        unique_together = (("recipient", "cadence", "window_start"),)
        indexes = (("person_id", "id"),)


class IssueLine(Model):
    """One notification that an issue tells."""

    id = fields.BigIntField(primary_key=True)
    issue: fields.ForeignKeyRelation[Issue] = fields.ForeignKeyField(
        "digests.Issue", related_name="lines", on_delete=fields.OnDelete.CASCADE
    )
    issue_id: int
    notification: fields.OneToOneRelation[Notification] = fields.OneToOneField(
        "notifier.Notification", related_name="line", on_delete=fields.OnDelete.CASCADE
    )
    notification_id: int

    class Meta:
        table = "issue_line"
        indexes = (("issue_id", "id"),)


class IssueAttempt(Model):
    """One try to hand an issue to the server, like notifier.notifications.Attempt."""

    id = fields.BigIntField(primary_key=True)
    issue: fields.ForeignKeyRelation[Issue] = fields.ForeignKeyField(
        "digests.Issue", related_name="tries", on_delete=fields.OnDelete.CASCADE
    )
    issue_id: int
    started_at = MomentField()
    settled_at = OptionalMomentField()
    outcome = fields.CharEnumField(State, max_length=10, null=True)
    code = fields.SmallIntField(null=True)
    detail = fields.CharField(max_length=500, default="")

    class Meta:
        table = "issue_attempt"
        indexes = (("issue_id", "id"),)
