"""Traces by OpenTelemetry: what a request took, and TorchServe's part of it. Off unless asked for.

OTEL_EXPORTER_OTLP_ENDPOINT names a collector that speaks OTLP over HTTP. The packages are in
requirements/tracing.txt; they read their other variables themselves, such as OTEL_TRACES_SAMPLER.
"""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

from pymano import env, observation, request_id

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import Span, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

EXPORT_SECONDS = 5
UNTRACED = "healthz,readyz,metrics,static/"
# Behind the two that give a request its id and note it.
POSITION = 2
# Where the conventions, old and new, put what was asked for, with the question.
ADDRESSES = ("http.url", "http.target", "url.full", "url.path")


def start() -> None:
    """Trace this process, if there is somebody to tell. Call it before Django loads its middleware."""
    if endpoint := env.text("OTEL_EXPORTER_OTLP_ENDPOINT", ""):
        instrument(provider(exporter(endpoint)))


def exporter(endpoint: str) -> "SpanExporter":
    """Return what sends traces to a collector, in the background, and gives up after a while."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as error:
        raise ImproperlyConfigured(
            "OTEL_EXPORTER_OTLP_ENDPOINT needs the packages of requirements/tracing.txt."
        ) from error
    return OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_SECONDS)


def provider(to: "SpanExporter") -> "TracerProvider":
    """Return a provider under the name pymano-site, unless OTEL_SERVICE_NAME says another."""
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = Resource.create({"service.name": "pymano-site"}).merge(OTELResourceDetector().detect())
    traces = TracerProvider(resource=named)
    traces.add_span_processor(BatchSpanProcessor(to, export_timeout_millis=1000 * EXPORT_SECONDS))
    return traces


def instrument(traces: "TracerProvider") -> None:
    """Have Django and requests make spans, and requests tell TorchServe of which trace it is a part."""
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.instrumentation.requests import RequestsInstrumentor

    DjangoInstrumentor().instrument(
        tracer_provider=traces,
        excluded_urls=UNTRACED,
        middleware_position=POSITION,
        response_hook=describe,
    )
    RequestsInstrumentor().instrument(tracer_provider=traces)


def describe(span: "Span", request: HttpRequest, response: HttpResponse) -> None:  # noqa: ARG001
    """Add the request's id; take out what is nobody's business: what was searched for, and keys in links."""
    path: Any = observation.path(request)
    span.set_attribute("pymano.request_id", request_id.current())
    for name in ADDRESSES:
        if name in (span.attributes or {}):
            span.set_attribute(name, path)
    if "url.query" in (span.attributes or {}):
        span.set_attribute("url.query", "")
