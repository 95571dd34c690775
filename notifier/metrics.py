"""What Prometheus is told of mail. Counters of this process; what waits is asked of the database (`digests.backlog`).

Labels have few values, all of them ours: kinds, states, reasons and cadences, never an address or an id.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram

from casework import clock

_SECONDS = (1, 2, 5, 10, 30, 60, 300, 900, 3600, 4 * 3600, 24 * 3600)

MAILS = Counter("curbcast_mails", "Mails handed to the mail server, by kind and how that ended.", ("kind", "outcome"))
EVENT_TO_MAIL = Histogram(
    "curbcast_event_to_mail_seconds",
    "From an event to the mail server's yes, for mail that goes at once.",
    ("kind",),
    buckets=_SECONDS,
)
DIGEST_LATENESS = Histogram(
    "curbcast_digest_lateness_seconds",
    "From the moment for which a digest was due to the mail server's yes.",
    ("cadence",),
    buckets=_SECONDS,
)
PACED = Counter("curbcast_mails_paced", "Times that a due mail was left due, by whose limit it was.", ("by",))
PUSHED_BACK = Counter(
    "curbcast_pushed_back", 'Times that a "later" closed a lane for a while, by whose it is.', ("by",)
)
TOLD = Counter("curbcast_events_told", "Events whose audience was written.")
FAILED = Counter("curbcast_events_failed", "Times that telling an event failed; it is tried again.")
SKIPPED = Counter("curbcast_skipped", "Notifications that are not mailed, by the typed reason.", ("reason",))
REDIS_LOST = Counter("curbcast_redis_lost", "Times that a worker lost its Redis.")
WAITING = Gauge("curbcast_waiting", "Rows that are due, by the work that they are.", ("work",))
OLDEST = Gauge("curbcast_oldest_seconds", "How long the oldest of them has waited; 0 where none does.", ("work",))
SUPPRESSED = Gauge("curbcast_suppressed_addresses", "Addresses that nothing but account mail is sent to.")


def sent(kind: str, since: datetime) -> None:
    """A mail of its own arrived at the server, about something that happened then."""
    EVENT_TO_MAIL.labels(kind).observe(max((clock.now() - since).total_seconds(), 0))


def sent_digest(cadence: str, due: datetime) -> None:
    DIGEST_LATENESS.labels(cadence).observe(max((clock.now() - due).total_seconds(), 0))


def skipped(reasons: Iterable[str]) -> None:
    for reason in reasons:
        SKIPPED.labels(reason).inc()
