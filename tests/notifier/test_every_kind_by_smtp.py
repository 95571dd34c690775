"""Every kind of request mail, by arq's real worker on a real Valkey, at a real SMTP server."""

from __future__ import annotations

from bench.servers import Server
from notifier.doorbell import Doorbell
from notifier.jobs import context_of
from notifier.kinds import CATALOGUE, Group
from notifier.transports import transport_for
from notifier.worker import DUTIES, worker_for
from tests.mailbox import Mailbox
from tests.telling import open_telling
from tests.town import Town, settings


async def _a_day(town: Town) -> None:
    """Something of everything happens."""
    request = await town.report()
    await town.done(town.ines, "followRequest", requestId=request)
    await town.done(town.rosa, "addComment", requestId=request, body="@mark can you look?", visibility="INTERNAL")
    await town.done(town.otto, "addComment", requestId=request, body="A cyclist fell.", visibility="PUBLIC")
    await town.done(town.rosa, "acknowledgeRequest", requestId=request, comment="On our list.")
    await town.done(town.rosa, "closeRequest", requestId=request, comment="Filled.")
    await town.done(town.ines, "reopenRequest", requestId=request, comment="It sank again.")
    await town.done(town.rosa, "changeDueDate", requestId=request, dueAt="2030-12-04T22:00:00Z")
    lamp = await town.report(categoryId=town.id_of(town.lights), summary="Dark lamp")
    await town.done(town.rosa, "assignRequest", requestId=lamp, assigneeId=town.id_of(town.mark))
    other = await town.report(categoryId=town.id_of(town.lights), summary="Loose kerb")
    await town.done(town.rosa, "recategorizeRequest", requestId=other, categoryId=town.id_of(town.potholes))
    twin = await town.report(town.ines, summary="The same pothole")
    await town.done(town.rosa, "mergeRequest", requestId=twin, survivorId=request)


async def test_every_kind_arrives(db: str, mailbox: Mailbox, valkey: Server) -> None:
    config = settings(smtp_url=mailbox.url, redis_url=valkey.url)
    async with open_telling() as telling:
        await _a_day(telling.town)
    doorbell, transport = Doorbell(valkey.url), transport_for(config)
    await doorbell.ring("relay_events")
    worker = await worker_for(DUTIES, context_of(config, doorbell, transport), burst=True)
    await worker.async_run()
    await transport.close()
    await doorbell.close()

    about_requests = {Group.STAFF_REQUESTS, Group.REQUESTS}
    requests = {kind.key for kind in CATALOGUE if kind.group in about_requests}
    assert len(requests) == 18
    assert {str(mail.message["X-Curbcast-Kind"]) for mail in mailbox.mails} >= requests
    for mail in mailbox.mails:
        message = mail.message
        assert mail.sender == "curbcast@localhost"
        assert str(message["Auto-Submitted"]) == "auto-generated"
        assert str(message["X-Curbcast-Reason"])
        assert str(message["X-Curbcast-Event"]).isdigit()
        assert [part.get_content_type() for part in message.walk()] == [
            "multipart/alternative",
            "text/plain",
            "text/html",
        ]
    ids = [str(mail.message["Message-ID"]) for mail in mailbox.mails]
    assert len(set(ids)) == len(ids)
