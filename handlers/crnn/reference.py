"""The network in PyTorch: the reference for every other engine, and their stand-in."""

import torch

from crnn.checkpoint import Checkpoint
from crnn.engine import Answers, Strips


class TorchEngine:
    """Answers with a checkpoint's network, in float32, on the device where that lies."""

    name = "torch"
    together = True

    def __init__(self, checkpoint: Checkpoint) -> None:
        """Take a network in evaluation mode."""
        self.planes = checkpoint.network.architecture.planes
        self._network = checkpoint.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def __call__(self, strips: Strips) -> Answers:
        """Answer strips of one width."""
        device = next(self._network.parameters()).device
        with torch.inference_mode():
            batch = torch.from_numpy(strips).to(device, memory_format=torch.channels_last)
            answers: Answers = self._network(batch).cpu().numpy()
        return answers
