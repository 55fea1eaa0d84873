"""The image's health check: exit 0 when a worker of the model is READY, 1 when none is, with the reason.

`/ping` would say Healthy before a worker has loaded. It asks the management API of its own container.
"""

import json
import os
import sys
from http.client import HTTPException
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

SECONDS = 4


def url(environment: dict[str, str]) -> str:
    """Return where this container's management API describes the model, by the port that it listens on."""
    address = environment.get("TS_MANAGEMENT_ADDRESS", "http://127.0.0.1:8081")
    model = environment.get("TORCHSERVE_MODEL", "crnn")
    return f"http://127.0.0.1:{urlsplit(address).port}/models/{model}"


def ready_workers(description: bytes) -> int:
    """Count them in what GET /models/NAME said; ValueError, LookupError or TypeError for anything else."""
    return sum(worker["status"] == "READY" for worker in json.loads(description)[0]["workers"])


def main() -> None:
    """Exit as Docker's health checks and Kubernetes' probes expect."""
    try:
        with urlopen(url(dict(os.environ)), timeout=SECONDS) as answer:  # noqa: S310 - always http on this machine
            workers = ready_workers(answer.read())
    except (URLError, HTTPException, OSError) as error:
        sys.exit(f"TorchServe does not answer: {error}")
    except (ValueError, LookupError, TypeError) as error:
        sys.exit(f"TorchServe's answer is no description of a model: {error!r}")
    if not workers:
        sys.exit("No worker is ready.")


if __name__ == "__main__":
    main()
