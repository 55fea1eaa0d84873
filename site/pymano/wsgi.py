"""The entry point for gunicorn: `gunicorn --config site/gunicorn.conf.py pymano.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from pymano import tracing
from pymano.intake import Intake

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pymano.settings")
tracing.start()

application = Intake(get_wsgi_application())
