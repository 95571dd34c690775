"""Every kind of mail about requests and work, by arq's real worker on a real Valkey, at a real SMTP server: signed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import dkim

from api.ids import global_id
from bench.servers import Server
from casework import clock
from casework.actions.filing import submit_request
from notifier.dkim_signature import Signer
from notifier.doorbell import Doorbell
from notifier.jobs import context_of
from notifier.kinds import CATALOGUE, KINDS, Group
from notifier.transports import transport_for
from notifier.worker import DUTIES, worker_for
from tests.mailbox import Mailbox
from tests.signing import a_key
from tests.telling import open_telling
from tests.town import Town, settings
from tests.week import BOSS


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


async def _a_day_of_work(town: Town) -> None:
    """Work is ordered; a lamp that was reported a month ago is late, and another one will be in an hour."""
    place, lights, mark = town.id_of(town.springfield), town.id_of(town.lights), town.id_of(town.mark)
    settings = {"usesWork": True, "switchedOnKinds": ["staff_sla_warning"]}
    await town.done(town.rosa, "updateOrganization", organizationId=place, **settings)
    work = {"organizationId": place, "summary": "Fit a new lamp", "assigneeId": town.id_of(town.tom)}
    made = await town.done(town.rosa, "createWorkOrder", "workOrder { id }", **work)
    moved = {"workOrderId": made["workOrder"]["id"], "dueAt": "2030-12-04T22:00:00Z"}
    await town.done(town.rosa, "changeWorkOrderDueAt", **moved)
    await town.done(town.rosa, "updateRequestCategory", categoryId=lights, sla={"amount": 4}, escalateTo=BOSS)
    maya = (await town.viewer(town.maya)).during(at=clock.now() - timedelta(days=30))
    for due in (None, clock.now() + timedelta(hours=1)):
        row = await submit_request(
            maya, organization_id=town.springfield.id, category_id=town.lights.id, summary="Another dark lamp"
        )
        if due is not None:
            request = global_id("ServiceRequest", row.id)
            await town.done(town.rosa, "assignRequest", requestId=request, assigneeId=mark)
            await town.done(town.rosa, "changeDueDate", requestId=request, dueAt=due.isoformat())


async def test_every_kind_arrives_and_is_as_its_signature_says(
    db: str, mailbox: Mailbox, valkey: Server, tmp_path: Path
) -> None:
    config = settings(
        smtp_url=mailbox.url,
        redis_url=valkey.url,
        mail_from="mail@news.springfield.example",
        dkim_key_file=a_key(tmp_path / "dkim.pem"),
        dkim_domain="springfield.example",
    )
    signer = Signer.of(config)
    assert signer is not None

    def published(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"curbcast._domainkey.springfield.example."
        return signer.record.encode()

    async with open_telling() as telling:
        await _a_day(telling.town)
        await _a_day_of_work(telling.town)
    doorbell, transport = Doorbell(valkey.url), transport_for(config)
    for job in ("ring_clocks", "relay_events"):
        await doorbell.ring(job)
        worker = await worker_for(DUTIES, context_of(config, doorbell, transport), burst=True)
        await worker.async_run()
    await transport.close()
    await doorbell.close()

    expected = {
        kind.key for kind in CATALOGUE if kind.group in (Group.STAFF_REQUESTS, Group.STAFF_WORK, Group.REQUESTS)
    }
    assert len(expected) == 22
    arrived = [(str(mail.message["X-Curbcast-Kind"]), mail.recipient) for mail in mailbox.mails]
    assert {kind for kind, _ in arrived} >= expected
    assert sorted(each for each in arrived if KINDS[each[0]].group is Group.STAFF_WORK) == [
        ("staff_sla_breached", BOSS),
        ("staff_sla_warning", "mark@example.org"),
        ("staff_work_order_assigned", "tom@example.org"),
        ("staff_work_order_due_at_changed", "tom@example.org"),
    ]
    for mail in mailbox.mails:
        message = mail.message
        assert mail.sender == "mail@news.springfield.example"
        judge = dkim.DKIM(mail.raw)
        assert judge.verify(dnsfunc=published)
        signed = [name for name, _ in judge.signed_headers]
        assert {b"from", b"to", b"subject", b"date", b"message-id", b"auto-submitted"} <= set(signed)
        one_click = [b"list-unsubscribe", b"list-unsubscribe-post"] if message["List-Unsubscribe"] else []
        assert [name for name in signed if name.startswith(b"list-unsub")] == one_click
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
    raw = mailbox.mails[0].raw
    for header in (b"Subject: Win!", b"List-Unsubscribe: <https://evil.example/>", b"Reply-To: evil@evil.example"):
        assert not dkim.verify(header + b"\r\n" + raw, dnsfunc=published)
    assert not dkim.verify(raw.replace(b"</body>", b"<p></body>"), dnsfunc=published)
