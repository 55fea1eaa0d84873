"""Reads settings from the environment: NAME itself, or the file that NAME_FILE names (Docker's secrets)."""

import os
import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"", "0", "false", "no", "off"}
RATE = re.compile(r"[1-9]\d*/(s|sec|second|m|min|minute|h|hour|d|day)")


def text(name: str, default: str | None = None) -> str:
    """Return the value of NAME, or of the file NAME_FILE, or the default; without any, refuse to start."""
    if name in os.environ:
        return os.environ[name]
    if file := os.environ.get(f"{name}_FILE"):
        return _content(f"{name}_FILE", Path(file))
    if default is None:
        raise ImproperlyConfigured(f"Set {name} (or {name}_FILE) in the environment.")
    return default


def secret(name: str) -> str:
    """Return a value that must be there and not be empty."""
    if value := text(name):
        return value
    raise ImproperlyConfigured(f"{name} is empty.")


def flag(name: str, *, default: bool = False) -> bool:
    """Return True for on, yes, true or 1; False for off, no, false, 0 or nothing."""
    word = text(name, "on" if default else "off").strip().lower()
    if word not in YES | NO:
        raise ImproperlyConfigured(f"{name} must be on or off, not {word!r}.")
    return word in YES


def number(name: str, default: int) -> int:
    """Return a whole number, none below zero."""
    word = text(name, str(default)).strip()
    if not word.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {word!r}.")
    return int(word)


def choice(name: str, *words: str) -> str:
    """Return one of the words; the first is the default."""
    word = text(name, words[0]).strip().lower()
    if word not in words:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(words)}, not {word!r}.")
    return word


def rate(name: str, default: str) -> str:
    """Return so many a second, minute, hour or day: "240/min"."""
    word = text(name, default).strip()
    if not RATE.fullmatch(word):
        raise ImproperlyConfigured(f"{name} must be a rate such as {default}, not {word!r}.")
    return word


def names(name: str, default: str = "") -> list[str]:
    """Return the parts of a comma-separated value: "a, b" -> ["a", "b"]."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def load(path: Path) -> None:
    """Put the KEY=VALUE lines of a file into the environment, where they do not override what is there."""
    if not path.is_file():
        return
    for line in _content(path.name, path).splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith("#"):
            os.environ.setdefault(key.strip(), value.strip())


def _content(name: str, path: Path) -> str:
    try:
        content = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}: {path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ImproperlyConfigured(f"{name}: {path} is not text.") from error
    if "\0" in content:
        raise ImproperlyConfigured(f"{name}: {path} is not text.")
    return content
