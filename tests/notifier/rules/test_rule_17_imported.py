"""Rule 17: imported history notifies nobody, and its events settle as imported."""

from __future__ import annotations

from datetime import UTC, datetime

from casework.actions.filing import submit_request
from casework.actions.handling import close
from casework.history import HistoryRow
from casework.ledger import OutboxRow
from notifier.notifications import Notification
from tests.telling import Telling


async def test_imported_events_are_history_with_positions_and_tell_nobody(telling: Telling) -> None:
    town = telling.town
    told_before = await Notification.all().count()
    importer = (await town.viewer(town.rosa)).during(at=datetime(2011, 8, 28, 12, tzinfo=UTC), imported=True)
    request = await submit_request(
        importer, organization_id=town.springfield.id, category_id=town.potholes.id, summary="Tree down"
    )
    await close(importer, request.id, comment="Removed.")
    assert await OutboxRow.all().count() == 0
    assert await telling.run() == []
    rows = await HistoryRow.filter(request_id=request.id).order_by("position")
    assert [(row.type, row.settled) for row in rows] == [
        ("RequestSubmitted", "imported"),
        ("RequestClosed", "imported"),
    ]
    assert all(row.position is not None for row in rows)
    assert await Notification.all().count() == told_before
