"""The town's stories, told again through the same actions as the API: in time order, each at its moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from casework import clock
from casework.actions import areas, handling, merging, talking, watching, work
from curbcast.demo.people import point
from curbcast.demo.stories import STORIES, Deed, Story
from curbcast.demo.town import Demo, report

_BEGINNING = timedelta(days=14)


async def tell_the_past(demo: Demo) -> None:
    """Every status, comments of both kinds, mentions, follows, a mute, merges, and two areas that are watched."""
    now = clock.now()
    await _watch(demo, now - _BEGINNING)
    requests: dict[str, int] = {}  # by summary
    for at, story, deed in sorted(_moments(now), key=lambda moment: moment[0]):
        if deed is not None:
            await _do(demo, deed, at, requests[story.summary], requests)
            continue
        request = await report(
            demo,
            story.who,
            story.category,
            story.summary,
            story.street,
            story.number,
            description=story.description,
            anonymous=story.anonymous,
            at=at,
        )
        requests[story.summary] = request.id


def _moments(now: datetime) -> Iterator[tuple[datetime, Story, Deed | None]]:
    """Each report, which is no deed yet, and all that came after it."""
    for story in STORIES:
        filed_at = now - timedelta(hours=story.hours_ago)
        yield filed_at, story, None
        for deed in story.deeds:
            yield filed_at + timedelta(hours=deed[0]), story, deed


async def _do(demo: Demo, deed: Deed, at: datetime, request_id: int, requests: Mapping[str, int]) -> None:
    _, who, verb, words = deed
    viewer = demo.viewers[who].during(at=at)
    match verb:
        case "acknowledge":
            await handling.acknowledge(viewer, request_id, comment=words)
        case "close":
            await handling.close(viewer, request_id, comment=words)
        case "reopen":
            await handling.reopen(viewer, request_id, comment=words)
        case "comment" | "note":
            await talking.add_comment(viewer, request_id, body=words, internal=verb == "note")
        case "follow":
            await watching.follow(viewer, request_id)
        case "mute":
            await watching.mute(viewer, request_id)
        case "assign":
            await handling.assign(viewer, request_id, assignee_id=demo.viewers[words].person_id)
        case "recategorize":
            await handling.recategorize(viewer, request_id, category_id=demo.categories[words].id)
        case "merge":
            await merging.merge_into(viewer, request_id, survivor_id=requests[words])
        case "order":
            handle, _, summary = words.partition(" ")
            assignee, town = demo.viewers[handle].person_id, demo.organization.id
            await work.create_work_order(viewer, town, summary=summary, request_id=request_id, assignee_id=assignee)
        case _:
            raise ValueError(f"nobody in Marlow can {verb}")


async def _watch(demo: Demo, at: datetime) -> None:
    """Noor shares the way to school with whoever wants it; Otis keeps an eye on his corner for himself."""
    latitude, longitude = point("Harbour Lane", 10)
    way = await areas.create_watch_area(
        demo.viewers["noor"].during(at=at),
        name="The way to school",
        latitude=latitude,
        longitude=longitude,
        radius_m=400,
        public=True,
    )
    await areas.follow_watch_area(demo.viewers["maya"].during(at=at), way.id)
    latitude, longitude = point("Orchard Row", 12)
    await areas.create_watch_area(
        demo.viewers["otis"].during(at=at), name="My corner", latitude=latitude, longitude=longitude, radius_m=250
    )
