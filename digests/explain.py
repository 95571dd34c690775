"""`notifier.explain`, and what digests did: the whole answer to "why did I (not) get this?". Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from casework.access import Viewer
from casework.config import Settings
from casework.history import HistoryRow
from digests.issues import Issue, IssueAttempt, IssueLine
from notifier import explain as ledger
from notifier.causes import Cause
from notifier.explanations import CameBack, Delivery, Explanation, MergedInto, Try
from notifier.message_ids import ISSUE, NOTIFICATION, mail_name, message_id
from notifier.notifications import Notification, State
from notifier.receipts import came_back
from notifier.recipients import Recipient


async def explain(
    settings: Settings, viewer: Viewer | None, rows: Sequence[HistoryRow], asked: Recipient
) -> list[Explanation]:
    """What became of each event for one reader, as this viewer may know it; in the order of `rows`."""
    told = await ledger.explain(settings, viewer, rows, asked)
    numbers = [each.notification_id for each in told if each.notification_id is not None]
    lines = await IssueLine.filter(notification_id__in=numbers).select_related("issue")
    issues = {line.notification_id: line.issue for line in lines}
    tries: dict[int, list[IssueAttempt]] = defaultdict(list)
    for attempt in await IssueAttempt.filter(issue_id__in=[line.issue_id for line in lines]).order_by("id"):
        tries[attempt.issue_id].append(attempt)
    is_own = ledger.is_own(viewer, asked)
    news = await came_back([mail_name(ISSUE, line.issue_id) for line in lines], in_full=is_own)

    def complete(each: Explanation) -> Explanation:
        issue = issues.get(each.notification_id or 0)
        if issue is None:
            return each
        shown = [
            Try(attempt.started_at, attempt.outcome, attempt.code, attempt.detail if is_own else "")
            for attempt in tries[issue.id]
        ]
        return replace(
            each,
            cause=each.cause or Cause.DIGEST,
            rule=each.rule or Cause.DIGEST.rule,
            waits_until=issue.due if each.state is State.HELD else None,
            merged_into=MergedInto("digest", issue.id, issue.cadence, issue.told, issue.dropped),
            delivery=_delivery(settings, issue, shown, news[mail_name(ISSUE, issue.id)]) if shown else None,
        )

    return [complete(each) for each in told]


async def news_of(rows: Sequence[Notification]) -> dict[int, tuple[CameBack, ...]]:
    """What came back about the mail that tells each notification, its own or another one's; by notification id, and
    without what servers said."""
    lines = await IssueLine.filter(notification_id__in=[row.id for row in rows])
    names = {row.id: mail_name(NOTIFICATION, row.carried_by_id or row.id) for row in rows}
    names |= {line.notification_id: mail_name(ISSUE, line.issue_id) for line in lines}
    news = await came_back(names.values(), in_full=False)
    return {row_id: news[name] for row_id, name in names.items()}


def _delivery(settings: Settings, issue: Issue, tries: Sequence[Try], news: tuple[CameBack, ...]) -> Delivery:
    sent_at = issue.settled_at if issue.state is State.SENT else None
    return Delivery(message_id(settings, ISSUE, issue.id), issue.state, tuple(tries), sent_at, news)
