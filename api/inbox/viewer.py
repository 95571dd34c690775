"""What the viewer is told and has chosen: fields of `viewer`."""

from datetime import datetime
from typing import Annotated

import strawberry
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from api.connections import Connection, connection, window
from api.context import Info
from api.inbox.reaching import ReachOfViewer
from api.inbox.types import (
    STAFF_KINDS,
    Cadence,
    Digest,
    DigestSchedule,
    Notification,
    NotificationKind,
    NotificationPreference,
    NotificationState,
    digest,
    digest_schedule,
    notification,
    notification_kind,
)
from api.requests.types import After, Before, First, Last
from casework import people as rows
from casework.access import Viewer
from casework.reading import page
from digests import now
from digests.issues import Issue
from notifier import notifications
from notifier.kinds import CATALOGUE, KINDS
from notifier.links import Links
from notifier.preferences import ReaderSettings, choices_of
from notifier.recipients import Recipient

OnlyKind = Annotated[str | None, strawberry.argument(description="Only those of this kind, by its key.")]
OnlyStates = Annotated[
    list[NotificationState] | None, strawberry.argument(description="Only those that are in one of these states.")
]
OnlyUnread = Annotated[bool, strawberry.argument(description="Only those that are not marked as read.")]


@strawberry.type
class InboxOfViewer(ReachOfViewer):
    @strawberry.field(description="What the viewer was told, is to be told or was not told: the newest first.")
    async def notifications(
        self,
        info: Info,
        kind: OnlyKind = None,
        states: OnlyStates = None,
        unread: OnlyUnread = False,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Notification]:
        viewer = info.context.viewer
        mine = notifications_of(viewer)
        if kind is not None:
            mine = mine.filter(kind=kind)
        if states is not None:
            mine = mine.filter(state__in=[each.value for each in states])
        if unread:
            mine = mine.filter(read_at__isnull=True)
        found = await page(mine.select_related("event"), window(first, after, last, before), ascending=False)
        return connection(found, lambda row: notification(row, viewer), lambda row: row.id, mine.count)

    @strawberry.field(description="The viewer's digests, the newest first.")
    async def digests(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Digest]:
        mine = Issue.filter(person_id=self.row.id)
        links = Links(info.context.settings)
        found = await page(mine, window(first, after, last, before), ascending=False)
        return connection(found, lambda row: digest(row, links), lambda row: row.id, mine.count)

    @strawberry.field(
        description="When the viewer's next digest goes, if there is anything to say by then; null where they get none."
    )
    async def next_digest_at(self) -> datetime | None:
        return await now.next_digest_at(self.row)

    @strawberry.field(description="How soon the viewer hears of each kind that they can choose for.")
    async def preferences(self, info: Info) -> list[NotificationPreference]:
        viewer = info.context.viewer
        kinds = [kind for kind in CATALOGUE if not kind.is_account and (viewer.staffed or not kind.for_staff)]
        return await preferences_of(self.row, [kind.key for kind in kinds])

    @strawberry.field(description="When the viewer's mail goes.")
    async def digest_schedule(self) -> DigestSchedule:
        return digest_schedule(await ReaderSettings.get_or_none(person_id=self.row.id))


def notifications_of(viewer: Viewer) -> QuerySet[notifications.Notification]:
    """The viewer's own. Staff mail is shown to who is still staff where it came from (rule 3)."""
    inside = Q(kind__not_in=sorted(STAFF_KINDS))
    if viewer.staffed:
        inside |= Q(event__organization_id__in=viewer.staffed)
    return notifications.Notification.filter(inside, person_id=viewer.person_id or 0)


async def preferences_of(person: rows.Person, keys: list[str]) -> list[NotificationPreference]:
    """The person's preferences for these kinds, in the order given."""
    recipient = Recipient(person.id, None).key
    chosen = await choices_of([recipient], keys)
    found = []
    for key in keys:
        choice = chosen.get((recipient, key))
        cadence = choice.cadence if choice is not None else None
        found.append(
            NotificationPreference(
                kind=notification_kind(KINDS[key], person.language),
                cadence=Cadence((cadence or KINDS[key].default).value),
                is_default=cadence is None,
            )
        )
    return found


@strawberry.type
class InboxQueries:
    @strawberry.field(description="Every kind of notification that there is.")
    def notification_kinds(self, info: Info) -> list[NotificationKind]:
        person = info.context.viewer.person
        return [notification_kind(kind, person.language if person else "en") for kind in CATALOGUE]
