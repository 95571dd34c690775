"""What an import came to."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from casework.database import fetch

# Everything told of this run's events. What is over but not sent was handed to the server all the same.
_TOLD = (
    "SELECT count(*) AS notifications,"
    " coalesce(sum(CASE WHEN state = 'skipped' THEN 1 ELSE 0 END), 0) AS skipped,"
    " coalesce(sum(CASE WHEN state IN ('sent', 'failed') OR (state = 'unknown' AND due IS NULL) THEN 1 ELSE 0 END), 0)"
    " AS mailed"
    " FROM notification JOIN history ON history.id = event_id WHERE organization_id = $1 AND history.id > $2"
)
_OUTCOMES = (
    "SELECT kind, coalesce(skip, state) AS outcome, count(*) AS count FROM notification"
    " JOIN history ON history.id = event_id WHERE organization_id = $1 AND history.id > $2"
    " GROUP BY kind, coalesce(skip, state) ORDER BY kind, outcome"
)
_MAILS = (
    "SELECT (SELECT count(*) FROM attempt JOIN notification ON notification.id = notification_id"
    " JOIN history ON history.id = event_id"
    " WHERE outcome = 'sent' AND organization_id = $1 AND history.id > $2)"
    " + (SELECT count(DISTINCT issue_attempt.id) FROM issue_attempt"
    " JOIN issue_line ON issue_line.issue_id = issue_attempt.issue_id"
    " JOIN notification ON notification.id = notification_id JOIN history ON history.id = event_id"
    " WHERE outcome = 'sent' AND organization_id = $1 AND history.id > $2) AS mails"
)


@dataclass
class Sums:
    """rows = imported + rejected; notifications = mailed + skipped + held.

    `imported` rows are in the database, by this run or an earlier one; `requests` and `events` are new with this run.
    `outcomes` says of each kind how many were sent, are waiting, or were skipped for which reason.
    `held` waits: for its digest, for the end of quiet hours, or for another try. `mails` counts messages: one may
    tell several notifications.
    """

    rows: int = 0
    imported: int = 0
    rejected: int = 0
    requests: int = 0
    events: int = 0
    notifications: int = 0
    mailed: int = 0
    skipped: int = 0
    held: int = 0
    mails: int = 0
    outcomes: dict[str, dict[str, int]] = field(default_factory=dict)

    def to_json(self) -> str:
        """The sums alone, without the outcomes."""
        return json.dumps({name: value for name, value in asdict(self).items() if name != "outcomes"})

    async def count_told(self, organization_id: int, *, after_event: int) -> None:
        """Read from the ledger what became of the organization's events after that one."""
        (told,) = await fetch(_TOLD, organization_id, after_event)
        (sent,) = await fetch(_MAILS, organization_id, after_event)
        self.notifications, self.mailed, self.skipped = told["notifications"], told["mailed"], told["skipped"]
        self.held = self.notifications - self.mailed - self.skipped
        self.mails = sent["mails"]
        for row in await fetch(_OUTCOMES, organization_id, after_event):
            self.outcomes.setdefault(row["kind"], {})[row["outcome"]] = row["count"]


async def newest_event() -> int:
    """The id of the last event that was recorded; 0 before the first."""
    ((newest),) = await fetch("SELECT coalesce(max(id), 0) AS id FROM history")
    return int(newest["id"])
