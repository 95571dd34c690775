"""Following, muting and voting for single requests."""

import strawberry

from api.context import Info
from api.requests.inputs import RequestInput
from api.requests.payloads import RequestPayload, on_request
from casework.actions import voting, watching


@strawberry.input(description="A request to follow.")
class FollowRequestInput(RequestInput):
    pass


@strawberry.input(description="A request to follow no longer.")
class UnfollowRequestInput(RequestInput):
    pass


@strawberry.input(description="A request to hear no more of.")
class MuteRequestInput(RequestInput):
    pass


@strawberry.input(description="A request to hear of again.")
class UnmuteRequestInput(RequestInput):
    pass


@strawberry.input(description="A request that bothers oneself, too.")
class VoteInput(RequestInput):
    follow: bool = strawberry.field(default=False, description="Whether to follow it as well.")


@strawberry.input(description="A request that doesn't bother oneself any more.")
class UnvoteInput(RequestInput):
    pass


@strawberry.type
class WatchingMutations:
    @strawberry.mutation(description="Hear of what happens on a request from now on. Twice changes nothing.")
    async def follow_request(self, info: Info, input: FollowRequestInput) -> RequestPayload:
        return await on_request(info, input, lambda viewer: watching.follow(viewer, input.number))

    @strawberry.mutation(description="Follow a request no longer. Its reporter still hears of it; see `muteRequest`.")
    async def unfollow_request(self, info: Info, input: UnfollowRequestInput) -> RequestPayload:
        return await on_request(info, input, lambda viewer: watching.unfollow(viewer, input.number))

    @strawberry.mutation(
        description="Get no mail about a request as a resident, whatever the reason. Staff mail goes on."
    )
    async def mute_request(self, info: Info, input: MuteRequestInput) -> RequestPayload:
        return await on_request(info, input, lambda viewer: watching.mute(viewer, input.number))

    @strawberry.mutation(description="Hear of a muted request again. What was missed isn't sent later.")
    async def unmute_request(self, info: Info, input: UnmuteRequestInput) -> RequestPayload:
        return await on_request(info, input, lambda viewer: watching.unmute(viewer, input.number))

    @strawberry.mutation(
        description='Say "me too" to a request that somebody else reported. Each person counts once, however often.'
    )
    async def vote(self, info: Info, input: VoteInput) -> RequestPayload:
        return await on_request(info, input, lambda viewer: voting.vote(viewer, input.number, follow=input.follow))

    @strawberry.mutation(description='Take a "me too" back. Who follows the request goes on following it.')
    async def unvote(self, info: Info, input: UnvoteInput) -> RequestPayload:
        return await on_request(info, input, lambda viewer: voting.unvote(viewer, input.number))
