"""The permission table: who may do what, as data. Pure; `docs/permissions.md` is printed from it.

standing   what somebody is to one organization; elsewhere even an owner is a resident
action     what they want to do there
private    whether it is to a request that only its reporter and staff see (rule 4)
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Standing(StrEnum):
    """What a viewer is to one organization."""

    OWNER = "owner"
    MANAGER = "manager"
    INTERNAL = "internal"
    REQUESTER = "requester"
    RESIDENT = "resident"
    UNCONFIRMED = "unconfirmed"
    GUEST = "guest"


_S = Standing
EVERYONE = frozenset(Standing)
SIGNED_IN = EVERYONE - {_S.GUEST}
CONFIRMED = SIGNED_IN - {_S.UNCONFIRMED}
MEMBERS = frozenset({_S.OWNER, _S.MANAGER, _S.INTERNAL, _S.REQUESTER})
STAFF = MEMBERS - {_S.REQUESTER}
MANAGERS = frozenset({_S.OWNER, _S.MANAGER})
OWNERS = frozenset({_S.OWNER})


class Action(StrEnum):
    """Everything that is done in an organization. What people do to their own account is in no organization."""

    SUBMIT_REQUEST = "submit_request"
    UPDATE_REQUEST = "update_request"
    COMMENT = "comment"
    CHANGE_STATUS = "change_status"
    VOTE = "vote"
    FOLLOW = "follow"
    FLAG = "flag"
    SPEAK_INTERNALLY = "speak_internally"
    ASSIGN = "assign"
    RECATEGORIZE = "recategorize"
    CHANGE_DUE_DATE = "change_due_date"
    WORK = "work"
    MERGE = "merge"
    SET_VISIBILITY = "set_visibility"
    RELEASE = "release"
    SEE_WHO_HEARS = "see_who_hears"
    LEAVE = "leave"
    MANAGE_CATEGORIES = "manage_categories"
    MANAGE_MEMBERS = "manage_members"
    MANAGE_OWNERS = "manage_owners"
    MANAGE_ORGANIZATION = "manage_organization"
    DRESS_MAIL = "dress_mail"
    FOUND_ORGANIZATION = "found_organization"


PERMISSIONS: Mapping[Action, frozenset[Standing]] = {
    Action.SUBMIT_REQUEST: EVERYONE,
    Action.UPDATE_REQUEST: CONFIRMED,
    Action.COMMENT: CONFIRMED,
    Action.CHANGE_STATUS: CONFIRMED,
    Action.VOTE: CONFIRMED,
    Action.FOLLOW: SIGNED_IN,
    Action.FLAG: EVERYONE,
    Action.SPEAK_INTERNALLY: STAFF,
    Action.ASSIGN: STAFF,
    Action.RECATEGORIZE: STAFF,
    Action.CHANGE_DUE_DATE: STAFF,
    Action.WORK: STAFF,
    Action.MERGE: STAFF,
    Action.SET_VISIBILITY: STAFF,
    Action.RELEASE: STAFF,
    Action.SEE_WHO_HEARS: STAFF,
    Action.LEAVE: MEMBERS,
    Action.MANAGE_CATEGORIES: MANAGERS,
    Action.MANAGE_MEMBERS: MANAGERS,
    Action.MANAGE_OWNERS: OWNERS,
    Action.MANAGE_ORGANIZATION: MANAGERS,
    Action.DRESS_MAIL: MANAGERS,
    Action.FOUND_ORGANIZATION: OWNERS,
}

ON_A_REQUEST = frozenset(
    {
        Action.UPDATE_REQUEST,
        Action.COMMENT,
        Action.CHANGE_STATUS,
        Action.VOTE,
        Action.FOLLOW,
        Action.FLAG,
        Action.SPEAK_INTERNALLY,
        Action.ASSIGN,
        Action.RECATEGORIZE,
        Action.CHANGE_DUE_DATE,
        Action.MERGE,
        Action.SET_VISIBILITY,
        Action.RELEASE,
        Action.SEE_WHO_HEARS,
    }
)
"""What is done to a request that is there already, and so may be private."""

ELSEWHERE: Mapping[Standing, Standing] = {
    **dict.fromkeys(MEMBERS, Standing.RESIDENT),
    Standing.RESIDENT: Standing.RESIDENT,
    Standing.UNCONFIRMED: Standing.UNCONFIRMED,
    Standing.GUEST: Standing.GUEST,
}
"""What somebody of that standing is in every other organization."""


def allows(action: Action, standing: Standing, *, private: bool = False, reporter: bool = False) -> bool:
    """The table's answer. To a private request nobody but its reporter and staff can do anything: it isn't there."""
    if private and not reporter and standing not in STAFF:
        return False
    return standing in PERMISSIONS[action]


def as_markdown() -> str:
    """The table as a page of the docs: a row for each action, a column for each standing."""
    columns = list(Standing)
    lines = [
        "# Who may do what",
        "",
        "Printed from `casework/permissions.py`; a test holds the two together. In an organization that one is no",
        "member of, every member is a resident. Beyond the table, only the reporter and staff mend a report, and a",
        "category's restrictions (rule 14) narrow what residents do to its requests.",
        "",
        "- **yes**: on public and private requests alike, or not about a request at all",
        "- **public**: on public requests, and on a private one that they reported themselves; every other private",
        "  request is answered like one that does not exist",
        "- **–**: refused, with a code that says what would help: `SIGN_IN_REQUIRED`, `UNCONFIRMED` or `FORBIDDEN`",
        "",
        "| | " + " | ".join(columns) + " |",
        "|---|" + "---|" * len(columns),
    ]
    for action in Action:
        cells = " | ".join(_cell(action, each) for each in columns)
        lines.append(f"| {action.replace('_', ' ')} | {cells} |")
    return "\n".join(lines) + "\n"


def _cell(action: Action, standing: Standing) -> str:
    if not allows(action, standing):
        return "–"
    return "public" if action in ON_A_REQUEST and not allows(action, standing, private=True) else "yes"
