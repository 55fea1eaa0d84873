"""Exports of corrections, as a site writes them."""

import json

from tests.training.sets import write_set


def write_export(folder, *, ink=(), pictures=(), part="train"):
    """An export with items of ink, and pictures as (bytes, text)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"export": "4f1c9a"}))
    if ink:
        write_set(folder / part / "ink.jsonl.gz", ink)
    if pictures:
        (folder / part / "pictures").mkdir(parents=True)
        labels = ""
        for number, (data, text) in enumerate(pictures):
            (folder / part / "pictures" / f"{number}.png").write_bytes(data)
            labels += f"{number}.png\t{text}\tw1\n"
        (folder / part / "pictures" / "labels.tsv").write_text(labels, encoding="utf-8")
    return folder
