"""The commands of docs/operations.md, run as they stand: back up, lose everything, restore."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local import mariadb

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

FILL = r"""
from django.core.files.base import ContentFile
from pymano.accounts.models import User
from pymano.recognition.models import Prediction
alice = User.objects.create_user("émile", "emile@example.org", "a quiet pencil")
ink = [[[0.1, 2, None], [3, 4.5, 10, 0.25]]]
one = Prediction(owner=alice, text="h\u00e9llo \U0001f600", confidence=0.9, strokes=ink, duration_ms=5)
one.save()
two = Prediction(owner=alice, text="photo", confidence=0.5, duration_ms=5)
two.picture.save("photo.png", ContentFile(b"\x89PNG \x00\xff"), save=False)
two.save()
"""
LOOK = r"""
from pymano.accounts.models import User
from pymano.recognition.models import Prediction
for one in Prediction.objects.order_by("text"):
    picture = one.picture.open().read() if one.picture else None
    print(ascii((str(one.pk), one.owner.username, one.text, one.strokes, str(one.created_at), picture)))
print(User.objects.get().check_password("a quiet pencil"))
"""


class Installation:
    """A database and a folder of pictures of their own, spoken to as an operator does."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.data, self.backup = folder / "data", folder / "backup"
        self.backup.mkdir()
        apart = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        places = {"DATA_DIR": str(self.data), "BACKUP": str(self.backup), "PATH": path}
        self.environment = apart | places | settings

    def run(self, *command: str) -> str:
        answer = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def follow(self, title: str) -> None:
        """Do what stands under this title."""
        [block] = re.findall(rf"^### {title}\n(?:.*\n)*?```sh\n((?:.*\n)*?)```", OPERATIONS, re.MULTILINE)
        self.run("bash", "-euo", "pipefail", "-c", block)

    def fill(self) -> None:
        self.run("python", "manage.py", "migrate", "--verbosity", "0")
        self.run("python", "manage.py", "shell", "--no-imports", "-c", FILL)

    def look(self) -> str:
        return self.run("python", "manage.py", "shell", "--no-imports", "-c", LOOK)


def test_sqlite_comes_back_as_it_was(tmp_path):
    installation = Installation(tmp_path, {})
    installation.fill()
    before = installation.look()
    installation.follow("Back up SQLite")
    shutil.rmtree(installation.data)
    installation.data.mkdir()
    installation.follow("Restore SQLite")
    assert installation.look() == before
    assert len(before.splitlines()) == 3


@pytest.mark.skipif(mariadb.server() is None, reason=mariadb.MISSING)
def test_mariadb_comes_back_as_it_was(tmp_path):
    pytest.importorskip("MySQLdb", reason="mysqlclient is not installed (requirements/mysql.txt)")
    with mariadb.throwaway() as server:
        installation = Installation(tmp_path, server.settings)
        installation.fill()
        before = installation.look()
        installation.follow("Back up MySQL")
        shutil.rmtree(installation.data)
        installation.data.mkdir()
        server.query("DROP DATABASE pymano")
        installation.follow("Restore MySQL")
        assert installation.look() == before
        assert len(before.splitlines()) == 3
