"""Who keeps an eye on what: follows, mutes and votes of single requests."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from casework.database import MomentField
from casework.people import Person
from casework.requests import ServiceRequest


class Follow(Model):
    """A person follows a request, from one event to another (exclusive at both ends).

    A follow that ended stays: the audience of an event is read as of that event (rule 7).
    """

    id = fields.BigIntField(primary_key=True)
    request: fields.ForeignKeyRelation[ServiceRequest] = fields.ForeignKeyField(
        "casework.ServiceRequest", related_name="follows", on_delete=fields.OnDelete.CASCADE
    )
    request_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="follows", on_delete=fields.OnDelete.CASCADE
    )
    person_id: int
    since_event = fields.BigIntField()
    until_event = fields.BigIntField(null=True)
    created_at = MomentField()

    class Meta:
        table = "follow"
        indexes = (("request_id", "person_id"), ("person_id", "id"))
        constraints = (
            UniqueConstraint(
                fields=("request_id", "person_id"), name="follow_present", condition="until_event IS NULL"
            ),
        )


class Mute(Model):
    """A person wants no resident mail about a request, from one event to another. Staff mail goes on (rule 8).

    A mute that ended stays: what it silenced is not sent later.
    """

    id = fields.BigIntField(primary_key=True)
    request: fields.ForeignKeyRelation[ServiceRequest] = fields.ForeignKeyField(
        "casework.ServiceRequest", related_name="mutes", on_delete=fields.OnDelete.CASCADE
    )
    request_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="mutes", on_delete=fields.OnDelete.CASCADE
    )
    person_id: int
    since_event = fields.BigIntField()
    until_event = fields.BigIntField(null=True)
    created_at = MomentField()

    class Meta:
        table = "mute"
        indexes = (("request_id", "person_id"),)
        constraints = (
            UniqueConstraint(fields=("request_id", "person_id"), name="mute_present", condition="until_event IS NULL"),
        )


class Vote(Model):
    """A person says "me too" to a request that somebody else reported. Taken back, it is gone."""

    id = fields.BigIntField(primary_key=True)
    request: fields.ForeignKeyRelation[ServiceRequest] = fields.ForeignKeyField(
        "casework.ServiceRequest", related_name="votes", on_delete=fields.OnDelete.CASCADE
    )
    request_id: int
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "casework.Person", related_name="votes", on_delete=fields.OnDelete.CASCADE
    )
    person_id: int
    created_at = MomentField()

    class Meta:
        table = "vote"
        indexes = (("person_id", "id"),)
        constraints = (UniqueConstraint(fields=("request_id", "person_id"), name="one_vote"),)
