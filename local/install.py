"""Puts the pinned packages into `.venv`: `python3 local/install.py site model dev`.

Runs on the system's own Python 3.11 with nothing installed, so it uses the standard library alone. What is
installed already is left alone; an interrupted installation is simply repeated.
"""

from __future__ import annotations  # an older Python must come as far as being refused

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
LOG = ROOT / ".run" / "install.log"
_OFFLINE = ("NewConnectionError", "Temporary failure in name", "Connection refused")
"""What pip says where it cannot reach the package index."""


def main() -> None:
    """Install the requirement files named on the command line, unless they are installed."""
    if sys.version_info[:2] != (3, 11):
        found = ".".join(map(str, sys.version_info[:3]))
        wrong = f"{sys.executable} is {found}"
        raise SystemExit(f"Pymano needs Python 3.11; {wrong}. Name another: make PYTHON=python3.11")
    files = [ROOT / "requirements" / f"{name}.txt" for name in sys.argv[1:]]
    wanted = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    present = _present()
    if all(present.get(name) == digest for name, digest in wanted.items()):
        return
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")
    if not present:
        _make_environment()
    _say("Installing the pinned packages into .venv: a few minutes, most of it downloads.")
    _pip(_torch(files), files)
    STAMP.write_text("".join(f"{digest} {name}\n" for name, digest in (present | wanted).items()))


def _present() -> dict[str, str]:
    """What was installed here before, whole: file name -> hash; nothing where Python does not work."""
    if not STAMP.exists() or not _works([PYTHON, "-c", ""]):
        return {}
    pairs = (line.split() for line in STAMP.read_text(errors="replace").splitlines())
    return {pair[1]: pair[0] for pair in pairs if len(pair) == 2}


def _make_environment() -> None:
    if not _works([sys.executable, "-m", "venv", "--help"]):
        raise SystemExit("This Python has no venv; on Debian: apt install python3.11-venv")
    if PYTHON.exists() and _works([PYTHON, "-m", "pip", "-V"]):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if not _works([sys.executable, "-m", "venv", VENV]):
        raise SystemExit("This Python cannot make an environment; on Debian: apt install python3.11-venv")


def _works(command: list[str | Path]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _torch(files: list[Path]) -> list[str]:
    """The pin of torch, which goes first so that nothing else asks for another build of it."""
    lines = [line for path in files for line in path.read_text().splitlines()]
    return [line.split("#")[0].strip() for line in lines if line.startswith("torch==")]


def _pip(first: list[str], files: list[Path]) -> None:
    options = ["install", "--quiet", "--disable-pip-version-check", "--no-input"]
    if first:
        _call([*options, *first])
    _call([*options, *(part for path in files for part in ("-r", str(path)))])


def _call(arguments: list[str]) -> None:
    """Run pip, its words in the log; one clear line where it fails."""
    with LOG.open("a") as log:
        answer = subprocess.run([PYTHON, "-m", "pip", *arguments], stdout=log, stderr=log, check=False)
    if answer.returncode == 0:
        return
    text = LOG.read_text(errors="replace")
    offline = any(sign in text for sign in _OFFLINE)
    reason = "there is no connection to the package index" if offline else "pip could not install everything"
    raise SystemExit(f"{reason}: see {LOG.relative_to(ROOT)}, and run the same command again.".capitalize())


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit("\nInterrupted. Run the same command again: it goes on.") from None
