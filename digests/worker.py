"""What the digest half's workers do."""

from __future__ import annotations

from digests.jobs import send_digests
from notifier.doorbell import DIGESTS_QUEUE
from notifier.worker import Duties

DUTIES = Duties(DIGESTS_QUEUE, ((send_digests, frozenset(range(5, 60, 10))),))
