"""The interface of everything that can be fetched again by its global id."""

import strawberry


@strawberry.interface(description="Something with a global id, by which `node` fetches it again.")
class Node:
    id: strawberry.ID = strawberry.field(description="The global id: opaque, and stable for ever.")
