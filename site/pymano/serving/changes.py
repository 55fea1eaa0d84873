"""What people may do to the models: change what is wanted, and bring all replicas to it at once.

Where a replica says that a version cannot be served, what was wanted before is wanted again, and every
replica is brought back to it. One that is merely away hinders nobody: it follows when it is there again.
Each change, done or failed, leaves a ModelEvent.
"""

import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from pymano.serving import catalogue, transport
from pymano.serving.bringing import Outcome as Brought
from pymano.serving.bringing import workers_in_words
from pymano.serving.management import ManagementError, Replica, Served
from pymano.serving.models import ModelEvent, Outcome, WantedVersion
from pymano.serving.reconcile import reconcile

# Both together end before gunicorn's time-out.
SECONDS: Final = 20.0
UNDO_SECONDS: Final = 6.0

Undo = Callable[[], object]


class Action(StrEnum):
    """What a ModelEvent says that was done."""

    ADOPT = "adopt"
    REGISTER = "register"
    UNREGISTER = "unregister"
    SET_WORKERS = "set_workers"
    SET_DEFAULT = "set_default"
    ROLL_BACK = "roll_back"
    UPLOAD = "upload"
    REMOVE = "remove"
    RECONCILE = "reconcile"


class RefusedError(Exception):
    """A change is not possible, or failed and was taken back; str() says why in plain words, for a page."""


def register(*, version: str, workers: int, actor: AbstractBaseUser | None) -> list[Brought]:
    """Have every replica load a version of the catalogue, beside those that it serves."""

    def want() -> Undo:
        row = _want(version, workers)
        return lambda: WantedVersion.objects.filter(pk=row.pk).delete()

    return _carry_out(Action.REGISTER, version, want, actor, workers_in_words(workers))


def unregister(*, version: str, actor: AbstractBaseUser | None) -> list[Brought]:
    """Have every replica drop a version that is not the default."""

    def let_go() -> Undo:
        row = _wanted(version)
        if row.is_default:
            raise RefusedError(f"{version} is the default. Make another version the default first.")
        try:
            row.delete()
        except ProtectedError as error:
            raise RefusedError(f"{version} is on trial. End its canary or shadow first.") from error
        return lambda: None

    return _carry_out(Action.UNREGISTER, version, let_go, actor)


def set_workers(*, version: str, workers: int, actor: AbstractBaseUser | None) -> list[Brought]:
    """Have every replica read a version with so many workers."""

    def set_number() -> Undo:
        row = _wanted(version)
        before, row.workers = row.workers, workers
        row.save(update_fields=["workers"])
        return lambda: WantedVersion.objects.filter(pk=row.pk).update(workers=before)

    return _carry_out(Action.SET_WORKERS, version, set_number, actor, workers_in_words(workers))


def set_default(*, version: str, actor: AbstractBaseUser | None) -> list[Brought]:
    """Have a registered version read where none is asked for."""

    def prefer() -> Undo:
        before = WantedVersion.objects.filter(is_default=True).first()
        _wanted(version).make_default()
        return before.make_default if before else lambda: None

    return _carry_out(Action.SET_DEFAULT, version, prefer, actor)


def roll_back(*, actor: AbstractBaseUser | None) -> list[Brought]:
    """Make the previous default the default again, and register it anew where it is no longer."""
    version = previous_default()
    if version is None:
        raise RefusedError("There is no earlier default that could be served.")

    def return_to() -> Undo:
        before = WantedVersion.objects.get(is_default=True)
        row = WantedVersion.objects.filter(version=version).first()
        new = row or _want(version, before.workers)
        new.make_default()

        def undo() -> None:
            before.make_default()
            if row is None:
                WantedVersion.objects.filter(pk=new.pk).delete()

        return undo

    return _carry_out(Action.ROLL_BACK, version, return_to, actor)


def give_up(*, version: str, reasons: str) -> None:
    """Take back a registration whose time was too short to see that no worker starts.

    What is the default, on trial, or was used in another way since it was registered stays wanted.
    """
    last = ModelEvent.objects.filter(version=version).exclude(action=Action.RECONCILE).first()
    row = WantedVersion.objects.filter(version=version, is_default=None).first()
    if row is None or last is None or last.action != Action.REGISTER:
        return
    try:
        row.delete()
    except ProtectedError:
        return
    details = f"{reasons} The registration is taken back."
    ModelEvent.record(Action.REGISTER, version, outcome=Outcome.FAILED, details=details)


