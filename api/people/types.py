"""A person as others see them: never their address."""

import strawberry

from api.ids import global_id
from api.node import Node
from casework import people as rows


@strawberry.type(description="Somebody with an account, as others see them.")
class Person(Node):
    handle: str = strawberry.field(description="The name to mention them by, as in `@tom`, in internal comments.")
    name: str = strawberry.field(description="The name they gave.")


def person(row: rows.Person) -> Person:
    return Person(id=strawberry.ID(global_id("Person", row.id)), handle=row.handle, name=row.name)
