"""One trace from the mutation to the mail, by the spans of this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from casework import clock, tracing
from casework.database import fetch
from casework.history import HistoryRow
from notifier.held import choose
from notifier.preferences import Cadence
from tests.telling import Telling


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("test"))
    yield exporter
    provider.shutdown()


def of(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    """Finished spans by name; each name once."""
    finished = exporter.get_finished_spans()
    found = {span.name: span for span in finished}
    assert len(found) == len(finished), [span.name for span in finished]
    return found


def parent(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent is not None else None


async def test_a_mail_goes_on_with_the_trace_of_the_mutation_that_it_tells_of(
    telling: Telling, spans: InMemorySpanExporter
) -> None:
    request = await telling.settled()
    spans.clear()
    mails = await telling.after(telling.town.tom, "closeRequest", requestId=request, comment="Filled, at Elm 4.")
    assert [mail.kind for mail in mails] == ["request_closed"]
    found = of(spans)
    assert set(found) == {"mutation closeRequest", "close", "tell", "mail request_closed"}
    assert len({span.context.trace_id for span in found.values()}) == 1
    assert parent(found["mutation closeRequest"]) is None
    assert parent(found["close"]) == found["mutation closeRequest"].context.span_id
    assert parent(found["tell"]) == parent(found["mail request_closed"]) == found["close"].context.span_id
    event = (await HistoryRow.filter(type="RequestClosed").get()).id
    assert [(each.name, dict(each.attributes or {})) for each in found["close"].events] == [
        ("RequestClosed", {"curbcast.event": event})
    ]
    told = dict(found["mail request_closed"].attributes or {})
    assert (told["curbcast.events"], told["curbcast.outcome"]) == ((event,), "sent")
    said = " ".join(span.to_json() for span in found.values())
    assert "example.org" not in said
    assert "Elm" not in said


async def test_a_digest_has_a_trace_of_its_own_linked_to_all_that_it_tells(
    telling: Telling, spans: InMemorySpanExporter
) -> None:
    town = telling.town
    await choose(f"person:{town.maya.id}", "request_commented", Cadence.DAILY)
    request = await telling.settled()
    for body in ("On my way.", "Done."):
        await telling.after(town.tom, "addComment", requestId=request, body=body)
    traces = {str(row.trace)[:-3] for row in await HistoryRow.filter(type="PublicCommentAdded")}
    spans.clear()
    await fetch("UPDATE notification SET held_until = $1 WHERE held_until IS NOT NULL", clock.now())
    await telling.run()
    digest = of(spans)["digest daily"]
    assert digest.parent is None
    linked = {f"00-{link.context.trace_id:032x}-{link.context.span_id:016x}" for link in digest.links}
    assert len(traces) == 2
    assert linked == traces


async def test_what_the_rules_refuse_is_noted_by_its_type_alone(telling: Telling, spans: InMemorySpanExporter) -> None:
    request = await telling.settled()
    spans.clear()
    await telling.town.refused(telling.town.ines, "acknowledgeRequest", requestId=request, comment="Ho ho ho.")
    refused = of(spans)["acknowledge"]
    assert (refused.status.status_code, refused.status.description) == (StatusCode.ERROR, "IllegalMove")
    assert refused.events == ()


async def test_nothing_is_kept_where_nothing_is_traced(telling: Telling) -> None:
    await telling.settled()
    assert {row.trace for row in await HistoryRow.all()} == {None}