def previous_default() -> str | None:
    """Return where roll_back would lead to: the last default before this one that can be served."""
    *earlier, now = _defaults() or [""]
    may_return = set(WantedVersion.objects.filter(version__in=earlier).values_list("version", flat=True))
    may_return |= {archive.version for archive in catalogue.archives() if archive.may_be_loaded}
    may_return.discard(now)
    return next((version for version in reversed(earlier) if version in may_return), None)


def _defaults() -> list[str]:
    """Return the defaults up to this one, as if those that were rolled back had never been."""
    told = ModelEvent.objects.filter(
        action__in=[Action.ADOPT, Action.SET_DEFAULT, Action.ROLL_BACK], outcome=Outcome.DONE
    )
    defaults: list[str] = []
    for action, version in told.order_by("at", "id").values_list("action", "version"):
        if action == Action.ROLL_BACK and version in defaults:
            del defaults[len(defaults) - defaults[::-1].index(version) :]
        elif defaults[-1:] != [version]:
            defaults.append(version)
    return defaults


def _wanted(version: str) -> WantedVersion:
    row = WantedVersion.objects.select_for_update().filter(version=version).first()
    if row is None:
        raise RefusedError(f"{version} is not registered.")
    return row


def _want(version: str, workers: int) -> WantedVersion:
    archive = catalogue.find(version)
    if archive is None:
        raise RefusedError(f"There is no approved archive of {version}.")
    if not archive.may_be_loaded:
        raise RefusedError(f"The file {archive.name} is not the one whose hash was approved.")
    if WantedVersion.objects.filter(version=version).exists():
        raise RefusedError(f"{version} is registered already.")
    return WantedVersion.objects.create(
        version=version, archive=archive.name, sha256=archive.sha256, workers=workers
    )


def _carry_out(
    action: Action,
    version: str,
    change: Callable[[], Undo],
    actor: AbstractBaseUser | None,
    details: str = "",
) -> list[Brought]:
    """Adopt what is served where nothing is wanted yet, change that, and bring the replicas to it."""
    if not WantedVersion.objects.exists():
        _adopt(_first_served())
    try:
        with transaction.atomic():
            undo = change()
    except RefusedError as error:
        ModelEvent.record(action, version, actor=actor, outcome=Outcome.FAILED, details=str(error))
        raise
    except IntegrityError as error:
        raise RefusedError("Somebody else has just changed the models. Look again.") from error
    brought = reconcile(seconds=SECONDS)
    if reasons := _reasons(version, brought):
        undo()
        reconcile(seconds=UNDO_SECONDS)
        ModelEvent.record(action, version, actor=actor, outcome=Outcome.FAILED, details=reasons)
        raise RefusedError(f"{reasons} Nothing was changed.")
    told = " ".join([f"{details}." if details else "", *notes(version, brought)]).strip()
    ModelEvent.record(action, version, actor=actor, details=told)
    return brought


def notes(version: str, brought: Iterable[Brought]) -> list[str]:
    """Say in plain words which replicas do not serve a version as they should yet."""
    lines = []
    for outcome in brought:
        if outcome.is_away:
            lines.append(f"TorchServe at {outcome.url} is away; it will follow.")
        about = (problem for problem in outcome.problems if problem.version in ("", version))
        lines += [f"At {outcome.url}: {problem}." for problem in about]
    return lines


def _reasons(version: str, brought: Iterable[Brought]) -> str:
    """Say why a version cannot be served, where a replica says so."""
    return " ".join(
        f"At {outcome.url}: {problem}."
        for outcome in brought
        for problem in outcome.problems
        if problem.version == version and problem.lasting
    )


def _first_served() -> Served:
    """Return what the first replica that answers serves."""
    for url in transport.replicas():
        try:
            served = Replica(url, time.monotonic() + SECONDS).served()
        except ManagementError:
            continue
        if served.versions:
            return served
    raise RefusedError("No TorchServe answers, so that nobody knows what it serves now. Try again later.")


def _adopt(served: Served) -> None:
    """Want what is served, as far as it is approved."""
    approved = {(archive.version, archive.name): archive for archive in catalogue.archives()}
    fit = [loaded for loaded in served.versions if (loaded.version, loaded.archive) in approved]
    if served.default not in {loaded.version for loaded in fit}:
        raise RefusedError(f"TorchServe serves {served.default} by default, which is no approved archive.")
    with transaction.atomic():
        for loaded in fit:
            WantedVersion.objects.create(
                version=loaded.version,
                archive=loaded.archive,
                sha256=approved[loaded.version, loaded.archive].sha256,
                workers=max(1, loaded.fewest_workers),
                is_default=True if loaded.version == served.default else None,
            )
        ModelEvent.record(Action.ADOPT, served.default, details="What was served before anybody changed it.")
