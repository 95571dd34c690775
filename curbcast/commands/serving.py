"""What runs: `serve`, `demo`, `worker`."""

from __future__ import annotations

import asyncio
import gc
import signal
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
import uvloop
from prometheus_client import start_http_server
from starlette.routing import BaseRoute

import digests.worker
import notifier.worker
from api.app import build_app
from api.pages.account import account_routes
from api.pages.digest import digest_routes
from api.pages.gallery import gallery_routes
from api.pages.html import STATIC
from api.pages.inbox import inbox_routes
from api.pages.preferences import preferences_routes
from api.pages.receipts import receipts_routes
from api.pages.requests import request_routes
from api.pages.start import start_routes
from api.pages.unsubscribe import unsubscribe_routes
from api.photos.files import PhotoFiles
from casework.config import Gallery, Settings, is_loopback
from casework.database import close_database, open_database
from curbcast.demo import Demo, build_town, live
from curbcast.demo.camera import photograph
from curbcast.listening import server_for
from curbcast.logs import configure_logs
from curbcast.one_process import NOTIFIER_DUTIES, Running, running
from curbcast.settings import load_settings
from curbcast.tracing import traced
from digests.flush import ALL_MAIL
from notifier.at_work import stay_at_work
from notifier.captured import CapturedMail
from notifier.doorbell import DIGESTS_QUEUE, NOTIFIER_QUEUE, Doorbell
from notifier.jobs import context_of
from notifier.outcome import Transport
from notifier.transports import transport_for

Host = Annotated[str, typer.Option(help="Where to listen.")]
Port = Annotated[int, typer.Option(envvar="PORT", help="The port to listen on.")]
DataDir = Annotated[Path | None, typer.Option(envvar="CURBCAST_DATA_DIR", help="Where state is kept (default: var).")]


class Half(StrEnum):
    """Which worker."""

    NOTIFIER = "notifier"
    DIGESTS = "digests"


DUTIES = {Half.NOTIFIER: NOTIFIER_DUTIES, Half.DIGESTS: digests.worker.DUTIES}


def add_to(app: typer.Typer) -> None:
    app.command("serve")(serve)
    app.command("demo")(demo)
    app.command("worker")(worker)


def serve(host: Host = "127.0.0.1", port: Port = 8000, data_dir: DataDir = None) -> None:
    """Run the API; without REDIS_URL also the worker and an embedded Valkey, all in one process."""
    settings = load_settings(data_dir=data_dir)
    configure_logs(settings)
    if settings.smtp_url is None and not is_loopback(host):
        typer.secho(
            f"SMTP_URL is not set. Captured mail shows secret links, so it is only kept on loopback: set SMTP_URL to"
            f" serve on {host}.",
            fg="red",
            err=True,
        )
        raise typer.Exit(2)
    uvloop.run(_serve(settings, host, port))


async def _serve(settings: Settings, host: str, port: int) -> None:
    with traced(settings, "api"):
        async with running(settings, with_worker=settings.redis_url is None) as up:
            await _listen(up, host, port, pages(settings, host=host, transport=up.transport))


def demo(host: Host = "127.0.0.1", port: Port = 8000, data_dir: DataDir = None) -> None:
    """Run everything in one process, with a made-up town in which things happen. Mail is captured at /inbox."""
    settings = load_settings(data_dir=data_dir, public_url=f"http://{_shown(host)}:{port}")
    configure_logs(settings)
    settings = settings.model_copy(update={"smtp_url": None})  # made-up people get no real mail, whatever is set
    uvloop.run(_demo(settings, host, port))


async def _demo(settings: Settings, host: str, port: int) -> None:
    async with running(settings) as up:
        town = replace(await build_town(), camera=partial(photograph, PhotoFiles(settings)))
        happening = asyncio.create_task(live(town, after_each=up.nudge))
        try:
            await _listen(up, host, port, pages(settings, town, host=host, transport=up.transport))
        finally:
            happening.cancel()
            await asyncio.gather(happening, return_exceptions=True)


