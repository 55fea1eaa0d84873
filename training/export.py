"""Writes a checkpoint's network as ONNX: in float32, or with weights and activations in int8.

How much of it may be rounded is the affair of `training.optimise`; `crnn.optimised` runs what comes of it.
"""

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import (  # type: ignore[import-untyped]
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process  # type: ignore[import-untyped]

from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.engine import Strips
from crnn.optimised import ALPHABET, INPUT
from crnn.strip import HEIGHT

_OPSET = 17
_DYNAMIC = ["LSTM", "MatMul", "Gemm"]
"""Weights in int8, activations rounded by each strip's own range."""
_STATIC = ["Conv", "MaxPool", "Add", "Relu"]
"""Activations rounded by ranges seen in calibration; among the convolutions alone."""


def export(checkpoint: Checkpoint, path: Path) -> None:
    """Write the network in float32, for any number of strips of any width, and its alphabet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that works is deprecated, the other one writes no LSTM
        torch.onnx.export(
            checkpoint.network,
            (torch.zeros(2, checkpoint.network.architecture.planes, HEIGHT, 64),),
            str(path),
            input_names=[INPUT],
            output_names=["answers"],
            dynamic_axes={INPUT: {0: "batch", 3: "width"}, "answers": {0: "steps", 1: "batch"}},
            opset_version=_OPSET,
            dynamo=False,
        )
    _sign(path, checkpoint.alphabet)
    quant_pre_process(path, path, skip_symbolic_shape=True)


def _sign(path: Path, alphabet: Alphabet) -> None:
    model = onnx.load(path)
    onnx.helper.set_model_props(model, {ALPHABET: alphabet.characters})
    onnx.save(model, path)


class _Calibration(CalibrationDataReader):  # type: ignore[misc]
    """Gives strips one by one."""

    def __init__(self, strips: Sequence[Strips]) -> None:
        self._waiting = iter(strips)

    def get_next(self) -> dict[str, Strips] | None:
        strips = next(self._waiting, None)
        return None if strips is None else {INPUT: strips}


def quantise_weights(exported: Path, path: Path) -> None:
    """Round the weights of the LSTM and of the last layer to int8."""
    quantize_dynamic(exported, path, op_types_to_quantize=_DYNAMIC, weight_type=QuantType.QInt8)


def quantise(exported: Path, calibration: Sequence[Strips], path: Path, spared: int = 0) -> None:
    """Round to int8 all but the first `spared` convolutions, by the ranges that `calibration` shows.

    Weights have 7 bits: without VNNI, products of 8 by 8 bits would overflow.
    """
    with tempfile.TemporaryDirectory() as scratch:
        weights = Path(scratch) / "weights.onnx"
        quantise_weights(exported, weights)
        nodes = onnx.load(weights).graph.node
        convolutions = [node.name for node in nodes if node.op_type == "Conv"]
        behind = [node.name for node in nodes if not node.name.startswith("/features/")]
        quantize_static(
            weights,
            path,
            _Calibration(calibration),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=_STATIC,
            nodes_to_exclude=[*convolutions[:spared], *behind],
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
