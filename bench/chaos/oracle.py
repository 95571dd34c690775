"""Who had to be told of what, by brute force from the history alone, one event after the other.

Written from the notification table and not from the production code, and asks none of it: history rows, who is who,
and where the requests and areas are. For each event there are two sets of people:

    must    has a reason that still held when everything was over
    may     had a reason as of the event; what ended it later (unfollowed, muted, assigned anew) may have come in time
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Told = tuple[int, str]
"""An event's id and a recipient's address."""

_STATUS = ("RequestAcknowledged", "RequestClosed", "RequestReopened", "PublicCommentAdded")
_SILENT = frozenset(
    [
        "RequestUnfollowed",
        "RequestMuted",
        "RequestUnmuted",
        "RequestArchived",
        "RequestUpdated",
        "MemberJoined",
        "EmailConfirmed",
    ]
)
_STAFF_ROLES = ("owner", "manager", "internal")


@dataclass(frozen=True)
class World:
    """What history's ids stand for: addresses of people, points of requests, boxes of areas, what is private."""

    addresses: Mapping[int, str]
    points: Mapping[int, tuple[float, float]]
    boxes: Mapping[int, tuple[float, float, float, float]]
    private: frozenset[int]

    def areas_over(self, request: int) -> Iterator[int]:
        x, y = self.points.get(request, (1e9, 1e9))
        if request not in self.private:
            yield from (a for a, (x1, y1, x2, y2) in self.boxes.items() if x1 <= x <= x2 and y1 <= y <= y2)


@dataclass
class _Spans:
    """Who does something with what, from which event until which."""

    spans: dict[tuple[int, int], list[list[float]]] = field(default_factory=lambda: defaultdict(list))

    def begin(self, what: int, who: int, event: int) -> None:
        self.spans[what, who].append([event, float("inf")])

    def end(self, what: int, who: int, event: int) -> None:
        self.spans[what, who][-1][1] = event

    def among(self, what: int, event: int) -> set[int]:
        return {who for (w, who) in self.spans if w == what and self.covers(what, who, event)}

    def covers(self, what: int, who: int, event: int) -> bool:
        return any(begun < event < ended for begun, ended in self.spans.get((what, who), ()))

    def lasts(self, what: int, who: int, event: int) -> bool:
        """It held at the event, and was never ended since."""
        return any(begun < event and ended == float("inf") for begun, ended in self.spans.get((what, who), ()))

    def any_until_the_end(self, what: int, who: int, event: int) -> bool:
        """It held at some time from the event on."""
        return any(ended > event for _, ended in self.spans.get((what, who), ()))


