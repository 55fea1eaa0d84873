"""Where pictures are stored, unless they lie elsewhere than on a disk."""

from contextlib import suppress
from typing import Any

from django.core.files.storage import FileSystemStorage


class StorageAwayError(OSError):
    """Pictures can be neither stored nor fetched now. str() is for the log, never for users."""


class WholeFileStorage(FileSystemStorage):
    """A folder in which a picture lies whole or not at all: what a full disk cut short is taken away."""

    def _save(self, name: str, content: Any) -> str:
        try:
            saved: str = super()._save(name, content)  # type: ignore[misc]  # the stubs do not know it
        except OSError:
            with suppress(OSError):
                self.delete(name)
            raise
        return saved
