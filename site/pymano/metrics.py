"""What is counted and timed. pymano.scrape shows it.

With several worker processes, PROMETHEUS_MULTIPROC_DIR names a folder that they share, empty at the start.
"""

import os
from pathlib import Path

SHARED = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
if SHARED:
    Path(SHARED).mkdir(parents=True, exist_ok=True)

# The library looks for the shared folder when it is imported.
from prometheus_client import Counter, Histogram  # noqa: E402

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter("pymano_requests", "Requests answered.", ["method", "view", "status"])
REQUEST_SECONDS = Histogram("pymano_request_seconds", "What requests took.", ["view"], buckets=SECONDS)
READINGS = Counter("pymano_readings", "Readings asked for, by how they ended.", ["outcome", "version"])
READING_SECONDS = Histogram(
    "pymano_reading_seconds", "From the request for a reading to its being kept.", buckets=SECONDS
)
TORCHSERVE_SECONDS = Histogram(
    "pymano_torchserve_seconds", "What TorchServe took to answer, refusals included.", buckets=SECONDS
)
CORRECTIONS = Counter("pymano_corrections", "Readings that their owners corrected.", ["version"])
CANARY_FALLBACKS = Counter(
    "pymano_canary_fallbacks", "Readings that the default gave because the canary gave none.", ["version"]
)
SHADOW_READINGS = Counter("pymano_shadow_readings", "Readings in the shadow, by how they ended.", ["outcome"])
