"""The entry point for gunicorn: `gunicorn --chdir site pymano.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from pymano.api.chunked import Measured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pymano.settings")

application = Measured(get_wsgi_application())
