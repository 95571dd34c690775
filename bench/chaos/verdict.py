"""What arrived beside what had to arrive.

lost      somebody had to be told of an event, and no mail in the spool tells them, nor did the server refuse it
twice     a mail arrived again though no attempt of it is `unknown`; or two mails tell somebody the same event
strange   a mail told somebody who had no reason; a `failed` that the server never refused; a row still under way
unknown   attempts whose fate nobody could know: the one window
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from email import message_from_string
from email.policy import default
from pathlib import Path
from typing import Any

from bench.chaos.oracle import Oracle, Told, World
from bench.chaos.sink import read_spool
from casework.database import fetch

_ID = re.compile(r"<([nd])(\d+)@")


@dataclass
class Verdict:
    events: int = 0
    due: int = 0
    mails: int = 0
    unknown: int = 0
    refused: int = 0
    lost: list[Told] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.twice or self.strange)

    @property
    def last_line(self) -> str:
        return f"lost {len(self.lost)}, twice {len(self.twice)}, unknown {self.unknown}"


async def judge(spool: Path) -> Verdict:
    """Compare; the database is open, and everything has come to rest."""
    entries = read_spool(spool)
    refusals = {entry["refused"] for entry in entries if "refused" in entry}
    arrived = [(entry["took"], entry["mail"]) for entry in entries if "took" in entry]
    history = await fetch("SELECT id, type, actor_id, request_id, data FROM history ORDER BY id")
    oracle = Oracle(history, await _world())
    verdict = Verdict(events=len(history), due=len(oracle.must), mails=len(arrived))

    told_by = await _lines()
    unknown = await _unknown()
    verdict.unknown = sum(unknown.values())
    copies: Counter[str] = Counter()
    telling: dict[Told, set[str]] = defaultdict(set)
    for recipient, mail in arrived:
        row = _row_of(mail)
        copies[row] += 1
        for event, summary in told_by.get(row, []):
            telling[event, recipient].add(row)
            if copies[row] == 1 and len(told_by[row]) > 1 and summary and summary not in _text_of(mail):
                verdict.strange.append(f"{row} does not say {summary!r} of event {event}")
    verdict.twice += [f"{row} arrived {n} times" for row, n in copies.items() if n - 1 > unknown[row]]
    verdict.twice += [f"{told} by {sorted(rows)}" for told, rows in telling.items() if len(rows) > 1]

    failed = await _failed()
    verdict.refused = len(failed)
    excused = {
        (event, address)
        for row, (detail, address) in failed.items()
        if any(refusal in detail for refusal in refusals)
        for event, _ in told_by.get(row, [])
    }
    verdict.strange += [
        f"{row} failed: {detail}" for row, (detail, _) in failed.items() if not any(r in detail for r in refusals)
    ]
    verdict.lost = sorted(oracle.must - set(telling) - excused)
    verdict.strange += [f"{told} had no reason" for told in sorted(set(telling) - oracle.may)]
    verdict.strange += await _left_over()
    return verdict


def _row_of(mail: str) -> str:
    """`n17` or `d3`: the notification or the issue whose mail it is."""
    found = _ID.search(mail.partition("Message-ID:")[2])
    return f"{found[1]}{found[2]}" if found else "no Message-ID"


def _text_of(mail: str) -> str:
    part = message_from_string(mail, policy=default).get_body(preferencelist=("plain",))
    return " ".join(str(part.get_content()).split()) if part is not None else ""


async def _world() -> World:
    people = await fetch("SELECT id, address FROM person")
    requests = await fetch(
        "SELECT r.id, r.latitude, r.longitude, c.is_private FROM service_request r"
        " JOIN request_category c ON c.id = r.category_id"
    )
    areas = await fetch("SELECT id, min_x, min_y, max_x, max_y FROM watch_area")
    return World(
        addresses={row["id"]: row["address"] for row in people},
        points={row["id"]: (row["longitude"], row["latitude"]) for row in requests if row["latitude"] is not None},
        boxes={row["id"]: (row["min_x"], row["min_y"], row["max_x"], row["max_y"]) for row in areas},
        private=frozenset(row["id"] for row in requests if row["is_private"]),
    )


async def _lines() -> dict[str, list[tuple[int, str]]]:
    """What each mail tells, by its row: (event, the request's summary). A bulk's mail and a digest tell several."""
    rows = await fetch(
        "SELECT n.id, n.event_id, n.state, n.carried_by_id, line.issue_id, r.summary FROM notification n"
        " LEFT JOIN issue_line line ON line.notification_id = n.id"
        " LEFT JOIN service_request r ON r.id = n.request_id WHERE n.state <> 'skipped'"
    )
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in rows:
        by = f"d{row['issue_id']}" if row["issue_id"] is not None else f"n{row['carried_by_id'] or row['id']}"
        found[by].append((row["event_id"], row["summary"] or ""))
    return found


async def _unknown() -> Counter[str]:
    rows = await fetch(
        "SELECT 'n' || notification_id AS row, count(*) AS n FROM attempt WHERE outcome = 'unknown' GROUP BY 1"
        " UNION ALL SELECT 'd' || issue_id, count(*) FROM issue_attempt WHERE outcome = 'unknown' GROUP BY 1"
    )
    return Counter({str(row["row"]): int(row["n"]) for row in rows})


async def _failed() -> dict[str, tuple[str, str]]:
    """The last attempt's detail and the address, of each mail that is `failed`."""
    rows: list[dict[str, Any]] = []
    for letter, table, attempts, owner in (
        ("n", "notification", "attempt", "notification_id"),
        ("d", "issue", "issue_attempt", "issue_id"),
    ):
        carried = "AND t.carried_by_id IS NULL AND NOT EXISTS (SELECT FROM issue_line l WHERE l.notification_id = t.id)"
        rows += await fetch(
            f"SELECT '{letter}' || t.id AS row, coalesce(p.address, substr(t.recipient, 9)) AS address,"
            f" (SELECT detail FROM {attempts} a WHERE a.{owner} = t.id ORDER BY a.id DESC LIMIT 1) AS detail"
            f" FROM {table} t LEFT JOIN person p ON p.id = t.person_id WHERE t.state = 'failed'"
            f" {carried if letter == 'n' else ''}"
        )
    return {row["row"]: (row["detail"] or "", row["address"]) for row in rows}


async def _left_over() -> list[str]:
    rows = await fetch(
        "SELECT 'event ' || event_id || ' untold' AS what FROM outbox"
        " UNION ALL SELECT 'notification ' || id || ' ' || state FROM notification"
        " WHERE state NOT IN ('sent', 'failed', 'skipped')"
        " UNION ALL SELECT 'issue ' || id || ' ' || state FROM issue WHERE state NOT IN ('sent', 'failed', 'skipped')"
    )
    return [str(row["what"]) for row in rows]
