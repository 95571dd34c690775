"""What the viewer is told, as it is told."""

from collections.abc import Mapping
from typing import Any

import strawberry

from api.context import Info
from api.ids import cursor
from api.inbox.types import Notification, notification
from api.live.topics import PersonTopic, Told
from api.requests.subscriptions import After
from casework.access import Viewer
from casework.errors import SignInRequired

News = strawberry.Parent[Told]


@strawberry.type(description="A notification that has just been written for the viewer.")
class ViewerNotification:
    cursor: str = strawberry.field(description="Where it is in all that is told: what `after` takes.")
    notification: Notification = strawberry.field(
        description="The notification: to be mailed at once, held for a digest, or skipped for a reason that is told."
    )


@strawberry.type
class InboxSubscriptions:
    @strawberry.field(description="Each notification of the viewer's once, when it is written. Needs a session.")
    def viewer_notifications(self, news: News, info: Info, after: After = None) -> ViewerNotification:
        return ViewerNotification(
            cursor=cursor(news.position, PersonTopic.numbers.mark),
            notification=notification(news.row, info.context.viewer),
        )


def person_topic(viewer: Viewer, given: Mapping[str, Any]) -> PersonTopic:
    """Raises SignInRequired."""
    if viewer.person_id is None:
        raise SignInRequired("Sign in to be told of your notifications.")
    return PersonTopic(viewer.person_id)
