"""`curbcast migrate`, `doctor` and `prune`, as an operator has them."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from bench.servers import Server, create_database, free_port
from casework import clock
from casework.actions.accounts import start_session
from casework.config import Settings
from casework.database import close_database, fetch, open_database
from casework.ledger import OutboxRow
from casework.migrating import plan
from curbcast.doctor import Finding, State, examine
from curbcast.one_process import NOTIFIER_DUTIES
from curbcast.pruning import RULES, prune
from curbcast.wiring import register_all_models
from digests.issues import IssueLine
from notifier.dkim_signature import Signer
from notifier.doorbell import Doorbell
from notifier.held import choose
from notifier.jobs import context_of
from notifier.notifications import Notification
from notifier.preferences import Cadence
from notifier.transports import transport_for
from notifier.worker import worker_for
from tests.mailbox import Mailbox
from tests.names import naming
from tests.signing import a_key
from tests.telling import open_telling
from tests.town import SECRET, settings


async def curbcast(database: str, *arguments: str, **environment: str) -> tuple[int | None, str]:
    """How it ended, and what it printed."""
    given = {"DATABASE_URL": database, "SECRET_KEY": SECRET, **environment}
    kept = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "curbcast.cli", *arguments, env={**kept, **given}, stdout=PIPE, stderr=PIPE
    )
    said, complaint = await process.communicate()
    return process.returncode, said.decode() + complaint.decode()


async def _tables(database: str) -> set[str]:
    await open_database(database)
    try:
        if database.startswith("sqlite"):
            return {row["name"] for row in await fetch("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {row["name"] for row in await fetch("SELECT relname AS name FROM pg_class WHERE relkind = 'r'")}
    finally:
        await close_database()


@pytest.fixture(params=["sqlite", "postgres"])
async def nothing(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without a schema."""
    register_all_models()
    if request.param == "sqlite":
        return f"sqlite://{tmp_path}/curbcast.sqlite3"
    server: Server = request.getfixturevalue("postgres_server")
    return await create_database(server.url, f"empty_{tmp_path.name}")


@pytest.mark.slow
async def test_of_two_migrations_at_once_each_step_is_done_by_one(nothing: str) -> None:
    steps = await plan(nothing)
    assert {step.name.partition(".")[0] for step in steps} == {"api", "casework", "digests", "notifier"}
    assert any("CREATE TABLE" in statement for step in steps for statement in step.statements)
    assert "outbox" not in await _tables(nothing)
    both = await asyncio.gather(*(curbcast(nothing, "migrate") for _ in range(2)))
    assert [code for code, _ in both] == [0, 0], both
    applied = Counter(line for _, said in both for line in said.splitlines() if line.startswith("applying "))
    assert applied == Counter(f"applying {step.name}" for step in steps)
    assert "outbox" in await _tables(nothing)
    assert await plan(nothing) == []


async def _findings(config: Settings) -> dict[str, Finding]:
    return {finding.what: finding async for finding in examine(config)}


async def test_the_doctor_finds_nothing_wrong_where_nothing_is(
    database: str, valkey: Server, mailbox: Mailbox, tmp_path: Path
) -> None:
    config = settings(database_url=database, redis_url=valkey.url, smtp_url=mailbox.url, data_dir=tmp_path)
    kept = tmp_path / "photos"
    kept.mkdir()
    await open_database(database)
    doorbell, transport = Doorbell(valkey.url), transport_for(config)
    for queue in ("curbcast:notifier", "curbcast:digests"):
        await (await doorbell.connect()).set(f"{queue}:alive:here", "1")
    await close_database()
    found = await _findings(config)
    expected = State.FINE if database.startswith("postgres") else State.DOUBTFUL  # SQLite beside a Redis
    assert found.pop("database").state is expected
    assert {finding.what: finding.seen for finding in found.values() if finding.state is not State.FINE} == {}
    assert list(found) == [
        "settings",
        "migrations",
        "oldest work",
        "redis",
        "workers",
        "smtp",
        "signature",
        "photos",
        "clock",
        "templates",
    ]
    assert list(kept.iterdir()) == []
    assert found["photos"].seen == str(kept)
    assert found["workers"].seen == "notifier on 1 machines, digests on 1 machines"
    warming = await _findings(config.model_copy(update={"warm_up_start": clock.now().date()}))
    assert warming["warm-up"] == Finding("warm-up", State.FINE, "0 of today's 50 mails are gone")
    await transport.close()
    await doorbell.close()


