"""Who works for an organization."""

from dataclasses import dataclass

import strawberry

from api.context import Info
from api.ids import row_id
from api.mutation import MutationInput, Payload, answered, count, user_errors
from api.organizations.types import Invitation, Member, Role, invitation, member
from api.people.signing import LENGTH_RULE, LINK_END, AccountPayload, Hashing, account_payload
from api.rates import Verb
from api.transaction import Answer
from casework import people
from casework.access import Viewer
from casework.actions import members
from casework.tokens import Ticket

ORGANIZATION = "The organization's global id."
PERSON = "The member's global id, as a person."


@strawberry.input(description="Whom to give a role.")
class InviteMemberInput(MutationInput):
    organization_id: strawberry.ID = strawberry.field(description=ORGANIZATION)
    address: str = strawberry.field(description="The e-mail address of whoever is invited.")
    role: Role = strawberry.field(description="The role to give. Only owners make owners.")


@strawberry.type(description="What became of an invitation: a member at once, or an invitation that waits.")
class InviteMemberPayload(Payload):
    member: Member | None = strawberry.field(
        description="The new member, where the address has an account; null otherwise."
    )
    invitation: Invitation | None = strawberry.field(
        description="The invitation that was mailed, where it has none; null otherwise."
    )


@strawberry.input(description="Accepting an invitation. Who has an account gives the token alone.")
class AcceptInvitationInput(MutationInput):
    token: str = strawberry.field(description=LINK_END)
    name: str | None = strawberry.field(default=None, description="The new account's name: one line.")
    password: str | None = strawberry.field(default=None, description=f"The new account's: {LENGTH_RULE}")
    handle: str | None = strawberry.field(default=None, description="The name to be mentioned by.")
    language: str = strawberry.field(default="en", description="The language of mails, as in `en`.")
    time_zone: str = strawberry.field(default="America/New_York", description="Where the clock is.")


@strawberry.input(description="Another role for a member.")
class ChangeMemberRoleInput(MutationInput):
    organization_id: strawberry.ID = strawberry.field(description=ORGANIZATION)
    person_id: strawberry.ID = strawberry.field(description=PERSON)
    role: Role = strawberry.field(description="The role to give. Only owners make or unmake owners.")


@strawberry.input(description="Whose membership to end; it may be the viewer's own.")
class RemoveMemberInput(MutationInput):
    organization_id: strawberry.ID = strawberry.field(description=ORGANIZATION)
    person_id: strawberry.ID = strawberry.field(description=PERSON)


@strawberry.type(description="What became of a member.")
class MemberPayload(Payload):
    member: Member | None = strawberry.field(description="The member as they are now; null where nothing changed.")


@strawberry.type
class MemberMutations:
    @strawberry.mutation(description="Give whoever has an address a role. For owners and managers.")
    async def invite_member(self, info: Info, input: InviteMemberInput) -> InviteMemberPayload:
        answer = await answered(
            info,
            input,
            lambda viewer: _invite(viewer, input),
        )
        found, waiting = await _invited(info.context.viewer, answer)
        return InviteMemberPayload(
            member=member(found) if found else None,
            invitation=invitation(waiting) if waiting else None,
            user_errors=user_errors(answer),
            client_mutation_id=input.client_mutation_id,
        )

    @strawberry.mutation(description="Accept an invitation by the link of its mail; makes the account where needed.")
    async def accept_invitation(self, info: Info, input: AcceptInvitationInput) -> AccountPayload:
        hashing, secret = Hashing(input.password or ""), info.context.settings.secrets

        async def first() -> None:
            await count(info, Verb.LINK)
            if input.password is not None:
                await hashing.run()

        answer = await answered(
            info,
            input,
            lambda viewer: members.accept_invitation(
                viewer,
                secret=secret,
                token=input.token,
                name=input.name,
                password_hash=hashing.hashed or None,
                handle=input.handle,
                language=input.language,
                time_zone=input.time_zone,
            ),
            first=first,
        )
        return account_payload(answer, input)

    @strawberry.mutation(description="Give a member another role. For owners and managers.")
    async def change_member_role(self, info: Info, input: ChangeMemberRoleInput) -> MemberPayload:
        answer = await answered(
            info,
            input,
            lambda viewer: members.change_member_role(
                viewer,
                row_id(input.organization_id, "Organization", "organization_id"),
                row_id(input.person_id, "Person", "person_id"),
                role=people.Role[input.role.name],
            ),
        )
        found = await _member(info.context.viewer, answer.changed[0]) if answer.changed else None
        return MemberPayload(
            member=member(found) if found else None,
            user_errors=user_errors(answer),
            client_mutation_id=input.client_mutation_id,
        )

    @strawberry.mutation(description="End a membership: for owners and managers, and for oneself.")
    async def remove_member(self, info: Info, input: RemoveMemberInput) -> AccountPayload:
        answer = await answered(
            info,
            input,
            lambda viewer: members.remove_member(
                viewer,
                row_id(input.organization_id, "Organization", "organization_id"),
                row_id(input.person_id, "Person", "person_id"),
            ),
        )
        return account_payload(answer, input)


@dataclass(frozen=True)
class _Id:
    id: int


async def _invite(viewer: Viewer, input: InviteMemberInput) -> list[_Id]:
    done = await members.invite_member(
        viewer,
        row_id(input.organization_id, "Organization", "organization_id"),
        address=input.address,
        role=people.Role[input.role.name],
    )
    return [_Id(done.member.id if done.member else 0), _Id(done.ticket.id if done.ticket else 0)]


async def _invited(viewer: Viewer, answer: Answer) -> tuple[people.Member | None, Ticket | None]:
    """The member, or the ticket that waits. Kept for a repetition are both ids, 0 for the one that isn't."""
    if not answer.changed:
        return None, None
    member_id, ticket_id = answer.changed
    waiting = await Ticket.get_or_none(id=ticket_id, organization_id__in=viewer.staffed)
    return await _member(viewer, member_id), waiting


async def _member(viewer: Viewer, member_id: int) -> people.Member | None:
    """As staff see them: who repeats what they did as a member is told no more than others."""
    found = people.Member.get_or_none(id=member_id, organization_id__in=viewer.staffed)
    return await found.select_related("person")
