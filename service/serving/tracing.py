"""OpenTelemetry traces, where they are wanted; otherwise nothing is recorded and nothing is sent."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from opentelemetry.propagate import extract
from opentelemetry.trace import NoOpTracer, Span, SpanKind, Tracer

from index.errors import ExtraMissing
from service.types import Answer

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider


class Tracing:
    """Records requests and the stages of their answers.

    Args:
        endpoint: OTLP address (HTTP, protobuf), such as ``http://127.0.0.1:4318/v1/traces``; none
            if it is empty.

    Raises:
        ExtraMissing: There is an endpoint and the extra is not installed.
    """

    def __init__(self, endpoint: str) -> None:
        self._provider = _provider(endpoint) if endpoint else None
        self._tracer: Tracer = self._provider.get_tracer("citewise") if self._provider else NoOpTracer()

    def close(self) -> None:
        """Send what is not yet sent."""
        if self._provider:
            self._provider.shutdown()

    @contextmanager
    def request(self, method: str, headers: Mapping[str, str]) -> Iterator[Span]:
        """A span around one request, in the trace that its ``traceparent`` names."""
        with self._tracer.start_as_current_span(
            method,
            context=extract(headers),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method},
        ) as span:
            yield span

    def stages(self, answer: Answer) -> None:
        """Record the stages of an answer that was composed just now.

        A stage that came several times, in turn with others, is one span as long as all of them.
        """
        at = time.time_ns() - round(answer.timings_ms["total"] * 1e6)
        for stage, ms in answer.timings_ms.items():
            if stage != "total":
                span = self._tracer.start_span(stage, start_time=at)
                at += round(ms * 1e6)
                span.end(end_time=at)


def _provider(endpoint: str) -> "TracerProvider":
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ExtraMissing(
            f"telemetry_endpoint is {endpoint!r}, but traces cannot be sent ({error}).",
            "Run: pip install 'citewise[telemetry]'",
        ) from error
    resource = Resource.create({"service.name": "citewise", "service.version": version("citewise")})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return provider
