"""What the mutations on requests answer."""

from functools import partial

import strawberry

from api.context import Info
from api.mutation import Act, MutationInput, Payload, answered, count, user_errors
from api.rates import Verb
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


async def on_request(info: Info, input: MutationInput, act: Act, *, counted: Verb | None = None) -> RequestPayload:
    """Do something that changes one request, and show it; `counted` is what may be done only so often."""
    payload = await on_requests(info, input, act, counted=counted)
    return RequestPayload(
        request=payload.requests[0] if payload.requests else None,
        user_errors=payload.user_errors,
        client_mutation_id=payload.client_mutation_id,
    )


async def on_requests(info: Info, input: MutationInput, act: Act, *, counted: Verb | None = None) -> RequestsPayload:
    answer = await answered(info, input, act, first=partial(count, info, counted) if counted is not None else None)
    viewer = info.context.viewer
    shown = await changed_requests(viewer, answer.changed) if answer.changed else []
    return RequestsPayload(
        requests=[service_request(row, viewer) for row in shown],
        user_errors=user_errors(answer),
        client_mutation_id=input.client_mutation_id,
    )