def pages(
    settings: Settings, town: Demo | None = None, *, host: str | None = None, transport: Transport | None = None
) -> list[BaseRoute]:
    """Every route beside GraphQL. The inbox is there only where mail is captured.

    On this machine's own `host`, whoever develops has the whole gallery of mail, and tests send by `transport`.
    """
    routes: list[BaseRoute] = [
        STATIC,
        *unsubscribe_routes(settings),
        *preferences_routes(settings),
        *receipts_routes(settings),
        *account_routes(settings),
        *request_routes(settings),
        *digest_routes(settings),
    ]
    if settings.smtp_url is None:
        routes += inbox_routes(settings, CapturedMail(settings.data_dir / "mail"))
    if (gallery := _gallery(settings, host)) is not Gallery.OFF:
        routes += gallery_routes(settings, operator=gallery is Gallery.OPERATOR, transport=transport)
    tokens = town.tokens if town is not None else {}
    return [*routes, *start_routes(settings, tokens, gallery=gallery is not Gallery.OFF)]


def _gallery(settings: Settings, host: str | None) -> Gallery:
    """Who may look at `/mail`, where no setting says so."""
    if settings.mail_gallery is not None:
        return settings.mail_gallery
    at_home = host is not None and is_loopback(host) and is_loopback(urlsplit(settings.public_url).hostname or "")
    return Gallery.OPERATOR if at_home and settings.environment == "development" else Gallery.STAFF


async def _listen(up: Running, host: str, port: int, routes: list[BaseRoute]) -> None:
    app = build_app(up.settings, extra_routes=routes, after_commit=up.nudge, doorbell=up.doorbell)
    server = server_for(app, up.settings, host=host, port=port)
    gc.collect()
    gc.freeze()
    typer.echo(f"{up.settings.product_name} is up: http://{_shown(host)}:{port}/  (Ctrl-C stops it)")
    await server.serve()


def worker(
    half: Annotated[Half, typer.Argument(help="Which worker to run.")],
    check: Annotated[
        bool, typer.Option("--check", help="Run nothing: fail unless this machine's worker lives.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Run a worker on its own; start as many as there is work for."""
    settings = load_settings(data_dir=data_dir)
    if settings.redis_url is None:
        typer.secho("REDIS_URL is not set: a worker on its own needs the Redis that the API rings.", fg="red", err=True)
        raise typer.Exit(2)
    if check:
        raise typer.Exit(0 if asyncio.run(_lives(settings.redis_url, half)) else 1)
    configure_logs(settings)
    with traced(settings, half):
        uvloop.run(_work(settings, settings.redis_url, half))


async def _lives(redis_url: str, half: Half) -> bool:
    doorbell = Doorbell(redis_url)
    try:
        queue = DIGESTS_QUEUE if half is Half.DIGESTS else NOTIFIER_QUEUE
        return await doorbell.hears(notifier.worker.heartbeat(queue))
    finally:
        await doorbell.close()


async def _work(settings: Settings, redis_url: str, half: Half) -> None:
    async with AsyncExitStack() as stack:
        if settings.metrics_port is not None:
            pages, serving = start_http_server(settings.metrics_port, settings.metrics_host)
            stack.callback(serving.join)
            stack.callback(pages.server_close)
            stack.callback(pages.shutdown)
        await open_database(settings.database_url)
        stack.push_async_callback(close_database)
        doorbell = Doorbell(redis_url)
        stack.push_async_callback(doorbell.close)
        transport = transport_for(settings)
        stack.push_async_callback(transport.close)
        duties = DUTIES[half]
        working = asyncio.create_task(stay_at_work(duties, context_of(settings, doorbell, transport, ALL_MAIL)))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, working.cancel)
        with suppress(asyncio.CancelledError):
            await working


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