async def test_the_doctor_says_what_to_do_about_each_thing_that_is_wrong(database: str, tmp_path: Path) -> None:
    nowhere = free_port()
    (tmp_path / "taken").write_text("a file where a folder should be")
    config = settings(
        database_url=database,
        redis_url=f"redis://127.0.0.1:{nowhere}",
        smtp_url=f"smtp://127.0.0.1:{nowhere}",
        environment="production",
        public_url="http://requests.example",
        photo_store=f"file://{tmp_path}/taken",
    )
    await open_database(database)
    async with open_telling() as telling:
        await telling.town.report()
        await OutboxRow.all().update(due=clock.now() - timedelta(hours=3))
        await fetch("UPDATE history SET occurred_at = $1", clock.now() - timedelta(hours=3))
    await close_database()
    found = await _findings(config)
    bad = {what: finding.todo for what, finding in found.items() if finding.state is State.BAD}
    assert set(bad) == {"oldest work", "redis", "workers", "smtp", "photos", "clock"}
    assert all(bad.values())
    assert found["settings"].state is State.DOUBTFUL
    assert found["oldest work"].seen == "1 events to tell, the oldest for 3 h"


async def test_the_doctor_compares_the_key_with_what_is_published(tmp_path: Path) -> None:
    config = settings(
        database_url=f"sqlite://{tmp_path}/none.sqlite3",
        data_dir=tmp_path,
        mail_from="mail@news.springfield.example",
        dkim_key_file=a_key(tmp_path / "dkim.pem"),
        dkim_domain="springfield.example",
    )
    ours, other = Signer.of(config), Signer.of(config.model_copy(update={"dkim_key_file": a_key(tmp_path / "o.pem")}))
    assert ours is not None
    assert other is not None
    name = "curbcast._domainkey.springfield.example"
    published = f"Publish a TXT record at {name}: v=DKIM1; k=rsa; p={ours.public}"
    for texts, state, seen, todo in (
        ({name: ours.record}, State.FINE, f"{name} is published, and is ours", ""),
        ({}, State.BAD, f"nothing is published at {name}", published),
        ({name: other.record}, State.BAD, f"the key published at {name} is another one", published),
    ):
        async with naming(texts):
            assert (await _findings(config))["signature"] == Finding("signature", state, seen, todo)
    apart = (await _findings(config.model_copy(update={"mail_from": "mail@shelbyville.example"})))["signature"]
    assert (apart.state, apart.seen) == (State.BAD, "springfield.example signs, and shelbyville.example sends")


async def test_the_doctor_sees_a_database_that_is_not_there_and_a_schema_that_is_old(tmp_path: Path) -> None:
    missing = await _findings(settings(database_url=f"sqlite://{tmp_path}/none/x.sqlite3", data_dir=tmp_path))
    assert missing["database"].state is State.BAD
    assert "migrations" not in missing
    old = await _findings(settings(database_url=f"sqlite://{tmp_path}/x.sqlite3", data_dir=tmp_path))
    assert (old["migrations"].state, old["migrations"].todo) == (State.BAD, "Run `curbcast migrate`.")
    assert "oldest work" not in old


@pytest.mark.slow
async def test_the_doctors_command_ends_with_one_where_something_is_bad(sqlite_database: str) -> None:
    code, said = await curbcast(sqlite_database, "doctor", SMTP_URL=f"smtp://127.0.0.1:{free_port()}")
    assert code == 1, said
    assert "    fine  migrations   the schema is up to date\n" in said
    assert "     bad  smtp " in said


