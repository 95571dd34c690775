"""What the process says of itself: whether it is up, and whether it can do its work."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from api.app import build_app
from bench.servers import Server, free_port
from casework.database import fetch
from notifier.doorbell import Doorbell
from tests.town import settings


async def ask(app: Starlette, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://api.test") as client:
        return await client.get(path)


async def test_it_is_ready_with_everything_there(db: str, valkey: Server) -> None:
    doorbell = Doorbell(valkey.url)
    answer = await ask(build_app(settings(), doorbell=doorbell), "/readyz")
    expected = {"ready": True, "database": "ok", "migrations": "ok", "redis": "ok"}
    assert (answer.status_code, answer.json()) == (200, expected)
    await doorbell.close()


async def test_it_is_not_ready_while_redis_is_away_unless_asked_without(db: str) -> None:
    app = build_app(settings(), doorbell=Doorbell(f"redis://127.0.0.1:{free_port()}"))
    answer = await ask(app, "/readyz")
    expected = {"ready": False, "database": "ok", "migrations": "ok", "redis": "does not answer"}
    assert (answer.status_code, answer.json()) == (503, expected)
    without = await ask(app, "/readyz?exclude=redis")
    assert (without.status_code, without.json()) == (200, {"ready": True, "database": "ok", "migrations": "ok"})


async def test_it_is_not_ready_before_the_schema_is(db: str) -> None:
    last = {"app": "casework", "name": "0004_told_position"}
    (row,) = await fetch("DELETE FROM tortoise_migrations WHERE app = $1 AND name = $2 RETURNING *", *last.values())
    try:
        answer = await ask(build_app(settings()), "/readyz")
    finally:
        again = "INSERT INTO tortoise_migrations (id, app, name, applied_at) VALUES ($1, $2, $3, $4)"
        await fetch(again, *(row[name] for name in ("id", "app", "name", "applied_at")))
    expected = {"ready": False, "database": "ok", "migrations": "pending: casework.0004_told_position"}
    assert (answer.status_code, answer.json()) == (503, expected)


async def test_it_is_up_but_not_ready_without_its_database_and_tells_nobody_its_address(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(sql: str) -> None:
        raise ConnectionError("no route to secret.host")

    monkeypatch.setattr("api.health.fetch", broken)
    monkeypatch.setattr("casework.migrating.fetch", broken)
    app = build_app(settings())
    ready, healthy = await ask(app, "/readyz"), await ask(app, "/healthz")
    expected = {"ready": False, "database": "does not answer", "migrations": "does not answer"}
    assert (ready.status_code, ready.json()) == (503, expected)
    assert (healthy.status_code, healthy.text) == (200, "ok\n")
