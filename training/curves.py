"""The curves of a training run: its log as a picture."""

import csv
from pathlib import Path

from matplotlib.figure import Figure


def draw(log: Path, picture: Path) -> None:
    """Draw loss and held-out CER over the samples learnt from."""
    with log.open(newline="") as file:
        rows = list(csv.DictReader(file))
    samples = [int(row["samples"]) for row in rows]
    figure = Figure(figsize=(8, 4), layout="constrained")
    loss = figure.subplots()
    cer = loss.twinx()
    loss.plot(samples, [float(row["loss"]) for row in rows], color="#1f5fbf", marker=".")
    cer.plot(samples, [100 * float(row["held_out_cer"]) for row in rows], color="#9a5b00", marker=".")
    loss.set(xlabel="samples", ylabel="loss (blue)")
    cer.set(ylabel="CER of held-out writers, % (brown)")
    loss.grid(visible=True, alpha=0.3)
    figure.savefig(picture, dpi=120)
