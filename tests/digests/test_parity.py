"""Rule 9, as a property: what a digest reader is told is what an immediate reader is told, and nobody is told twice.

Four residents do everything together on one request: follow, unfollow, mute, unmute. They differ in nothing but when
they want to hear. Whatever happens in between (late runs, double runs, missed days, a worker that dies with mails on
the wire), the same events reach all of them, but for lines that were dropped at a flush, each with its reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.actions.accounts import create_person, start_session
from casework.database import close_database, open_database
from casework.people import Person
from digests.issues import IssueAttempt, IssueLine
from notifier.held import choose
from notifier.kinds import CATALOGUE, Group
from notifier.notifications import Attempt, Notification, State
from notifier.outcome import Outcome
from notifier.preferences import Cadence
from tests.databases import Databases
from tests.telling import Telling, open_telling

pytestmark = pytest.mark.slow

START = datetime(2026, 3, 6, 15, 20, tzinfo=UTC)  # two days before New York's clocks go forward
CADENCES = (Cadence.IMMEDIATE, Cadence.HOURLY, Cadence.DAILY, Cadence.WEEKLY)


class Killed(BaseException):
    """A worker's sudden end; nothing in the pipeline may catch it."""


ACTS = st.sampled_from(["comment", "comment", "close", "reopen", "follow", "unfollow", "mute", "unmute"])
RUNS = st.sampled_from(["run", "run", "relay", "relay", "twice", "die"])
HOURS = st.sampled_from([0.02, 0.5, 1, 7, 24, 24 * 9])
STEPS = st.lists(st.one_of(ACTS, RUNS, HOURS), min_size=5, max_size=25)

_numbers = count(1)


@given(steps=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_readers_who_differ_only_in_cadence_are_told_the_same(
    databases: Databases, sqlite_database: str, steps: list[Any]
) -> None:
    await open_database(await databases.sqlite(f"parity{next(_numbers)}"))
    try:
        with time_machine.travel(START, tick=False) as clock:
            await _live(steps, clock)
    finally:
        await close_database()


async def _live(steps: list[Any], clock: Any) -> None:
    async with open_telling() as telling:
        readers = await _readers(telling)
        request = await telling.settled(categoryId=telling.town.id_of(telling.town.lights))
        for step in steps:
            if isinstance(step, float | int):
                clock.shift(timedelta(hours=step))
            else:
                await _take(telling, request, readers, step)
                clock.shift(timedelta(seconds=1))
        await _finish(telling, clock)
        await _check(telling, readers)


async def _readers(telling: Telling) -> list[Person]:
    readers = []
    for cadence in CADENCES:
        handle = f"reader-{cadence.value}"
        person = await create_person(handle=handle, name=handle, address=f"{handle}@example.org", confirmed=True)
        telling.town.tokens[person.id] = await start_session(person)
        for kind in CATALOGUE:
            if kind.group is Group.REQUESTS:
                await choose(f"person:{person.id}", kind.key, cadence)
        readers.append(person)
    return readers


async def _take(telling: Telling, request: str, readers: list[Person], step: str) -> None:
    town = telling.town
    if step == "comment":
        await town.mutate(town.otto, "addComment", requestId=request, body="Any news?", visibility="PUBLIC")
    elif step in ("close", "reopen"):
        await town.mutate(town.tom, f"{step}Request", requestId=request, comment="As it is.")
    elif step in ("follow", "unfollow", "mute", "unmute"):
        for reader in readers:
            await town.done(reader, f"{step}Request", requestId=request)
    elif step == "relay":
        await telling.relay()
    elif step == "die":
        await telling.relay()
        with _dying(telling):
            await telling.deliver()
    else:
        for _ in range(2 if step == "twice" else 1):
            await telling.run()


@contextmanager
def _dying(telling: Telling) -> Iterator[None]:
    """The worker dies when the server has taken its second mail, before anything is settled."""
    taken = 0

    def answer(recipient: str) -> Outcome:
        nonlocal taken
        taken += 1
        if taken > 1:
            raise Killed
        return Outcome("sent", 250, "OK")

    telling.transport.answer = answer
    try:
        yield
    except Killed:
        pass
    finally:
        telling.transport.answer = None


async def _finish(telling: Telling, clock: Any) -> None:
    """However late: a fortnight on, everything that waits has gone."""
    for _ in range(4):
        clock.shift(timedelta(days=5))
        await telling.run()


async def _check(telling: Telling, readers: list[Person]) -> None:
    over = {State.SENT, State.SKIPPED}
    assert {row.state for row in await Notification.all()} <= over

    told: list[set[int]] = []
    dropped: list[set[int]] = []
    for reader in readers:
        rows = await Notification.filter(person_id=reader.id, kind__not="request_followed")
        told.append({row.event_id for row in rows if row.state is State.SENT})
        skipped = [row for row in rows if row.state is State.SKIPPED]
        assert all(row.skip for row in skipped)
        dropped.append({row.event_id for row in skipped})
    everything = told[0] | dropped[0]
    for mine, gone in zip(told, dropped, strict=True):
        assert mine | gone == everything
        assert mine & gone == set()
    # A later look can only drop more: whatever a slower reader was told, the faster one was told too, or dropped later.
    for slower_told, slower_dropped in zip(told[1:], dropped[1:], strict=True):
        assert told[0] - slower_told <= slower_dropped

    # Once each: a line is in one issue, and a mail comes again only where an attempt was unknown, under the same id.
    lines = Counter([line.notification_id for line in await IssueLine.all()])
    assert set(lines.values()) <= {1}
    ids = Counter(str(mail.message["Message-ID"]) for mail in telling.transport.mails)
    repeats = sum(times - 1 for times in ids.values())
    unknown = await Attempt.filter(outcome=State.UNKNOWN).count()
    assert repeats <= unknown + await IssueAttempt.filter(outcome=State.UNKNOWN).count()
