"""Choosing what one is told and when."""

import strawberry

from api.context import Info
from api.inbox.inputs import (
    MarkNotificationsReadInput,
    SendDigestNowInput,
    UnsubscribeInput,
    UpdateDigestScheduleInput,
    UpdateNotificationPreferenceInput,
)
from api.inbox.types import (
    Digest,
    DigestSchedule,
    MailPreview,
    Notification,
    NotificationKind,
    NotificationPreference,
    digest,
    digest_schedule,
    notification,
    notification_kind,
)
from api.inbox.viewer import notifications_of, preferences_of
from api.mutation import Payload, answered, user_errors
from casework import clock, people
from casework.access import Viewer
from casework.errors import BadLink, SignInRequired
from digests import issues, now
from notifier import notifications, preferences
from notifier.held import choose
from notifier.kinds import KINDS
from notifier.links import Links
from notifier.preferences import ReaderSettings
from notifier.recipients import Recipient
from notifier.schedule import change_schedule
from notifier.unsubscribe import grant, read_wish

_SCHEDULE = {
    "digest_hour": "hour",
    "digest_weekday": "weekday",
    **{
        name: name
        for name in (
            "quiet_from",
            "quiet_until",
            "vacation_from",
            "vacation_until",
            "own_actions",
            "text_only",
            "digest_map",
        )
    },
}
"""Columns of ReaderSettings, and what the input calls them."""


@strawberry.type(description="How soon the viewer now hears of something.")
class NotificationPreferencePayload(Payload):
    preference: NotificationPreference | None = strawberry.field(description="The choice; null where nothing changed.")


@strawberry.type(description="When the viewer's mail now goes.")
class DigestSchedulePayload(Payload):
    digest_schedule: DigestSchedule | None = strawberry.field(description="All of it; null where nothing changed.")


@strawberry.type(description="What a link stopped.")
class UnsubscribePayload(Payload):
    kinds: list[NotificationKind] = strawberry.field(
        description="The kinds of mail that are off now; empty where the link muted a request, or where it failed."
    )


@strawberry.type(description="The digest that goes at once.")
class SendDigestNowPayload(Payload):
    digest: Digest | None = strawberry.field(description="The digest; null where nothing waited.")


@strawberry.type(description="What is marked as read.")
class MarkNotificationsReadPayload(Payload):
    notifications: list[Notification] = strawberry.field(description="The viewer's own among them, in the order given.")


@strawberry.type
class InboxMutations:
    @strawberry.mutation(description="Choose how soon to hear of one kind of thing. What waits moves accordingly.")
    async def update_notification_preference(
        self, info: Info, input: UpdateNotificationPreferenceInput
    ) -> NotificationPreferencePayload:
        async def act(viewer: Viewer) -> people.Person:
            person = signed_in(viewer)
            await choose(Recipient(person.id, None).key, input.kind, input.chosen)
            return person

        answer = await answered(info, input, act)
        person = info.context.viewer.person
        chosen = await preferences_of(person, [input.kind]) if person and answer.changed else []
        if chosen and (input.chosen or KINDS[input.kind].default) is preferences.Cadence.IMMEDIATE:
            await info.context.digest_wanted()
        return NotificationPreferencePayload(
            preference=chosen[0] if chosen else None,
            user_errors=user_errors(answer),
            client_mutation_id=input.client_mutation_id,
        )

    @strawberry.mutation(description="Choose when one's mail goes. What waits moves to its new time.")
    async def update_digest_schedule(self, info: Info, input: UpdateDigestScheduleInput) -> DigestSchedulePayload:
        async def act(viewer: Viewer) -> people.Person:
            person = signed_in(viewer)
            given = {column: getattr(input, name) for column, name in _SCHEDULE.items()}
            changes = {column: value for column, value in given.items() if value is not strawberry.UNSET}
            await change_schedule(person, changes, _SCHEDULE)
            return person

        answer = await answered(info, input, act)
        row = await ReaderSettings.filter(person_id__in=answer.changed).first()
        return DigestSchedulePayload(
            digest_schedule=digest_schedule(row) if answer.changed else None,
            user_errors=user_errors(answer),
            client_mutation_id=input.client_mutation_id,
        )

    @strawberry.mutation(
        description="Follow the link of a mail: stop that mail, or mute its request. Works without signing in."
    )
    async def unsubscribe(self, info: Info, input: UnsubscribeInput) -> UnsubscribePayload:
        wish = await read_wish(info.context.settings, input.token)

        async def act(viewer: Viewer) -> list[people.Person]:
            if wish is None:
                raise BadLink("This link does not work. Use the one in a newer mail.", field="token")
            await grant(wish)
            return []

        answer = await answered(info, input, act)
        person = info.context.viewer.person
        kinds = wish.kinds if wish is not None and not answer.errors else ()
        return UnsubscribePayload(
            kinds=[notification_kind(KINDS[each], person.language if person else wish.language) for each in kinds]
            if wish
            else [],
            user_errors=user_errors(answer),
            client_mutation_id=input.client_mutation_id,
        )

    @strawberry.mutation(
        description="Get what waits as one mail now, also in quiet hours or on vacation. A second call sends nothing."
    )
    async def send_digest_now(self, info: Info, input: SendDigestNowInput) -> SendDigestNowPayload:
        async def act(viewer: Viewer) -> list[issues.Issue]:
            number = await now.send_now(signed_in(viewer))
            return await issues.Issue.filter(id=number) if number is not None else []

        answer = await answered(info, input, act)
        row = await issues.Issue.filter(id__in=answer.changed, person_id=info.context.viewer.person_id or 0).first()
        if row is not None:
            await info.context.digest_wanted()
        return SendDigestNowPayload(
            digest=digest(row, Links(info.context.settings)) if row is not None else None,
            user_errors=user_errors(answer),
            client_mutation_id=input.client_mutation_id,
        )

    @strawberry.mutation(description="Mark notifications as read. Those of others are left alone, and not told apart.")
    async def mark_notifications_read(
        self, info: Info, input: MarkNotificationsReadInput
    ) -> MarkNotificationsReadPayload:
        async def act(viewer: Viewer) -> list[people.Person]:
            signed_in(viewer)
            mine = [row.id for row in await notifications_of(viewer).filter(id__in=input.numbers)]
            await notifications.Notification.filter(id__in=mine, read_at__isnull=True).update(read_at=clock.now())
            return []

        answer = await answered(info, input, act)
        viewer = info.context.viewer
        rows = []
        if not answer.errors:
            order = {number: place for place, number in enumerate(input.numbers)}
            rows = await notifications_of(viewer).filter(id__in=input.numbers).select_related("event")
            rows.sort(key=lambda row: order[row.id])
        return MarkNotificationsReadPayload(
            notifications=[notification(row, viewer) for row in rows],
            user_errors=user_errors(answer),
            client_mutation_id=input.client_mutation_id,
        )


@strawberry.type
class DigestQueries:
    @strawberry.field(
        description="What the viewer's digest would say if it went now; null where there is nothing. Sends nothing."
    )
    async def preview_digest(self, info: Info) -> MailPreview | None:
        shown = await now.preview_digest(signed_in(info.context.viewer), info.context.settings)
        return MailPreview(subject=shown.subject, html=shown.html, text=shown.text) if shown is not None else None


def signed_in(viewer: Viewer) -> people.Person:
    """Raises SignInRequired for a guest."""
    if viewer.person is None:
        raise SignInRequired("Sign in to do this.")
    return viewer.person
