"""What an operator sets up by hand: organizations, people, members, tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any

import typer

from casework.actions import accounts, membership
from casework.database import close_database, open_database
from casework.errors import CaseworkError
from casework.migrating import migrate
from casework.organizations import Organization
from casework.people import Person, Role
from curbcast.settings import load_settings


def add_to(app: typer.Typer) -> None:
    app.command("create-organization")(create_organization)
    app.command("create-person")(create_person)
    app.command("add-member")(add_member)
    app.command("create-token")(create_token)


def create_organization(
    slug: Annotated[str, typer.Argument(help="Its short name in addresses: springfield")],
    name: Annotated[str, typer.Argument(help="Its name for people: Town of Springfield")],
    time_zone: Annotated[str, typer.Option(help="An IANA zone.")] = "America/New_York",
    owner: Annotated[str | None, typer.Option(help="The handle of whoever is to own it.")] = None,
) -> None:
    """Create an organization, and make its first owner."""
    run(_create_organization(slug, name, time_zone, owner))


async def _create_organization(slug: str, name: str, time_zone: str, owner: str | None) -> str:
    person = await Person.get_or_none(handle=owner) if owner is not None else None
    if owner is not None and person is None:
        raise typer.BadParameter(f"There is no person {owner}.", param_hint="owner")
    made = await membership.create_organization(slug=slug, name=name, time_zone=time_zone)
    if person is not None:
        await membership.add_member(made, person, Role.OWNER)
    return f"organization {made.slug} created" + (f", owned by {person.handle}" if person is not None else "")


def create_person(
    handle: Annotated[str, typer.Argument(help="How colleagues mention them: @rosa")],
    name: Annotated[str, typer.Argument(help="Their name")],
    address: Annotated[str, typer.Argument(help="Their e-mail address; it counts as confirmed")],
    language: Annotated[str, typer.Option(help="A language that has a catalogue.")] = "en",
) -> None:
    """Create an account whose address is known to be right."""
    run(_create_person(handle, name, address, language))


async def _create_person(handle: str, name: str, address: str, language: str) -> str:
    made = await accounts.create_person(handle=handle, name=name, address=address, confirmed=True, language=language)
    return f"person {made.handle} created"


def add_member(
    organization: Annotated[str, typer.Argument(help="The organization's slug")],
    handle: Annotated[str, typer.Argument(help="The person's handle")],
    role: Annotated[Role, typer.Argument(help="The role they get")],
) -> None:
    """Give a person a role in an organization, or another one than they have."""
    run(_add_member(organization, handle, role))


async def _add_member(slug: str, handle: str, role: Role) -> str:
    organization = await Organization.get_or_none(slug=slug)
    person = await Person.get_or_none(handle=handle)
    if organization is None:
        raise typer.BadParameter(f"There is no organization {slug}.", param_hint="organization")
    if person is None:
        raise typer.BadParameter(f"There is no person {handle}.", param_hint="handle")
    await membership.add_member(organization, person, role)
    return f"{handle} is {role.value} of {slug}"


def create_token(handle: Annotated[str, typer.Argument(help="The person's handle")]) -> None:
    """Print a bearer token for a person: `Authorization: Bearer <token>`. It is not shown again."""
    run(_create_token(handle))


async def _create_token(handle: str) -> str:
    person = await Person.get_or_none(handle=handle)
    if person is None:
        raise typer.BadParameter(f"There is no person {handle}.", param_hint="handle")
    return await accounts.start_session(person, label="command line")


def run(work: Coroutine[Any, Any, str]) -> None:
    """Do `work` on the migrated database of the settings, and print what it answers."""
    settings = load_settings()

    async def on_database() -> str:
        await migrate(settings.database_url)
        await open_database(settings.database_url)
        try:
            return await work
        finally:
            await close_database()

    try:
        typer.echo(asyncio.run(on_database()))
    except CaseworkError as error:
        typer.secho(f"{error.field or 'error'}: {error.message}", fg="red", err=True)
        raise typer.Exit(1) from error
