import errno

import pytest
from django.core.files.base import ContentFile

from pymano.recognition.storage import WholeFileStorage


@pytest.fixture
def storage(tmp_path):
    return WholeFileStorage(location=tmp_path)


class Torn(ContentFile):
    """Content of which a first part is written, and then the disk is full."""

    def chunks(self, chunk_size=None):
        yield b"the beginning"
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_whole_file_is_kept(storage, tmp_path):
    assert storage.save("pictures/1/a.png", ContentFile(b"whole")) == "pictures/1/a.png"
    assert (tmp_path / "pictures/1/a.png").read_bytes() == b"whole"


def test_of_a_file_that_was_cut_short_nothing_is_kept(storage, tmp_path):
    with pytest.raises(OSError, match="No space left"):
        storage.save("pictures/1/a.png", Torn(b""))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_where_no_folder_can_be_made_the_first_error_is_told(storage, tmp_path):
    (tmp_path / "pictures").touch()
    with pytest.raises(NotADirectoryError, match="pictures/1'"):
        storage.save("pictures/1/a.png", ContentFile(b"whole"))
