"""All subscriptions: the nouns' fields, which present what happened, and the topic that each field follows."""

from collections.abc import Callable, Mapping
from typing import Any

from api.inbox.subscriptions import InboxSubscriptions, person_topic
from api.live.topics import Topic
from api.requests.subscriptions import RequestSubscriptions, area_topic, request_topic
from casework.access import Viewer

SUBSCRIPTIONS = (RequestSubscriptions, InboxSubscriptions)

TOPICS: Mapping[str, Callable[[Viewer, Mapping[str, Any]], Topic]] = {
    "requestActivity": request_topic,
    "watchAreaActivity": area_topic,
    "viewerNotifications": person_topic,
}
