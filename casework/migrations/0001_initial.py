import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

from casework.database import MomentField, OptionalMomentField
from casework.moderation import Trust
from casework.organizations import Restriction
from casework.people import Role
from casework.requests import AddressOrigin, Status
from casework.tokens import Purpose


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="BareAddress",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("address", fields.CharField(unique=True, max_length=320)),
                ("confirmed_at", OptionalMomentField(null=True)),
                ("asked_at", OptionalMomentField(null=True)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "bare_address",
                "app": "casework",
                "pk_attr": "id",
                "table_description": "An address without an account that we mail.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Organization",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("slug", fields.CharField(unique=True, max_length=63)),
                ("name", fields.CharField(max_length=200)),
                ("time_zone", fields.CharField(default="America/New_York", max_length=64)),
                ("next_request_number", fields.IntField(default=1)),
                ("subscribe_acting_members", fields.BooleanField(default=False)),
                ("hold_guests", fields.BooleanField(default=False)),
                (
                    "held_words",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "organization",
                "app": "casework",
                "pk_attr": "id",
                "table_description": "A town, a department or a utility that takes service requests.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OutboxRow",
            fields=[
                ("event_id", fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ("priority", fields.SmallIntField(default=1)),
                ("due", MomentField(auto_now=False, auto_now_add=False)),
                ("cursor", fields.BigIntField(default=-1)),
                ("attempts", fields.IntField(default=0)),
                ("bulk", fields.CharField(null=True, max_length=36)),
                ("last_error", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "outbox",
                "app": "casework",
                "indexes": [Index(fields=["priority", "due", "event_id"]), Index(fields=["bulk"])],
                "pk_attr": "event_id",
                "table_description": "An event that is still to be told. `due` moves forward on a claim, which is the lease. Priority 0 goes first.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Person",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("handle", fields.CharField(unique=True, max_length=40)),
                ("name", fields.CharField(max_length=200)),
                ("address", fields.CharField(null=True, max_length=320)),
                ("password_hash", fields.CharField(null=True, max_length=255)),
                ("language", fields.CharField(default="en", max_length=8)),
                ("time_zone", fields.CharField(default="America/New_York", max_length=64)),
                ("confirmed_at", OptionalMomentField(null=True)),
                ("closed_at", OptionalMomentField(null=True)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "person",
                "app": "casework",
                "constraints": [
                    UniqueConstraint(fields=("address",), name="person_address", condition="confirmed_at IS NOT NULL")
                ],
                "indexes": [Index(fields=["address"])],
                "pk_attr": "id",
                "table_description": "An account. `address` is normalized (see casework.text) and null once the account is closed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Member",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "casework.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="members",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="memberships",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "role",
                    fields.CharEnumField(
                        description="OWNER: owner\nMANAGER: manager\nINTERNAL: internal\nREQUESTER: requester",
                        enum_type=Role,
                        max_length=12,
                    ),
                ),
                ("since_event", fields.BigIntField()),
                ("until_event", fields.BigIntField(null=True)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
                ("removed_at", OptionalMomentField(null=True)),
            ],
            options={
                "table": "member",
                "app": "casework",
                "constraints": [
                    UniqueConstraint(
                        fields=("organization_id", "person_id"), name="member_present", condition="until_event IS NULL"
                    )
                ],
                "indexes": [Index(fields=["person_id", "organization_id"])],
                "pk_attr": "id",
                "table_description": "A person's place in an organization, from one event to another.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PersonTrust",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "casework.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="trusts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="trusts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "trust",
                    fields.CharEnumField(
                        description="TRUSTED: trusted\nNORMAL: normal\nHELD: held", enum_type=Trust, max_length=10
                    ),
                ),
                ("changed_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "person_trust",
                "app": "casework",
                "unique_together": (("organization_id", "person_id"),),
                "pk_attr": "id",
                "table_description": "One organization's trust in one account.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RequestCategory",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "casework.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="categories",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                ("description", fields.TextField(default="", unique=False)),
                ("is_private", fields.BooleanField(default=False)),
                (
                    "assignee",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="assignee_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="assigned_categories",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "route_addresses",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("escalate_to", fields.CharField(null=True, max_length=320)),
                (
                    "requester_restriction",
                    fields.CharEnumField(
                        default=Restriction.NONE,
                        description="NONE: none\nNO_REOPENS: no_reopens\nNO_STATUS_CHANGES: no_status_changes\nNOTHING_ON_CLOSED: nothing_on_closed\nNOTHING: nothing",
                        enum_type=Restriction,
                        max_length=20,
                    ),
                ),
                (
                    "resident_restriction",
                    fields.CharEnumField(
                        default=Restriction.NONE,
                        description="NONE: none\nNO_REOPENS: no_reopens\nNO_STATUS_CHANGES: no_status_changes\nNOTHING_ON_CLOSED: nothing_on_closed\nNOTHING: nothing",
                        enum_type=Restriction,
                        max_length=20,
                    ),
                ),
                (
                    "switched_off_kinds",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("deleted_at", OptionalMomentField(null=True)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "request_category",
                "app": "casework",
                "pk_attr": "id",
                "table_description": "A kind of request, and who is to hear of it inside the organization.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ServiceRequest",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "casework.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="requests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.IntField()),
                (
                    "category",
                    fields.ForeignKeyField(
                        "casework.RequestCategory",
                        source_field="category_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="requests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("summary", fields.CharField(max_length=200)),
                ("description", fields.TextField(default="", unique=False)),
                ("latitude", fields.FloatField(null=True)),
                ("longitude", fields.FloatField(null=True)),
                ("place", fields.CharField(default="", max_length=300)),
                (
                    "photo_urls",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        default=Status.OPEN,
                        description="OPEN: open\nACKNOWLEDGED: acknowledged\nCLOSED: closed\nARCHIVED: archived",
                        enum_type=Status,
                        max_length=12,
                    ),
                ),
                ("is_hidden", fields.BooleanField(default=False)),
                ("held_at", OptionalMomentField(null=True)),
                (
                    "reporter",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="reporter_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="reported_requests",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("reporter_address", fields.CharField(null=True, max_length=320)),
                (
                    "reporter_address_origin",
                    fields.CharEnumField(
                        null=True, description="GUEST: guest\nSTAFF: staff", enum_type=AddressOrigin, max_length=8
                    ),
                ),
                (
                    "typed_by",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="typed_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="typed_requests",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("is_anonymous", fields.BooleanField(default=False)),
                (
                    "assignee",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="assignee_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="assigned_requests",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("due_at", OptionalMomentField(null=True)),
                (
                    "merged_into",
                    fields.ForeignKeyField(
                        "casework.ServiceRequest",
                        source_field="merged_into_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="duplicates",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("import_key", fields.CharField(null=True, max_length=120)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
                ("updated_at", MomentField(auto_now=False, auto_now_add=False)),
                ("closed_at", OptionalMomentField(null=True)),
            ],
            options={
                "table": "service_request",
                "app": "casework",
                "constraints": [
                    UniqueConstraint(fields=("organization_id", "number"), name="request_number"),
                    UniqueConstraint(
                        fields=("organization_id", "import_key"),
                        name="request_import",
                        condition="import_key IS NOT NULL",
                    ),
                ],
                "indexes": [
                    Index(fields=["organization_id", "updated_at", "id"]),
                    Index(fields=["organization_id", "status", "id"]),
                    Index(fields=["assignee_id", "status", "id"]),
                    Index(fields=["reporter_id", "id"]),
                    Index(fields=["merged_into_id"]),
                    Index(fields=["reporter_address"]),
                ],
                "pk_attr": "id",
                "table_description": "A thing to be put right, at a place, reported by a person, a bare address or nobody known.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Comment",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "casework.ServiceRequest",
                        source_field="request_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="comments",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "author",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="author_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="comments",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("by_staff", fields.BooleanField(default=False)),
                ("body", fields.TextField(unique=False)),
                ("is_internal", fields.BooleanField(default=False)),
                ("held_at", OptionalMomentField(null=True)),
                (
                    "accompanies",
                    fields.CharEnumField(
                        null=True,
                        description="OPEN: open\nACKNOWLEDGED: acknowledged\nCLOSED: closed\nARCHIVED: archived",
                        enum_type=Status,
                        max_length=12,
                    ),
                ),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "comment",
                "app": "casework",
                "indexes": [Index(fields=["request_id", "id"]), Index(fields=["author_id", "id"])],
                "pk_attr": "id",
                "table_description": "What somebody said. One that came with a status change names that change in `accompanies`.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Flag",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "casework.ServiceRequest",
                        source_field="request_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="flags",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "comment",
                    fields.ForeignKeyField(
                        "casework.Comment",
                        source_field="comment_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="flags",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="person_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="flags",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("reason", fields.TextField(unique=False)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "flag",
                "app": "casework",
                "indexes": [Index(fields=["request_id", "id"])],
                "pk_attr": "id",
                "table_description": "Somebody thinks that staff should look at a request, or at one of its comments.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Follow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "casework.ServiceRequest",
                        source_field="request_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="follows",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="follows",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("since_event", fields.BigIntField()),
                ("until_event", fields.BigIntField(null=True)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "follow",
                "app": "casework",
                "constraints": [
                    UniqueConstraint(
                        fields=("request_id", "person_id"), name="follow_present", condition="until_event IS NULL"
                    )
                ],
                "indexes": [Index(fields=["request_id", "person_id"]), Index(fields=["person_id", "id"])],
                "pk_attr": "id",
                "table_description": "A person follows a request, from one event to another (exclusive at both ends).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HistoryRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("position", fields.BigIntField(null=True, unique=True)),
                ("type", fields.CharField(max_length=40)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "casework.Organization",
                        source_field="organization_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="history",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "request",
                    fields.ForeignKeyField(
                        "casework.ServiceRequest",
                        source_field="request_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="history",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "actor",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="actor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="acts",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("by_staff", fields.BooleanField(default=False)),
                ("is_internal", fields.BooleanField(default=False)),
                ("bulk", fields.CharField(null=True, max_length=36)),
                (
                    "data",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("occurred_at", MomentField(auto_now=False, auto_now_add=False)),
                ("settled", fields.CharField(null=True, max_length=12)),
            ],
            options={
                "table": "history",
                "app": "casework",
                "indexes": [
                    Index(fields=["request_id", "position"]),
                    Index(fields=["organization_id", "position"]),
                    Index(fields=["actor_id", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "One event as it was recorded: `type` and `data` are an event of casework.events.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Mute",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "casework.ServiceRequest",
                        source_field="request_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="mutes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="mutes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("since_event", fields.BigIntField()),
                ("until_event", fields.BigIntField(null=True)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "mute",
                "app": "casework",
                "constraints": [
                    UniqueConstraint(
                        fields=("request_id", "person_id"), name="mute_present", condition="until_event IS NULL"
                    )
                ],
                "indexes": [Index(fields=["request_id", "person_id"])],
                "pk_attr": "id",
                "table_description": "A person wants no resident mail about a request, from one event to another. Staff mail goes on (rule 8).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "person",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sessions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("label", fields.CharField(default="", max_length=200)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
                ("used_at", MomentField(auto_now=False, auto_now_add=False)),
                ("expires_at", MomentField(auto_now=False, auto_now_add=False)),
                ("revoked_at", OptionalMomentField(null=True)),
            ],
            options={
                "table": "session",
                "app": "casework",
                "pk_attr": "id",
                "table_description": "A bearer token's other half: only the token's SHA-256 is stored.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Ticket",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "purpose",
                    fields.CharEnumField(
                        description="CONFIRM: confirm\nCONFIRM_GUEST: confirm_guest\nRESET: reset\nJOIN: join",
                        enum_type=Purpose,
                        max_length=16,
                    ),
                ),
                ("nonce", fields.CharField(max_length=32)),
                ("address", fields.CharField(null=True, max_length=320)),
                (
                    "person",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="person_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="tickets",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "casework.Organization",
                        source_field="organization_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="tickets",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "request",
                    fields.ForeignKeyField(
                        "casework.ServiceRequest",
                        source_field="request_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="tickets",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "role",
                    fields.CharEnumField(
                        null=True,
                        description="OWNER: owner\nMANAGER: manager\nINTERNAL: internal\nREQUESTER: requester",
                        enum_type=Role,
                        max_length=12,
                    ),
                ),
                ("expires_at", MomentField(auto_now=False, auto_now_add=False)),
                ("used_at", OptionalMomentField(null=True)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "ticket",
                "app": "casework",
                "indexes": [Index(fields=["person_id", "purpose"]), Index(fields=["organization_id", "address"])],
                "pk_attr": "id",
                "table_description": "One permission to do one thing.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WatchArea",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "owner",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="owner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="watch_areas",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                ("shape", fields.BinaryField()),
                ("min_x", fields.FloatField()),
                ("min_y", fields.FloatField()),
                ("max_x", fields.FloatField()),
                ("max_y", fields.FloatField()),
                ("area_km2", fields.FloatField()),
                ("center_lat", fields.FloatField(null=True)),
                ("center_lng", fields.FloatField(null=True)),
                ("radius_m", fields.FloatField(null=True)),
                (
                    "category_ids",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("keywords", fields.CharField(default="", max_length=500)),
                ("with_comments", fields.BooleanField(default=True)),
                ("is_public", fields.BooleanField(default=False)),
                ("since_event", fields.BigIntField()),
                ("deleted_event", fields.BigIntField(null=True)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
                ("deleted_at", OptionalMomentField(null=True)),
            ],
            options={
                "table": "watch_area",
                "app": "casework",
                "indexes": [Index(fields=["owner_id", "id"])],
                "pk_attr": "id",
                "table_description": "A shape on the ground that a person watches, from one event to another (exclusive at both ends).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AreaFollow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "area",
                    fields.ForeignKeyField(
                        "casework.WatchArea",
                        source_field="area_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="follows",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "casework.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="area_follows",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("since_event", fields.BigIntField()),
                ("until_event", fields.BigIntField(null=True)),
                ("created_at", MomentField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "area_follow",
                "app": "casework",
                "constraints": [
                    UniqueConstraint(
                        fields=("area_id", "person_id"), name="area_follow_present", condition="until_event IS NULL"
                    )
                ],
                "indexes": [Index(fields=["area_id", "person_id"]), Index(fields=["person_id", "id"])],
                "pk_attr": "id",
                "table_description": "A person follows somebody's public area, from one event to another (exclusive at both ends).",
            },
            bases=["Model"],
        ),
    ]
