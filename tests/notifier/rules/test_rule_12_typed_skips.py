"""Rule 12: every skip has a typed reason, and the first that applies wins."""

from __future__ import annotations

from casework import clock
from notifier.held import choose
from notifier.notifications import Notification
from notifier.preferences import Cadence
from notifier.suppression import Suppression
from tests.telling import Telling


async def test_the_first_code_in_order_wins(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(categoryId=town.id_of(town.lights))
    await telling.followed(request, town.ines)
    await choose(f"person:{town.ines.id}", "request_closed", Cadence.OFF)
    await Suppression.create(address="ines@example.org", cause="bounced", created_at=clock.now())
    await type(town.lights).filter(id=town.lights.id).update(switched_off_kinds=["request_closed"])
    await telling.after(town.tom, "closeRequest", requestId=request, comment="Done.")
    assert await telling.skips("request_closed") == {
        f"person:{town.ines.id}": "preference_off",
        f"person:{town.maya.id}": "switched_off",
    }


async def test_a_row_that_the_organization_switched_off_for_a_category_tells_nobody(telling: Telling) -> None:
    town = telling.town
    off = ["staff_request_submitted"]
    await town.done(town.rosa, "updateRequestCategory", categoryId=town.id_of(town.potholes), switchedOffKinds=off)
    await town.report()
    assert [mail.kind for mail in await telling.run()] == ["request_submitted"]
    assert set((await telling.skips("staff_request_submitted")).values()) == {"switched_off"}


async def test_every_skip_has_a_reason_and_nothing_else_has(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.after(town.maya, "closeRequest", requestId=request, comment="Gone.")
    rows = await Notification.all()
    assert rows
    assert all((row.skip is not None) is (row.state == "skipped") for row in rows)
