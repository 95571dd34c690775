"""What is wrong with an installation, and what to do about each of it.

    examine(settings) ── one finding after the other: fine, doubtful or bad; what was seen; what to do

Looks only: nothing is written but a file that is deleted at once, where photos are kept, and no mail is sent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from dns.exception import DNSException

from api.photos.files import PhotoFiles
from casework import clock
from casework.config import Settings, is_loopback
from casework.database import close_database, fetch, is_postgres, moment, open_database
from casework.migrating import pending
from digests.backlog import DIGESTS, EVENTS, LINES, MAILS, UNSENT, waiting
from digests.flush import ALL_MAIL
from notifier import templates
from notifier.dkim_signature import Signer
from notifier.doorbell import DIGESTS_QUEUE, NOTIFIER_QUEUE, Doorbell
from notifier.lint import problems
from notifier.published import texts_at
from notifier.shared import Shared
from notifier.smtp import Line, SmtpServer
from notifier.warm_up import WarmUp
from notifier.words import languages
from notifier.worker import heartbeat

_PATIENCE_SECONDS = 15.0
_CLOCK_TOLERANCE = timedelta(seconds=5)
_LATE = timedelta(minutes=5)
_BITS = 2048
_WORK = {
    EVENTS: "events to tell",
    MAILS: "mails to send",
    UNSENT: "mails that should have gone at once",
    DIGESTS: "digests to send",
    LINES: "lines to gather",
}


class State(StrEnum):
    FINE = "fine"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """`todo` says what to do, where there is something."""

    what: str
    state: State
    seen: str
    todo: str = ""


def fine(what: str, seen: str) -> Finding:
    return Finding(what, State.FINE, seen)


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Everything, in the order in which it should be mended."""
    yield _settings(settings)
    try:
        database = await _bounded("database", lambda: _database(settings), "Is it there, and is DATABASE_URL right?")
        yield database
        if database.state is not State.BAD:
            schema = await _bounded("migrations", _migrations, "Run `curbcast migrate`.")
            yield schema
            if schema.state is State.FINE:
                yield await _bounded("oldest work", _oldest_work, "Look into the workers' log.")
                if settings.warm_up_start is not None:
                    yield await _bounded("warm-up", lambda: _warm_up(settings), "Look into docs/sending.md.")
        yield await _bounded("redis", lambda: _redis(settings), "Is it running, and is REDIS_URL right?")
        yield await _bounded("workers", lambda: _workers(settings), "Start `curbcast worker notifier` and `digests`.")
        yield await _bounded("smtp", lambda: _smtp(settings), "Is SMTP_URL right, and may this machine connect?")
        yield await _bounded("signature", lambda: _signature(settings), "Look into docs/sending.md.")
        yield await _bounded("photos", lambda: _photos(settings), "Is PHOTO_STORE right, and may we write there?")
        yield await _bounded("clock", lambda: _clock(settings), "Let this machine's clock be set by NTP.")
        yield _templates()
    finally:
        await close_database()


async def _bounded(what: str, check: Callable[[], Awaitable[Finding]], todo: str) -> Finding:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await check()
    except TimeoutError:
        return Finding(what, State.BAD, f"no answer within {_PATIENCE_SECONDS:g} s", todo)
    except Exception as error:  # each server's client raises its own
        return Finding(what, State.BAD, f"{type(error).__name__}: {error}", todo)


def _settings(settings: Settings) -> Finding:
    public = urlsplit(settings.public_url)
    if is_loopback(public.hostname or ""):
        if settings.environment == "production":
            todo = "Set PUBLIC_URL to where readers reach this installation."
            return Finding("settings", State.BAD, f"links in mails begin with {settings.public_url}", todo)
        return fine("settings", f"development, at {settings.public_url}")
    if public.scheme != "https":
        todo = "Put it behind TLS and let PUBLIC_URL begin with https: mail programs unsubscribe by no other."
        return Finding("settings", State.DOUBTFUL, f"PUBLIC_URL is {settings.public_url}", todo)
    if settings.environment != "production":
        todo = "Set ENVIRONMENT=production, so that nothing starts without a SECRET_KEY of its own."
        return Finding("settings", State.DOUBTFUL, f"development, at {settings.public_url}", todo)
    return fine("settings", f"production, at {settings.public_url}")


