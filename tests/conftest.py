"""What every test stands on: the environment that the settings read, set before Django loads them."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pymano.settings")
os.environ.setdefault("SECRET_KEY", "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz")
os.environ.setdefault("STATIC_COLLECTED", "off")
if "DATA_DIR" not in os.environ:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="pymano-tests-")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)

import django
import hypothesis
import pytest
from django.conf import settings
from django.db import connections

from local.torchserve import TorchServe
from pymano import database
from tests import served

django.setup()
# What is made up is the same at each run, and takes as long as the machine needs.
hypothesis.settings.register_profile("always the same", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("always the same")
settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns where there is none


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Where processes share the tests, have each choose its own folder before it reads the settings.

    They share the cores, too, so that each computes on one.
    """
    for chosen in ("DATA_DIR", "DJANGO_SETTINGS_MODULE"):
        os.environ.pop(chosen)
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Test SQLite in a file: in memory there is one connection, which a live server's threads would share."""
    if connections.databases["default"]["ENGINE"] == database.SQLITE:
        connections.databases["default"]["TEST"]["NAME"] = str(settings.DATA_DIR / "tests.sqlite3")


@pytest.fixture(scope="session")
def torchserve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TorchServe]:
    """The real TorchServe with the archive that is shipped, one worker, on ports of its own."""
    server = TorchServe(tmp_path_factory.mktemp("torchserve"))
    with served.running(server):
        yield server
