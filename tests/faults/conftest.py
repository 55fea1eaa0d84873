"""One stack for all faults of a database, and the table of what clients saw."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from local import mariadb
from local.faults import disk, seen, stack
from local.faults.answers import BROKEN

REPORT = Path(__file__).parents[2] / "reports" / "faults.md"


@pytest.fixture(scope="session")
def report():
    """Where each fault is noted; written in the end, whatever failed."""
    noted = []
    yield noted
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join(["# Faults", "", *seen.table(noted), ""]))


@pytest.fixture
def suffer(report):
    """Have a fault happen; note what was seen, and check what must hold whatever happens."""

    def check(product, what, fault, gone=False, killed=False):
        """`gone`: the site is away for a while; `killed`: and leaves what it was doing."""
        noted = product.suffer(what, fault)
        report.append(noted)
        if killed:
            product.unheard += [answer.question for answer in noted.answers if answer.outcome == BROKEN]
        assert noted.wrongs(gone=gone or killed) == []
        assert product.discrepancies() == []
        return noted

    return check


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("sqlite")


@pytest.fixture(scope="session")
def small_disk(folder):
    """The folder of pictures on a disk of its own, or why there is none."""
    try:
        with disk.small(folder / "data" / "media", "16m") as place:
            yield place
    except PermissionError as error:
        yield error


@pytest.fixture(scope="session")
def on_sqlite(folder, small_disk):
    with stack.running(folder, {}) as product:
        yield product


@pytest.fixture
def database():
    """A MariaDB of one's own."""
    if not mariadb.server():
        pytest.skip(mariadb.MISSING)
    if not find_spec("MySQLdb"):
        pytest.skip("mysqlclient is not installed: .venv/bin/pip install -r requirements/mysql.txt")
    with mariadb.throwaway() as server:
        yield server
