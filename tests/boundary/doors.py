"""THE TABLE: every mutation, with who may and who may not.

A door's `values` make its input for one role, with targets of its own, so that one role's deed doesn't stand in the
way of the next. Whoever is not in `allowed` gets the code that `denied` says, or the usual one for what they are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.ids import global_id
from casework.access import NOBODY
from casework.actions.keys import create_api_key
from casework.actions.members import invite_member
from casework.actions.signing import request_password_reset
from casework.people import Role, Session
from casework.signing import make_token
from casework.tokens import token_of
from notifier.links import UNSUBSCRIBE
from notifier.rebranding import draft_opening, publish_opening, update_branding
from tests.accounts import PASSWORD, signed_up
from tests.boundary.scene import CONFIRMED, EVERYONE, MANAGERS, SIGNED_IN, STAFF, Scene
from tests.town import SECRET

Values = Callable[[Scene, str, str], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Door:
    """`on_request` doors are tried on a public and on a private request, of which nobody but staff learns anything."""

    mutation: str
    allowed: frozenset[str]
    values: Values
    denied: Mapping[str, str] = field(default_factory=dict)
    on_request: bool = False

    def code(self, role: str, target: str) -> str | None:
        """What a role is answered; None where it may."""
        if target == "private" and role not in STAFF:
            return "NOT_FOUND"
        if role in self.denied:
            return self.denied[role]
        if role in self.allowed:
            return None
        if role == "guest":
            return "SIGN_IN_REQUIRED"
        return "UNCONFIRMED" if role == "unconfirmed" and "resident" in self.allowed else "FORBIDDEN"


def given(**values: Any) -> Values:
    """The same input for everybody."""

    async def make(scene: Scene, role: str, target: str) -> dict[str, Any]:
        return values

    return make


def on_request(*, closed: bool = False, **values: Any) -> Values:
    """A request of its own for each role that may, the scene's for those who may not."""

    async def make(scene: Scene, role: str, target: str) -> dict[str, Any]:
        return {"requestId": await scene.request(target, closed=closed), **values}

    return make


async def _submit(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"organizationId": scene.place(), "categoryId": scene.town.id_of(scene.town.lights), "summary": "A lamp"}


async def _close_many(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"requestIds": [await scene.request(target)], "comment": "Done."}


async def _assign(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"requestId": await scene.request(target), "assigneeId": scene.town.id_of(scene.town.mark)}


async def _recategorize(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"requestId": await scene.request(target), "categoryId": scene.town.id_of(scene.town.lights)}


async def _merge(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"requestId": await scene.request(target), "survivorId": await scene.request(target)}


async def _flag(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"contentId": await scene.request(target), "reason": "Rude."}


async def _release(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"contentId": await scene.request("public", summary="Blatt again")}


async def _trust(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"organizationId": scene.place(), "personId": scene.town.id_of(scene.town.maya), "trust": "HELD"}


async def _organization(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"organizationId": scene.place(), "name": "Springfield"}


async def _category(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"categoryId": scene.town.id_of(scene.town.lights), "name": "Lamps"}


async def _new_category(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"organizationId": scene.place(), "name": f"Made by {role}"}


async def _rule(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"organizationId": scene.place(), "name": f"By {role}", "assigneeId": scene.town.id_of(scene.town.tom)}


async def _rule_of_rosa(scene: Scene, role: str, target: str) -> dict[str, Any]:
    given = await _rule(scene, "owner", target)
    made = await scene.town.done(scene.town.rosa, "createAssignmentRule", "assignmentRule { id }", **given)
    return {"ruleId": made["assignmentRule"]["id"]}


