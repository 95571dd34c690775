"""Filing requests and handling them."""

import strawberry

from api.context import Info
from api.rates import Verb
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
from api.requests.payloads import RequestPayload, RequestsPayload, on_request, on_requests


@strawberry.type
class RequestMutations:
    @strawberry.mutation(description="Report something. Needs no account.")
    async def submit_request(self, info: Info, input: SubmitRequestInput) -> RequestPayload:
        return await on_request(info, input, input.act, counted=Verb.SUBMIT)

    @strawberry.mutation(description="Mend what was reported. For the reporter and staff.")
    async def update_request(self, info: Info, input: UpdateRequestInput) -> RequestPayload:
        return await on_request(info, input, input.act)

    @strawberry.mutation(description="Give a request to a member of staff, or to nobody. For staff.")
    async def assign_request(self, info: Info, input: AssignRequestInput) -> RequestPayload:
        return await on_request(info, input, input.act)

    @strawberry.mutation(description="Move a request to another category, which may assign it anew. For staff.")
    async def recategorize_request(self, info: Info, input: RecategorizeRequestInput) -> RequestPayload:
        return await on_request(info, input, input.act)

    @strawberry.mutation(description="Say that an open request was seen. For staff.")
    async def acknowledge_request(self, info: Info, input: AcknowledgeRequestInput) -> RequestPayload:
        return await on_request(info, input, input.act)

    @strawberry.mutation(description="Close a request. For staff, and for residents where the category lets them.")
    async def close_request(self, info: Info, input: CloseRequestInput) -> RequestPayload:
        return await on_request(info, input, input.act)

    @strawberry.mutation(description="Close several requests as one deed: all or none.")
    async def close_requests(self, info: Info, input: CloseRequestsInput) -> RequestsPayload:
        return await on_requests(info, input, input.act)

    @strawberry.mutation(
        description="Open a closed request again. For staff, and for residents where the category lets them."
    )
    async def reopen_request(self, info: Info, input: ReopenRequestInput) -> RequestPayload:
        return await on_request(info, input, input.act)

    @strawberry.mutation(description="Set or clear when a request should be done. For staff, and shown to staff only.")
    async def change_due_date(self, info: Info, input: ChangeDueDateInput) -> RequestPayload:
        return await on_request(info, input, input.act)

    @strawberry.mutation(
        description="Merge a duplicate into another request, which its people follow from then on; answers the "
        "duplicate, archived. For staff."
    )
    async def merge_request(self, info: Info, input: MergeRequestInput) -> RequestPayload:
        return await on_request(info, input, input.act)

    @strawberry.mutation(description="Hide a request from residents, or show it again. For staff.")
    async def set_request_visibility(self, info: Info, input: SetRequestVisibilityInput) -> RequestPayload:
        return await on_request(info, input, input.act)
