"""Muon: momentum whose update is made orthogonal. For matrices; the rest of a network keeps AdamW.

After Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024), with the scale of Liu
et al., "Muon is Scalable for LLM Training" (2025), so that AdamW's learning rates fit. PyTorch's own computes
in bfloat16, which many processors only emulate, and takes no convolutions.
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
_ITERATIONS = 5
_MATCH_ADAMW = 0.2


class Muon(torch.optim.Optimizer):
    """Learns matrices and, flattened to (out, in · height · width), kernels of convolutions."""

    def __init__(
        self,
        weights: Iterable[nn.Parameter],
        lr: float,
        momentum: float = 0.95,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(weights, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]  # noqa: ARG002
        """Move every weight that has a gradient; there is no closure to call."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._move(weight, weight.grad, group)

    def _move(self, weight: nn.Parameter, gradient: Tensor, group: dict[str, Any]) -> None:
        state = self.state[weight]
        if not state:
            state["momentum"] = torch.zeros_like(gradient)
        state["momentum"].lerp_(gradient, 1 - group["momentum"])
        update = gradient.lerp(state["momentum"], group["momentum"]).flatten(1)
        scale = _MATCH_ADAMW * max(update.shape) ** 0.5
        weight.mul_(1 - group["lr"] * group["weight_decay"])
        weight.add_(orthogonal(update).view(gradient.shape), alpha=-group["lr"] * scale)


def orthogonal(matrix: Tensor) -> Tensor:
    """Bring the singular values of (rows, columns) near 1, keep its singular vectors (Newton-Schulz)."""
    a, b, c = _NEWTON_SCHULZ
    wide: Tensor = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    wide = wide / (wide.norm() + 1e-7)
    for _ in range(_ITERATIONS):
        square = wide @ wide.T
        wide = a * wide + (b * square + c * square @ square) @ wide
    return wide if matrix.shape[0] <= matrix.shape[1] else wide.T
