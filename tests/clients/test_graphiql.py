"""GraphiQL in a browser: what it offers runs, also what is followed live."""

from __future__ import annotations

import json

import pytest

from casework.database import close_database, open_database
from tests.browsing import browsing
from tests.clients.test_documented import being_heard
from tests.telling import open_telling

pytestmark = pytest.mark.slow


async def test_an_operation_runs_and_a_subscription_goes_on(sqlite_database: str) -> None:
    await open_database(sqlite_database)
    async with open_telling() as telling, being_heard(telling) as url, browsing() as page:
        town = telling.town
        request = await telling.settled()
        await page.goto(url)
        answer = page.locator("#answer")
        await page.get_by_role("button", name="Run").click()
        await answer.filter(has_text="A pothole on Elm Street").wait_for()
        await page.get_by_label("Ready-made operation").select_option(label="Follow a request live")
        await page.locator("#variables").fill(json.dumps({"requestId": request}))
        await page.get_by_role("button", name="Run").click()
        await page.get_by_text("Following …").wait_for()
        await town.done(town.tom, "acknowledgeRequest", requestId=request, comment="Seen.")
        await answer.filter(has_text="Tom Baker acknowledged this").wait_for()
        await town.done(town.tom, "closeRequest", requestId=request, comment="Filled.")
        await answer.filter(has_text="Tom Baker closed this").wait_for()
        assert (await answer.inner_text()).count('"cursor"') == 2
        await page.get_by_label("Ready-made operation").select_option(index=0)
        await page.get_by_role("button", name="Run").click()
        await page.get_by_text("HTTP 200").wait_for()
    await close_database()
