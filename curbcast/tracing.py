"""Sending spans to an OpenTelemetry collector, where OTEL_EXPORTER_OTLP_ENDPOINT names one.

Everything else (headers, sampling, attributes of the resource) is said by OpenTelemetry's own variables. Callers' trace
headers are not gone on from: who asks from the internet does not decide what is recorded here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace

from casework.config import Settings


@contextmanager
def traced(settings: Settings, part: str) -> Iterator[None]:
    """Spans of this process, which is `part` of the installation, are sent until the block ends."""
    if settings.otel_exporter_otlp_endpoint is None:
        yield
        return
    # Whoever traces nothing needs none of this in memory.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": f"curbcast-{part}"}))
    exporter = OTLPSpanExporter(endpoint=f"{settings.otel_exporter_otlp_endpoint}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()  # sends what is still held
