import pytest

from training.confusions import count, rows, write


@pytest.mark.parametrize(
    ("written", "read", "confusion"),
    [("cat", "cut", ("a", "u")), ("cat", "ct", ("a", "")), ("cat", "cart", ("", "r"))],
)
def test_what_was_changed_left_out_or_put_in_is_counted(written, read, confusion):
    assert count([written], [read]) == {confusion: 1}


def test_what_is_read_right_is_no_confusion():
    assert count(["été", ""], ["été", ""]) == {}


def test_neighbours_that_were_confused_are_counted_one_by_one():
    assert count(["abcd"], ["axyd"]) == {("b", "x"): 1, ("c", "y"): 1}


def test_what_was_read_empty_is_left_out_altogether():
    assert count(["ab"], [""]) == {("a", ""): 1, ("b", ""): 1}


def test_the_most_frequent_stand_first_with_how_often_they_were_written():
    written = ["a cat", "tall", "no"]
    confusions = count(written, ["acut", "tull", "nox"])
    assert rows(confusions, written) == [
        ("a", "u", 2, 3),
        ("-none-", "x", 1, None),
        ("␣", "-none-", 1, 1),
    ]


def test_all_are_written_to_a_table(tmp_path):
    write(count(["cat"], ["cute"]), ["cat"], tmp_path / "confusions.tsv")
    lines = (tmp_path / "confusions.tsv").read_text(encoding="utf-8").splitlines()
    assert lines == ["written\tread\ttimes\tof", "-none-\te\t1\t", "a\tu\t1\t1"]
