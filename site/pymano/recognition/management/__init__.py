"""Commands of manage.py for readings."""
