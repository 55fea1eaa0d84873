"""One stack for all faults of a database, and the table of what clients saw."""

from pathlib import Path

import pytest

from local.faults import seen, stack

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

    def check(product, what, fault, gone=False):
        noted = product.suffer(what, fault)
        report.append(noted)
        assert noted.wrongs(gone=gone) == []
        assert product.discrepancies() == []
        return noted

    return check


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory):
    with stack.running(tmp_path_factory.mktemp("sqlite"), {}) as product:
        yield product
