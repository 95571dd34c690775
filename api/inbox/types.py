"""Notifications, digests and wishes as their reader sees them."""

from datetime import datetime
from enum import Enum

import strawberry

from api.context import Info
from api.ids import global_id
from api.node import Node
from api.requests.history import HistoryEvent, shown_event
from api.requests.types import ServiceRequest, service_request
from casework.access import Viewer
from digests import issues
from notifier import kinds, notifications, preferences
from notifier.links import Links
from notifier.words import words_in

STAFF_KINDS = frozenset(kind.key for kind in kinds.CATALOGUE if kind.for_staff)


@strawberry.enum(description="How soon one hears.")
class Cadence(Enum):
    IMMEDIATE = strawberry.enum_value("immediate", description="At once.")
    HOURLY = strawberry.enum_value("hourly", description="In a digest on the hour.")
    DAILY = strawberry.enum_value("daily", description="In a digest a day, at the hour of the digest schedule.")
    WEEKLY = strawberry.enum_value("weekly", description="In a digest a week, on the day of the digest schedule.")
    OFF = strawberry.enum_value("off", description="Never.")


@strawberry.enum(description="What became of a mail.")
class NotificationState(Enum):
    PENDING = strawberry.enum_value("pending", description="It goes as soon as it may.")
    SENDING = strawberry.enum_value("sending", description="It is on its way to the mail server.")
    SENT = strawberry.enum_value("sent", description="The mail server has taken it.")
    DEFERRED = strawberry.enum_value("deferred", description="The mail server asked to be tried again later.")
    FAILED = strawberry.enum_value("failed", description="The mail server refused it.")
    UNKNOWN = strawberry.enum_value("unknown", description="It may have been sent: the mail server did not answer.")
    SKIPPED = strawberry.enum_value("skipped", description="It was not sent, for a reason that is told.")
    HELD = strawberry.enum_value("held", description="It waits for its digest.")


@strawberry.type(description="A kind of notification. Kinds are data: new ones may be added.")
class NotificationKind:
    key: str = strawberry.field(description="Its key, as in `request_closed`; stable for ever.")
    label: str = strawberry.field(description="What it is, in the viewer's language.")
    group: str = strawberry.field(description="What it belongs to: `account`, `staff_requests`, `requests` and so on.")
    default_cadence: Cadence = strawberry.field(
        description="How soon one hears of it who has chosen nothing. Organizations can have sent at once what is off."
    )
    for_staff: bool = strawberry.field(description="Whether only an organization's staff get it.")
    can_be_changed: bool = strawberry.field(description="Whether one can choose its cadence: not that of account mail.")


@strawberry.type(description="How soon the viewer hears of one kind of thing.")
class NotificationPreference:
    kind: NotificationKind = strawberry.field(description="Of what.")
    cadence: Cadence = strawberry.field(description="How soon.")
    is_default: bool = strawberry.field(description="Whether the viewer has chosen nothing.")


@strawberry.type(description="When the viewer's mail goes. Hours are in the viewer's time zone.")
class DigestSchedule:
    hour: int = strawberry.field(description="The hour of daily and weekly digests, 0 to 23.")
    weekday: int = strawberry.field(description="The day of weekly digests: 0 is Monday, 6 is Sunday.")
    quiet_from: int | None = strawberry.field(
        description="When quiet hours begin, in minutes after midnight; null for none."
    )
    quiet_until: int | None = strawberry.field(
        description="When they end, maybe on the next day, in minutes after midnight; null for none."
    )
    vacation_from: datetime | None = strawberry.field(description="When a vacation begins; null for at once.")
    vacation_until: datetime | None = strawberry.field(description="When it ends; null for no vacation.")
    own_actions: bool = strawberry.field(description="Whether the viewer hears of what they do themselves.")
    text_only: bool = strawberry.field(description="Whether the viewer prefers mail without HTML.")
    digest_map: bool = strawberry.field(description="Whether digests about watch areas open with a small map.")


@strawberry.type(description="A reason to hear of something, and what spoke against it.")
class NotificationReason:
    reason: str = strawberry.field(description="As in `reporter`, `follower` or `assignee`.")
    kind: str = strawberry.field(description="The key of the kind of mail that it asks for.")
    skip: str | None = strawberry.field(description="Why it did not count, as in `muted`; null where it did.")
    details: list[str] = strawberry.field(description="What it is about, such as names of watch areas.")


