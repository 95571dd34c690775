"""What the mutations on requests are given, and what each does with it: `act`, which a dry run does too."""

from datetime import datetime

import strawberry

from api.ids import row_id
from api.mutation import MutationInput
from api.organizations.questions import RequestAnswerInput, given
from casework.access import Viewer
from casework.actions import deadlines, filing, handling, merging
from casework.errors import Invalid
from casework.requests import ServiceRequest

COMMENT = "What everyone is told about it: plain text of at most 10,000 characters."
PHOTOS = "Uploaded photos that show it (`POST /photos`): at most 10."


@strawberry.input(description="A request to be.")
class SubmitRequestInput(MutationInput):
    organization_id: strawberry.ID = strawberry.field(description="Who is to put it right.")
    category_id: strawberry.ID = strawberry.field(description="What kind of request it is.")
    summary: str = strawberry.field(description="What it is about, in one line of at most 200 characters.")
    description: str = strawberry.field(default="", description="All about it: at most 10,000 characters.")
    latitude: float | None = strawberry.field(default=None, description="Where it is: degrees north (WGS 84).")
    longitude: float | None = strawberry.field(default=None, description="Where it is: degrees east (WGS 84).")
    place: str = strawberry.field(default="", description="Where it is, in words: one line of at most 300 characters.")
    photo_urls: list[str] = strawberry.field(
        default_factory=list, description="Pictures of it: at most 10 web addresses."
    )
    photo_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list,
        description="Photos of it that were uploaded (`POST /photos`): at most 10, together with `photoUrls`.",
    )
    answers: list[RequestAnswerInput] = strawberry.field(
        default_factory=list, description="Answers to what the category asks."
    )
    anonymous: bool = strawberry.field(
        default=False, description="Whether residents are not to be told who reported it."
    )
    reporter_address: str | None = strawberry.field(
        default=None,
        description="Where a guest wants to hear of it; or, from staff, the address of the caller they type it in for.",
    )

    async def act(self, viewer: Viewer) -> ServiceRequest:
        return await filing.submit_request(
            viewer,
            organization_id=row_id(self.organization_id, "Organization", "organization_id"),
            category_id=row_id(self.category_id, "RequestCategory", "category_id"),
            summary=self.summary,
            description=self.description,
            latitude=self.latitude,
            longitude=self.longitude,
            place=self.place,
            photo_urls=self.photo_urls,
            photo_ids=self.photo_ids,
            answers=given(self.answers),
            anonymous=self.anonymous,
            reporter_address=self.reporter_address,
        )


@strawberry.input(description="A mutation on one request.")
class RequestInput(MutationInput):
    request_id: strawberry.ID = strawberry.field(description="The request's global id.")

    @property
    def number(self) -> int:
        """The request's row. Raises Invalid."""
        return row_id(self.request_id, "ServiceRequest", "request_id")


@strawberry.input(description="What to mend in a report; what is left out or null stays as it is.")
class UpdateRequestInput(RequestInput):
    summary: str | None = strawberry.field(default=None, description="What it is about, in one line.")
    description: str | None = strawberry.field(default=None, description="All about it.")
    latitude: float | None = strawberry.field(default=None, description="Degrees north; together with the longitude.")
    longitude: float | None = strawberry.field(default=None, description="Degrees east; together with the latitude.")
    place: str | None = strawberry.field(default=None, description="Where it is, in words.")
    photo_urls: list[str] | None = strawberry.field(default=None, description="All of its pictures.")
    photo_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="All of its uploaded photos, those it has and new ones. What is left out is deleted."
    )
    answers: list[RequestAnswerInput] | None = strawberry.field(
        default=None, description="All answers to what its category asks now."
    )

    async def act(self, viewer: Viewer) -> ServiceRequest:
        return await filing.update_request(
            viewer,
            self.number,
            summary=self.summary,
            description=self.description,
            latitude=self.latitude,
            longitude=self.longitude,
            place=self.place,
            photo_urls=self.photo_urls,
            photo_ids=self.photo_ids,
            answers=given(self.answers) if self.answers is not None else None,
        )


