"""What is counted and timed, and the page that Prometheus reads; not for the public.

With several worker processes, PROMETHEUS_MULTIPROC_DIR names a folder that they share, empty at the start.
"""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

SHARED = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
if SHARED:
    Path(SHARED).mkdir(parents=True, exist_ok=True)

# The library looks for the shared folder when it is imported.
from prometheus_client import (  # noqa: E402
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

READINGS = Counter("pymano_readings", "Readings asked for, by how they ended.", ["outcome", "version"])
READING_SECONDS = Histogram(
    "pymano_reading_seconds", "From the request for a reading to its being kept.", buckets=SECONDS
)
TORCHSERVE_SECONDS = Histogram(
    "pymano_torchserve_seconds", "What TorchServe took to answer, refusals included.", buckets=SECONDS
)
CORRECTIONS = Counter("pymano_corrections", "Readings that their owners corrected.", ["version"])


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Show the counters to who has the token, or to signed-in staff."""
    if not (_has_token(request) or _is_staff(request)):
        return HttpResponse("Forbidden\n", status=403, content_type="text/plain")
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and secrets.compare_digest(given.encode(), wanted.encode())


def _is_staff(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_staff


def _registry() -> CollectorRegistry:
    if not SHARED:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
