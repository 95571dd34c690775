"""A request is one conversation in a mailbox, and a digest isn't part of it (docs/decisions/0008)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

import time_machine

from casework import clock
from casework.history import HistoryRow
from tests.telling import Mail, Telling, mail_to

_REPLY = re.compile(r"^((re|fwd?|aw|rv)\s*:\s*)+", re.IGNORECASE)


def conversations(mails: Iterable[Mail]) -> list[list[Mail]]:
    """As Gmail, the strictest, shows them: the same subject and a common reference; who has none is alone."""
    found: dict[tuple[str, str], list[Mail]] = defaultdict(list)
    for mail in mails:
        subject = _REPLY.sub("", mail.subject).strip().lower()
        found[subject, str(mail.message["References"] or mail.message["Message-ID"])].append(mail)
    return list(found.values())


def by_references(mails: Iterable[Mail]) -> list[set[str]]:
    """As Apple Mail and Thunderbird do: whatever names or answers the same message, seen or not, belongs together."""
    found: list[set[str]] = []
    for mail in mails:
        named = " ".join(str(mail.message[name] or "") for name in ("Message-ID", "References", "In-Reply-To"))
        ids = set(named.split())
        for other in [each for each in found if each & ids]:
            found.remove(other)
            ids |= other
        found.append(ids)
    return found


async def expect_in_its_conversation(mail: Mail) -> None:
    """A mail about a request, or a work order, names its root and has its subject; any other is alone."""
    row = await HistoryRow.get(id=int(str(mail.message["X-Curbcast-Event"]))).select_related("request")
    order = row.data.get("work_order_id")
    if row.request is None and order is None:
        assert (mail.message["References"], mail.message["In-Reply-To"]) == (None, None)
        return
    root = f"<work-order-{order}@127.0.0.1>" if order is not None else f"<request-{row.request_id}@127.0.0.1>"
    assert mail.message["References"] == mail.message["In-Reply-To"] == root
    if order is not None:
        assert re.search(r" \(work order #\d+\)$", mail.subject)
    elif row.request is not None:
        assert mail.subject == f"{row.request.summary} (#{row.request.number})"


async def _whole_life(telling: Telling) -> list[Mail]:
    """Everything that Maya, Ines and Tom are mailed while a request goes all its ways."""
    town = telling.town
    request = await town.report()
    await telling.run()
    await town.done(town.ines, "updateProfile", language="es")
    for person in (town.ines, town.mark):
        await town.done(person, "followRequest", requestId=request)
    for person, mutation, values in (
        (town.rosa, "acknowledgeRequest", {"comment": "Seen."}),
        (town.rosa, "addComment", {"body": "On Thursday."}),
        (town.rosa, "addComment", {"body": "@tom take the big truck", "visibility": "INTERNAL"}),
        (town.rosa, "changeDueDate", {"dueAt": "2040-01-01T00:00:00Z"}),
        (town.rosa, "closeRequest", {"comment": "Done."}),
        (town.rosa, "reopenRequest", {"comment": "Not quite."}),
        (town.rosa, "recategorizeRequest", {"categoryId": town.id_of(town.lights)}),
    ):
        await town.done(person, mutation, requestId=request, **values)
        await telling.run()
    return telling.transport.mails


async def test_all_mails_about_a_request_are_one_conversation_whoever_reads_them(telling: Telling) -> None:
    mails = await _whole_life(telling)
    for reader, kinds in (("maya", 5), ("ines", 5), ("tom", 8), ("mark", 7)):
        mine = [mail for mail in mails if mail.recipient == f"{reader}@example.org"]
        assert len({mail.kind for mail in mine}) >= kinds, sorted(mail.kind for mail in mine)
        assert len(conversations(mine)) == len(by_references(mine)) == 1
        assert {mail.subject for mail in mine} == {"A pothole on Elm Street (#1)"}
        assert all(mail.message["In-Reply-To"] == mail.message["References"] for mail in mine)
        assert len({mail.message["Message-ID"] for mail in mine}) == len(mine)


async def test_the_news_is_what_the_mailbox_shows_beside_the_subject(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    mail = mail_to(
        await telling.after(town.rosa, "closeRequest", requestId=request, comment="Filled."), "maya@example.org"
    )
    preheader = re.search(r"<div[^>]*display: ?none[^>]*>(.*?)</div>", mail.html, re.DOTALL)
    assert preheader is not None
    assert preheader[1].strip().startswith("Rosa Diaz closed this request: Filled.")
    assert "Rosa Diaz closed this request" in mail.text.splitlines()[:3]


async def test_two_requests_are_two_conversations(telling: Telling) -> None:
    await telling.settled()
    await telling.settled()
    mine = [mail for mail in telling.transport.mails if mail.recipient == "maya@example.org"]
    assert [len(each) for each in conversations(mine)] == [1, 1]
    assert len(by_references(mine)) == 2


async def test_a_digest_is_no_part_of_it_even_where_it_tells_one_event(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    for kind, cadence in (("request_closed", "DAILY"), ("request_reopened", "DAILY")):
        await town.done(town.maya, "updateNotificationPreference", kind=kind, cadence=cadence)
    start = clock.now()
    for days, mutation in ((0, "closeRequest"), (2, "reopenRequest")):
        with time_machine.travel(start + timedelta(days=days)):
            await telling.after(town.rosa, mutation, requestId=request, comment="So.")
        with time_machine.travel(start + timedelta(days=days + 1)):
            await telling.deliver()
    mine = [mail for mail in telling.transport.mails if mail.recipient == "maya@example.org"]
    assert [len(each) for each in conversations(mine)] == [1, 1, 1]
    assert len(by_references(mine)) == 3
    assert [mail.message["References"] is None for mail in mine] == [False, True, True]
    assert mine[1].subject == "Rosa Diaz closed this request: A pothole on Elm Street (#1)"


async def test_a_bulk_mail_about_several_requests_is_no_part_of_any(telling: Telling) -> None:
    town = telling.town
    requests = [await telling.settled() for _ in range(2)]
    mails = await telling.after(town.rosa, "closeRequests", requestIds=requests, comment="Repaved.")
    mail = mail_to(mails, "maya@example.org")
    assert mail.message["References"] is None
    assert mail.message["In-Reply-To"] is None
