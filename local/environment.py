"""This machine's own settings: secrets and addresses in `.env.local`, ignored by git, for its owner alone."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / ".env.local"

DEMO_USERS = ("admin", "bob", "sophie")

_HEAD = "# Written by `make run`, for this machine alone. Delete the file to draw new secrets.\n"


class UnreadableError(RuntimeError):
    """The file of settings is damaged; the message says so in one line."""


def password_name(user: str) -> str:
    """Name of the variable that holds a demo user's password: "bob" -> "DEMO_BOB_PASSWORD"."""
    return f"DEMO_{user.upper()}_PASSWORD"


def load(file: Path = FILE) -> dict[str, str]:
    """Read KEY=VALUE lines; nothing where there is no file, UnreadableError where it holds no text."""
    if not file.exists():
        return {}
    pairs = (line.partition("=") for line in _text(file).splitlines())
    return {key.strip(): value.strip() for key, equals, value in pairs if equals and not key.startswith("#")}


def _text(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(_damaged(file)) from error
    if "\0" in text:
        raise UnreadableError(_damaged(file))
    return text


def _damaged(file: Path) -> str:
    return f"{file.name} is damaged. Remove it, and new secrets and passwords are drawn."


def save(values: Mapping[str, str], file: Path = FILE) -> None:
    """Write KEY=VALUE lines, readable by the owner alone from the first byte, whole or not at all."""
    unfinished = file.with_name(f"{file.name}.part")
    unfinished.unlink(missing_ok=True)
    lines = "".join(f"{key}={value}\n" for key, value in values.items())
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(_HEAD + lines)
    unfinished.replace(file)


def complete(values: Mapping[str, str]) -> dict[str, str]:
    """Keep what is there, and draw at random the secrets that are missing."""
    drawn = {"SECRET_KEY": secrets.token_urlsafe(50), "METRICS_TOKEN": secrets.token_urlsafe(24)}
    drawn |= {password_name(user): secrets.token_urlsafe(9) for user in DEMO_USERS}
    return drawn | {name: value for name, value in values.items() if value}
