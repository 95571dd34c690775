"""Acts -> the actions of the API, in the name of guests and of the organization's import.

Many acts share a transaction, and each has a savepoint of its own (every action is one). What an earlier run did is
found again by the request's import key and by its history, and is not done twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from casework import clock
from casework.access import NOBODY, Viewer
from casework.actions import filing, handling, membership, talking
from casework.database import transaction
from casework.errors import CaseworkError, Held, IllegalMove
from casework.history import HistoryRow
from casework.organizations import Organization, RequestCategory
from casework.requests import ServiceRequest
from curbcast.importing.lives import Act, Verb
from curbcast.importing.problems import Rejection
from curbcast.importing.sums import Sums

_EVENTS = {
    Verb.ACKNOWLEDGE: "RequestAcknowledged",
    Verb.COMMENT: "PublicCommentAdded",
    Verb.CLOSE: "RequestClosed",
}

Done = set[tuple[int, str, datetime]]


class Replay:
    """Does acts on one organization and counts them. With `notify` they are news; without, history (rule 17)."""

    def __init__(self, organization: Organization, importer: Viewer, sums: Sums, *, notify: bool) -> None:
        self._organization = organization
        self._importer = importer
        self._sums = sums
        self._imported = not notify
        self._categories: dict[str, int] = {}

    async def play(self, acts: Sequence[Act]) -> list[Rejection]:
        """Do the acts, in their order and in one commit; the rows that could not be submitted."""
        rejected = []
        async with transaction():
            await self._alone()
            requests = await self._requests(acts)
            done = await self._done(list(requests.values()), acts)
            for act in acts:
                request_id = requests.get(act.key)
                if act.verb is not Verb.SUBMIT:
                    if request_id is not None and (request_id, _EVENTS[act.verb], act.at) not in done:
                        await self._follow_up(act, request_id)
                elif request_id is None:
                    try:
                        requests[act.key] = await self._submit(act)
                    except CaseworkError as refusal:
                        rejected.append(Rejection.of(act.line, refusal))
        return rejected

    async def _submit(self, act: Act) -> int:
        values = dict(act.values)
        category_id = await self._category(values.pop("category"))
        request = await filing.submit_request(
            self._as(NOBODY, act),
            organization_id=self._organization.id,
            category_id=category_id,
            import_key=act.key,
            **values,
        )
        self._sums.requests += 1
        self._sums.events += request.held_at is None
        return request.id

    async def _follow_up(self, act: Act, request_id: int) -> None:
        """Do what came after, unless people have gone on with the request since an earlier run, or have to look first.

        What they did stands; what waits for their release is done by a later run.
        """
        viewer, words = self._as(self._importer, act), act.values["words"]
        try:
            if act.verb is Verb.CLOSE:
                await handling.close(viewer, request_id, comment=words)
            elif act.verb is Verb.ACKNOWLEDGE:
                await handling.acknowledge(viewer, request_id, comment=words)
            else:
                await talking.add_comment(viewer, request_id, body=words)
        except (IllegalMove, Held):
            return
        self._sums.events += 1

    def _as(self, viewer: Viewer, act: Act) -> Viewer:
        return viewer.during(at=act.at, imported=self._imported)

    async def _alone(self) -> None:
        """One import of an organization at a time, so that two of the same file don't both find a row missing."""
        await Organization.filter(id=self._organization.id).select_for_update().only("id")

    async def _requests(self, acts: Sequence[Act]) -> dict[str, int]:
        """The requests that are there already, by import key."""
        keys = {act.key for act in acts}
        rows = await ServiceRequest.filter(
            organization_id=self._organization.id, import_key__in=sorted(keys)
        ).values_list("import_key", "id")
        return {str(key): int(request_id) for key, request_id in rows}

    async def _done(self, request_ids: Sequence[int], acts: Sequence[Act]) -> Done:
        """What is in the history of these requests already."""
        types = sorted({_EVENTS[act.verb] for act in acts if act.verb in _EVENTS})
        if not types:
            return set()
        rows = HistoryRow.filter(request_id__in=list(request_ids), type__in=types)
        return set(await rows.values_list("request_id", "type", "occurred_at"))

    async def _category(self, name: str) -> int:
        """The category of that name, in whatever case; created where there is none."""
        if not self._categories:
            found = await RequestCategory.filter(organization_id=self._organization.id)
            # Of namesakes the oldest that is in use; one that was deleted is no reason to bring it back.
            found.sort(key=lambda category: (category.deleted_at is None, -category.id))
            self._categories = {category.name.casefold(): category.id for category in found}
        known = self._categories.get(name.casefold())
        if known is None:
            maker = self._importer.during(at=clock.now())
            made = await membership.create_category(maker, self._organization.id, name=name)
            known = self._categories[name.casefold()] = made.id
        return known
