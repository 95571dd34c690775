"""Where the links of account mail lead: GET shows, POST does, once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from api.app import build_app
from api.pages.account import account_routes
from casework.access import NOBODY
from casework.actions.members import invite_member
from casework.actions.signing import request_password_reset, sign_in
from casework.people import BareAddress, Member, Person, Role
from casework.tokens import Purpose, Ticket, token_of
from tests.accounts import PASSWORD, signed_up
from tests.town import SECRET, Town, nothing_changes, settings


@pytest.fixture
async def browser(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    config = settings()
    transport = httpx.ASGITransport(app=build_app(config, extra_routes=account_routes(config)))
    async with httpx.AsyncClient(transport=transport, base_url="http://town.test") as client:
        yield client


def path_of(ticket: Ticket) -> str:
    return f"/{ticket.purpose.value.partition('_')[0]}/{token_of(SECRET, ticket)}"


async def test_confirming_takes_a_click_and_not_a_look(town: Town, browser: httpx.AsyncClient) -> None:
    ticket = await signed_up("new@example.net", name="<b>New</b>", language="es")
    async with nothing_changes():
        await browser.get(path_of(ticket))
        page = await browser.get(path_of(ticket))
        await browser.head(path_of(ticket))
    assert page.status_code == 200
    assert "new@example.net" in page.text
    assert "&lt;b&gt;New&lt;/b&gt;" in page.text
    assert 'lang="es"' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in page.headers
    assert (await browser.post(path_of(ticket))).status_code == 200
    assert (await Person.get(id=ticket.person_id)).confirmed_at is not None
    async with nothing_changes():
        assert (await browser.get(path_of(ticket))).status_code == 410
        assert (await browser.post(path_of(ticket))).status_code == 410


async def test_a_new_password_is_asked_for_until_it_is_good(town: Town, browser: httpx.AsyncClient) -> None:
    ticket = await request_password_reset(NOBODY, address="maya@example.org")
    async with nothing_changes():
        refused = await browser.post(path_of(ticket), data={"password": "short"})
    assert refused.status_code == 422
    assert "at least 8" in refused.text
    done = await browser.post(path_of(ticket), data={"password": PASSWORD})
    assert done.status_code == 200
    assert (await sign_in(address="maya@example.org", password=PASSWORD))[0].id == town.maya.id


async def test_a_page_refuses_in_the_language_of_the_account_or_of_the_browser(
    town: Town, browser: httpx.AsyncClient
) -> None:
    rosa = await town.viewer(town.rosa)
    invited = await invite_member(rosa, town.springfield.id, address="new@example.net", role=Role.INTERNAL)
    assert invited.ticket is not None
    spanish = {"accept-language": "fr, es-MX;q=0.9, en;q=0.5"}
    for form, alert in (
        ({"name": "Nueva", "password": "corta"}, "La contraseña debe tener al menos 8 caracteres."),
        ({"name": "a\nb", "password": PASSWORD}, "Su nombre debe ser una sola línea."),
    ):
        refused = await browser.post(path_of(invited.ticket), data=form, headers=spanish)
        assert refused.status_code == 422
        assert f'<p role="alert"><strong>{alert}</strong></p>' in refused.text
        assert 'lang="es"' in refused.text
    assert (
        "The password must have at least 8"
        in (await browser.post(path_of(invited.ticket), data={"name": "N", "password": "short"})).text
    )
    await browser.post(path_of(invited.ticket), data={"name": "Nueva", "password": PASSWORD}, headers=spanish)
    assert (await Person.get(address="new@example.net")).language == "es"
    assert "Este enlace ya no funciona" in (await browser.get(path_of(invited.ticket), headers=spanish)).text

    await Person.filter(id=town.maya.id).update(language="es")
    reset = path_of(await request_password_reset(NOBODY, address="maya@example.org"))
    assert "La contraseña debe tener al menos 8" in (await browser.post(reset, data={"password": "corta"})).text


async def test_an_invitation_asks_for_name_and_password_only_where_there_is_no_account(
    town: Town, browser: httpx.AsyncClient
) -> None:
    rosa = await town.viewer(town.rosa)
    invited = await invite_member(rosa, town.springfield.id, address="new@example.net", role=Role.INTERNAL)
    assert invited.ticket is not None
    page = await browser.get(path_of(invited.ticket))
    assert "Town of Springfield invited new@example.net." in page.text
    assert 'name="password"' in page.text
    done = await browser.post(path_of(invited.ticket), data={"name": "New Colleague", "password": PASSWORD})
    assert done.status_code == 200
    person = await Person.get(address="new@example.net")
    assert (await Member.get(person_id=person.id)).role is Role.INTERNAL

    later = await invite_member(
        await town.viewer(town.otto), town.shelbyville.id, address="later@example.net", role=Role.INTERNAL
    )
    assert later.ticket is not None
    await Person.filter(id=person.id).update(address="later@example.net")
    page = await browser.get(path_of(later.ticket))
    assert 'name="password"' not in page.text
    assert (await browser.post(path_of(later.ticket))).status_code == 200
    assert await Member.filter(person_id=person.id, organization_id=town.shelbyville.id).exists()


async def test_a_guest_says_that_it_was_them(town: Town, browser: httpx.AsyncClient) -> None:
    await town.done(
        None,
        "submitRequest",
        organizationId=town.id_of(town.springfield),
        categoryId=town.id_of(town.lights),
        summary="A dark lamp",
        reporterAddress="guest@example.net",
    )
    ticket = await Ticket.get(purpose=Purpose.CONFIRM_GUEST)
    page = await browser.get(path_of(ticket))
    assert "#1 A dark lamp was reported with the address guest@example.net." in page.text
    assert (await browser.post(path_of(ticket))).status_code == 200
    assert (await BareAddress.get(address="guest@example.net")).confirmed_at is not None


async def test_a_token_opens_no_page_but_its_own(town: Town, browser: httpx.AsyncClient) -> None:
    token = token_of(SECRET, await signed_up("new@example.net"))
    async with nothing_changes():
        for path in (f"/reset/{token}", f"/join/{token}", f"/confirm/{token}x", "/confirm/nonsense", "/confirm/é"):
            assert (await browser.get(path)).status_code == 410
            assert (await browser.post(path, data={"password": PASSWORD, "name": "N"})).status_code == 410
