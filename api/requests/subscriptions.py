"""What happens on a request, or in an area, as it happens."""

from collections.abc import Mapping
from typing import Annotated, Any

import strawberry

from api.context import Info
from api.ids import cursor, row_id
from api.live.topics import AreaTopic, Happening, RequestTopic
from api.requests.history import HistoryEvent, history_event
from api.requests.types import ServiceRequest, service_request
from casework.access import Viewer

AFTER = (
    "The cursor of the last event that the client has: what came after it is sent first. Null for what happens from "
    "now on."
)
After = Annotated[str | None, strawberry.argument(description=AFTER)]
News = strawberry.Parent[Happening]


@strawberry.type(description="Something that has just happened on a request.")
class RequestActivity:
    cursor: str = strawberry.field(
        description="Where it is in all that happens, as in `history` of the request: what `after` takes."
    )
    event: HistoryEvent = strawberry.field(description="What happened.")
    request: ServiceRequest = strawberry.field(description="The request as it is by now.")


@strawberry.type
class RequestSubscriptions:
    @strawberry.field(
        description="All that happens on one request that the viewer may see. Internal events are for its staff."
    )
    def request_activity(
        self,
        news: News,
        info: Info,
        request_id: Annotated[strawberry.ID, strawberry.argument(description="The request's global id.")],
        after: After = None,
    ) -> RequestActivity:
        return _activity(news, info.context.viewer)

    @strawberry.field(
        description="New reports, comments and changes of status on public requests in a watch area, by its filters: "
        "one's own area, or a public one."
    )
    def watch_area_activity(
        self,
        news: News,
        info: Info,
        watch_area_id: Annotated[strawberry.ID, strawberry.argument(description="The area's global id.")],
        after: After = None,
    ) -> RequestActivity:
        return _activity(news, info.context.viewer)


def request_topic(viewer: Viewer, given: Mapping[str, Any]) -> RequestTopic:
    """Raises Invalid."""
    return RequestTopic(row_id(given["requestId"], "ServiceRequest", "request_id"))


def area_topic(viewer: Viewer, given: Mapping[str, Any]) -> AreaTopic:
    """Raises Invalid."""
    return AreaTopic(row_id(given["watchAreaId"], "WatchArea", "watch_area_id"))


def _activity(news: Happening, viewer: Viewer) -> RequestActivity:
    return RequestActivity(
        cursor=cursor(news.position),
        event=history_event(news.row, news.request),
        request=service_request(news.request, viewer),
    )
