"""`/inbox`: mail that never left, as its readers would see it."""

from __future__ import annotations

from pathlib import Path

import httpx
from starlette.applications import Starlette

from api.pages.inbox import inbox_routes
from notifier.captured import CapturedMail
from notifier.preview import preview
from tests.town import settings


async def test_the_pictures_that_come_with_a_mail_are_shown(tmp_path: Path) -> None:
    mail = CapturedMail(tmp_path)
    await mail.send(
        preview("digest", "en", brand="bright").eml, sender="a@marlow.example", recipient="b@marlow.example"
    )
    (captured,) = mail.newest(1)
    app = Starlette(routes=inbox_routes(settings(), mail))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://town.test") as browser:
        page = await browser.get(f"/inbox/{captured.id}/html")
    assert page.text.count('src="data:image/png;base64,') == 2  # the logo and the map
    assert "cid:" not in page.text
    assert page.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
