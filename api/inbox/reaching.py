"""Whether mail reaches the viewer at all: what is wrong with their address, and what they stopped altogether."""

from datetime import datetime

import strawberry

from api.context import Info
from api.mutation import MutationInput, Payload, answered, count, user_errors
from api.rates import Verb
from casework import clock, people
from casework.access import Viewer
from casework.actions.profile import confirm_address_again
from casework.errors import SignInRequired
from notifier.held import choose
from notifier.links import Links
from notifier.preferences import DIGEST, EVERYTHING, Cadence, Preference
from notifier.recipients import Recipient
from notifier.suppression import Suppression, ailing
from notifier.words import Words


@strawberry.type(description="Why no mail goes to an address, or none for now. Mail about an account goes.")
class AddressTrouble:
    address: str = strawberry.field(description="The address.")
    cause: str = strawberry.field(
        description="`bounced`, `unreachable`, `full` or `complaint`, to switch on; new ones may be added."
    )
    message: str = strawberry.field(description="The cause in words to show.")
    since: datetime = strawberry.field(description="Since when.")
    until: datetime | None = strawberry.field(
        description="When mail is tried again; null where it is not, before the address is confirmed again."
    )


def address_trouble(row: Suppression, words: Words) -> AddressTrouble:
    return AddressTrouble(
        address=row.address,
        cause=row.cause.value,
        message=words.gettext(row.cause.sentence),
        since=row.created_at,
        until=row.until,
    )


@strawberry.type
class ReachOfViewer:
    row: strawberry.Private[people.Person]

    @strawberry.field(
        description="What keeps mail from the viewer, for a banner beside `confirmAddressAgain`; null for nothing."
    )
    async def address_trouble(self, info: Info) -> AddressTrouble | None:
        if self.row.address is None:
            return None
        found = (await ailing([self.row.address], clock.now())).get(self.row.address)
        return address_trouble(found, info.context.words) if found is not None else None

    @strawberry.field(description="Whether the viewer stopped all digests; what comes at once goes on.")
    async def digests_stopped(self) -> bool:
        return await _is_stopped(self.row.id, DIGEST)

    @strawberry.field(description="Whether the viewer stopped all mail, but for mail about their account.")
    async def all_mail_stopped(self) -> bool:
        return await _is_stopped(self.row.id, EVERYTHING)

    @strawberry.field(
        description="The page on which the viewer can choose all of this without signing in: for them alone."
    )
    def preferences_url(self, info: Info) -> str:
        return Links(info.context.settings).preferences(f"p{self.row.id}")


async def _is_stopped(person_id: int, what: str) -> bool:
    key = Recipient(person_id, None).key
    return await Preference.exists(recipient=key, kind=what, cadence=Cadence.OFF)


@strawberry.input(description="Having one's address confirmed once more.")
class ConfirmAddressAgainInput(MutationInput):
    pass


@strawberry.type(description="What became of it.")
class ConfirmAddressAgainPayload(Payload):
    pass


@strawberry.input(description="What to stop altogether; what is left out or null stays as it is.")
class UpdateStoppedMailInput(MutationInput):
    digests: bool | None = strawberry.field(
        default=None, description="Whether digests are stopped. What was chosen for kinds and areas is kept."
    )
    everything: bool | None = strawberry.field(
        default=None, description="Whether all mail is stopped, but for mail about one's account."
    )


@strawberry.type(description="What is stopped now.")
class UpdateStoppedMailPayload(Payload):
    digests_stopped: bool | None = strawberry.field(description="Whether digests are; null where it was refused.")
    all_mail_stopped: bool | None = strawberry.field(description="Whether all mail is; null where it was refused.")


@strawberry.type
class ReachMutations:
    @strawberry.mutation(
        description="Mail the viewer a link that confirms their address: the first one was lost, or mail came back "
        "meanwhile. Once it is opened, mail goes there again."
    )
    async def confirm_address_again(self, info: Info, input: ConfirmAddressAgainInput) -> ConfirmAddressAgainPayload:
        person = info.context.viewer.person

        async def first() -> None:
            if person is not None:
                await count(info, Verb.RESET, person.address)

        answer = await answered(info, input, confirm_address_again, first=first)
        return ConfirmAddressAgainPayload(user_errors=user_errors(answer), client_mutation_id=input.client_mutation_id)

    @strawberry.mutation(description="Stop all digests or all mail, or take that back. What waits is dropped.")
    async def update_stopped_mail(self, info: Info, input: UpdateStoppedMailInput) -> UpdateStoppedMailPayload:
        async def act(viewer: Viewer) -> people.Person:
            if viewer.person is None:
                raise SignInRequired("Sign in to do this.")
            for what, stopped in ((DIGEST, input.digests), (EVERYTHING, input.everything)):
                if stopped is not None:
                    await choose(Recipient(viewer.person_id, None).key, what, Cadence.OFF if stopped else None)
            return viewer.person

        answer = await answered(info, input, act)
        person = info.context.viewer.person
        done = person is not None and not answer.errors
        return UpdateStoppedMailPayload(
            digests_stopped=await _is_stopped(person.id, DIGEST) if done and person else None,
            all_mail_stopped=await _is_stopped(person.id, EVERYTHING) if done and person else None,
            user_errors=user_errors(answer),
            client_mutation_id=input.client_mutation_id,
        )
