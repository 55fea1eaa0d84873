import pytest

from local.faults.answers import BROKEN, HUNG, REFUSED
from local.faults.seen import Seen, table


def seen(*answers):
    return Seen("a fault", answers, ended=1.0)


def test_readings_and_those_told_to_come_again_are_well(answered):
    told = [answered(status, code="c", retry_after=True) for status in (503, 504)]
    assert seen(answered(200), answered(201), *told).wrongs() == []


@pytest.mark.parametrize("outcome", [500, 400, 404, 429, HUNG, BROKEN, REFUSED])
def test_everything_else_is_wrong(answered, outcome):
    [line] = seen(answered(outcome)).wrongs()
    assert line.startswith(f"{outcome} ")


def test_to_come_again_needs_a_code_and_a_time(answered):
    assert len(seen(answered(503, code="c"), answered(503, retry_after=True)).wrongs()) == 2


def test_connections_may_fail_where_the_server_was_gone(answered):
    assert seen(answered(BROKEN), answered(REFUSED)).wrongs(gone=True) == []
    assert len(seen(answered(HUNG), answered(500)).wrongs(gone=True)) == 2


def test_the_table_has_a_row_for_each_fault(answered):
    head, line, one = table([seen(answered(201), answered(503, code="c", ended=2.0), answered(201, 2, 4))])
    assert head.count("|") == line.count("|") == one.count("|")
    assert one == "| a fault | 201: 2, 503 c: 1 | 2.0 s | 3.0 s |"
