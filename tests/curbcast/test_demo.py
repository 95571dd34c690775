"""The demo town: built once, found again, and alive."""

from __future__ import annotations

import random

from casework.history import HistoryRow
from casework.requests import ServiceRequest
from curbcast.demo.activity import act
from curbcast.demo.town import build_town


async def test_the_town_is_built_once_and_found_again(db: str) -> None:
    first = await build_town()
    assert await ServiceRequest.all().count() == 10
    assert sorted({request.status.value for request in await ServiceRequest.all()}) == [
        "acknowledged",
        "archived",
        "closed",
        "open",
    ]
    again = await build_town()
    assert await ServiceRequest.all().count() == 10
    assert again.organization.id == first.organization.id
    assert set(again.tokens) == set(first.tokens)
    assert set(again.tokens.values()).isdisjoint(first.tokens.values())


async def test_things_happen_in_it_the_same_for_the_same_seed(db: str) -> None:
    demo = await build_town()
    before = await HistoryRow.all().count()
    chance = random.Random(7)
    for _ in range(40):
        await act(demo, chance)
    types = [row.type for row in await HistoryRow.filter(id__gt=before).order_by("id")]
    assert 25 <= len(types) <= 40
    assert {"RequestSubmitted", "PublicCommentAdded", "RequestAcknowledged", "RequestClosed"} <= set(types)
