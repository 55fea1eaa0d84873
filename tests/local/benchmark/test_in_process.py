import pytest

from local.benchmark import in_process, reader_process
from local.benchmark.measurement import Figure, Missing
from local.benchmark.reader_process import Report


@pytest.fixture
def crowds(monkeypatch):
    """What processes were asked for, none of them started."""
    asked = []

    def together(folder, engine, processes, count):
        asked.append((engine, processes, count))
        return Report([1.0] * processes * count, 500.0, 90.0)

    monkeypatch.setattr(reader_process, "together", together)
    return asked


def measured(folder):
    return {entry.what: entry for entry in in_process.rows(folder, 2, usual=2, slow=1)}


def test_both_engines_are_measured_alike(whole_bundle, crowds):
    entries = measured(whole_bundle)
    eager, optimised = (
        [what.removeprefix(title) for what in entries if what.startswith(title)]
        for title in in_process._TITLES.values()
    )
    assert eager == optimised
    assert len(eager) == 6
    assert crowds == [("torch", 2, 2), ("onnx", 2, 2)]


def test_the_engines_are_compared_by_turns(whole_bundle, crowds):
    compared = [entry for entry in measured(whole_bundle).values() if "against" in entry.what]
    assert len(compared) == 2
    assert all(figure.value > 0 and figure.unit == "times as fast" for figure in compared)


def test_both_decoders_are_measured(whole_bundle, crowds):
    decoders = [what for what in measured(whole_bundle) if what.startswith("decoding")]
    assert decoders == ["decoding alone, best path: a word", "decoding alone, beam: a word"]


def test_a_process_says_its_memory(old_bundle, crowds):
    figures = [entry for entry in measured(old_bundle).values() if isinstance(entry, Figure)]
    assert figures == [Figure("eager PyTorch: peak memory of a process", 90.0, "MB")]


def test_an_archive_without_an_optimised_network_says_so(old_bundle, crowds):
    missing = [entry for entry in measured(old_bundle).values() if isinstance(entry, Missing)]
    assert missing == [Missing("optimised, ONNX Runtime", "this archive has no crnn.onnx")]
    assert crowds == [("torch", 2, 2)]


def test_an_optimised_network_that_is_none_says_so(old_bundle, crowds, tmp_path):
    (tmp_path / "crnn.pt").write_bytes((old_bundle / "crnn.pt").read_bytes())
    (tmp_path / "crnn.onnx").write_bytes(b"nonsense")
    [missing] = [entry for entry in measured(tmp_path).values() if isinstance(entry, Missing)]
    assert "cannot be used" in missing.why
