"""Keys for an organization's other systems, which speak Open311."""

import secrets
from datetime import datetime

import strawberry

from api.context import Info
from api.ids import global_id, row_id
from api.mutation import MutationInput, Payload, answered, user_errors
from api.transaction import Answer
from casework import api_keys as rows
from casework.actions import keys


@strawberry.type(description="A key with which one of an organization's other systems speaks Open311 to it.")
class ApiKey:
    id: strawberry.ID = strawberry.field(description="What to call it when it is revoked.")
    name: str = strawberry.field(description="Which system has it.")
    created_at: datetime = strawberry.field(description="Since when it is good.")


@strawberry.input(description="A key to be.")
class CreateApiKeyInput(MutationInput):
    organization_id: strawberry.ID = strawberry.field(description="Whose key.")
    name: str = strawberry.field(description="Which system is to have it: one line.")


@strawberry.type(description="What became of a key. A repetition gets the key, without the secret.")
class CreateApiKeyPayload(Payload):
    api_key: ApiKey | None = strawberry.field(description="The key; null where it was refused.")
    secret: str | None = strawberry.field(
        description="What the system sends as `api_key`, shown this once; null where it was refused or is repeated."
    )


@strawberry.input(description="Which key is to be good no longer.")
class RevokeApiKeyInput(MutationInput):
    api_key_id: strawberry.ID = strawberry.field(description="The key's id, from `organization.apiKeys`.")


@strawberry.type(description="What became of a key.")
class RevokeApiKeyPayload(Payload):
    pass


@strawberry.type
class ApiKeyMutations:
    @strawberry.mutation(description="Make a key for another system. For owners and managers.")
    async def create_api_key(self, info: Info, input: CreateApiKeyInput) -> CreateApiKeyPayload:
        secret = secrets.token_urlsafe(32)
        answer = await answered(
            info,
            input,
            lambda viewer: keys.create_api_key(
                viewer,
                row_id(input.organization_id, "Organization", "organization_id"),
                name=input.name,
                token=secret,
            ),
        )
        found = await _made(answer)
        return CreateApiKeyPayload(
            api_key=api_key(found) if found else None,
            secret=secret if found and not answer.is_replay else None,
            user_errors=user_errors(answer),
            client_mutation_id=input.client_mutation_id,
        )

    @strawberry.mutation(description="Take a key back, at once. For owners and managers.")
    async def revoke_api_key(self, info: Info, input: RevokeApiKeyInput) -> RevokeApiKeyPayload:
        answer = await answered(
            info, input, lambda viewer: keys.revoke_api_key(viewer, row_id(input.api_key_id, "ApiKey", "api_key_id"))
        )
        return RevokeApiKeyPayload(user_errors=user_errors(answer), client_mutation_id=input.client_mutation_id)


def api_key(row: rows.ApiKey) -> ApiKey:
    return ApiKey(id=strawberry.ID(global_id("ApiKey", row.id)), name=row.name, created_at=row.created_at)


async def _made(answer: Answer) -> rows.ApiKey | None:
    return await rows.ApiKey.get_or_none(id=answer.changed[0]) if answer.changed else None
