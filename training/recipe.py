"""The recipe of a training: a TOML file such as those in `configs/`, its keys checked when it is read."""

import os
import tomllib
from collections.abc import Iterator, Set
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from crnn.network import Architecture
from training import archive_files, sources
from training.importance import Importance
from training.trainee import Aims

Recipe = dict[str, Any]

_NUMBERS = {"seed", "minutes", "columns", "learning_rate", "weight_decay", "warm_up", "fall", "average"}
_SETTINGS = {"start", "keep", "benchmark"}


@dataclass(frozen=True)
class Keys:
    """The keys of a section: those that must be there, and those that may."""

    needed: Set[str] = frozenset()
    allowed: Set[str] = frozenset()


def read(path: Path) -> Recipe:
    """Read a recipe; `start = "newest"` becomes the newest archive there is.

    SystemExit where there is none, where a key or a source is unknown, or a key is missing.
    """
    try:
        recipe = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SystemExit(f"{path}: {error}") from error
    for problem in _problems(recipe):
        raise SystemExit(f"{path}: {problem}")
    if recipe.get("start") == "newest":
        recipe["start"] = os.path.relpath(archive_files.newest())  # it travels with the weights
    return recipe | {"recipe": path.name}


def _problems(recipe: Recipe) -> Iterator[str]:
    sections = _sections(recipe)
    yield from _differences("", recipe, _top(recipe, sections))
    for name, keys in sections.items():
        if name in recipe:
            yield from _differences(f"{name}.", recipe[name], keys)
    if recipe.get("keep", "last") != "last":
        yield f'keep is "{recipe["keep"]}": it may be "last" alone'


def _top(recipe: Recipe, sections: dict[str, Keys]) -> Keys:
    begins_with = "start" if "importance" in recipe or "start" in recipe else "network"
    return Keys(_NUMBERS | {"weights", begins_with}, _SETTINGS | _names(Aims) | set(sections))


def _sections(recipe: Recipe) -> dict[str, Keys]:
    """The sections that there may be; a network that begins anew has to be described."""
    research = sources.FOR_RESEARCH if recipe.get("benchmark") else ()
    return {
        "network": Keys(set() if "start" in recipe else {"channels"}, _names(Architecture) - {"classes"}),
        "importance": Keys(_names(Importance) - {"model"}),
        "weights": Keys(allowed={*sources.NAMES, *research, "corrections"}),
    }


def _differences(section: str, found: Recipe, keys: Keys) -> Iterator[str]:
    known = keys.needed | keys.allowed
    yield from (f"{section}{key} is unknown; known are {_told(known)}" for key in found if key not in known)
    yield from (f"{section}{key} is missing" for key in sorted(keys.needed - set(found)))


def _names(of: Any) -> set[str]:
    return {field.name for field in fields(of)}


def _told(keys: Set[str]) -> str:
    return ", ".join(sorted(keys))
