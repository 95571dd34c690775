"""What mail providers post: only for who has shown the key, only about mails of ours, and once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from time_machine import travel

from api.pages.receipts import receipts_key, receipts_routes, signature
from notifier.receipts import Receipt
from notifier.suppression import Ailment, Suppression
from tests.telling import Telling, mail_to, open_telling
from tests.town import nothing_changes

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
MAYA = "maya@example.org"


@pytest.fixture
async def telling(db: str) -> AsyncIterator[Telling]:
    async with open_telling() as telling:
        yield telling


@pytest.fixture
async def provider(telling: Telling) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=receipts_routes(telling.settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://town.test") as client:
        yield client


def _ses(sort: str, **said: Any) -> Any:
    mail = {
        "messageId": "0100018f-ses-own",
        "destination": [MAYA],
        "headers": [{"name": "Message-ID", "value": "MESSAGE-ID"}],
    }
    return {"notificationType": sort, "mail": mail, sort.lower(): said}


def _ses_bounce(kind: str, sub: str, **recipient: str) -> Any:
    return _ses("Bounce", bounceType=kind, bounceSubType=sub, bouncedRecipients=[{"emailAddress": MAYA, **recipient}])


def _in_sns(told: Any) -> Any:
    return {"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:1:mail", "Message": json.dumps(told)}


def _sendgrid(event: str, **values: str) -> Any:
    return [{"event": event, "email": MAYA, "smtp-id": "MESSAGE-ID", "sg_event_id": "e1", "timestamp": 1, **values}]


BODIES: dict[str, tuple[str, Any, Ailment | None, bool]] = {
    "ses, no such mailbox": (
        "ses",
        _ses_bounce("Permanent", "General", status="5.1.1", action="failed", diagnosticCode="smtp; 550 5.1.1 unknown"),
        Ailment.BOUNCED,
        True,
    ),
    "ses in sns, suppressed there": ("ses", _in_sns(_ses_bounce("Permanent", "Suppressed")), Ailment.BOUNCED, True),
    "ses, full": ("ses", _in_sns(_ses_bounce("Transient", "MailboxFull")), Ailment.FULL, False),
    "ses, passing": ("ses", _ses_bounce("Transient", "General"), Ailment.UNREACHABLE, False),
    "ses, complaint": (
        "ses",
        _in_sns(_ses("Complaint", complaintFeedbackType="abuse", complainedRecipients=[{"emailAddress": MAYA}])),
        Ailment.COMPLAINT,
        True,
    ),
    "sendgrid, bounce": (
        "sendgrid",
        _sendgrid("bounce", type="bounce", status="5.1.1", reason="550 5.1.1 no such user"),
        Ailment.BOUNCED,
        True,
    ),
    "sendgrid, full": (
        "sendgrid",
        _sendgrid("bounce", type="bounce", status="5.2.2", reason="552 5.2.2 over quota"),
        Ailment.FULL,
        False,
    ),
    "sendgrid, blocked": ("sendgrid", _sendgrid("bounce", type="blocked", reason="550 spam"), None, False),
    "sendgrid, still trying": ("sendgrid", _sendgrid("deferred", response="450 later"), None, False),
    "sendgrid, spam": ("sendgrid", _sendgrid("spamreport"), Ailment.COMPLAINT, True),
}
"""Name -> provider, body, what ails the address then, and whether for good (else until tomorrow)."""


async def _message_id(telling: Telling) -> str:
    await telling.town.report()
    return str(mail_to(await telling.run(), MAYA).message["Message-ID"])


def _about(body: Any, message_id: str) -> bytes:
    return json.dumps(body).replace("MESSAGE-ID", message_id).encode()


@pytest.mark.parametrize("name", BODIES)
async def test_a_receipt_ends_in_its_state_and_a_repeat_changes_nothing(
    telling: Telling, provider: httpx.AsyncClient, name: str
) -> None:
    who, body, ailment, for_good = BODIES[name]
    with travel(NOW, tick=False):
        raw = _about(body, await _message_id(telling))
        path = f"/receipts/{who}/{receipts_key(telling.settings, who)}"
        assert (await provider.post(path, content=raw)).status_code == 200
        until = None if for_good else NOW + timedelta(days=1)
        ails = [(row.address, row.cause, row.until) for row in await Suppression.all()]
        assert ails == ([(MAYA, ailment, until)] if ailment is not None else [])
        assert await Receipt.all().count() == 1
        async with nothing_changes():
            assert (await provider.post(path, content=raw)).status_code == 200


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps(_sendgrid("bounce")).replace("MESSAGE-ID", "<n1@elsewhere.example>").encode(),
        json.dumps(_sendgrid("bounce")).replace("MESSAGE-ID", "<made-up@127.0.0.1>").encode(),
        json.dumps(_sendgrid("delivered")).replace("MESSAGE-ID", "<n1@127.0.0.1>").encode(),
        json.dumps(_sendgrid("click")).replace("MESSAGE-ID", "<n1@127.0.0.1>").encode(),
        b"[]",
    ],
)
async def test_what_is_not_about_a_mail_of_ours_or_is_good_news_changes_nothing(
    telling: Telling, provider: httpx.AsyncClient, raw: bytes
) -> None:
    async with nothing_changes():
        path = f"/receipts/sendgrid/{receipts_key(telling.settings, 'sendgrid')}"
        assert (await provider.post(path, content=raw)).status_code == 200


@pytest.mark.parametrize("raw", [b"", b"{", b"5", b"[5]", b'{"a": 1}', b'[{"event": "bounce"}]', b"\xff\xfe"])
@pytest.mark.parametrize("who", ["ses", "sendgrid"])
async def test_what_the_provider_would_never_post_is_refused(
    telling: Telling, provider: httpx.AsyncClient, who: str, raw: bytes
) -> None:
    async with nothing_changes():
        path = f"/receipts/{who}/{receipts_key(telling.settings, who)}"
        assert (await provider.post(path, content=raw)).status_code == 422


async def test_nobody_without_the_key_is_heard(telling: Telling, provider: httpx.AsyncClient) -> None:
    raw = _about(_sendgrid("spamreport"), await _message_id(telling))
    key = receipts_key(telling.settings, "sendgrid")
    async with nothing_changes():
        for path in (f"/receipts/ses/{key}", f"/receipts/sendgrid/{key[:-1]}", f"/receipts/ours/{key}"):
            assert (await provider.post(path, content=raw)).status_code == 404
        assert (await provider.post("/receipts", content=raw)).status_code == 403
        assert (await provider.get(f"/receipts/sendgrid/{key}")).status_code == 405
        huge = await provider.post(f"/receipts/sendgrid/{key}", content=b"x" * 1_000_001)
        assert huge.status_code == 413


async def test_ours_is_signed_over_its_body(telling: Telling, provider: httpx.AsyncClient) -> None:
    news = {"message_id": await _message_id(telling), "address": MAYA, "action": "failed", "status": "5.1.1"}
    raw = json.dumps({"receipts": [news]}).encode()
    signed = {"x-curbcast-signature": signature(telling.settings, raw)}
    async with nothing_changes():
        assert (await provider.post("/receipts", content=raw + b" ", headers=signed)).status_code == 403
    assert (await provider.post("/receipts", content=raw, headers=signed)).status_code == 200
    assert [(row.address, row.cause) for row in await Suppression.all()] == [(MAYA, Ailment.BOUNCED)]
