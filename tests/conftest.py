"""What every test stands on: the environment that the settings read, set before Django loads them."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz")
os.environ.setdefault("STATIC_COLLECTED", "off")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="pymano-tests-"))
