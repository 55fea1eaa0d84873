import errno
import os

import pytest

from local.faults import disk


@pytest.fixture
def place(tmp_path):
    try:
        with disk.small(tmp_path / "small", "1m") as folder:
            yield folder
    except PermissionError as error:
        pytest.skip(f"this process may not mount a small disk: {error}")


def test_a_full_disk_takes_nothing_until_it_is_full_no_more(place):
    with disk.full(place), pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        (place / "file").write_bytes(bytes(4096))
    assert (place / "file").write_bytes(bytes(4096)) == 4096
    assert {path.name for path in place.iterdir()} == {"file"}
