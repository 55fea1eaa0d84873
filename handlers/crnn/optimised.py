"""The network optimised for a CPU, in ONNX Runtime on one thread: what serves. No PyTorch here."""

from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]

from crnn.alphabet import Alphabet
from crnn.engine import Answers, Strips

INPUT = "strips"
ALPHABET = "alphabet"
"""The file's metadata of this name are the characters that its classes stand for."""


class OnnxEngine:
    """Answers with an optimised network, strip by strip: what is rounded in one must not change another."""

    name = "onnx"
    together = False

    def __init__(self, path: Path) -> None:
        """Load what `training.export` wrote; an Exception of onnxruntime's own where it is something else."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.planes = int(self._session.get_inputs()[0].shape[1])
        self.alphabet = Alphabet(self._session.get_modelmeta().custom_metadata_map[ALPHABET])

    def __call__(self, strips: Strips) -> Answers:
        """Answer strips of one width."""
        [answers] = self._session.run(None, {INPUT: strips})
        return np.asarray(answers)
