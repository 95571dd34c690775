"""What the mutations on requests answer."""

import strawberry

from api.context import Info
from api.mutation import Act, MutationInput, Payload, answered, user_errors
from api.requests.types import ServiceRequest, service_request
from casework.reading import changed_requests


@strawberry.type(description="What became of a request.")
class RequestPayload(Payload):
    request: ServiceRequest | None = strawberry.field(
        description="The request as it is now; null where nothing changed."
    )


@strawberry.type(description="What became of several requests.")
class RequestsPayload(Payload):
    requests: list[ServiceRequest] = strawberry.field(
        description="The requests as they are now, each once, in the order given; empty where nothing changed."
    )


async def on_request(info: Info, input: MutationInput, act: Act) -> RequestPayload:
    """Do something that changes one request, and show it."""
    payload = await on_requests(info, input, act)
    return RequestPayload(
        request=payload.requests[0] if payload.requests else None,
        user_errors=payload.user_errors,
        client_mutation_id=payload.client_mutation_id,
    )


async def on_requests(info: Info, input: MutationInput, act: Act) -> RequestsPayload:
    answer = await answered(info, input, act)
    viewer = info.context.viewer
    shown = await changed_requests(viewer, answer.changed) if answer.changed else []
    return RequestsPayload(
        requests=[service_request(row, viewer) for row in shown],
        user_errors=user_errors(answer),
        client_mutation_id=input.client_mutation_id,
    )
