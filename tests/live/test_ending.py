"""A server that ends, with clients who listen."""

from __future__ import annotations

import httpx

from tests.live.test_subscriptions import ACTIVITY
from tests.patience import PATIENCE
from tests.serving import serving
from tests.telling import Telling


async def test_a_server_that_ends_lets_its_event_streams_end_in_order_and_without_a_complete(telling: Telling) -> None:
    request = await telling.settled()
    asked = {"query": ACTIVITY, "variables": {"requestId": request}}
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        async with serving(telling.town.app) as url:
            call = client.build_request("POST", f"{url}/graphql", json=asked, headers={"Accept": "text/event-stream"})
            answer = await client.send(call, stream=True)
            chunks = answer.aiter_text()
            assert answer.status_code == 200
            assert await anext(chunks) == ":\n\n"
        assert "".join([chunk async for chunk in chunks]) == ""
        await answer.aclose()
