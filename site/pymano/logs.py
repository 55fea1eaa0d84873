"""How the log is written, by the site, by gunicorn and by the commands of manage.py, all to standard error.

LOG_FORMAT chooses between lines for people and one JSON object a line for programs.
"""

import logging
from typing import Any

LINE = {"format": "{asctime} {levelname} {name} {request_id} {message}", "style": "{"}
# What a record carries beside these, such as the status of a request, becomes a member of the object, too.
JSON = {
    "()": "pythonjsonlogger.json.JsonFormatter",
    "fmt": ["levelname", "name", "process", "request_id", "message"],
    "rename_fields": {"levelname": "level", "name": "logger", "exc_info": "exception"},
    "timestamp": "time",
    "json_ensure_ascii": False,
}


class SilentClientFilter(logging.Filter):
    """Drops gunicorn's tracebacks of clients that fell silent: to leave them is no fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything else pass."""
        return not (record.exc_info and isinstance(record.exc_info[1], BlockingIOError))


def config(form: str) -> dict[str, Any]:
    """Return what logging.config.dictConfig takes, for the format "line" or "json"."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": "pymano.request_id.RequestIdFilter"},
            "silent": {"()": "pymano.logs.SilentClientFilter"},
        },
        "formatters": {"chosen": JSON if form == "json" else LINE},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "chosen", "filters": ["request_id"]},
        },
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "PIL": {"level": "CRITICAL"},
            "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
            # That a request was refused stands in its own line (pymano.observation); why one failed does not.
            "django.request": {"level": "ERROR"},
            # Scanners ask for hosts of other names all day.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "gunicorn.error": {
                "handlers": ["console"],
                "level": "INFO",
                "propagate": False,
                "filters": ["silent"],
            },
            # The site writes a line for each request itself, and knows more of it.
            "gunicorn.access": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        },
    }
