"""Who would hear of what the viewer is about to do. An input of a mutation, and its `act`, which is taken back."""

from typing import Annotated, Protocol

import strawberry

from api.comments.mutations import AddCommentInput
from api.context import Info
from api.inbox.types import Cadence
from api.people.types import Person, person
from api.requests.inputs import (
    AcknowledgeRequestInput,
    AssignRequestInput,
    ChangeDueDateInput,
    CloseRequestInput,
    CloseRequestsInput,
    MergeRequestInput,
    RecategorizeRequestInput,
    ReopenRequestInput,
    SetRequestVisibilityInput,
    SubmitRequestInput,
    UpdateRequestInput,
)
from api.requests.moderation import ReleaseContentInput
from api.work.mutations import (
    AssignWorkOrderInput,
    ChangeWorkOrderDueAtInput,
    CompleteWorkOrderInput,
    CreateWorkOrderInput,
)
from casework import people
from casework.access import Viewer
from casework.errors import Invalid
from notifier.reasons import OF_MEMBERS
from notifier.recipients import Recipient
from notifier.rehearsal import Fate, rehearse


class Deed(Protocol):
    async def act(self, viewer: Viewer) -> object: ...


@strawberry.input(description="What is about to be done: exactly one, with that mutation's own input.")
class DryRunAction:
    submit_request: SubmitRequestInput | None = strawberry.field(default=None, description="As `submitRequest`.")
    update_request: UpdateRequestInput | None = strawberry.field(default=None, description="As `updateRequest`.")
    assign_request: AssignRequestInput | None = strawberry.field(default=None, description="As `assignRequest`.")
    recategorize_request: RecategorizeRequestInput | None = strawberry.field(
        default=None, description="As `recategorizeRequest`."
    )
    acknowledge_request: AcknowledgeRequestInput | None = strawberry.field(
        default=None, description="As `acknowledgeRequest`."
    )
    close_request: CloseRequestInput | None = strawberry.field(default=None, description="As `closeRequest`.")
    close_requests: CloseRequestsInput | None = strawberry.field(default=None, description="As `closeRequests`.")
    reopen_request: ReopenRequestInput | None = strawberry.field(default=None, description="As `reopenRequest`.")
    change_due_date: ChangeDueDateInput | None = strawberry.field(default=None, description="As `changeDueDate`.")
    merge_request: MergeRequestInput | None = strawberry.field(default=None, description="As `mergeRequest`.")
    set_request_visibility: SetRequestVisibilityInput | None = strawberry.field(
        default=None, description="As `setRequestVisibility`."
    )
    add_comment: AddCommentInput | None = strawberry.field(default=None, description="As `addComment`.")

    release_content: ReleaseContentInput | None = strawberry.field(default=None, description="As `releaseContent`.")
    create_work_order: CreateWorkOrderInput | None = strawberry.field(default=None, description="As `createWorkOrder`.")
    assign_work_order: AssignWorkOrderInput | None = strawberry.field(default=None, description="As `assignWorkOrder`.")
    change_work_order_due_at: ChangeWorkOrderDueAtInput | None = strawberry.field(
        default=None, description="As `changeWorkOrderDueAt`."
    )
    complete_work_order: CompleteWorkOrderInput | None = strawberry.field(
        default=None, description="As `completeWorkOrder`."
    )

    @property
    def deed(self) -> Deed:
        """The one that was given. Raises Invalid."""
        given: list[Deed] = [each for each in vars(self).values() if each is not None]
        if len(given) != 1:
            raise Invalid("Give exactly one action.", field="action")
        return given[0]


@strawberry.type(description="Recipients of one kind of mail for one reason.")
class DryRunGroup:
    kind: str = strawberry.field(description="The key of the kind of mail.")
    reason: str = strawberry.field(description="The strongest, as in `reporter`, `follower` or `assignee`.")
    cadence: Cadence | None = strawberry.field(
        description="How soon they would hear, but for quiet hours, vacations and the end of a burst; null where they "
        "would not."
    )
    skip: str | None = strawberry.field(description="Why they would not, as in `muted`; null where they would.")
    recipients: int = strawberry.field(description="How many: people and addresses.")
    people: list[Person] = strawberry.field(
        description="Those of them who are assigned or mentioned. Residents, and members who follow, are counted alone."
    )
    addresses: list[str] = strawberry.field(description="Those of them that are bare addresses, such as a category's.")


@strawberry.type(description="Who would hear of an action. It was not taken.")
class DryRun:
    total: int = strawberry.field(
        description="How many people and addresses would hear of it, at once or in a digest; each counts once."
    )
    groups: list[DryRunGroup] = strawberry.field(
        description="The same by kind and reason, and who would not hear and why."
    )


ActionArgument = Annotated[DryRunAction, strawberry.argument(description="What is about to be done.")]


@strawberry.type
class RehearsingQueries:
    @strawberry.field(
        description="Who would hear of an action, before it is taken: decided as it would be, and undone. What would "
        "be refused is refused here too, and null. For the organization's staff."
    )
    async def dry_run(self, info: Info, action: ActionArgument) -> DryRun | None:
        found = await rehearse(info.context.viewer, action.deed.act)
        ids = {who.person_id for group in found.values() for who in group if who.person_id is not None}
        named = {row.id: row for row in await people.Person.filter(id__in=sorted(ids))} if ids else {}
        told = {who for fate, group in found.items() if fate.skip is None for who in group}
        ordered = sorted(found.items(), key=lambda each: (each[0].kind, each[0].reason, str(each[0].skip)))
        return DryRun(total=len(told), groups=[_group(fate, group, named) for fate, group in ordered])


def _group(fate: Fate, recipients: set[Recipient], named: dict[int, people.Person]) -> DryRunGroup:
    members = sorted(who.person_id or 0 for who in recipients) if fate.reason in OF_MEMBERS else []
    return DryRunGroup(
        kind=fate.kind,
        reason=fate.reason,
        cadence=Cadence(fate.cadence) if fate.cadence is not None else None,
        skip=fate.skip,
        recipients=len(recipients),
        people=[person(named[each]) for each in members],
        addresses=sorted(who.address for who in recipients if who.address is not None),
    )
