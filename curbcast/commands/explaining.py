"""`curbcast explain`: why somebody did, or did not, get a mail, as the ledger has it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import typer

from casework.history import HistoryRow
from casework.people import Person
from curbcast.commands.people import run
from curbcast.settings import load_settings
from digests.explain import explain
from digests.issues import IssueLine
from notifier.explain import events_to_explain
from notifier.explanations import Explanation
from notifier.message_ids import ISSUE
from notifier.notifications import Notification
from notifier.recipients import Recipient, from_key, person, resolve

_MAIL = re.compile(r"<?([nd])(\d+)(?:@[^>]*)?>?")
_MOST = 200
"""Recipients that are explained at once."""


def add_to(app: typer.Typer) -> None:
    app.command("explain")(explain_one)


def explain_one(
    what: Annotated[str, typer.Argument(help="An event's number (1042), or a mail's Message-ID or name (n42, d7).")],
    reader: Annotated[
        str | None, typer.Option("--for", help="Only for this handle or address, whether or not they were told.")
    ] = None,
) -> None:
    """Who was told of an event, or by a mail: by which reasons, or why not, and what became of each try."""
    run(_explained(what, reader))


async def _explained(what: str, reader: str | None) -> str:
    settings = load_settings()
    asked = await _asked(what, await _reader(reader) if reader is not None else None)
    paragraphs = []
    for event_id, recipient in asked[:_MOST]:
        rows = await events_to_explain(None, recipient, event_id=event_id)
        paragraphs += [_told(each) for each in await explain(settings, None, rows, recipient)]
    if len(asked) > _MOST:
        paragraphs.append(f"and {len(asked) - _MOST} more; ask for one of them with --for")
    return "\n\n".join(paragraphs)


async def _reader(given: str) -> Recipient:
    if "@" in given:
        return (await resolve([given])).get(given) or Recipient(None, given)
    found = await Person.get_or_none(handle=given)
    if found is None:
        raise typer.BadParameter(f"There is no person {given}.", param_hint="--for")
    return person(found.id)


async def _asked(what: str, reader: Recipient | None) -> list[tuple[int, Recipient]]:
    """The events and recipients in question."""
    if (mail := _MAIL.fullmatch(what)) is not None:
        sort, number = mail[1], int(mail[2])
        lines = await _lines(sort, number)
        if not lines:
            raise typer.BadParameter(f"There is no mail {sort}{number}.", param_hint="what")
        return [(each.event_id, from_key(each.recipient)) for each in lines]
    if not what.isascii() or not what.isdigit() or not await HistoryRow.exists(id=int(what[:18])):
        raise typer.BadParameter(f"There is no event or mail {what}.", param_hint="what")
    if reader is not None:
        return [(int(what), reader)]
    rows = await Notification.filter(event_id=int(what)).order_by("id").only("id", "recipient")
    if not rows:
        raise typer.BadParameter(f"Nobody was told of event {what}; ask about somebody with --for.", param_hint="what")
    return [(int(what), from_key(row.recipient)) for row in rows]


async def _lines(sort: str, number: int) -> Sequence[Notification]:
    """What a mail tells: a digest's lines, or a notification and those that it carries."""
    if sort == ISSUE:
        ids = [line.notification_id for line in await IssueLine.filter(issue_id=number).order_by("id")]
        return await Notification.filter(id__in=ids).order_by("id")
    carried = await Notification.filter(carried_by_id=number).order_by("id")
    return [*(await Notification.filter(id=number)), *carried]


def _told(told: Explanation) -> str:
    """One event and one recipient, in a few lines."""
    happened = f"{told.event.type} (event {told.event.id}, {told.event.occurred_at:%Y-%m-%d %H:%M:%S} UTC)"
    lines = [f"{told.recipient.key}: {happened}"]
    lines.append(f"  {told.state.value if told.state else 'no notification'}" + (f", {told.kind}" if told.kind else ""))
    if told.cause is not None:
        lines.append(f"  because {told.cause.value}: {told.cause.sentence} (rule {told.rule})")
    for each in (*told.reasons, *told.missing):
        against = f"no: {each.cause.value}" if each.cause is not None else "yes"
        lines.append(f"  reason {each.reason} for {each.kind}: {against}")
    if told.waits_until is not None:
        lines.append(f"  waits until {told.waits_until:%Y-%m-%d %H:%M:%S} UTC")
    if told.merged_into is not None:
        into = told.merged_into
        lines.append(f"  told in {into.sort} {into.id}" + (f" ({into.cadence})" if into.cadence else ""))
    if told.delivery is not None:
        lines.append(f"  mail {told.delivery.message_id}: {told.delivery.state.value}")
        for attempt in told.delivery.tries:
            ended = attempt.outcome.value if attempt.outcome is not None else "under way"
            said = " ".join(str(part) for part in (attempt.code, attempt.detail) if part)
            lines.append(f"    {attempt.started_at:%Y-%m-%d %H:%M:%S} UTC  {ended}  {said}".rstrip())
    return "\n".join(lines)
