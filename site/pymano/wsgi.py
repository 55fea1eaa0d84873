"""The entry point for gunicorn: `gunicorn --chdir site pymano.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pymano.settings")

application = get_wsgi_application()
