import logging
import re

import pytest
from django.test import Client

from pymano import request_id


def test_each_request_gets_an_id():
    ids = {Client().get("/healthz")["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", given) for given in ids)


def test_a_good_one_is_taken_over():
    assert Client().get("/healthz", headers={"X-Request-ID": "edge-1.a_B"})["X-Request-ID"] == "edge-1.a_B"


@pytest.mark.parametrize("bad", ["", "a b", "é", "x" * 65, "<script>", "a\tb", "a\n"])
def test_a_bad_one_is_not(bad):
    assert Client().get("/healthz", headers={"X-Request-ID": bad})["X-Request-ID"] != bad


def test_outside_of_requests_there_is_none():
    assert request_id.current() == "-"


def test_lines_of_the_log_carry_it():
    record = logging.LogRecord("a", logging.INFO, "", 0, "", None, None)
    assert request_id.RequestIdFilter().filter(record)
    assert record.request_id == "-"
