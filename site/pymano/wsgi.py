"""The entry point for gunicorn: `gunicorn --chdir site pymano.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from pymano.intake import Intake

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pymano.settings")

application = Intake(get_wsgi_application())
