"""Averages the weights of checkpoints: `python -m training.soup DATA TO CHECKPOINT… [--all]`.

The greedy soup of Wortsman et al., "Model soups: averaging weights of multiple fine-tuned models improves
accuracy without increasing inference time" (2022): the best comes first, and each other one joins where the
average with it reads the words of held-out writers no worse. With `--all` it is the uniform soup, of all of
them: what reads these words a little worse may be worth it elsewhere. The checkpoints, or archives, have to
descend from one another or from one ancestor. What is known of the making is that of the first one named
that is in it.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from crnn.checkpoint import Checkpoint
from crnn.network import CRNN
from training import archive_files, one_look, sources
from training.progress import tell

Rate = Callable[[Checkpoint], float]
"""Tells a checkpoint's CER on held-out writers."""


def average(checkpoints: Sequence[Checkpoint]) -> Checkpoint:
    """A checkpoint with the mean of all weights, without a shortcut; ValueError for different networks.

    Refinements that some of them lack are the mean of the others'.
    """
    first = checkpoints[0]
    shapes = [checkpoint.network.architecture for checkpoint in checkpoints]
    alphabets = {checkpoint.alphabet.characters for checkpoint in checkpoints}
    if len({replace(shape, refinements=0, dropout=0.0) for shape in shapes}) > 1 or len(alphabets) > 1:
        raise ValueError("these are different networks: their weights have no average")
    network = CRNN(replace(shapes[0], refinements=max(shape.refinements for shape in shapes)))
    states = [checkpoint.network.state_dict() for checkpoint in checkpoints]
    network.load_state_dict(
        {name: _mean([state[name] for state in states if name in state]) for name in network.state_dict()}
    )
    return Checkpoint(network.eval(), first.alphabet, first.notes | _taught(checkpoints))


def _mean(weights: Sequence[torch.Tensor]) -> torch.Tensor:
    """Numbers that only count, such as a normalisation's batches, stay the first one's."""
    return torch.stack(tuple(weights)).mean(0) if weights[0].is_floating_point() else weights[0]


def _taught(checkpoints: Sequence[Checkpoint]) -> dict[str, object]:
    """What any of them learnt from, as far as it is kept account of."""
    notes = [checkpoint.notes for checkpoint in checkpoints]
    config = dict(notes[0].get("config", {}))
    if any(map(archive_files.is_benchmark, checkpoints)):
        config["benchmark"] = True
    return {"exports": sorted({e for each in notes for e in each.get("exports", [])}), "config": config}


def cook(checkpoints: Mapping[str, Checkpoint], rate: Rate) -> Checkpoint:
    """The greedy soup of some checkpoints by name; which of them are in it is told, and kept in its notes."""
    alone = {}
    for name, checkpoint in checkpoints.items():
        alone[name] = rate(checkpoint)
        tell(f"{name}: CER {alone[name]:.2%} on held-out writers")
    best, *others = sorted(alone, key=lambda name: alone[name])
    chosen, lowest = [best], alone[best]
    for name in others:
        cer = rate(average([checkpoints[each] for each in (*chosen, name)]))
        tell(f"with {name}: {cer:.2%}")
        if cer <= lowest:
            chosen, lowest = [*chosen, name], cer
    ordered = {name: checkpoint for name, checkpoint in checkpoints.items() if name in chosen}
    tell(f"{lowest:.2%}: {', '.join(ordered)}")
    return stir(ordered)


def stir(checkpoints: Mapping[str, Checkpoint]) -> Checkpoint:
    """The average of some checkpoints by name, which is kept in its notes."""
    soup = average(list(checkpoints.values()))
    return replace(soup, notes=soup.notes | {"soup": list(checkpoints)})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("to", type=Path)
    parser.add_argument("checkpoints", type=Path, nargs="+", metavar="checkpoint")
    parser.add_argument("--all", action="store_true", help="average all of them, whatever that reads")
    return parser.parse_args()


def _load(path: Path) -> Checkpoint:
    with archive_files.asked_for(path):
        return archive_files.load(path)


def main() -> None:
    """Read the command line, cook, save."""
    arguments = _arguments()
    loaded = {str(path): _load(path) for path in arguments.checkpoints}
    try:
        everything = stir(loaded)
    except ValueError as error:
        raise SystemExit(str(error)) from error
    arguments.to.parent.mkdir(parents=True, exist_ok=True)
    soup = everything if arguments.all else cook(loaded, _rate(arguments, loaded))
    soup.save(arguments.to)


def _rate(arguments: argparse.Namespace, loaded: Mapping[str, Checkpoint]) -> Rate:
    """The rate by the held-out writers of what the checkpoints were taught."""
    cache = arguments.to.parent.parent / "cache"
    if any(map(archive_files.is_benchmark, loaded.values())):
        _, held_out = sources.benchmark(arguments.data, cache)
    else:
        held_out = sources.held_out_words(arguments.data, cache)
    return partial(one_look.held_out_cer, held_out=held_out)


if __name__ == "__main__":
    main()
