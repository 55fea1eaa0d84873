import sys
from pathlib import Path

import pytest

from local import audit


@pytest.fixture
def run(tmp_path, capfd):
    """Run it with something in pip-audit's place: what it says on standard error, and how it ends."""

    def run(stderr: str, status: int) -> tuple[int, str]:
        program = tmp_path / "pip-audit"
        program.write_text(
            f"#!{sys.executable}\nimport sys\nsys.stderr.write({stderr!r})\nsys.exit({status})\n"
        )
        program.chmod(0o700)
        with pytest.raises(SystemExit) as end:
            audit.main(program)
        return end.value.code, capfd.readouterr().err

    return run


def test_it_says_that_nothing_is_known(run):
    assert run("No known vulnerabilities found\n", 0) == (0, "No known vulnerabilities found\n")


def test_it_fails_where_something_is_known(run):
    assert run("Found 1 known vulnerability in 1 package\n", 1)[0] == 1


@pytest.mark.parametrize(
    "said",
    [
        "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.osv.dev', port=443): Max retries",
        "pip_audit._service.interface.ConnectionError: Could not connect to OSV's vulnerability feed",
    ],
)
def test_it_names_the_service_where_it_cannot_be_reached(run, said):
    status, told = run(f"Traceback (most recent call last):\n{said}\n", 1)
    assert status == 2
    assert told == "make audit: the advisory service OSV (osv.dev) cannot be reached; nothing was audited.\n"


def test_it_asks_for_every_pinned_set_of_packages():
    files = sorted((audit.ROOT / "requirements").glob("*.txt"))
    asked = audit.command(Path("pip-audit"), files)
    assert {f"--requirement={file}" for file in files} <= set(asked)
    assert any(file.name == "site.txt" for file in files)
    assert "--strict" in asked
