"""Rule 3: internal comments, assignments and due dates never reach a resident."""

from __future__ import annotations

from tests.telling import Telling, mail_to, told


async def test_followers_and_reporter_hear_nothing_of_what_staff_do_among_themselves(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.followed(request, town.ines)
    mails = [
        *await telling.after(town.rosa, "addComment", requestId=request, body="Secret.", visibility="INTERNAL"),
        *await telling.after(town.rosa, "changeDueDate", requestId=request, dueAt="2026-12-04T22:00:00Z"),
        *await telling.after(town.rosa, "assignRequest", requestId=request, assigneeId=town.id_of(town.mark)),
    ]
    assert told(mails) == {
        ("tom@example.org", "staff_internal_comment", "assignee"),
        ("tom@example.org", "staff_due_date_changed", "assignee"),
        ("mark@example.org", "staff_request_assigned", "assignee"),
    }


async def test_residents_do_not_read_the_due_date_in_other_mail(telling: Telling) -> None:
    town = telling.town
    request = await telling.settled()
    await telling.after(town.rosa, "changeDueDate", requestId=request, dueAt="2031-12-04T22:00:00Z")
    mails = await telling.after(town.rosa, "closeRequest", requestId=request, comment="Done.")
    assert "2031" not in mail_to(mails, "maya@example.org").raw.decode()
