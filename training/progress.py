"""What a command of minutes says while it works."""

import sys


def tell(line: str) -> None:
    """Say something to the person at the terminal; standard output is for results."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201
