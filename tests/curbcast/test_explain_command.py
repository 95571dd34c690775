"""`curbcast explain`: what the ledger says, to whoever runs the installation."""

from __future__ import annotations

import pytest
import typer

from casework import clock
from casework.database import fetch
from casework.history import HistoryRow
from curbcast.commands import explaining
from notifier.held import choose
from notifier.notifications import Notification
from notifier.outcome import Outcome
from notifier.preferences import Cadence
from tests.notifier.kinds.test_staff_work_order_assigned import order
from tests.telling import Telling, open_telling
from tests.town import settings


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "load_settings", settings)


async def test_an_event_is_explained_for_everyone_who_was_or_was_not_mailed(db: str, said: None) -> None:
    async with open_telling() as telling:
        telling.transport.answer = lambda to: (
            Outcome("deferred", 451, "4.3.0 Later") if "tom" in to else Outcome("sent", 250, "2.0.0 Ok")
        )
        await telling.town.report()
        await telling.run()
        event = await HistoryRow.get(type="RequestSubmitted")
        told = await explaining._explained(str(event.id), None)
    tom = next(part for part in told.split("\n\n") if part.startswith(f"person:{telling.town.tom.id}:"))
    assert f"RequestSubmitted (event {event.id}, " in tom
    assert "  deferred, staff_request_submitted\n" in tom
    assert "  reason assignee for staff_request_submitted: yes\n" in tom
    assert tom.endswith("deferred  451 4.3.0 Later")
    maya = next(part for part in told.split("\n\n") if part.startswith(f"person:{telling.town.maya.id}:"))
    assert "  sent, request_submitted\n" in maya
    assert "address:streets@springfield.example" in told


async def test_one_reader_is_explained_though_they_were_told_nothing(db: str, said: None) -> None:
    async with open_telling() as telling:
        await telling.town.report()
        await telling.run()
        event = await HistoryRow.get(type="RequestSubmitted")
        by_handle = await explaining._explained(str(event.id), "ines")
        by_address = await explaining._explained(str(event.id), "ines@example.org")
    assert by_handle == by_address
    assert "  no notification\n  because " in by_handle


async def test_work_that_is_on_no_request_is_explained_too(db: str, said: None) -> None:
    async with open_telling() as telling:
        town = telling.town
        await order(telling, assigneeId=town.id_of(town.tom))
        event = await HistoryRow.get(type="WorkOrderAssigned")
        told = await explaining._explained(str(event.id), "tom")
        missed = await explaining._explained(str(event.id), "mark")
    assert "  sent, staff_work_order_assigned\n  reason assignee for staff_work_order_assigned: yes\n" in told
    assert "  because not_worker: " in missed


async def _digest(telling: Telling) -> None:
    await choose(f"person:{telling.town.maya.id}", "request_closed", Cadence.DAILY)
    request = await telling.settled()
    await telling.after(telling.town.tom, "closeRequest", requestId=request, comment="Filled.")
    await fetch("UPDATE notification SET held_until = $1 WHERE held_until IS NOT NULL", clock.now())


async def test_a_mail_is_explained_by_its_message_id(db: str, said: None) -> None:
    async with open_telling() as telling:
        await _digest(telling)
        (mail,) = await telling.run()
        told = await explaining._explained(str(mail.message["Message-ID"]), None)
        assert "told in digest 1 (daily)" in told
        assert "RequestClosed" in told
        row = await Notification.filter(kind="request_submitted").first()
        assert row is not None
        assert "RequestSubmitted" in await explaining._explained(f"n{row.id}", None)


@pytest.mark.parametrize("what", ["n999", "d999", "999", "nonsense", "<x@y>"])
async def test_what_there_is_not_is_said_so(db: str, said: None, what: str) -> None:
    async with open_telling():
        with pytest.raises(typer.BadParameter, match="There is no"):
            await explaining._explained(what, None)
