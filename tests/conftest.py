"""What every test stands on: the environment that the settings read, set before Django loads them."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz")
