"""Commands of manage.py for versions on trial."""
