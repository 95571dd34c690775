"""What the viewer may do to a request, said before they try."""

import strawberry

from api.context import Info
from api.errors import told
from casework.access import Viewer
from casework.allowances import Deed, why_not
from casework.errors import CaseworkError
from casework.requests import ServiceRequest


@strawberry.type(description="Whether the viewer may do something, and if not, why.")
class Allowance:
    allowed: bool = strawberry.field(description="Whether it would be accepted now.")
    refusal: strawberry.Private[CaseworkError | None]
    code: str | None = strawberry.field(description="The code that a mutation would answer; null where it is allowed.")

    @strawberry.field(description="Why not, in words to show, in the viewer's language; null where it is allowed.")
    def reason(self, info: Info) -> str | None:
        return told(self.refusal, info.context.language) if self.refusal is not None else None


@strawberry.type(description="What the viewer may do to a request as it stands.")
class ViewerCan:
    viewer: strawberry.Private[Viewer]
    request: strawberry.Private[ServiceRequest]

    def _may(self, deed: Deed) -> Allowance:
        refusal = why_not(self.viewer, self.request, deed)
        return Allowance(allowed=refusal is None, refusal=refusal, code=refusal.code if refusal is not None else None)

    @strawberry.field(description="Mend what was reported (`updateRequest`).")
    def update(self) -> Allowance:
        return self._may(Deed.UPDATE)

    @strawberry.field(description="Comment for everyone to read (`addComment`).")
    def comment(self) -> Allowance:
        return self._may(Deed.COMMENT)

    @strawberry.field(description="Comment for staff only (`addComment`).")
    def comment_internally(self) -> Allowance:
        return self._may(Deed.SPEAK_INTERNALLY)

    @strawberry.field(description="Say that it was seen (`acknowledgeRequest`).")
    def acknowledge(self) -> Allowance:
        return self._may(Deed.ACKNOWLEDGE)

    @strawberry.field(description="Close it (`closeRequest`).")
    def close(self) -> Allowance:
        return self._may(Deed.CLOSE)

    @strawberry.field(description="Reopen it (`reopenRequest`).")
    def reopen(self) -> Allowance:
        return self._may(Deed.REOPEN)

    @strawberry.field(description='Say "me too", and take it back (`vote`, `unvote`).')
    def vote(self) -> Allowance:
        return self._may(Deed.VOTE)

    @strawberry.field(description="Follow and mute it (`followRequest`, `muteRequest`).")
    def follow(self) -> Allowance:
        return self._may(Deed.FOLLOW)

    @strawberry.field(description="Give it to a member of staff (`assignRequest`).")
    def assign(self) -> Allowance:
        return self._may(Deed.ASSIGN)

    @strawberry.field(description="Move it to another category (`recategorizeRequest`).")
    def recategorize(self) -> Allowance:
        return self._may(Deed.RECATEGORIZE)

    @strawberry.field(description="Set its due date (`changeDueDate`).")
    def change_due_date(self) -> Allowance:
        return self._may(Deed.CHANGE_DUE_DATE)

    @strawberry.field(description="Make a work order on it (`createWorkOrder`).")
    def order_work(self) -> Allowance:
        return self._may(Deed.ORDER_WORK)

    @strawberry.field(description="Merge it into another request (`mergeRequest`).")
    def merge(self) -> Allowance:
        return self._may(Deed.MERGE)

    @strawberry.field(description="Hide it from residents, or show it (`setRequestVisibility`).")
    def set_visibility(self) -> Allowance:
        return self._may(Deed.SET_VISIBILITY)
