"""What Prometheus is told, from a mutation to the mail, and what the log says of one event on its way."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import structlog
from prometheus_client import REGISTRY
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from api.app import build_app
from casework import clock
from casework.database import fetch
from notifier.held import choose
from notifier.outcome import Outcome
from notifier.preferences import Cadence
from tests.listening import listening
from tests.telling import Telling
from tests.town import settings


@contextmanager
def _everything() -> Iterator[None]:
    """Let every line through, with what is bound to it."""
    kept = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    yield
    structlog.configure(**kept)


TOKEN = "a token for Prometheus alone"


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def page(telling: Telling, token: str | None = TOKEN, **values: str) -> httpx.Response:
    app = build_app(settings(**values))
    headers = {"authorization": f"Bearer {token}"} if token is not None else {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://api.test") as client:
        return await client.get("/metrics", headers=headers)


def series(text: str) -> dict[str, float]:
    return {
        name: float(number) for name, number in (line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
    }


async def test_what_waits_is_asked_of_the_database_at_each_scrape(telling: Telling) -> None:
    await telling.town.report()
    await fetch("UPDATE history SET occurred_at = $1", clock.now() - timedelta(minutes=10))
    found = series((await page(telling)).text)
    assert found['curbcast_waiting{work="events"}'] == 1
    assert 600 <= found['curbcast_oldest_seconds{work="events"}'] < 660
    assert found['curbcast_waiting{work="immediate_mail"}'] == 0
    await telling.relay()
    found = series((await page(telling)).text)
    assert (found['curbcast_waiting{work="events"}'], found['curbcast_oldest_seconds{work="events"}']) == (0, 0)
    assert found['curbcast_waiting{work="immediate_mail"}'] == 3
    assert found['curbcast_oldest_seconds{work="immediate_mail"}'] >= 600
    await telling.deliver()
    assert series((await page(telling)).text)['curbcast_oldest_seconds{work="immediate_mail"}'] == 0


async def test_mails_are_counted_by_kind_and_outcome_and_timed_from_their_event(telling: Telling) -> None:
    sent = {"kind": "request_submitted", "outcome": "sent"}
    before = value("curbcast_mails_total", **sent), value("curbcast_event_to_mail_seconds_count", kind=sent["kind"])
    deferred = value("curbcast_mails_total", kind="staff_request_submitted", outcome="deferred")
    telling.transport.answer = lambda to: (
        Outcome("deferred", 451, "later") if "tom" in to else Outcome("sent", 250, "ok")
    )
    await telling.town.report()
    await telling.run()
    assert value("curbcast_mails_total", **sent) == before[0] + 1
    assert value("curbcast_event_to_mail_seconds_count", kind=sent["kind"]) == before[1] + 1
    assert value("curbcast_mails_total", kind="staff_request_submitted", outcome="deferred") == deferred + 1


async def test_digests_are_timed_from_when_they_were_due_and_skips_are_counted_by_reason(telling: Telling) -> None:
    town = telling.town
    await choose(f"person:{town.maya.id}", "request_closed", Cadence.DAILY)
    request = await telling.settled()
    before = value("curbcast_digest_lateness_seconds_count", cadence="daily")
    actors = value("curbcast_skipped_total", reason="actor")
    await telling.after(town.tom, "closeRequest", requestId=request, comment="Filled.")
    assert value("curbcast_skipped_total", reason="actor") == actors + 1
    await fetch("UPDATE notification SET held_until = $1 WHERE held_until IS NOT NULL", clock.now())
    assert [mail.kind for mail in await telling.run()] == ["digest"]
    assert value("curbcast_digest_lateness_seconds_count", cadence="daily") == before + 1


async def test_answers_are_timed_and_errors_counted_by_the_schemas_own_names(telling: Telling) -> None:
    query, submit = {"operation": "query", "field": "viewer"}, {"operation": "mutation", "field": "submitRequest"}
    before = [value("curbcast_graphql_seconds_count", **each) for each in (query, submit)]
    wrong = value("curbcast_graphql_errors_total", field="", code="NOT_VALID")
    await telling.town.graphql(None, "query ANameOfTheClients { viewer { name } }")
    await telling.town.report()
    await telling.town.graphql(None, "{ nonsense }")
    assert [value("curbcast_graphql_seconds_count", **each) for each in (query, submit)] == [n + 1 for n in before]
    assert value("curbcast_graphql_errors_total", field="", code="NOT_VALID") == wrong + 1


async def test_open_sockets_are_counted_until_they_are_gone(telling: Telling) -> None:
    before = value("curbcast_sockets")
    async with listening(telling.town.app, telling.town.token(telling.town.maya)):
        assert value("curbcast_sockets") == before + 1
    assert value("curbcast_sockets") == before


async def test_the_page_is_for_whoever_has_the_token_and_production_has_none_without(telling: Telling) -> None:
    assert (await page(telling, metrics_token=TOKEN)).status_code == 200
    for wrong in (None, "another token altogether", ""):
        assert (await page(telling, wrong, metrics_token=TOKEN)).status_code == 401
    assert (await page(telling, None)).status_code == 200
    production = {"environment": "production", "public_url": "https://requests.example"}
    assert (await page(telling, None, **production)).status_code == 404
    assert (await page(telling, metrics_token=TOKEN, **production)).status_code == 200


async def test_the_log_follows_an_event_from_the_mutation_to_the_mail(telling: Telling) -> None:
    with _everything(), capture_logs(processors=[merge_contextvars]) as logs:
        document = "mutation ($i: RequestPasswordResetInput!) { requestPasswordReset(input: $i) { clientMutationId } }"
        body = {"query": document, "variables": {"i": {"address": telling.town.maya.address}}}
        await telling.town.post(body, headers={"x-request-id": "desk-7"})
        await telling.run()
    steps = {each["event"]: each for each in logs}
    number = steps["event_written"]["event_id"]
    assert steps["event_written"]["type"] == "PasswordResetRequested"
    assert steps["event_written"]["request_id"] == "desk-7"
    assert steps["event_told"]["event_id"] == number
    assert steps["event_told"]["type"] == "PasswordResetRequested"
    assert steps["mails_settled"]["events"] == [number]
    assert steps["mails_settled"]["sent"] == 1
    assert str(telling.town.maya.address) not in str(logs)
