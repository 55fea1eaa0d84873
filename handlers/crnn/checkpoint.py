"""A trained network on disk: the weights and all that is needed to use them."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from crnn.alphabet import Alphabet
from crnn.network import CRNN, Architecture


@dataclass(frozen=True)
class Checkpoint:
    """A network in evaluation mode, its alphabet, and what is known of its making."""

    network: CRNN
    alphabet: Alphabet
    notes: dict[str, Any] = field(default_factory=dict)
    shortcut: dict[str, torch.Tensor] = field(default_factory=dict)
    """Weights of a layer that training alone needs, to be trained on; the oldest checkpoints have none."""

    def save(self, path: Path) -> None:
        """Write all of it to one file, whole or not at all."""
        unfinished = path.with_suffix(".part")
        torch.save(
            {
                "architecture": asdict(self.network.architecture),
                "alphabet": self.alphabet.characters,
                "weights": self.network.state_dict(),
                "notes": self.notes,
                "shortcut": self.shortcut,
            },
            unfinished,
        )
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Checkpoint":
        """Read a file written by `save`, on the CPU, ready to read; it can hold data only, no code."""
        content = torch.load(path, map_location="cpu", weights_only=True)
        channels = tuple(content["architecture"].pop("channels"))
        network = CRNN(Architecture(channels=channels, **content["architecture"]))
        network.load_state_dict(content["weights"])
        shortcut = content.get("shortcut", {})
        return cls(network.eval(), Alphabet(content["alphabet"]), content["notes"], shortcut)
