"""Rule 14: every status change carries a comment, which is part of that one event."""

from __future__ import annotations

from casework.history import HistoryRow
from tests.telling import Telling


async def test_a_status_change_is_one_event_with_its_comment(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    mails = await telling.after(town.tom, "acknowledgeRequest", requestId=request, comment="On our list.")
    assert [mail.kind for mail in mails] == ["request_acknowledged"]
    assert await HistoryRow.filter(type="PublicCommentAdded").count() == 0


async def test_a_status_change_without_a_comment_is_refused_and_tells_nobody(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    for mutation in ("acknowledgeRequest", "closeRequest"):
        assert await town.refused(town.tom, mutation, requestId=request, comment=" \n ") == ("INVALID", ["comment"])
    assert await telling.run() == []
