"""Signing up, in and out, and a new password. What an address is worth is told in the mail alone."""

from dataclasses import dataclass, field

import strawberry

from api.context import Info
from api.errors import user_error
from api.ids import row_id
from api.mutation import MutationInput, Payload, answered, count, user_errors
from api.people.viewer import Viewer, viewer_of
from api.rates import Verb
from api.transaction import Answer
from casework import passwords
from casework.access import viewer_for
from casework.actions import signing
from casework.errors import CaseworkError, SignInRequired
from notifier.confirming import confirm_email

ADDRESS_RULE = "The e-mail address."
LENGTH_RULE = "8 to 1,000 characters."
LINK_END = "What the link in the mail ends with."


@strawberry.type(description="What became of it. That nothing was wrong tells nothing about an address.")
class AccountPayload(Payload):
    pass


@strawberry.input(description="An account to be. Its address is confirmed from the mail that is sent there.")
class SignUpInput(MutationInput):
    name: str = strawberry.field(description="The name to be known by: one line.")
    address: str = strawberry.field(description=ADDRESS_RULE)
    password: str = strawberry.field(description=LENGTH_RULE)
    handle: str | None = strawberry.field(
        default=None, description="The name to be mentioned by, as in `@tom`; made of the name where there is none."
    )
    language: str = strawberry.field(default="en", description="The language of mails, as in `en`.")
    time_zone: str = strawberry.field(default="America/New_York", description="Where the clock is.")


@strawberry.input(description="Confirming an address from the mail that was sent there.")
class ConfirmEmailInput(MutationInput):
    token: str = strawberry.field(description=LINK_END)


@strawberry.input(description="Who wants to sign in.")
class SignInInput(MutationInput):
    address: str = strawberry.field(description=ADDRESS_RULE)
    password: str = strawberry.field(description="The password.")
    label: str = strawberry.field(default="", description="What to call the session in the list of them: a device.")


@strawberry.type(description="What became of signing in. It is never repeated: each time makes a session of its own.")
class SignInPayload(Payload):
    token: str | None = strawberry.field(
        description="The session's bearer token, shown this once; null where it was refused."
    )
    viewer: Viewer | None = strawberry.field(description="Who signed in; null where it was refused.")


@strawberry.input(description="Ending the session that is signed in.")
class SignOutInput(MutationInput):
    pass


@strawberry.input(description="Ending one of the viewer's sessions.")
class RevokeSessionInput(MutationInput):
    session_id: strawberry.ID = strawberry.field(description="The session's id, from `viewer.sessions`.")


@strawberry.input(description="Who forgot their password.")
class RequestPasswordResetInput(MutationInput):
    address: str = strawberry.field(description=ADDRESS_RULE)


@strawberry.input(description="A new password, by the link of a mail. It ends all sessions.")
class ResetPasswordInput(MutationInput):
    token: str = strawberry.field(description=LINK_END)
    password: str = strawberry.field(description=LENGTH_RULE)


@dataclass
class Hashing:
    """A password on its way: checked and hashed before the transaction, used in it."""

    password: str
    hashed: str = field(default="", init=False)

    async def run(self) -> None:
        self.hashed = await passwords.hashed(self.password)


@strawberry.type
class SigningMutations:
    @strawberry.mutation(description="Make an account. The answer is the same whether or not the address has one.")
    async def sign_up(self, info: Info, input: SignUpInput) -> AccountPayload:
        hashing = Hashing(input.password)

        async def first() -> None:
            await count(info, Verb.SIGN_UP, input.address)
            await hashing.run()

        answer = await answered(
            info,
            input,
            lambda viewer: signing.sign_up(
                viewer,
                name=input.name,
                address=input.address,
                password_hash=hashing.hashed,
                handle=input.handle,
                language=input.language,
                time_zone=input.time_zone,
            ),
            first=first,
        )
        return account_payload(answer, input)

    @strawberry.mutation(description="Confirm an address: an account's, or the one a guest reported under.")
    async def confirm_email(self, info: Info, input: ConfirmEmailInput) -> AccountPayload:
        secret = info.context.settings.secrets
        answer = await answered(
            info,
            input,
            lambda viewer: confirm_email(viewer, secret=secret, token=input.token),
            first=lambda: count(info, Verb.LINK),
        )
        return account_payload(answer, input)

    @strawberry.mutation(description="Start a session.")
    async def sign_in(self, info: Info, input: SignInInput) -> SignInPayload:
        try:
            await count(info, Verb.SIGN_IN, input.address)
            person, token = await signing.sign_in(address=input.address, password=input.password, label=input.label)
        except CaseworkError as error:
            return SignInPayload(
                token=None, viewer=None, user_errors=[user_error(error)], client_mutation_id=input.client_mutation_id
            )
        viewer = await viewer_for(person)
        return SignInPayload(
            token=token, viewer=viewer_of(viewer), user_errors=[], client_mutation_id=input.client_mutation_id
        )

    @strawberry.mutation(description="End the session that is signed in.")
    async def sign_out(self, info: Info, input: SignOutInput) -> AccountPayload:
        session = info.context.session
        if session is None:
            return account_payload(Answer(errors=(SignInRequired("You are not signed in."),)), input)
        answer = await answered(info, input, lambda viewer: signing.sign_out(viewer, token_hash=session))
        return account_payload(answer, input)

    @strawberry.mutation(description="End one of the viewer's sessions, wherever it is.")
    async def revoke_session(self, info: Info, input: RevokeSessionInput) -> AccountPayload:
        answer = await answered(
            info,
            input,
            lambda viewer: signing.revoke_session(viewer, row_id(input.session_id, "Session", "session_id")),
        )
        return account_payload(answer, input)

    @strawberry.mutation(description="Have a link for a new password mailed. The answer is always the same.")
    async def request_password_reset(self, info: Info, input: RequestPasswordResetInput) -> AccountPayload:
        async def first() -> None:
            await count(info, Verb.RESET, input.address)
            await passwords.spend_the_same()

        answer = await answered(
            info, input, lambda viewer: signing.request_password_reset(viewer, address=input.address), first=first
        )
        return account_payload(answer, input)

    @strawberry.mutation(description="Set a new password by the link of a mail. It ends all sessions.")
    async def reset_password(self, info: Info, input: ResetPasswordInput) -> AccountPayload:
        hashing, secret = Hashing(input.password), info.context.settings.secrets

        async def first() -> None:
            await count(info, Verb.LINK)
            await hashing.run()

        answer = await answered(
            info,
            input,
            lambda viewer: signing.reset_password(
                viewer, secret=secret, token=input.token, password_hash=hashing.hashed
            ),
            first=first,
        )
        return account_payload(answer, input)


def account_payload(answer: Answer, input: MutationInput) -> AccountPayload:
    return AccountPayload(user_errors=user_errors(answer), client_mutation_id=input.client_mutation_id)