async def _database(settings: Settings) -> Finding:
    await open_database(settings.database_url)
    begun = time.perf_counter()
    (row,) = await fetch("SELECT version() AS version" if is_postgres() else "SELECT sqlite_version() AS version")
    took = f"{(time.perf_counter() - begun) * 1000:.1f} ms"
    version = str(row["version"]).split(" on ")[0]
    if not is_postgres() and settings.redis_url is not None:
        todo = "SQLite has one writer: with workers of their own, use PostgreSQL."
        return Finding("database", State.DOUBTFUL, f"SQLite {version}, {took}", todo)
    return fine("database", f"{version if is_postgres() else f'SQLite {version}'}, {took}")


async def _photos(settings: Settings) -> Finding:
    files = PhotoFiles(settings)
    if files.folder is not None and not files.folder.exists():  # not ours to make: we may be root
        return fine("photos", f"{files.folder}, made with the first photo")
    await files.try_out()
    return fine("photos", str(files.folder or settings.photo_store))


async def _migrations() -> Finding:
    missing = await pending()
    if missing:
        return Finding("migrations", State.BAD, f"pending: {', '.join(missing)}", "Run `curbcast migrate`.")
    return fine("migrations", "the schema is up to date")


async def _oldest_work() -> Finding:
    now = clock.now()
    ages = {(work.what, work.count): now - work.since for work in await waiting() if work.since is not None}
    late = [what for (what, _), age in ages.items() if age > _LATE]
    seen = "; ".join(f"{count} {_WORK[what]}, the oldest for {_said(age)}" for (what, count), age in ages.items())
    if late:
        todo = "Is a worker running (see below)? What its log says of these, `curbcast explain` tells, too."
        return Finding("oldest work", State.BAD, seen, todo)
    return fine("oldest work", seen or "nothing waits")


async def _redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return fine("redis", "none set: `curbcast serve` brings its own")
    doorbell = Doorbell(settings.redis_url)
    try:
        begun = time.perf_counter()
        await doorbell.time()
        return fine("redis", f"answers in {(time.perf_counter() - begun) * 1000:.1f} ms")
    finally:
        await doorbell.close()


