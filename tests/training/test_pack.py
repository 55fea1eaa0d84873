import shutil

import numpy as np
import pytest

from tests.training.sets import item, write_data, write_set
from training import pack as module
from training import sources
from training.pack import pack, sizes


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder with more in it than training needs."""
    data = write_data(tmp_path_factory.mktemp("data") / "all")
    write_set(data / "unipen" / "words-dev.jsonl.gz", [item("late", "w40")])
    (data / "text" / "wordnet.copyright").write_text("free")
    (data / "text" / "en_50k.txt").write_text("the 1\n")
    (data / "fonts" / "MANIFEST.csv").write_text("file\nboxes.ttf\n")
    return data


@pytest.fixture(scope="module")
def packed(data, tmp_path_factory):
    to = tmp_path_factory.mktemp("packed") / "to"
    pack(data, to, data / "cache")
    return to


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


NEEDED = {
    "unipen/words-train.ink",
    "unipen/lines-train.ink",
    "unipen/characters-train.ink",
    "copiste/lines.strips",
    "fonts/boxes.ttf",
    "fonts/MANIFEST.csv",
    "text/wamerican_words.txt",
    "text/wordnet_glosses.txt.gz",
    "text/wordnet.copyright",
}


def test_it_holds_what_training_needs_and_no_more(packed):
    assert files(packed) == NEEDED


def test_the_same_chance_draws_the_same_from_it(data, packed, tmp_path):
    (original, held_out), (again, held_out_again) = (
        sources.build(folder, tmp_path / "cache") for folder in (data, packed)
    )
    for name in original:
        one, two = (named[name].draw(np.random.default_rng(3)) for named in (original, again))
        assert one.text == two.text
        assert np.array_equal(one.pixels, two.pixels)
    assert list(held_out.indices) == list(held_out_again.indices)


def test_training_takes_it_without_a_cache(packed, tmp_path):
    sources.build(packed, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_lines_for_the_benchmark_are_packed_where_they_are(data, tmp_path):
    shutil.copytree(data, tmp_path / "data")
    write_set(tmp_path / "data" / "iam-ondb" / "lines-train.jsonl.gz", [item("hello world")])
    pack(tmp_path / "data", tmp_path / "to", tmp_path / "cache")
    assert files(tmp_path / "to") == NEEDED | {"iam-ondb/lines-train.ink"}


def test_what_is_packed_can_be_packed_again(packed, tmp_path):
    for _ in range(2):
        pack(packed, tmp_path / "again", tmp_path / "cache")
    assert files(tmp_path / "again") == NEEDED


def test_it_says_how_large_each_part_is(data, packed, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["pack", str(data), str(tmp_path / "to")])
    module.main()
    said = [line.split(" MB  ")[1] for line in capsys.readouterr().out.splitlines()]
    inks = ["unipen/characters-train.ink", "unipen/lines-train.ink", "unipen/words-train.ink"]
    assert said == ["copiste/lines.strips", "fonts", "text", *inks, "total"]
    assert sum(sizes(packed).values()) == sum((packed / name).stat().st_size for name in NEEDED)
