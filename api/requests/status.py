"""The statuses as clients see them."""

from enum import Enum

import strawberry


@strawberry.enum(description="Where a request stands.")
class RequestStatus(Enum):
    OPEN = strawberry.enum_value("open", description="Reported, and nobody has said that they saw it.")
    ACKNOWLEDGED = strawberry.enum_value("acknowledged", description="Staff said that they saw it.")
    CLOSED = strawberry.enum_value("closed", description="Done, or not going to be done. It can be reopened.")
    ARCHIVED = strawberry.enum_value("archived", description="Final: closed long ago, or merged into another request.")
