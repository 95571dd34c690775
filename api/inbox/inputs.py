"""What the mutations on one's own mail are given."""

from datetime import datetime

import strawberry

from api.ids import row_id
from api.inbox.types import Cadence
from api.mutation import MutationInput
from casework.errors import Invalid
from notifier import preferences
from notifier.kinds import KINDS

MARKED_AT_ONCE = 200


@strawberry.input(description="How soon to hear of one kind of thing.")
class UpdateNotificationPreferenceInput(MutationInput):
    kind: str = strawberry.field(description="The kind's key.")
    cadence: Cadence | None = strawberry.field(
        default=strawberry.UNSET, description="How soon; null for the default. Must be given."
    )

    @property
    def chosen(self) -> preferences.Cadence | None:
        """Raises Invalid for a kind that doesn't exist or can't be chosen for, and where the cadence was left out."""
        if self.kind not in KINDS:
            raise Invalid("There is no kind %(kind)s.", field="kind", kind=repr(self.kind[:40]))
        if KINDS[self.kind].is_account:
            raise Invalid("Mail about your account can't be changed.", field="kind")
        if self.cadence is strawberry.UNSET:
            raise Invalid("cadence must be given; null means the default.", field="cadence")
        return preferences.Cadence(str(self.cadence.value)) if self.cadence is not None else None


@strawberry.input(description="When one's mail is to go; what is left out stays, and null means the default.")
class UpdateDigestScheduleInput(MutationInput):
    hour: int | None = strawberry.field(
        default=strawberry.UNSET, description="The hour of daily and weekly digests, 0 to 23."
    )
    weekday: int | None = strawberry.field(
        default=strawberry.UNSET, description="The day of weekly digests: 0 is Monday, 6 is Sunday."
    )
    quiet_from: int | None = strawberry.field(
        default=strawberry.UNSET, description="When quiet hours begin, in minutes after midnight, 0 to 1439."
    )
    quiet_until: int | None = strawberry.field(
        default=strawberry.UNSET, description="When they end, 0 to 1439; if it is earlier, on the next day."
    )
    vacation_from: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When a vacation begins, with its time zone; null for at once."
    )
    vacation_until: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it ends, with its time zone; null for no vacation."
    )
    own_actions: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether to hear of what one does oneself."
    )
    text_only: bool | None = strawberry.field(default=strawberry.UNSET, description="Whether to get mail without HTML.")
    digest_map: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether digests about watch areas open with a small map."
    )


@strawberry.input(description="The link of a mail, followed inside an app.")
class UnsubscribeInput(MutationInput):
    token: str = strawberry.field(description="What follows `/u/` in the link.")


@strawberry.input(description="Asking for one's digest at once.")
class SendDigestNowInput(MutationInput):
    pass


@strawberry.input(description="Which notifications were read.")
class MarkNotificationsReadInput(MutationInput):
    notification_ids: list[strawberry.ID] = strawberry.field(description="Their global ids: at most 200.")

    @property
    def numbers(self) -> list[int]:
        """The notifications' rows. Raises Invalid, naming the position."""
        if len(self.notification_ids) > MARKED_AT_ONCE:
            raise Invalid("At most %(allowed)s at once.", field="notification_ids", allowed=MARKED_AT_ONCE)
        return [
            row_id(each, "Notification", f"notification_ids.{position}")
            for position, each in enumerate(self.notification_ids)
        ]
