"""The demo town: built once, found again, and alive."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import time_machine

from api.photos.files import PhotoFiles, Size
from casework.areas import AreaFollow, WatchArea
from casework.history import HistoryRow
from casework.organizations import RequestCategory
from casework.people import Person
from casework.photos import Photo
from casework.requests import Comment, ServiceRequest
from casework.watching import Follow, Mute
from curbcast.demo import build_town, live
from curbcast.demo.activity import act
from curbcast.demo.camera import photograph
from curbcast.demo.stories import STORIES
from curbcast.importing import tell_all
from tests.telling import KeepingTransport
from tests.town import settings

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


async def test_the_town_has_a_past_with_something_of_everything(db: str) -> None:
    with time_machine.travel(NOW, tick=False):
        demo = await build_town()
    assert len(STORIES) == await ServiceRequest.all().count() == 40
    assert len(demo.tokens) == await Person.all().count() == 12
    assert await RequestCategory.all().count() == 6
    statuses = Counter(request.status.value for request in await ServiceRequest.all())
    assert statuses == {"open": 16, "acknowledged": 12, "closed": 10, "archived": 2}
    assert await Comment.filter(is_internal=True).count() == 7
    assert await ServiceRequest.filter(is_anonymous=True).count() == 2
    assert await ServiceRequest.filter(merged_into_id__isnull=False).count() == 2
    for model in (WatchArea, AreaFollow, Follow, Mute):
        assert await model.all().exists()


async def test_its_past_happened_in_order_and_before_now(db: str) -> None:
    with time_machine.travel(NOW, tick=False):
        await build_town()
    times = [row.occurred_at for row in await HistoryRow.filter(request_id__isnull=False).order_by("id")]
    assert times == sorted(times)
    assert times[-1] < NOW


async def test_it_is_built_once_and_found_again_with_new_tokens(db: str) -> None:
    first = await build_town()
    events = await HistoryRow.all().count()
    again = await build_town()
    assert await HistoryRow.all().count() == events
    assert again.organization.id == first.organization.id
    assert set(again.tokens) == set(first.tokens)
    assert set(again.tokens.values()).isdisjoint(first.tokens.values())
    assert set(again.viewers) == set(first.viewers)


async def test_its_mail_goes_to_made_up_addresses_and_to_everybody(db: str) -> None:
    await build_town()
    transport = KeepingTransport()
    await tell_all(transport, settings())
    recipients = {mail.recipient for mail in transport.mails}
    assert all(recipient.endswith(("@marlow.example", "@mail.example")) for recipient in recipients)
    accounts = {person.address for person in await Person.all()}
    desks = {"roads@marlow.example", "cleaning@marlow.example", "waste@marlow.example"}
    assert recipients == accounts | desks


async def test_things_happen_in_it_the_same_for_the_same_seed(db: str, tmp_path: Path) -> None:
    files = PhotoFiles(settings(data_dir=tmp_path))
    demo = replace(await build_town(), camera=partial(photograph, files))
    before = await HistoryRow.all().count()
    chance = random.Random(1)
    for _ in range(40):
        await act(demo, chance)
    types = [row.type for row in await HistoryRow.filter(id__gt=before).order_by("id")]
    assert 25 <= len(types) <= 40
    assert {"RequestSubmitted", "PublicCommentAdded", "RequestAcknowledged", "RequestClosed"} <= set(types)
    photos = await Photo.filter(request__category__name="Street lights")
    assert len(photos) == await Photo.all().count() > 0
    assert all([await files.read(photo.key, Size.SMALL) for photo in photos])


class Enough(Exception):
    """The test has seen enough."""


async def test_it_goes_on_until_it_is_stopped_and_says_so_after_each_deed(db: str) -> None:
    demo = await build_town()
    nudges = 0

    async def nudge() -> None:
        nonlocal nudges
        nudges += 1
        if nudges == 10:
            raise Enough

    with pytest.raises(Enough):
        await live(demo, after_each=nudge, seconds=(0, 0))
    assert nudges == 10
