"""Rule 6: unconfirmed accounts get account mail only, and nothing that was skipped is sent later."""

from __future__ import annotations

from casework import clock
from tests.telling import Telling, told


async def test_an_unconfirmed_reporter_gets_nothing_and_nothing_later(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled(town.nell, categoryId=town.id_of(town.lights))
    assert await telling.skips("request_submitted") == {f"person:{town.nell.id}": "unconfirmed"}
    await type(town.nell).filter(id=town.nell.id).update(confirmed_at=clock.now())
    assert await telling.run() == []
    mails = await telling.after(town.tom, "closeRequest", requestId=request, comment="Done.")
    assert told(mails) == {("nell@example.org", "request_closed", "reporter")}
