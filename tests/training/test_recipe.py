from pathlib import Path

import pytest

from training import recipe

CONFIGS = Path(recipe.__file__).with_name("configs")
ANEW = """seed = 1
minutes = 5
columns = 4000
learning_rate = 1e-3
weight_decay = 0.0
warm_up = 5
fall = 1.0
average = 0.8
[network]
channels = [8, 8, 12, 16, 24]
[weights]
words = 1.0
"""


@pytest.fixture
def read(tmp_path):
    """Read what is written as a recipe."""

    def read(text):
        (tmp_path / "mine.toml").write_text(text)
        return recipe.read(tmp_path / "mine.toml")

    return read


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.stem)
def test_our_own_recipes_can_be_read(path):
    assert recipe.read(path)["recipe"] == path.name


def test_a_recipe_may_begin_with_the_newest_archive(read, tmp_path, monkeypatch):
    monkeypatch.setattr(recipe.archive_files, "newest", lambda: tmp_path / "crnn-1.7.mar")
    monkeypatch.chdir(tmp_path.parent)
    assert read('start = "newest"\n' + ANEW)["start"] == f"{tmp_path.name}/crnn-1.7.mar"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("seed = 1", "seed = 1\nagrement = 0.2", "agrement is unknown; known are agreement, average,"),
        ("[network]", "[network]\ndropuot = 0.1", r"network\.dropuot is unknown"),
        ("words = 1.0", "wrods = 1.0", r"weights\.wrods is unknown; known are characters,"),
        ("words = 1.0", "iam-ondb = 1.0", r"weights\.iam-ondb is unknown"),
        ("[weights]", "[wieghts]", "wieghts is unknown"),
        ("fall = 1.0\n", "", "fall is missing"),
        ("[network]\nchannels = [8, 8, 12, 16, 24]\n", "", "network is missing"),
        ("channels = [8, 8, 12, 16, 24]\n", "", r"network\.channels is missing"),
        (
            "seed = 1",
            'seed = 1\nstart = "a.mar"\nimportance = { easy = 1.0 }',
            r"importance\.least is missing",
        ),
        ("[network]", "[importance]\neasy = 1.0\nleast = 0.1\nwrong = 3.0\n[network]", "start is missing"),
        ("seed = 1", 'seed = 1\nkeep = "lst"', 'keep is "lst"'),
        ("seed = 1", "seed =", "Invalid value"),
    ],
)
def test_what_is_wrong_in_a_recipe_is_told_when_it_is_read(read, old, new, problem):
    assert old in ANEW
    with pytest.raises(SystemExit, match=rf"mine\.toml: {problem}"):
        read(ANEW.replace(old, new))


def test_research_may_draw_from_what_is_for_research_alone(read):
    read("benchmark = true\n" + ANEW + "iam-ondb = 1.0\n")


def test_a_recipe_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SystemExit, match=r"none\.toml: .*No such file"):
        recipe.read(tmp_path / "none.toml")
