"""The image's health check: exit 0 when a worker of the model is READY, 1 when none is, with the reason.

`/ping` would say Healthy before a worker has loaded. It asks the management API of its own container.
"""

import json
import os
import sys
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

SECONDS = 4


def description(address: str) -> bytes:
    """What the management API says of the model; OSError or HTTPException where it says nothing."""
    with closing(HTTPConnection("127.0.0.1", urlsplit(address).port, timeout=SECONDS)) as connection:
        connection.request("GET", "/models/crnn")
        return connection.getresponse().read()


def ready_workers(said: bytes) -> int:
    """Count them in a description; ValueError, LookupError or TypeError for anything else."""
    return sum(worker["status"] == "READY" for worker in json.loads(said)[0]["workers"])


def main() -> None:
    """Exit as Docker's health checks and Kubernetes' probes expect."""
    address = os.environ.get("TS_MANAGEMENT_ADDRESS", "http://127.0.0.1:8081")
    try:
        workers = ready_workers(description(address))
    except (HTTPException, OSError) as error:
        sys.exit(f"TorchServe does not answer: {error}")
    except (ValueError, LookupError, TypeError) as error:
        sys.exit(f"TorchServe's answer is no description of a model: {error!r}")
    if not workers:
        sys.exit("No worker is ready.")


if __name__ == "__main__":
    main()
