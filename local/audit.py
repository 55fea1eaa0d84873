"""`make audit`: asks the advisories of OSV whether a pinned package has a known weakness.

It needs the network, so neither `make check` nor a change waits for it. What cannot be asked about is never
taken for sound.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIP_AUDIT = ROOT / ".run" / "audit" / "bin" / "pip-audit"
SERVICE = "OSV (osv.dev)"
_UNREACHABLE = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "Could not connect", "ServiceError")
"""What pip-audit says where the service does not answer."""


def main(program: Path = PIP_AUDIT, folder: Path = ROOT / "requirements") -> None:
    """Print what is known of the pinned packages; exit 1 where there is something, 2 where nobody answers."""
    files = sorted(folder.glob("*.txt"))
    answer = subprocess.run(command(program, files), stderr=subprocess.PIPE, text=True, check=False)
    if any(sign in answer.stderr for sign in _UNREACHABLE):
        _say(f"make audit: the advisory service {SERVICE} cannot be reached; nothing was audited.")
        raise SystemExit(2)
    _say(answer.stderr.strip())
    raise SystemExit(answer.returncode)


def command(program: Path, files: list[Path]) -> list[str]:
    """Ask about exactly what is pinned: nothing is resolved, and to pass something over is an error."""
    options = ["--strict", "--no-deps", "--disable-pip", "--progress-spinner", "off", "--desc", "off"]
    return [
        str(program),
        "--vulnerability-service",
        "osv",
        *options,
        *(f"--requirement={file}" for file in files),
    ]


def _say(words: str) -> None:
    print(words, file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