@strawberry.type(description="One event told to the viewer, or not, and why.")
class Notification(Node):
    row: strawberry.Private[notifications.Notification]
    kind: NotificationKind | None = strawberry.field(description="What kind of mail; null for one that is no more.")
    reasons: list[NotificationReason] = strawberry.field(description="Every reason that was found, strongest first.")
    state: NotificationState = strawberry.field(description="What became of it.")
    skip: str | None = strawberry.field(description="Why it was not sent, as in `preference_off`; null otherwise.")
    cadence: Cadence = strawberry.field(description="How soon it was to go.")
    occurred_at: datetime = strawberry.field(description="When what it tells happened.")
    sent_at: datetime | None = strawberry.field(description="When it was sent; null where it wasn't.")
    read_at: datetime | None = strawberry.field(
        description="When the viewer marked it as read; null where they didn't."
    )

    @strawberry.field(description="The request that it is about; null for none, or none that the viewer may see now.")
    async def request(self, info: Info) -> ServiceRequest | None:
        if self.row.request_id is None:
            return None
        found = await info.context.loaders.request.load(self.row.request_id)
        return service_request(found, info.context.viewer) if found else None

    @strawberry.field(description="What happened; null where the viewer may not see it now, and for account mail.")
    async def event(self, info: Info) -> HistoryEvent | None:
        request = await info.context.loaders.request.load(self.row.request_id or 0)
        return shown_event(self.row.event, request, info.context.viewer)


@strawberry.type(description="One digest, or what waited for another reason and went as one mail.")
class Digest(Node):
    row: strawberry.Private[issues.Issue]
    cadence: str = strawberry.field(
        description="`hourly`, `daily`, `weekly`, `burst`, `catch_up` or `asked`; others may be added."
    )
    state: NotificationState = strawberry.field(description="What became of it; skipped where nothing was left to say.")
    told: int = strawberry.field(description="How many events it told.")
    dropped: int = strawberry.field(description="How many fell away before it went.")
    created_at: datetime = strawberry.field(description="When it was put together.")
    sent_at: datetime | None = strawberry.field(description="When it was sent; null where it wasn't.")
    url: str = strawberry.field(description="The page that lists all that it tells.")


@strawberry.type(description="A mail as it would be sent now.")
class MailPreview:
    subject: str = strawberry.field(description="Its subject.")
    html: str = strawberry.field(description="Its HTML part: a whole document.")
    text: str = strawberry.field(description="Its text part.")


def notification_kind(kind: kinds.Kind, language: str) -> NotificationKind:
    return NotificationKind(
        key=kind.key,
        label=words_in(language).gettext(kind.label),
        group=kind.group.value,
        default_cadence=Cadence(kind.default.value),
        for_staff=kind.for_staff,
        can_be_changed=not kind.is_account,
    )


def is_insider(row: notifications.Notification, viewer: Viewer) -> bool:
    """Whether the viewer is staff where it happened. `row` has its event loaded."""
    organization_id = row.event.organization_id
    return organization_id is not None and viewer.is_staff_of(organization_id)


def notification(row: notifications.Notification, viewer: Viewer) -> Notification:
    """`row` has its event loaded. Reasons that only staff have are for who is staff now (rule 3)."""
    kind, language = kinds.KINDS.get(row.kind), viewer.person.language if viewer.person else "en"
    shown = [each for each in row.reasons if is_insider(row, viewer) or each["kind"] not in STAFF_KINDS]
    return Notification(
        row=row,
        id=strawberry.ID(global_id("Notification", row.id)),
        kind=notification_kind(kind, language) if kind else None,
        reasons=[_reason(each) for each in shown],
        state=NotificationState(row.state.value),
        skip=row.skip,
        cadence=Cadence(row.cadence.value),
        occurred_at=row.occurred_at,
        sent_at=row.settled_at if row.state is notifications.State.SENT else None,
        read_at=row.read_at,
    )


def _reason(kept: dict[str, object]) -> NotificationReason:
    skip, details = kept.get("skip"), kept.get("details")
    return NotificationReason(
        reason=str(kept["reason"]),
        kind=str(kept["kind"]),
        skip=str(skip) if skip is not None else None,
        details=[str(each) for each in details] if isinstance(details, list) else [],
    )


def digest(row: issues.Issue, links: Links) -> Digest:
    return Digest(
        row=row,
        id=strawberry.ID(global_id("Digest", row.id)),
        cadence=row.cadence,
        state=NotificationState(row.state.value),
        told=row.told,
        dropped=row.dropped,
        created_at=row.created_at,
        sent_at=row.settled_at if row.state is notifications.State.SENT else None,
        url=links.digest(row.id),
    )


def digest_schedule(row: preferences.ReaderSettings | None) -> DigestSchedule:
    """Defaults where the person has chosen nothing."""
    row = row or preferences.ReaderSettings()
    return DigestSchedule(
        hour=row.digest_hour,
        weekday=row.digest_weekday,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        vacation_from=row.vacation_from,
        vacation_until=row.vacation_until,
        own_actions=row.own_actions,
        text_only=row.text_only,
        digest_map=row.digest_map,
    )