@strawberry.input(description="Who is to do a request.")
class AssignRequestInput(RequestInput):
    assignee_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="A member of staff; null for nobody. Must be given."
    )

    @property
    def assignee(self) -> int | None:
        """The person's row. Raises Invalid, also where it was left out: that is no way to unassign somebody."""
        if self.assignee_id is strawberry.UNSET:
            raise Invalid("assignee_id must be given; null means nobody.", field="assignee_id")
        return None if self.assignee_id is None else row_id(self.assignee_id, "Person", "assignee_id")

    async def act(self, viewer: Viewer) -> ServiceRequest:
        return await handling.assign(viewer, self.number, assignee_id=self.assignee)


@strawberry.input(description="Where a request belongs.")
class RecategorizeRequestInput(RequestInput):
    category_id: strawberry.ID = strawberry.field(description="Another category of the same organization.")

    async def act(self, viewer: Viewer) -> ServiceRequest:
        category = row_id(self.category_id, "RequestCategory", "category_id")
        return await handling.recategorize(viewer, self.number, category_id=category)


@strawberry.input(description="Saying that a request was seen.")
class AcknowledgeRequestInput(RequestInput):
    comment: str = strawberry.field(description=COMMENT)
    photo_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description=PHOTOS)

    async def act(self, viewer: Viewer) -> ServiceRequest:
        return await handling.acknowledge(viewer, self.number, comment=self.comment, photo_ids=self.photo_ids)


@strawberry.input(description="Closing a request.")
class CloseRequestInput(RequestInput):
    comment: str = strawberry.field(description=COMMENT)
    photo_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description=PHOTOS)

    async def act(self, viewer: Viewer) -> ServiceRequest:
        return await handling.close(viewer, self.number, comment=self.comment, photo_ids=self.photo_ids)


@strawberry.input(description="Closing several requests as one deed: all or none, and one mail to each reader.")
class CloseRequestsInput(MutationInput):
    request_ids: list[strawberry.ID] = strawberry.field(description="The requests' global ids: at most 200.")
    comment: str = strawberry.field(description=COMMENT)

    @property
    def numbers(self) -> list[int]:
        """The requests' rows. Raises Invalid, naming the position."""
        return [
            row_id(each, "ServiceRequest", f"request_ids.{position}") for position, each in enumerate(self.request_ids)
        ]

    async def act(self, viewer: Viewer) -> list[ServiceRequest]:
        return await handling.close_many(viewer, self.numbers, comment=self.comment)


@strawberry.input(description="Reopening a request.")
class ReopenRequestInput(RequestInput):
    comment: str = strawberry.field(description=COMMENT)
    photo_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description=PHOTOS)

    async def act(self, viewer: Viewer) -> ServiceRequest:
        return await handling.reopen(viewer, self.number, comment=self.comment, photo_ids=self.photo_ids)


@strawberry.input(description="When a request should be done.")
class ChangeDueDateInput(RequestInput):
    due_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="A moment with its time zone; null goes back to the SLA's, where there is one. Must be given.",
    )

    @property
    def moment(self) -> datetime | None:
        """Raises Invalid where it was left out."""
        if self.due_at is strawberry.UNSET:
            raise Invalid("%(field)s must be given; null goes back to the SLA's.", field="due_at")
        return self.due_at

    async def act(self, viewer: Viewer) -> ServiceRequest:
        return await deadlines.change_due_date(viewer, self.number, due_at=self.moment)


@strawberry.input(description="Merging a duplicate into the request that stays.")
class MergeRequestInput(RequestInput):
    survivor_id: strawberry.ID = strawberry.field(description="The request that stays, of the same organization.")

    async def act(self, viewer: Viewer) -> ServiceRequest:
        survivor = row_id(self.survivor_id, "ServiceRequest", "survivor_id")
        return await merging.merge_into(viewer, self.number, survivor_id=survivor)


@strawberry.input(description="Hiding a request from residents, or showing it again.")
class SetRequestVisibilityInput(RequestInput):
    hidden: bool = strawberry.field(description="Whether only its reporter and staff are to see it.")

    async def act(self, viewer: Viewer) -> ServiceRequest:
        return await handling.set_visibility(viewer, self.number, hidden=self.hidden)
