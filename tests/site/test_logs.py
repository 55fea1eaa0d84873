import io
import json
import logging
from logging.config import DictConfigurator

import pytest

from pymano import logs, request_id


@pytest.fixture
def written(request):
    """Write to a log of this format; return what stands on the page."""
    page = io.StringIO()
    config = logs.config(request.param)
    formatter = _formatter(config)
    handler = logging.StreamHandler(page)
    handler.setFormatter(formatter)
    handler.addFilter(request_id.RequestIdFilter())
    log = logging.Logger("pymano.test")
    log.addHandler(handler)
    return log, page


def _formatter(config):
    """Have logging make the formatter, as it does at the start, without touching the loggers of the tests."""
    return DictConfigurator({"version": 1}).configure_formatter(dict(config["formatters"]["chosen"]))


@pytest.mark.parametrize("written", ["line"], indirect=True)
def test_a_line_is_for_people(written):
    log, page = written
    log.warning("Ink of %s", "é")
    assert page.getvalue().endswith(" WARNING pymano.test - Ink of é\n")


@pytest.mark.parametrize("written", ["json"], indirect=True)
def test_json_is_one_object_a_line(written):
    log, page = written
    log.info("two\nlines of %s", "é😀", extra={"status": 201})
    [line] = page.getvalue().splitlines()
    said = json.loads(line)
    assert (
        said.items()
        >= {
            "level": "INFO",
            "logger": "pymano.test",
            "request_id": "-",
            "message": "two\nlines of é😀",
            "status": 201,
        }.items()
    )
    assert said["time"].endswith("+00:00")


@pytest.mark.parametrize("written", ["json"], indirect=True)
def test_an_exception_is_inside_the_object(written):
    log, page = written
    try:
        raise ValueError("a reason")
    except ValueError:
        log.exception("It failed")
    [line] = page.getvalue().splitlines()
    assert "ValueError: a reason" in json.loads(line)["exception"]


@pytest.mark.parametrize("form", ["line", "json"])
def test_gunicorn_and_django_write_in_the_same_way(form):
    config = logs.config(form)
    for name in ("django", "gunicorn.error", "gunicorn.access"):
        assert config["loggers"][name]["handlers"] == config["root"]["handlers"] == ["console"]
    assert config["handlers"]["console"]["formatter"] == "chosen"


@pytest.mark.parametrize(("error", "passes"), [(BlockingIOError(11, "…"), False), (OSError(28, "…"), True)])
def test_a_client_that_fell_silent_is_no_news(error, passes):
    record = logging.LogRecord("gunicorn.error", logging.ERROR, "", 0, "", None, (type(error), error, None))
    assert bool(logs.SilentClientFilter().filter(record)) is passes
    plain = logging.LogRecord("gunicorn.error", logging.INFO, "", 0, "Booting", None, None)
    assert logs.SilentClientFilter().filter(plain)


@pytest.mark.parametrize("form", ["line", "json"])
def test_what_is_filtered_is_what_gunicorn_says(form):
    config = logs.config(form)
    assert config["loggers"]["gunicorn.error"]["filters"] == ["silent"]
    assert config["filters"]["silent"] == {"()": f"{logs.SilentClientFilter.__module__}.SilentClientFilter"}
