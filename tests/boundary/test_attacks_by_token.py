"""A link's token tried at every door but its own, twice, too late, and after its address was given up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import time_machine

from api.app import build_app
from casework import clock
from casework.access import NOBODY
from casework.actions.members import invite_member
from casework.actions.profile import update_profile
from casework.actions.signing import request_password_reset
from casework.people import Person, Role
from casework.tokens import LASTS, Purpose, Ticket, token_of
from curbcast.commands.serving import pages
from notifier.links import Links
from tests.accounts import PASSWORD, signed_up
from tests.telling import Telling, open_telling
from tests.town import SECRET, Town, nothing_changes, settings

MUTATIONS = {
    Purpose.CONFIRM: "confirmEmail",
    Purpose.CONFIRM_GUEST: "confirmEmail",
    Purpose.RESET: "resetPassword",
    Purpose.JOIN: "acceptInvitation",
}
GIVEN: dict[str, dict[str, str]] = {
    "confirmEmail": {},
    "resetPassword": {"password": PASSWORD},
    "acceptInvitation": {"name": "N", "password": PASSWORD},
    "unsubscribe": {},
}
PAGES = {"confirm": "confirmEmail", "reset": "resetPassword", "join": "acceptInvitation"}


@pytest.fixture
async def telling(db: str) -> AsyncIterator[Telling]:
    async with open_telling() as telling:
        yield telling


@pytest.fixture
async def browser(telling: Telling, tmp_path: Any) -> AsyncIterator[httpx.AsyncClient]:
    config = settings(data_dir=tmp_path)
    transport = httpx.ASGITransport(app=build_app(config, extra_routes=pages(config)))
    async with httpx.AsyncClient(transport=transport, base_url="http://town.test") as client:
        yield client


async def tickets(town: Town) -> dict[Purpose, Ticket]:
    """One of each purpose, unused."""
    await town.done(
        None,
        "submitRequest",
        organizationId=town.id_of(town.springfield),
        categoryId=town.id_of(town.lights),
        summary="A dark lamp",
        reporterAddress="guest@example.net",
    )
    invited = await invite_member(
        await town.viewer(town.rosa), town.springfield.id, address="new@example.net", role=Role.INTERNAL
    )
    assert invited.ticket is not None
    return {
        Purpose.CONFIRM: await signed_up("other@example.net"),
        Purpose.CONFIRM_GUEST: await Ticket.get(purpose=Purpose.CONFIRM_GUEST),
        Purpose.RESET: await request_password_reset(NOBODY, address="maya@example.org"),
        Purpose.JOIN: invited.ticket,
    }


async def refused_everywhere(town: Town, browser: httpx.AsyncClient, token: str, but: str | None = None) -> None:
    """No mutation and no page takes it, but for one mutation and its page."""
    async with nothing_changes():
        for mutation, values in GIVEN.items():
            if mutation != but:
                code, path = await town.refused(None, mutation, token=token, **values)
                assert (code, path) == ("BAD_LINK", ["token"]), mutation
        for name, mutation in PAGES.items():
            if mutation != but:
                for answer in (await browser.get(f"/{name}/{token}"), await browser.post(f"/{name}/{token}")):
                    assert answer.status_code == 410, name
        for name in ("u", "d", "preferences"):
            assert (await browser.get(f"/{name}/{token}")).status_code == 404
        for name in ("u", "preferences"):
            assert (await browser.post(f"/{name}/{token}")).status_code == 404


async def test_a_token_is_good_at_its_own_door_alone_and_once(telling: Telling, browser: httpx.AsyncClient) -> None:
    town = telling.town
    for purpose, ticket in (await tickets(town)).items():
        token, mutation = token_of(SECRET, ticket), MUTATIONS[purpose]
        await refused_everywhere(town, browser, token, but=mutation)
        await town.done(None, mutation, token=token, **GIVEN[mutation])
        await refused_everywhere(town, browser, token)


async def test_a_token_is_nothing_once_its_time_is_over(telling: Telling, browser: httpx.AsyncClient) -> None:
    town, begun = telling.town, clock.now()
    for purpose, ticket in (await tickets(town)).items():
        with time_machine.travel(begun.replace(microsecond=0) + LASTS[purpose] * 1.01, tick=False):
            await refused_everywhere(town, browser, token_of(SECRET, ticket))


async def test_links_of_other_sorts_open_no_account(telling: Telling, browser: httpx.AsyncClient) -> None:
    town, links = telling.town, Links(settings())
    for url in (
        links.digest(1),
        links.unsubscribe(f"p{town.maya.id}", "request_closed"),
        links.mute("p1", 1),
        links.preferences(f"p{town.maya.id}"),
    ):
        token = url.rpartition("/")[2]
        async with nothing_changes():
            for mutation in set(MUTATIONS.values()):
                code, _ = await town.refused(None, mutation, token=token, **GIVEN[mutation])
                assert code == "BAD_LINK"
            for name in PAGES:
                assert (await browser.post(f"/{name}/{token}", data={"password": PASSWORD})).status_code == 410


async def test_a_link_to_an_address_that_was_given_up_resets_nothing(
    telling: Telling, browser: httpx.AsyncClient
) -> None:
    """Whoever reads the old mailbox now is not let in by what lies there."""
    town = telling.town
    old = await request_password_reset(NOBODY, address="maya@example.org")
    await update_profile(await town.viewer(town.maya), address="maya@new.example")
    change = await Ticket.get(purpose=Purpose.CONFIRM, person_id=town.maya.id)
    await town.done(None, "confirmEmail", token=token_of(SECRET, change))
    async with nothing_changes():
        token = token_of(SECRET, old)
        assert await town.refused(None, "resetPassword", token=token, password=PASSWORD) == ("BAD_LINK", ["token"])
    assert (await Person.get(id=town.maya.id)).address == "maya@new.example"