async def _rule_to_change(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {**await _rule_of_rosa(scene, role, target), "name": "Renamed"}


async def _key(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"organizationId": scene.place(), "name": f"Made by {role}"}


async def _key_to_revoke(scene: Scene, role: str, target: str) -> dict[str, Any]:
    town = scene.town
    key = await create_api_key(await town.viewer(town.rosa), town.springfield.id, name="Phones", token=f"of {role}")
    return {"apiKeyId": global_id("ApiKey", key.id)}


async def _work(scene: Scene, role: str, target: str) -> dict[str, Any]:
    await scene.town.done(scene.town.rosa, "updateOrganization", organizationId=scene.place(), usesWork=True)
    return {"organizationId": scene.place(), "summary": "Fit a lamp"}


async def _order(scene: Scene, role: str, target: str) -> dict[str, Any]:
    given = await _work(scene, role, target)
    made = await scene.town.done(scene.town.rosa, "createWorkOrder", "workOrder { id }", **given)
    return {"workOrderId": made["workOrder"]["id"]}


async def _order_to_assign(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {**await _order(scene, role, target), "assigneeId": scene.town.id_of(scene.town.mark)}


async def _order_to_move(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {**await _order(scene, role, target), "dueAt": "2031-01-01T00:00:00Z"}


async def _found(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"slug": f"by-{role}", "name": "Another town"}


async def _invite(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"organizationId": scene.place(), "address": f"new-{role}@example.net", "role": "INTERNAL"}


async def _invite_owner(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"organizationId": scene.place(), "address": f"new-{role}@example.net", "role": "OWNER"}


async def _promote(scene: Scene, role: str, target: str) -> dict[str, Any]:
    person = await scene.newcomer(f"promoted-{role}")
    return {"organizationId": scene.place(), "personId": scene.town.id_of(person), "role": "MANAGER"}


async def _remove(scene: Scene, role: str, target: str) -> dict[str, Any]:
    person = await scene.newcomer(f"colleague-{role}")
    return {"organizationId": scene.place(), "personId": scene.town.id_of(person)}


async def _sign_up(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"name": "New", "address": f"new-{role}@example.net", "password": PASSWORD}


async def _confirm(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"token": token_of(SECRET, await signed_up(f"new-{role}@example.net"))}


async def _reset(scene: Scene, role: str, target: str) -> dict[str, Any]:
    ticket = await request_password_reset(NOBODY, address="maya@example.org")
    return {"token": token_of(SECRET, ticket), "password": PASSWORD}


async def _accept(scene: Scene, role: str, target: str) -> dict[str, Any]:
    rosa = await scene.town.viewer(scene.town.rosa)
    address = f"new-{role}@example.net"
    invited = await invite_member(rosa, scene.town.springfield.id, address=address, role=Role.INTERNAL)
    assert invited.ticket is not None
    return {"token": token_of(SECRET, invited.ticket), "name": "New", "password": PASSWORD}


async def _session(scene: Scene, role: str, target: str) -> dict[str, Any]:
    """Somebody else's session."""
    session = await Session.get(person_id=scene.town.maya.id)
    return {"sessionId": global_id("Session", session.id)}


async def _unsubscribe(scene: Scene, role: str, target: str) -> dict[str, Any]:
    """The link of Maya's mail, in whosoever's hands."""
    return {"token": make_token(SECRET, UNSUBSCRIBE, f"stop:p{scene.town.maya.id}:request_commented")}


async def _area_of_maya(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"watchAreaId": scene.area}


async def _area_to_change(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"watchAreaId": scene.area, "name": "Yours"}


async def _area_followed(scene: Scene, role: str, target: str) -> dict[str, Any]:
    person = scene.people[role]
    if person is not None and role in SIGNED_IN:
        await scene.town.done(person, "followWatchArea", watchAreaId=scene.area)
    return {"watchAreaId": scene.area, "cadence": "WEEKLY"}


async def _dress(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"organizationId": scene.place(), "brand": {"color": "#0b5d66"}}


async def _dressed(scene: Scene, role: str, target: str) -> dict[str, Any]:
    """A look of Springfield's that somebody changed."""
    await update_branding(await scene.town.viewer(scene.town.rosa), scene.town.springfield.id, {"color": "#0b5d66"})
    return {"organizationId": scene.place()}


async def _draft(scene: Scene, role: str, target: str) -> dict[str, Any]:
    return {"organizationId": scene.place(), "kind": "request_closed", "language": "en", "body": "Thank you."}


async def _opening(scene: Scene, role: str, target: str) -> dict[str, Any]:
    """A version of Springfield's, published."""
    rosa = await scene.town.viewer(scene.town.rosa)
    drafted = await draft_opening(
        rosa, scene.town.springfield.id, kind="request_closed", language="en", body="Thank you."
    )
    await publish_opening(rosa, drafted.id)
    return {"openingId": global_id("MailOpening", drafted.id)}


_CIRCLE = {"name": "Here", "latitude": 42.36, "longitude": -71.06, "radiusM": 300.0}
_ILLEGAL = dict.fromkeys(("requester", "resident", "stranger", "removed"), "ILLEGAL_MOVE")
_LAST = dict.fromkeys(("owner", "stranger"), "LAST_OWNER")
_NOT_THERE = dict.fromkeys(EVERYONE - STAFF, "NOT_FOUND")
_OTHERS_FORBIDDEN = dict.fromkeys(SIGNED_IN, "FORBIDDEN")

DOORS = (
    Door("submitRequest", EVERYONE, _submit),
    Door(
        "updateRequest",
        STAFF,
        on_request(place="Elm Street"),
        {"unconfirmed": "UNCONFIRMED"},
        on_request=True,
    ),
    Door(
        "acknowledgeRequest",
        STAFF,
        on_request(comment="Seen."),
        {**_ILLEGAL, "unconfirmed": "UNCONFIRMED"},
        on_request=True,
    ),
    Door("closeRequest", CONFIRMED, on_request(comment="Done."), on_request=True),
    Door("closeRequests", CONFIRMED, _close_many, on_request=True),
    Door("reopenRequest", CONFIRMED, on_request(closed=True, comment="Again."), on_request=True),
    Door("assignRequest", STAFF, _assign, on_request=True),
    Door("recategorizeRequest", STAFF, _recategorize, on_request=True),
    Door("changeDueDate", STAFF, on_request(dueAt="2031-01-01T00:00:00Z"), on_request=True),
    Door("mergeRequest", STAFF, _merge, on_request=True),
    Door("setRequestVisibility", STAFF, on_request(hidden=True), on_request=True),
    Door("addComment", CONFIRMED, on_request(body="Hello."), on_request=True),
    Door("addComment", STAFF, on_request(body="Hush.", visibility="INTERNAL"), on_request=True),
    Door("followRequest", SIGNED_IN, on_request(), on_request=True),
    Door("vote", CONFIRMED, on_request(), on_request=True),
    Door("unvote", CONFIRMED, on_request(), on_request=True),
    Door("unfollowRequest", SIGNED_IN, on_request(), on_request=True),
    Door("muteRequest", SIGNED_IN, on_request(), on_request=True),
    Door("unmuteRequest", SIGNED_IN, on_request(), on_request=True),
    Door("flagContent", EVERYONE, _flag, on_request=True),
    Door("releaseContent", STAFF, _release, _NOT_THERE),
    Door("setTrust", STAFF, _trust),
    Door("createRequestCategory", MANAGERS, _new_category),
    Door("updateRequestCategory", MANAGERS, _category),
    Door("createAssignmentRule", MANAGERS, _rule),
    Door("updateAssignmentRule", MANAGERS, _rule_to_change, _NOT_THERE),
    Door("deleteAssignmentRule", MANAGERS, _rule_of_rosa, _NOT_THERE),
    Door("createWorkOrder", STAFF, _work),
    Door("assignWorkOrder", STAFF, _order_to_assign, _NOT_THERE),
    Door("changeWorkOrderDueAt", STAFF, _order_to_move, _NOT_THERE),
    Door("completeWorkOrder", STAFF, _order, _NOT_THERE),
    Door("updateOrganization", MANAGERS, _organization),
    Door("updateMailBrand", MANAGERS, _dress),
    Door("undoMailBrand", MANAGERS, _dressed),
    Door("draftMailOpening", MANAGERS, _draft),
    Door("publishMailOpening", MANAGERS, _opening, _NOT_THERE),
    Door("undoMailOpening", MANAGERS, _opening, _NOT_THERE),
    Door("createOrganization", frozenset({"owner", "stranger"}), _found, {"unconfirmed": "UNCONFIRMED"}),
    Door("createApiKey", MANAGERS, _key),
    Door("revokeApiKey", MANAGERS, _key_to_revoke, _NOT_THERE),
    Door("inviteMember", MANAGERS, _invite),
    Door("inviteMember", frozenset({"owner"}), _invite_owner),
    Door("changeMemberRole", MANAGERS, _promote),
    Door("removeMember", MANAGERS, _remove),
    Door("acceptInvitation", EVERYONE, _accept),
    Door("signUp", EVERYONE, _sign_up),
    Door("confirmEmail", EVERYONE, _confirm),
    Door("signIn", EVERYONE, given(address="maya@example.org", password=PASSWORD)),
    Door("requestPasswordReset", EVERYONE, given(address="maya@example.org")),
    Door("resetPassword", EVERYONE, _reset),
    Door("signOut", SIGNED_IN, given()),
    Door("revokeSession", frozenset(), _session, dict.fromkeys(EVERYONE, "NOT_FOUND")),
    Door("updateProfile", SIGNED_IN, given(language="es")),
    Door("closeAccount", SIGNED_IN, given(password=PASSWORD), _LAST),
    Door("exportAccount", SIGNED_IN, given()),
    Door("updateNotificationPreference", SIGNED_IN, given(kind="request_commented", cadence="DAILY")),
    Door("updateDigestSchedule", SIGNED_IN, given(hour=9)),
    Door("sendDigestNow", SIGNED_IN, given()),
    Door("markNotificationsRead", SIGNED_IN, given(notificationIds=[global_id("Notification", 1)])),
    Door("unsubscribe", EVERYONE, _unsubscribe),
    Door("confirmAddressAgain", SIGNED_IN, given()),
    Door("updateStoppedMail", SIGNED_IN, given(digests=True)),
    Door("createWatchArea", SIGNED_IN, given(**_CIRCLE)),
    Door("updateWatchArea", frozenset(), _area_to_change, _OTHERS_FORBIDDEN),
    Door("deleteWatchArea", frozenset(), _area_of_maya, _OTHERS_FORBIDDEN),
    Door("followWatchArea", SIGNED_IN, _area_of_maya),
    Door("unfollowWatchArea", SIGNED_IN, _area_of_maya),
    Door("updateWatchAreaPreference", SIGNED_IN, _area_followed),
)
