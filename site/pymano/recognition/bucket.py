"""Pictures in S3 or what speaks like it, for several machines. The bucket is private to the site.

Pictures are streamed through the site's own check of who may see them, so no signed address leaves it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from pymano.recognition.storage import StorageAwayError

# A reading waits for it, after it has waited for TorchServe: two tries end before gunicorn's time-out.
CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 2},
    # Others than Amazon do not know its newer checksums, and TLS sees to it that nothing changes on the way.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class PictureBucket(S3Storage):  # type: ignore[misc]
    """A bucket whose failures are this site's: FileNotFoundError, or StorageAwayError.

    Without keys in the settings boto3 looks for them where it always does, as in the machine's own role.
    """

    def get_default_settings(self) -> dict[str, Any]:
        """Return django-storages' defaults and ours. Names are drawn at random: none is looked up first."""
        ours = {"client_config": CONFIG, "file_overwrite": True}
        defaults: dict[str, Any] = super().get_default_settings()
        return defaults | ours

    def _save(self, name: str, content: Any) -> str:
        with _failures():
            return str(super()._save(name, content))

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _failures():
            opened = super()._open(name, mode)
            assert opened.file is not None  # noqa: S101 - fetches it, before the answer has begun
            return opened

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        """Return the folders and the pictures in a folder."""
        with _failures():
            folders, files = super().listdir(name)
            return folders, files

    def get_modified_time(self, name: str) -> datetime:
        """Return when a picture was stored; FileNotFoundError where it is gone."""
        with _failures(name):
            when: datetime = super().get_modified_time(name)
            return when

    def delete(self, name: str) -> None:
        """Delete the picture; nothing where it is gone already."""
        with _failures():
            super().delete(name)


@contextmanager
def _failures(name: str = "") -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if name and error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
            raise FileNotFoundError(name) from error
        raise StorageAwayError(str(error)) from error
    except BotoCoreError as error:
        raise StorageAwayError(str(error)) from error
