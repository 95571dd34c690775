"""The whole import: read and check everything, then do it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from casework import clock
from casework.actions.importing import importer_of
from casework.actions.membership import create_organization
from casework.errors import CaseworkError, Invalid
from casework.organizations import Organization
from curbcast.importing.columns import Choosing
from curbcast.importing.lives import Act, life_of
from curbcast.importing.problems import Rejection
from curbcast.importing.progress import Quiet, Report
from curbcast.importing.reading import Record, read
from curbcast.importing.replay import Replay
from curbcast.importing.spool import Spool, open_spool
from curbcast.importing.sums import Sums, newest_event

AT_ONCE = 500
"""How many acts share a transaction."""

TIME_ZONE = "America/New_York"
"""Of an organization that the import makes."""

_READ_AT_ONCE = 1000

Sleep = Callable[[float], Awaitable[None]]
Tell = Callable[[], Awaitable[None]]


async def import_requests(
    file: Path,
    *,
    organization: str,
    column_map: Mapping[str, str] | None = None,
    notify: bool = False,
    tell: Tell | None = None,
    as_of: datetime | None = None,
    speed: float | None = None,
    report: Report | None = None,
    sleep: Sleep = asyncio.sleep,
) -> Sums:
    """Replay a file's requests into the open database, in the organization of that slug, made where it is missing.

    - `column_map`: our field -> the file's column, where it isn't known by itself; to "" leaves a field out.
    - `notify`: the events are news; `tell`, called after every commit, runs the pipeline here (see `tell_all`),
      and without it the workers have them. Otherwise they are history, and nobody hears of them.
    - `as_of`: what happened before that moment is imported, and nothing else; with `speed`, what came after is played
      at that many times real time (3600: an hour a second). `speed` alone plays everything.
    - `report` is told of progress, and of every rejected row.

    Running it again, also after it was killed, does what is not done yet and doubles nothing. Raises CannotImport, with
    nothing written, where the file as a whole can't be read.
    """
    if speed is not None and not speed > 0:
        raise Invalid("speed must be more than 0.", field="speed")
    if as_of is not None and as_of.tzinfo is None:
        raise Invalid("as_of needs a time zone, as in 2011-08-28T06:00:00-04:00.", field="as_of")
    report, sums = report or Quiet(), Sums()
    town = await Organization.get_or_none(slug=organization)
    zone = ZoneInfo(town.time_zone if town is not None else TIME_ZONE)
    with open_spool() as spool:
        _read_all(file, spool, sums, report, column_map or {}, zone=zone, horizon=as_of if speed is None else None)
        if town is None:
            name = organization.replace("-", " ").title()
            town = await create_organization(slug=organization, name=name, time_zone=TIME_ZONE)
        newest = await newest_event()
        replay = Replay(town, await importer_of(town), sums, notify=notify)
        report.begin("Replaying", spool.count())
        async for acts in _in_time(spool, as_of, speed, sleep):
            for rejection in await replay.play(acts):
                sums.rejected += 1
                report.reject(rejection)
            if notify and tell is not None:
                await tell()
            report.advance(len(acts))
    sums.imported = sums.rows - sums.rejected
    if notify:
        await sums.count_told(town.id, after_event=newest)
    return sums


def _read_all(
    file: Path,
    spool: Spool,
    sums: Sums,
    report: Report,
    column_map: Mapping[str, str],
    *,
    zone: ZoneInfo,
    horizon: datetime | None,
) -> None:
    """Check every row and spool what happened; rows that begin at the `horizon` or later are not there yet."""
    choosing, now = Choosing(column_map), clock.now()
    report.begin("Reading", None)
    for row in read(file, check_header=partial(choosing.check_header, file.name)):
        rejection = row if isinstance(row, Rejection) else None
        if isinstance(row, Record):
            try:
                life = life_of(row, choosing.columns_of(tuple(row.values)), zone=zone, now=now)
                if horizon is not None and life.acts[0].at >= horizon:
                    continue
                spool.add(life, before=horizon)
            except CaseworkError as refusal:
                rejection = Rejection.of(row.line, refusal)
        sums.rows += 1
        if rejection is not None:
            sums.rejected += 1
            report.reject(rejection)
        if sums.rows % _READ_AT_ONCE == 0:
            report.advance(_READ_AT_ONCE)
    report.advance(sums.rows % _READ_AT_ONCE)


async def _in_time(
    spool: Spool, as_of: datetime | None, speed: float | None, sleep: Sleep
) -> AsyncIterator[Sequence[Act]]:
    """What is past as fast as it goes; then, with a speed, one act at a time and each at its moment."""
    if speed is None or as_of is not None:
        for acts in spool.batches(AT_ONCE, before=as_of):
            yield acts
    if speed is None:
        return
    began, origin = clock.now(), as_of
    for acts in spool.batches(1, since=as_of):
        origin = origin or acts[0].at
        moment = began + (acts[0].at - origin) / speed
        if (wait := (moment - clock.now()).total_seconds()) > 0:
            await sleep(wait)
        yield acts
