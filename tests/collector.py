"""An OpenTelemetry collector on loopback that keeps the spans that it is sent.

async with open_collector() as collector:
    collector.url                       for OTEL_EXPORTER_OTLP_ENDPOINT
    await collector.until("mail x")     the first span of that name, as Seen(service, name, trace, …)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.servers import free_port
from tests.patience import PATIENCE


@dataclass(frozen=True)
class Seen:
    """One span; ids are hexadecimal, `parent` is empty at the root."""

    service: str
    name: str
    trace: str
    span: str
    parent: str


@dataclass
class Collector:
    url: str
    spans: list[Seen] = field(default_factory=list)
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: Request) -> Response:
        sent = ExportTraceServiceRequest.FromString(await request.body())
        for resource in sent.resource_spans:
            (service,) = [e.value.string_value for e in resource.resource.attributes if e.key == "service.name"]
            self.spans += [
                Seen(service, span.name, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
                for scope in resource.scope_spans
                for span in scope.spans
            ]
        async with self._came:
            self._came.notify_all()
        return Response(media_type="application/x-protobuf")

    async def until(self, name: str) -> Seen:
        def found() -> Seen | None:
            return next((span for span in self.spans if span.name == name), None)

        async with asyncio.timeout(PATIENCE), self._came:
            await self._came.wait_for(lambda: found() is not None)
        seen = found()
        assert seen is not None
        return seen


@asynccontextmanager
async def open_collector() -> AsyncIterator[Collector]:
    port = free_port()
    collector = Collector(f"http://127.0.0.1:{port}")
    app = Starlette(routes=[Route("/v1/traces", collector.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server._serve())
    try:
        while not server.started:  # noqa: ASYNC110 - uvicorn rings no bell
            await asyncio.sleep(0.01)
        yield collector
    finally:
        server.should_exit = True
        await serving
