import subprocess
import sys

import pytest

from local.benchmark import reader_process


def test_processes_read_together(whole_bundle):
    report = reader_process.together(whole_bundle, "onnx", processes=2, count=3)
    assert len(report.times) == 6
    assert min(report.times) > 0
    assert report.rate > 0
    assert report.peak > 10


def test_what_cannot_start_is_said(tmp_path):
    with pytest.raises(RuntimeError, match="ended at once"):
        reader_process.together(tmp_path, "onnx", processes=1, count=1)


def test_pytorch_is_not_in_the_memory_of_others():
    program = "import sys, local.benchmark.reader_process; sys.exit('torch' in sys.modules)"
    path = {"PYTHONPATH": "handlers:."}
    subprocess.run([sys.executable, "-c", program], env=path, cwd=reader_process._ROOT, check=True)