async def _lived(database: str) -> None:
    """A town in which something of everything happened, and is over."""
    await open_database(database)
    async with open_telling() as telling:
        town = telling.town
        await choose(f"person:{town.maya.id}", "request_closed", Cadence.DAILY)
        await telling.settled(clientMutationId="0123456789abcdef")
        request = await telling.settled()
        await telling.after(town.tom, "closeRequest", requestId=request, comment="Filled.")
        await fetch("UPDATE notification SET held_until = $1 WHERE held_until IS NOT NULL", clock.now())
        assert [mail.kind for mail in await telling.run()] == ["digest"]
        await town.done(None, "requestPasswordReset", address=town.maya.address)
        await telling.run()
        await start_session(town.maya, label="library")
    await close_database()


ROWS = ("answered_mutation", "ticket", "session", "attempt", "notification", "issue")


async def _rows() -> dict[str, int]:
    (row,) = await fetch("SELECT " + ", ".join(f"(SELECT count(*) FROM {name}) AS {name}" for name in ROWS))
    return {name: int(count) for name, count in row.items()}


async def test_pruning_takes_what_is_kept_no_longer_and_nothing_else(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _lived(database)
    await open_database(database)
    everything = await _rows()
    assert all(everything.values()), everything
    gone = await prune(settings(keep_notifications_days=60))
    assert gone == dict.fromkeys({rule.table for rule in RULES} | {"photo"}, 0)
    assert await _rows() == everything

    def in_days(days: float) -> None:
        moment = clock.now() + timedelta(days=days)
        monkeypatch.setattr(clock, "now", lambda: moment)

    in_days(1.01)
    await prune(settings(keep_notifications_days=60))
    assert await _rows() == {**everything, "answered_mutation": 0}
    in_days(31)
    await prune(settings(keep_notifications_days=60))
    assert await _rows() == {**everything, "answered_mutation": 0, "ticket": 0}
    in_days(400)
    await prune(settings())  # the ledger is kept for ever unless somebody says otherwise
    assert await _rows() == {
        **everything, "answered_mutation": 0, "ticket": 0, "session": 0, "attempt": 0,
    }  # fmt: skip
    await prune(settings(keep_notifications_days=60))
    assert await _rows() == dict.fromkeys(ROWS, 0)
    assert await IssueLine.all().count() == 0
    (row,) = await fetch("SELECT count(*) AS n FROM history WHERE settled = 'told'")
    assert row["n"] > 0
    await close_database()


async def test_pruning_leaves_what_is_still_to_be_sent(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await open_database(database)
    async with open_telling() as telling:
        await telling.town.report()
        await telling.relay()
    waiting = await Notification.filter(due__isnull=False).count()
    assert waiting == 3
    later = clock.now() + timedelta(days=1000)
    monkeypatch.setattr(clock, "now", lambda: later)
    await prune(settings(keep_notifications_days=60))
    assert await Notification.filter(due__isnull=False).count() == waiting
    await close_database()


@pytest.mark.slow
async def test_pruning_does_not_wait_for_a_row_that_somebody_holds(
    postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _lived(postgres_database)
    later = clock.now() + timedelta(days=1000)
    monkeypatch.setattr(clock, "now", lambda: later)
    await open_database(postgres_database)
    holder = await asyncpg.connect(postgres_database)
    async with holder.transaction():
        await holder.execute("SELECT id FROM answered_mutation FOR UPDATE")
        assert (await prune(settings()))["answered_mutation"] == 0
    assert (await prune(settings()))["answered_mutation"] == 1
    await holder.close()
    await close_database()


async def test_a_worker_prunes_every_night(
    sqlite_database: str, valkey: Server, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _lived(sqlite_database)
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    await open_database(sqlite_database)
    config = settings(redis_url=valkey.url, smtp_url=mailbox.url)
    doorbell, transport = Doorbell(valkey.url), transport_for(config)
    context = context_of(config, doorbell, transport)
    worker = await worker_for(NOTIFIER_DUTIES, context)
    nightly = [each for each in worker.cron_jobs or [] if "prune" in each.name]
    assert [(each.hour, each.minute, each.second) for each in nightly] == [(3, 17, 0)]
    assert (await _rows())["answered_mutation"] == 1
    await nightly[0].coroutine({**context})
    assert (await _rows())["answered_mutation"] == 0
    await transport.close()
    await doorbell.close()
    await close_database()