class Oracle:
    """Reads the rows once for what people follow and mute, and then again for who is told."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], world: World) -> None:
        self.must: set[Told] = set()
        self.may: set[Told] = set()
        self._world = world
        self._follows, self._mutes, self._areas = _Spans(), _Spans(), _Spans()
        self._owners: dict[int, int] = {}
        self._staff: dict[int, int] = {}
        self._resets: dict[int, int] = {}
        self._assignees: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
        events = [dict(row) | {"data": _read(row["data"])} for row in rows]
        for event in events:
            self._remember(event)
        for event in events:
            self._tell(event)

    def _remember(self, event: Mapping[str, Any]) -> None:
        id_, type_, actor, request = event["id"], event["type"], event["actor_id"], event["request_id"]
        if type_ == "RequestFollowed":
            self._follows.begin(request, actor, id_)
        elif type_ == "RequestUnfollowed":
            self._follows.end(request, actor, id_)
        elif type_ == "RequestMuted":
            self._mutes.begin(request, actor, id_)
        elif type_ == "RequestUnmuted":
            self._mutes.end(request, actor, id_)
        elif type_ == "WatchAreaCreated":
            self._owners[event["data"]["area_id"]] = actor
        elif type_ == "WatchAreaFollowed":
            self._areas.begin(event["data"]["area_id"], actor, id_)
        elif type_ == "MemberAdded" and event["data"]["role"] in _STAFF_ROLES:
            self._staff[event["data"]["person_id"]] = id_
        elif type_ == "PasswordResetRequested":
            self._resets[event["data"]["person_id"]] = id_
        if "assignee_id" in event["data"]:
            self._assignees[request].append((id_, event["data"]["assignee_id"]))

    def _tell(self, event: Mapping[str, Any]) -> None:
        type_, data, actor = event["type"], event["data"], event["actor_id"]
        if type_ in ("RequestFollowed", "WatchAreaCreated", "WatchAreaFollowed"):
            self._add(event, actor)
        elif type_ == "MemberAdded":
            self._add(event, data["person_id"])
        elif type_ == "PasswordResetRequested":
            person = data["person_id"]  # a later one voids the link of an earlier one
            self._add(event, person, surely=self._resets[person] == event["id"])
        elif type_ == "RequestAssigned":
            assignee = data["assignee_id"]
            if assignee != actor:
                later = {each for id_, each in self._assignees[event["request_id"]] if id_ > event["id"]}
                self._add(event, assignee, surely=later <= {assignee})
        elif type_ == "RequestSubmitted" or type_ == "InternalCommentAdded" or type_ in _STATUS:
            self._tell_of_request(event)
        elif type_ not in _SILENT:
            raise ValueError(f"the oracle does not know {type_}")

    def _tell_of_request(self, event: Mapping[str, Any]) -> None:
        """Rows of the table about a request, reason by reason; never the actor, but for the receipt."""
        type_, data, actor, request = event["type"], event["data"], event["actor_id"], event["request_id"]
        for person in [data["assignee_id"], data["displaced_id"], *data.get("mentioned_ids", ())]:
            if person != actor:
                self._add(event, person)
        for address in data.get("route_addresses", ()):
            self._add_address(event, address)
        if type_ == "RequestSubmitted":
            self._add(event, data["reporter_id"], surely=not self._muted_later(event, data["reporter_id"]))
        for person in self._follows.among(request, event["id"]) - {actor}:
            is_staff = self._staff.get(person, float("inf")) < event["id"]
            if type_ in _STATUS or (type_ == "InternalCommentAdded" and is_staff):
                follows = self._follows.lasts(request, person, event["id"])
                silenced = not is_staff and self._muted_later(event, person)
                if is_staff or not self._mutes.covers(request, person, event["id"]):
                    self._add_follower(event, person, surely=follows and not silenced)
        if type_ in _STATUS:
            self._add_resident(event, data["reporter_id"])
        if type_ in _STATUS or type_ == "RequestSubmitted":
            for area in self._world.areas_over(request):
                for person in {self._owners[area]} | self._areas.among(area, event["id"]):
                    self._add_resident(event, person)

    def _add_follower(self, event: Mapping[str, Any], person: int, *, surely: bool) -> None:
        """Private requests are for their reporter and staff (rule 4)."""
        hidden = event["request_id"] in self._world.private and person not in self._staff
        if not hidden or person == event["data"]["reporter_id"]:
            self._add(event, person, surely=surely)

    def _add_resident(self, event: Mapping[str, Any], person: int | None) -> None:
        """A reporter or a watcher, who may have muted the request."""
        if person is None or person == event["actor_id"]:
            return
        if not self._mutes.covers(event["request_id"], person, event["id"]):
            self._add(event, person, surely=not self._muted_later(event, person))

    def _muted_later(self, event: Mapping[str, Any], person: int | None) -> bool:
        return person is not None and self._mutes.any_until_the_end(event["request_id"], person, event["id"])

    def _add(self, event: Mapping[str, Any], person: int | None, *, surely: bool = True) -> None:
        if person is not None:
            self._add_address(event, self._world.addresses[person], surely=surely)

    def _add_address(self, event: Mapping[str, Any], address: str, *, surely: bool = True) -> None:
        self.may.add((event["id"], address))
        if surely:
            self.must.add((event["id"], address))


def _read(data: Any) -> dict[str, Any]:
    return dict(json.loads(data) if isinstance(data, str) else data)
