"""What people do with their own account."""

import json

import strawberry

from api.context import Info
from api.mutation import MutationInput, Payload, answered, count, user_errors
from api.people.signing import AccountPayload, account_payload
from api.people.viewer import Viewer, viewer_of
from api.photos.exporting import photos_about
from api.rates import Verb
from casework import access
from casework.access import viewer_for
from casework.actions import profile
from casework.exporting import everything_about
from casework.people import Person
from digests.exporting import digests_about
from notifier.exporting import mail_about
from notifier.held import move_waiting
from notifier.preferences import forget_choices
from notifier.recipients import Recipient

REALLY_THEM = "The viewer's present password, as a session alone is not enough for this."


@strawberry.input(description="What to change about one's account; what is left out or null stays as it is.")
class UpdateProfileInput(MutationInput):
    name: str | None = strawberry.field(default=None, description="The name to be known by: one line.")
    handle: str | None = strawberry.field(default=None, description="The name to be mentioned by.")
    language: str | None = strawberry.field(default=None, description="The language of mails, as in `en`.")
    time_zone: str | None = strawberry.field(default=None, description="Where the clock is.")
    address: str | None = strawberry.field(
        default=None, description="A new e-mail address. It counts once it is confirmed from the mail sent there."
    )
    password: str | None = strawberry.field(default=None, description=f"{REALLY_THEM} Needed with `address`.")


@strawberry.type(description="What became of the account.")
class ProfilePayload(Payload):
    viewer: Viewer | None = strawberry.field(description="The viewer as they are now; null where nothing changed.")


@strawberry.input(description="Closing one's account for good.")
class CloseAccountInput(MutationInput):
    password: str = strawberry.field(description=REALLY_THEM)


@strawberry.input(description="Taking along all that is held about oneself.")
class ExportAccountInput(MutationInput):
    pass


@strawberry.type(description="All that is held about the viewer.")
class ExportAccountPayload(Payload):
    data: str | None = strawberry.field(description="A JSON document; null where it was refused.")


async def _close(viewer: access.Viewer) -> Person:
    person = await profile.close_account(viewer)
    await forget_choices(person)
    return person


@strawberry.type
class ProfileMutations:
    @strawberry.mutation(description="Change one's account.")
    async def update_profile(self, info: Info, input: UpdateProfileInput) -> ProfilePayload:
        async def first() -> None:
            if input.address is not None:
                await count(info, Verb.SIGN_UP, input.address)
                await profile.check_password(info.context.viewer, input.password)

        answer = await answered(
            info,
            input,
            lambda viewer: profile.update_profile(
                viewer,
                name=input.name,
                handle=input.handle,
                language=input.language,
                time_zone=input.time_zone,
                address=input.address,
            ),
            first=first,
        )
        if input.time_zone is not None and answer.changed and not answer.is_replay:
            await move_waiting(Recipient(answer.changed[0], None).key, hours_changed=True)
        now = await viewer_for(await Person.get_or_none(id=answer.changed[0])) if answer.changed else None
        return ProfilePayload(
            viewer=viewer_of(now) if now is not None else None,
            user_errors=user_errors(answer),
            client_mutation_id=input.client_mutation_id,
        )

    @strawberry.mutation(description="Close one's account: name, address, sessions, follows and roles go for good.")
    async def close_account(self, info: Info, input: CloseAccountInput) -> AccountPayload:
        async def first() -> None:
            # Whoever found a session open guesses no faster here than at the door.
            await count(info, Verb.SIGN_IN, profile.own_account(info.context.viewer).address)
            await profile.check_password(info.context.viewer, input.password)

        answer = await answered(info, input, _close, first=first)
        return account_payload(answer, input)

    @strawberry.mutation(description="Everything that is held about the viewer, as JSON. Nothing is changed.")
    async def export_account(self, info: Info, input: ExportAccountInput) -> ExportAccountPayload:
        viewer = info.context.viewer
        answer = await answered(info, input, profile.exported, first=lambda: count(info, Verb.EXPORT))
        data = None
        if answer.changed and viewer.person is not None:
            data = json.dumps(
                await everything_about(viewer, viewer.person)
                | await mail_about(viewer, viewer.person)
                | await digests_about(viewer.person)
                | await photos_about(viewer, info.context.settings),
                ensure_ascii=False,
            )
        return ExportAccountPayload(
            data=data, user_errors=user_errors(answer), client_mutation_id=input.client_mutation_id
        )
