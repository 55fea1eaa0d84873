"""The page that Prometheus reads; not for the public. What is counted and timed stands in pymano.metrics."""

import logging
import secrets
from collections.abc import Iterator

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from pymano.metrics import SHARED
from pymano.serving import client, overview

log = logging.getLogger(__name__)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Show the counters to who has the token, or to signed-in staff."""
    if not (_has_token(request) or _is_staff(request)):
        return HttpResponse("Forbidden\n", status=403, content_type="text/plain")
    return HttpResponse(generate_latest(registry()), content_type=CONTENT_TYPE_LATEST)


class TorchServe(Collector):
    """How TorchServe is, as the process that is asked last saw it."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield what is known; where TorchServe is away, that none of its workers is ready."""
        yield from self._reading()
        try:
            states = overview.states()
        except Error as error:
            log.warning("Not known what is wanted of TorchServe: %s", error)
            return
        replicas = GaugeMetricFamily(
            "pymano_torchserve_replicas", "Replicas of TorchServe, by how they are.", labels=["state"]
        )
        for state, count in states.items():
            replicas.add_metric([state], count)
        yield replicas

    def _reading(self) -> Iterator[GaugeMetricFamily]:
        state = client.state()
        yield GaugeMetricFamily(
            "pymano_torchserve_ready_workers", "Workers of TorchServe that can read now.", state.ready_workers
        )
        if state.queue_free is not None:
            yield GaugeMetricFamily(
                "pymano_torchserve_queue_free",
                "Readings that TorchServe's queue still takes.",
                state.queue_free,
            )


def registry() -> CollectorRegistry:
    """Return all there is to show: what this process counts or, where several share a folder, what all do."""
    shown = CollectorRegistry()
    if SHARED:
        multiprocess.MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
    else:
        shown.register(REGISTRY)
    shown.register(TorchServe())
    return shown


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and secrets.compare_digest(given.encode(), wanted.encode())


def _is_staff(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_staff
