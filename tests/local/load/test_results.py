import json

import pytest

from local.load.results import HEAD, Request, Stage, read, table


@pytest.fixture
def stage():
    """Ten seconds: nine readings that took 100 to 900 ms, one that was turned away, and a look."""
    readings = [Request("read", float(number), 100.0 * number, 201) for number in range(1, 10)]
    others = [Request("read", 0.0, 2500.0, 503), Request("look", 9.5, 500.0, 200)]
    return Stage("Person", 5, readings + others)


def test_readings_a_second_are_those_that_were_kept(stage):
    assert stage.rate == pytest.approx(9 / 10)


def test_times_are_of_good_answers(stage):
    assert stage.late(0.5) == 500
    assert stage.late(0.99) == 900


def test_every_outcome_is_counted(stage):
    assert stage.outcomes == {"200": 1, "201": 9, "503": 1}


def test_a_row_has_what_the_head_says(stage):
    assert stage.cells() == ("Person", "5", "11", "0.9", "500", "900", "2500", "200: 1, 201: 9, 503: 1")
    assert len(stage.cells()) == len(HEAD)


def test_a_stage_in_which_nothing_was_served_has_a_row(stage):
    refused = Stage("Program", 1, [Request("read", 0.0, 5.0, "ConnectionRefusedError")])
    assert refused.cells() == ("Program", "1", "1", "0.0", "0", "0", "5", "ConnectionRefusedError: 1")


def test_what_locust_notes_is_read_but_for_a_line_cut_short(tmp_path):
    file = tmp_path / "results.jsonl"
    whole = {"what": "read", "begun": 1.5, "ms": 20.0, "outcome": 201}
    file.write_text(json.dumps(whole) + "\n" + json.dumps(whole)[:20])
    assert read(file) == [Request("read", 1.5, 20.0, 201)]


def test_a_table_is_markdown():
    assert list(table(("a", "b"), [("1", "2")])) == ["| a | b |", "| --- | --- |", "| 1 | 2 |"]
