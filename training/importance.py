"""How often each item of an ink set is drawn: by how hard a model finds it.

An item is as hard as its CTC loss a character, drawn as in serving. Half of UNIPEN's words have next to none,
and teach next to nothing: they are drawn less often (importance sampling by the loss, as in Katharopoulos and
Fleuret, "Not All Samples Are Created Equal", 2018). The few of very large loss bear another text than what is
written, more often than not, and are left out (the small-loss trick of Han et al., "Co-teaching", 2018).
"""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional
from tqdm import tqdm

from crnn.alphabet import Alphabet
from crnn.decode import LogProbabilities
from crnn.recogniser import Recogniser
from training import archive_files, compact, sources
from training.ink_store import InkStore
from training.progress import tell

_CHUNK = 512

Numbers = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Importance:
    """What makes an item important, and the archive that says how hard it is."""

    model: Path
    easy: float
    """Loss a character, in nats, below which an item is drawn less often, in proportion."""
    least: float
    """How often an item without any loss is drawn, against one that is not easy."""
    wrong: float
    """Loss a character above which an item is never drawn."""

    def weights(self, store: InkStore, cache: Path) -> Numbers:
        """How often each item of a set is to be drawn, 0 to 1: (items,)."""
        losses = self._losses(store, cache)
        often = np.clip(losses / self.easy, self.least, 1)
        return np.where(losses > self.wrong, 0, often).astype(np.float32)

    def _losses(self, store: InkStore, cache: Path) -> Numbers:
        """Each item's loss: found out once, then read from the cache."""
        stamp = f"{archive_files.sha256(self.model)[:12]}-{_sha256(store)[:12]}"
        known = cache / f"losses-{stamp}.npz"
        if not known.exists():
            tell(f"{self.model.name} reads {len(store)} items, once, to find the hard ones: minutes.")
            with tempfile.TemporaryDirectory() as scratch:
                losses = found(archive_files.recogniser(self.model, Path(scratch)), store)
            compact.write(known, {"losses": losses})
        return compact.read(known)["losses"]


def _sha256(store: InkStore) -> str:
    content = hashlib.sha256()
    for array in (store.points, store.stroke_ends, store.item_ends, store.texts):
        content.update(array.tobytes())
    return content.hexdigest()


def found(recogniser: Recogniser, store: InkStore) -> Numbers:
    """CTC loss a character of each item, in nats, infinite where its strip has too few columns: (items,)."""
    alphabet = Alphabet()
    losses: list[float] = []
    for start in tqdm(range(0, len(store), _CHUNK), unit_scale=_CHUNK, unit="item", mininterval=5):
        samples = sources.samples(store, range(start, min(start + _CHUNK, len(store))))
        answers = recogniser.log_probabilities(samples)
        for answer, sample in zip(answers, samples, strict=True):
            losses.append(_loss(answer, alphabet.encode(sample.text)))
    return np.array(losses, np.float32)


def _loss(answer: LogProbabilities, classes: Sequence[int]) -> float:
    """CTC loss of one answer, (steps, classes), a character."""
    steps, length = torch.tensor([len(answer)]), torch.tensor([len(classes)])
    answers = torch.from_numpy(np.ascontiguousarray(answer)).unsqueeze(1)
    return float(functional.ctc_loss(answers, torch.tensor([classes]), steps, length))
