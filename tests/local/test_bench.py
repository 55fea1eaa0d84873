import sys

import pytest

from local import bench
from local.benchmark.measurement import HEADING, Missing, Row

MEASURED = [
    Row("eager PyTorch: a word", 12.0, 15.0, 80.0),
    Row("optimised, ONNX Runtime: a word", 4.0, 5.0, 240.0),
    Missing("Tesseract", "not installed: apt-get install tesseract-ocr"),
]


def test_the_table_is_head_and_rows():
    head, heading, *lines = bench.table("crnn-1.0.mar", MEASURED, 2)
    assert head.startswith("crnn-1.0.mar on 2 cores")
    assert heading == HEADING
    assert lines == [*map(str, MEASURED)]


def test_what_is_missing_is_never_left_out():
    assert any("apt-get install tesseract-ocr" in line for line in bench.table("", MEASURED, 2))


def test_a_row_is_said_as_soon_as_it_is_measured():
    def measured():
        yield MEASURED[0]
        pytest.fail("the next was measured first")

    lines = bench.table("", measured(), 2)
    assert [next(lines) for _ in range(3)][-1] == str(MEASURED[0])


@pytest.mark.parametrize("name", ["gone.mar", "best.pt"])
def test_what_is_no_archive_is_refused(name, tmp_path, monkeypatch, capsys):
    (tmp_path / "best.pt").touch()
    monkeypatch.setattr(sys, "argv", ["bench", "--model", str(tmp_path / name)])
    with pytest.raises(SystemExit) as refused:
        bench.main()
    assert refused.value.code == 2
    assert f"{name} is no archive" in capsys.readouterr().err


def test_another_archive_may_be_named(tmp_path, monkeypatch, capsys):
    archive = tmp_path / "crnn-9.mar"
    archive.touch()
    asked = []
    monkeypatch.setattr(bench, "entries", lambda archive, cores: asked.append(archive) or [])
    monkeypatch.setattr(sys, "argv", ["bench", "--model", str(archive)])
    bench.main()
    assert asked == [archive]
    assert capsys.readouterr().out.startswith("crnn-9.mar on ")