async def _workers(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return fine("workers", "within `curbcast serve`")
    doorbell = Doorbell(settings.redis_url)
    try:
        found = {
            half: await doorbell.heard(heartbeat(queue, ""))
            for half, queue in (("notifier", NOTIFIER_QUEUE), ("digests", DIGESTS_QUEUE))
        }
    finally:
        await doorbell.close()
    seen = ", ".join(f"{half} on {len(names)} machines" for half, names in found.items())
    missing = [half for half, names in found.items() if not names]
    if missing:
        return Finding("workers", State.BAD, seen, f"Start {' and '.join(f'`curbcast worker {h}`' for h in missing)}.")
    return fine("workers", seen)


async def _smtp(settings: Settings) -> Finding:
    if settings.smtp_url is None:
        if settings.environment == "production":
            return Finding("smtp", State.BAD, "SMTP_URL is not set: nobody is mailed", "Set SMTP_URL.")
        return fine("smtp", f"none set: mail is kept under {settings.data_dir / 'mail'}")
    server = SmtpServer.parse(settings.smtp_url)
    line = Line(server)
    try:
        await line.open()
        secured = "encrypted" if line.is_secure else "not encrypted"
        await line.noop()
        return fine("smtp", f"{server.host}:{server.port} answers, {secured}{', logged in' if server.user else ''}")
    finally:
        line.drop()


async def _signature(settings: Settings) -> Finding:
    """Whether mail is signed by a key that receivers find, in the name of the sender that they see."""
    signer = Signer.of(settings)
    if signer is None:
        at_home = settings.smtp_url is None or is_loopback(urlsplit(settings.public_url).hostname or "")
        todo = "" if at_home else "Unless your mail server signs it, set DKIM_KEY_FILE: docs/sending.md."
        return Finding("signature", State.FINE if at_home else State.DOUBTFUL, "mail is not signed", todo)
    sender, publish = settings.mail_from.rpartition("@")[2].lower(), f"Publish a TXT record at {signer.name}: "
    if sender != signer.domain and not sender.endswith(f".{signer.domain}"):
        todo = "Let DKIM_DOMAIN be the domain of MAIL_FROM, or one above it: receivers compare the two (DMARC)."
        return Finding("signature", State.BAD, f"{signer.domain} signs, and {sender} sends", todo)
    try:
        found = await texts_at(signer.name)
    except DNSException as error:
        todo = "Run it where a name server answers; until then nobody knows whether the key is published."
        return Finding("signature", State.DOUBTFUL, f"{signer.name}: {error}", todo)
    if not found:
        return Finding("signature", State.BAD, f"nothing is published at {signer.name}", publish + signer.record)
    if not any(signer.public in text.replace(" ", "") for text in found):
        seen = f"the key published at {signer.name} is another one"
        return Finding("signature", State.BAD, seen, publish + signer.record)
    if signer.key.key_size < _BITS:
        seen = f"{signer.name} has a key of {signer.key.key_size} bits"
        return Finding("signature", State.DOUBTFUL, seen, f"Make one of {_BITS} bits: docs/sending.md.")
    return fine("signature", f"{signer.name} is published, and is ours")


async def _warm_up(settings: Settings) -> Finding:
    doorbell = Doorbell(settings.redis_url) if settings.redis_url is not None else None
    try:
        warm_up = WarmUp(settings, Shared(doorbell), ALL_MAIL)
        ceiling, gone = warm_up.ceiling(clock.now()), await warm_up.gone(clock.now())
    finally:
        if doorbell is not None:
            await doorbell.close()
    if ceiling is None:
        return fine("warm-up", "over: as many mails may go as there are")
    return fine("warm-up", f"{min(gone, ceiling)} of today's {ceiling} mails are gone")


async def _clock(settings: Settings) -> Finding:
    off = {}
    if settings.database_url.startswith("postgres:"):
        (row,) = await fetch("SELECT clock_timestamp() AS now")
        off["the database's"] = clock.now() - (moment(row["now"]) or clock.now())
    if settings.redis_url is not None:
        doorbell = Doorbell(settings.redis_url)
        try:
            off["Redis's"] = clock.now() - await doorbell.time()
        finally:
            await doorbell.close()
    wrong = {whose: by for whose, by in off.items() if abs(by) > _CLOCK_TOLERANCE}
    if wrong:
        seen = ", ".join(f"{by.total_seconds():+.0f} s from {whose}" for whose, by in wrong.items())
        return Finding("clock", State.BAD, seen, "Let all machines' clocks be set by NTP: leases go by them.")
    return fine("clock", f"agrees with {' and '.join(off)}" if off else "there is only this one")


def _templates() -> Finding:
    found = [str(problem) for name in templates.kinds() for problem in problems(f"{name}.mjml")]
    for name in templates.kinds() if not found else ():
        for language in languages():
            try:
                templates.mould(name, language)
            except Exception as error:
                found.append(f"{name} in {language}: {error}")
    if found:
        return Finding("templates", State.BAD, "; ".join(found), "Run `curbcast mail lint`.")
    return fine("templates", f"{len(templates.kinds())} in {' and '.join(languages())}")


def _said(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes >= 2 * 1440:
        return f"{minutes // 1440} days"
    return f"{minutes // 60} h" if minutes >= 120 else f"{minutes} min"
