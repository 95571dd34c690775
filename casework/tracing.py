"""Spans, for whoever has OTEL_EXPORTER_OTLP_ENDPOINT set (`curbcast.tracing`); for all others nothing happens here.

    mutation ── action ──▶ history.trace ═╤═ tell: who hears of it
                                          ╞═ mail: one for each that goes at once
                                          └┄ digest: a trace of its own, linked to all that it tells

An event carries where it happened, as W3C's `traceparent`, so one trace runs from the mutation to the mail however many
processes and days lie between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

CONSUMER, SERVER, CLIENT = SpanKind.CONSUMER, SpanKind.SERVER, SpanKind.CLIENT

_tracer = trace.get_tracer("curbcast")
_propagator = TraceContextTextMapPropagator()


@contextmanager
def span(
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    *,
    after: str | None = None,
    links: Sequence[str] = (),
    **attributes: str | int | Sequence[int],
) -> Iterator[Span]:
    """A step of the current trace; of the one that `after` names, where that is given. Of an exception it says the
    type alone: messages may hold what somebody wrote."""
    with _tracer.start_as_current_span(
        name,
        _context(after) if after is not None else None,
        kind,
        {f"curbcast.{each}": value for each, value in attributes.items()},
        [Link(trace.get_current_span(_context(each)).get_span_context()) for each in links],
        record_exception=False,
        set_status_on_exception=False,
    ) as begun:
        try:
            yield begun
        except Exception as error:
            begun.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def here() -> str | None:
    """The current span, for others to go on from; None where nothing is traced."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


def note(event_type: str, event_id: int) -> None:
    """Something was written down within the current span."""
    trace.get_current_span().add_event(event_type, {"curbcast.event": event_id})


def _context(traceparent: str) -> Context:
    return _propagator.extract({"traceparent": traceparent}, Context())
