"""A new SECRET_KEY signs; what an old one signed stays good for as long as that is in OLD_SECRET_KEY."""

from __future__ import annotations

import json

import httpx
import pytest
from pydantic import ValidationError
from starlette.applications import Starlette

from api.pages.html import STATIC
from api.pages.receipts import receipts_key, receipts_routes, signature
from api.pages.unsubscribe import unsubscribe_routes
from casework.access import NOBODY
from casework.actions.signing import reset_password
from casework.config import Settings
from casework.errors import BadLink
from notifier.preferences import Cadence, Preference
from notifier.return_path import proven_address
from tests.accounts import token_in
from tests.notifier.test_unsubscribe_page import unsubscribe_path
from tests.telling import Mail, Telling, mail_to
from tests.town import SECRET, settings

NEW = "the new secret, which has at least thirty-two characters"


async def _post(config: Settings, path: str) -> int:
    app = Starlette(routes=[STATIC, *unsubscribe_routes(config)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://town.test") as client:
        answer = await client.post(path, data={"List-Unsubscribe": "One-Click"})
    return answer.status_code


async def _comment(telling: Telling) -> Mail:
    request = await telling.settled()
    mails = await telling.after(telling.town.ines, "addComment", requestId=request, body="Me too.")
    return mail_to(mails, "maya@example.org")


async def _is_off(telling: Telling) -> bool:
    row = Preference.filter(recipient=f"person:{telling.town.maya.id}", kind="request_commented", cadence=Cadence.OFF)
    return bool(await row.delete())


async def test_a_link_of_before_works_until_the_old_key_is_dropped(telling: Telling) -> None:
    path = unsubscribe_path(await _comment(telling))
    both = settings(secret_key=NEW, old_secret_key=SECRET)
    assert await _post(both, path) == 200
    assert await _is_off(telling)
    assert await _post(settings(secret_key=NEW), path) == 404
    assert not await _is_off(telling)


async def test_a_link_outlives_as_many_keys_as_are_kept(telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    path = unsubscribe_path(await _comment(telling))
    monkeypatch.setenv("OLD_SECRET_KEY", json.dumps([NEW, "a third key, of between the two: 32 characters", SECRET]))
    thrice = Settings(secret_key="the fourth key, which has thirty-two characters as well")
    assert await _post(thrice, path) == 200
    assert await _is_off(telling)
    for refused in ('["too short"]', "[not json", "short"):
        monkeypatch.setenv("OLD_SECRET_KEY", refused)
        with pytest.raises(ValidationError, match="old_secret_key"):
            Settings(secret_key=NEW)


async def test_a_provider_that_was_told_the_old_address_is_heard(telling: Telling) -> None:
    both = settings(secret_key=NEW, old_secret_key=SECRET)
    app = Starlette(routes=receipts_routes(both))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://town.test") as client:
        for of, status in ((settings(), 200), (both, 200), (settings(secret_key="x" * 32), 404)):
            answer = await client.post(f"/receipts/sendgrid/{receipts_key(of, 'sendgrid')}", content=b"[]")
            assert answer.status_code == status
        raw = b'{"receipts": []}'
        answer = await client.post(
            "/receipts", content=raw, headers={"x-curbcast-signature": signature(settings(), raw)}
        )
        assert answer.status_code == 200


async def test_new_mail_is_signed_with_the_new_key(telling: Telling) -> None:
    both = settings(secret_key=NEW, old_secret_key=SECRET)
    mail = await _comment(Telling(telling.town, both, telling.transport))
    path = unsubscribe_path(mail)
    assert await _post(settings(), path) == 404  # by the old key alone
    assert not await _is_off(telling)
    assert await _post(settings(secret_key=NEW), path) == 200
    assert await _is_off(telling)


async def test_a_password_is_reset_and_a_bounce_is_believed_by_mail_of_before(telling: Telling) -> None:
    town, both = telling.town, settings(secret_key=NEW, old_secret_key=SECRET)
    (mail,) = await telling.after(None, "requestPasswordReset", address=town.maya.address)
    delivery = str(mail.message["X-Curbcast-Delivery"])
    address = str(town.maya.address)
    assert proven_address(both.secrets, delivery, [address]) == address
    assert proven_address(settings(secret_key=NEW).secrets, delivery, [address]) is None
    with pytest.raises(BadLink):
        await reset_password(NOBODY, secret=NEW, token=token_in(mail), password_hash="x")
    reset = await reset_password(NOBODY, secret=both.secrets, token=token_in(mail), password_hash="x")
    assert reset.id == town.maya.id
