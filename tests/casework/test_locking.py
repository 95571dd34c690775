"""The statement that locks a request really locks it: on PostgreSQL, that is."""

from __future__ import annotations

from casework.access import lock_request
from casework.database import is_postgres, transaction
from casework.requests import ServiceRequest
from tests.api.statements import statements
from tests.town import open_town


async def test_locking_a_request_asks_for_its_row(db: str) -> None:
    async with open_town() as town:
        await town.report()
        request = await ServiceRequest.get()
        async with transaction():
            viewer = await town.viewer(town.maya)
            with statements() as sent:
                await lock_request(viewer, request.id)
    locking = [statement for statement in sent if statement.endswith("FOR UPDATE")]
    assert len(locking) == (1 if is_postgres() else 0)
