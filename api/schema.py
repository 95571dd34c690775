"""The schema: the nouns' queries and mutations put together, and `node`.

`schema.graphql` beside this file is the same in writing; `curbcast schema --check` compares them.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

import strawberry
from graphql import GraphQLSchema
from strawberry.tools import merge_types

from api.comments.mutations import CommentMutations
from api.comments.types import comment
from api.context import Context, Info
from api.ids import parse_global_id
from api.inbox.deliveries import DeliveryQueries
from api.inbox.explaining import ExplainingQueries
from api.inbox.mutations import DigestQueries, InboxMutations
from api.inbox.reaching import ReachMutations
from api.inbox.rehearsing import RehearsingQueries
from api.inbox.types import digest, notification
from api.inbox.viewer import InboxQueries, notifications_of
from api.lightening import lightened
from api.node import Node
from api.organizations.keys import ApiKeyMutations
from api.organizations.mail import MailMutations, MailQueries
from api.organizations.members import MemberMutations
from api.organizations.mutations import OrganizationMutations
from api.organizations.queries import OrganizationQueries
from api.organizations.rules import AssignmentRuleMutations, assignment_rule
from api.organizations.types import category, organization
from api.people.profile import ProfileMutations
from api.people.signing import SigningMutations
from api.people.types import person
from api.people.viewer import ViewerQueries
from api.requests.moderation import ModerationMutations
from api.requests.mutations import RequestMutations
from api.requests.queries import RequestQueries
from api.requests.types import service_request
from api.subscriptions import SUBSCRIPTIONS
from api.watching.area_types import watch_area
from api.watching.areas import WatchAreaMutations, WatchAreaQueries
from api.watching.mutations import WatchingMutations
from api.work.mutations import WorkMutations
from api.work.types import work_order
from casework import organizations
from casework.access import person_for
from casework.actions.areas import areas_seen_by
from casework.assigning import AssignmentRule
from casework.work import work_orders_seen_by
from digests.issues import Issue
from notifier.links import Links


async def _request(context: Context, number: int) -> Node | None:
    found = await context.loaders.request.load(number)
    return service_request(found, context.viewer) if found else None


async def _comment(context: Context, number: int) -> Node | None:
    found = await context.loaders.comment.load(number)
    request = await context.loaders.request.load(found.request_id) if found else None
    return comment(found, request, context.viewer) if found and request else None


async def _person(context: Context, number: int) -> Node | None:
    found = await person_for(context.viewer, number)
    return person(found) if found else None


async def _organization(context: Context, number: int) -> Node | None:
    found = await organizations.Organization.get_or_none(id=number)
    return organization(found, context.viewer) if found else None


async def _category(context: Context, number: int) -> Node | None:
    found = await organizations.RequestCategory.get_or_none(id=number)
    return category(found, context.viewer) if found else None


async def _assignment_rule(context: Context, number: int) -> Node | None:
    found = await AssignmentRule.get_or_none(id=number, organization_id__in=context.viewer.staffed)
    return assignment_rule(found) if found else None


async def _work_order(context: Context, number: int) -> Node | None:
    found = await work_orders_seen_by(context.viewer).get_or_none(id=number)
    return work_order(found) if found else None


async def _notification(context: Context, number: int) -> Node | None:
    found = await notifications_of(context.viewer).select_related("event").get_or_none(id=number)
    return notification(found, context.viewer) if found else None


async def _digest(context: Context, number: int) -> Node | None:
    found = await Issue.get_or_none(id=number, person_id=context.viewer.person_id or 0)
    return digest(found, Links(context.settings)) if found else None


async def _watch_area(context: Context, number: int) -> Node | None:
    found = await areas_seen_by(context.viewer).get_or_none(id=number)
    return watch_area(found, context.viewer) if found else None


_DOORS: dict[str, Callable[[Context, int], Awaitable[Node | None]]] = {
    "ServiceRequest": _request,
    "Comment": _comment,
    "Person": _person,
    "Organization": _organization,
    "RequestCategory": _category,
    "AssignmentRule": _assignment_rule,
    "WorkOrder": _work_order,
    "Notification": _notification,
    "Digest": _digest,
    "WatchArea": _watch_area,
}


@strawberry.type
class NodeQueries:
    @strawberry.field(description="Anything by its global id; null where there is none that the viewer may see.")
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="A global id.")]
    ) -> Node | None:
        named = parse_global_id(id)
        door = _DOORS.get(named[0]) if named else None
        return await door(info.context, named[1]) if door and named else None


_NOUNS = (
    ViewerQueries,
    NodeQueries,
    OrganizationQueries,
    MailQueries,
    RequestQueries,
    InboxQueries,
    DigestQueries,
    ExplainingQueries,
    RehearsingQueries,
    DeliveryQueries,
    WatchAreaQueries,
)
_VERBS = (
    RequestMutations,
    CommentMutations,
    WatchingMutations,
    WatchAreaMutations,
    OrganizationMutations,
    AssignmentRuleMutations,
    MailMutations,
    WorkMutations,
    InboxMutations,
    ReachMutations,
    MemberMutations,
    ApiKeyMutations,
    SigningMutations,
    ProfileMutations,
    ModerationMutations,
)

schema = strawberry.Schema(
    query=merge_types("Query", _NOUNS),
    mutation=merge_types("Mutation", _VERBS),
    subscription=merge_types("Subscription", SUBSCRIPTIONS),
)


def _described(built: GraphQLSchema) -> GraphQLSchema:
    """Say what merged types and the mutations' one argument are for: neither has a place of its own to say it in."""
    query, mutation, subscription = built.query_type, built.mutation_type, built.subscription_type
    if query is None or mutation is None or subscription is None:
        raise TypeError("the schema has queries, mutations and subscriptions")
    query.description = "Everything that can be asked."
    subscription.description = "Everything that can be followed. Each event has a cursor, to come back with."
    mutation.description = "Everything that can be done. What a user can cause to fail is told in `userErrors`."
    for field in mutation.fields.values():
        field.args["input"].description = "What to do, and to what."
    return built


# Strawberry builds graphql-core's schema and keeps it to itself; there is no public way to it.
_executable = lightened(_described(schema._schema))


def executable_schema() -> GraphQLSchema:
    """The schema as graphql-core runs it."""
    return _executable


def print_sdl() -> str:
    """The schema in GraphQL's own language, as committed in schema.graphql."""
    return schema.as_str() + "\n"
