"""How long to wait before trying again. Pure."""

from __future__ import annotations

import random
from datetime import timedelta

_FIRST = timedelta(seconds=30)
_LONGEST = timedelta(hours=6)


def wait_before_retry(attempts: int) -> timedelta:
    """Twice as long after each attempt, from half a minute up to six hours, spread by a fifth either way.

    The spread keeps a thousand mails that one outage deferred from all coming back in the same second.
    """
    doubled: timedelta = min(_FIRST * 2 ** min(max(attempts - 1, 0), 20), _LONGEST)
    spread: float = random.uniform(0.8, 1.2)  # noqa: S311 - no secret
    return doubled * spread
