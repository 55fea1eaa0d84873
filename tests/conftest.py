"""What every test stands on: the environment that the settings read, set before Django loads them."""

import os
import tempfile

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pymano.settings")
os.environ.setdefault("SECRET_KEY", "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz")
os.environ.setdefault("STATIC_COLLECTED", "off")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="pymano-tests-"))

import django
import pytest
from django.conf import settings
from django.db import connections

django.setup()
settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns where there is none


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Test in a file: in memory there is one connection, which a live server's threads would share."""
    connections.databases["default"]["TEST"]["NAME"] = str(settings.DATA_DIR / "tests.sqlite3")
