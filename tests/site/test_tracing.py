import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from pymano import tracing
from tests.site.drawings import STROKES


@pytest.fixture
def spans(settings):
    """Trace what the test does; what is called gives the spans that have ended."""
    settings.MIDDLEWARE = list(settings.MIDDLEWARE)  # it will be inserted into
    kept = InMemorySpanExporter()
    traces = tracing.provider(kept)
    tracing.instrument(traces)

    def ended():
        traces.force_flush()
        return kept.get_finished_spans()

    yield ended
    RequestsInstrumentor().uninstrument()
    DjangoInstrumentor().uninstrument()
    traces.shutdown()


def test_a_reading_is_a_span_with_torchserves_part_inside(spans, api, alice, torchserve):
    answer = api(alice).post(
        "/api/v1/predictions/", {"strokes": STROKES}, format="json", headers={"X-Request-ID": "edge-1"}
    )
    assert answer.status_code == 201
    inner, outer = spans()
    assert outer.name == "POST api/v1/predictions/"
    assert outer.attributes["pymano.request_id"] == "edge-1"
    assert inner.parent.span_id == outer.context.span_id
    assert torchserve.url in str(dict(inner.attributes))
    assert outer.resource.attributes["service.name"] == "pymano-site"


def test_torchserve_is_told_of_the_trace(spans, api, alice, torchserve):
    api(alice).post("/api/v1/predictions/", {"strokes": STROKES}, format="json")
    inner, _ = spans()
    [trace] = torchserve.traces
    assert f"{inner.context.trace_id:032x}-{inner.context.span_id:016x}" in trace


def test_what_was_searched_for_is_not_in_it_nor_the_key_of_a_link(spans, alice):
    browser = Client()
    browser.force_login(alice)
    browser.get("/history/?q=private")
    browser.get("/accounts/password/reset/key/1-c5h3d6-0123456789abcdef/")
    found = spans()
    assert len(found) == 2
    for span in found:
        assert "private" not in str(dict(span.attributes))
        assert "0123456789abcdef" not in str(dict(span.attributes))


def test_probes_are_not_traced(spans, db, torchserve):
    Client().get("/healthz")
    Client().get("/static/x.css")
    assert spans() == ()


def test_another_name_may_be_given(monkeypatch):
    monkeypatch.setenv("OTEL_SERVICE_NAME", "ink")
    traces = tracing.provider(InMemorySpanExporter())
    assert traces.resource.attributes["service.name"] == "ink"
    traces.shutdown()


@pytest.fixture
def collector():
    """Listen as a collector does; what is called gives the paths that were posted to."""
    posted = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            posted.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", posted
        server.shutdown()
        thread.join()


def test_it_is_sent_to_the_collector(collector):
    url, posted = collector
    traces = tracing.provider(tracing.exporter(url))
    traces.get_tracer("test").start_span("one").end()
    assert traces.force_flush()
    traces.shutdown()
    assert posted == ["/v1/traces"]


def test_a_collector_that_is_away_is_given_up(monkeypatch):
    monkeypatch.setattr(tracing, "EXPORT_SECONDS", 0.2)
    kept = InMemorySpanExporter()
    traces = tracing.provider(kept)
    traces.get_tracer("test").start_span("one").end()
    traces.force_flush()
    away = tracing.exporter("http://127.0.0.1:9")
    assert away.export(kept.get_finished_spans()) is SpanExportResult.FAILURE
    away.shutdown()
    traces.shutdown()


def test_it_is_off_unless_asked_for(monkeypatch):
    monkeypatch.setattr(tracing, "instrument", lambda _: pytest.fail("it was not asked for"))
    tracing.start()


def test_without_the_packages_the_start_says_what_is_missing(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(ImproperlyConfigured, match=r"requirements/tracing\.txt"):
        tracing.start()
