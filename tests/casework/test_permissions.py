"""The permission table: whole, printed, and what viewers get by it."""

from __future__ import annotations

from pathlib import Path

import pytest

import casework
from casework.access import NOBODY, require, viewer_for
from casework.errors import CaseworkError
from casework.permissions import ELSEWHERE, PERMISSIONS, STAFF, Action, Standing, allows, as_markdown
from tests.town import open_town

PAGE = Path(casework.__file__).parent.parent / "docs" / "permissions.md"


def test_the_page_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == as_markdown(), (
        "write it again: python -c 'from casework.permissions import as_markdown; print(as_markdown(), end=\"\")'"
    )


def test_every_action_and_standing_is_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Action)
    assert set(ELSEWHERE) == set(Standing)


@pytest.mark.parametrize("action", Action)
def test_a_higher_standing_may_do_whatever_a_lower_one_may(action: Action) -> None:
    """Requesters may leave, which nobody does who is no member; else every standing includes those below it."""
    allowed = [allows(action, standing) for standing in Standing]
    assert allowed == sorted(allowed, reverse=True)


def test_to_a_private_request_only_staff_and_its_reporter_can_do_anything() -> None:
    for action in Action:
        for standing in set(Standing) - STAFF:
            assert not allows(action, standing, private=True)
            assert allows(action, standing, private=True, reporter=True) == allows(action, standing)


async def test_what_is_required_is_what_the_table_says_at_home_and_elsewhere(db: str) -> None:
    async with open_town() as town:
        standings = {
            Standing.OWNER: await viewer_for(town.rosa),
            Standing.MANAGER: await viewer_for(town.mark),
            Standing.INTERNAL: await viewer_for(town.tom),
            Standing.RESIDENT: await viewer_for(town.ines),
            Standing.UNCONFIRMED: await viewer_for(town.nell),
            Standing.GUEST: NOBODY,
        }
        for standing, viewer in standings.items():
            for action in Action:
                for organization, effective in (
                    (town.springfield, standing),
                    (town.shelbyville, ELSEWHERE[standing]),
                ):
                    assert viewer.standing(organization.id) is effective
                    refused = None
                    try:
                        require(viewer, action, organization.id)
                    except CaseworkError as refusal:
                        refused = refusal.code
                    assert (refused is None) == allows(action, effective)
                    assert refused in (None, "FORBIDDEN", "UNCONFIRMED", "SIGN_IN_REQUIRED")
