"""In whose name an import does what the data doesn't say by whom."""

from __future__ import annotations

from casework import clock
from casework.access import Viewer
from casework.database import transaction
from casework.organizations import Organization
from casework.people import Person, Role


async def importer_of(organization: Organization) -> Viewer:
    """The organization's import, made on first use; it acts as a manager, since it creates categories.

    Its account was never open: nobody signs in to it, nothing is assigned to it and it gets no mail. Its handle begins
    with what no one can choose, so it can be neither taken nor mentioned; and it is no member, so it is on no list.
    """
    handle = f"_import-{organization.id}"
    async with transaction():
        person = await Person.get_or_none(handle=handle)
        if person is None:
            now = clock.now()
            person = await Person.create(
                handle=handle, name="Import", address=None, confirmed_at=now, closed_at=now, created_at=now
            )
    return Viewer(person, {organization.id: Role.MANAGER}, by_command=True)
