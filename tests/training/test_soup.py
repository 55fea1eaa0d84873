import sys
from dataclasses import replace

import pytest
import torch

from crnn.checkpoint import Checkpoint
from tests.training.learners import CONFIG, run_in
from tests.training.sets import item, write_data, write_set
from training import archive_files
from training import soup as module
from training.soup import average, cook

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def three(tmp_path):
    """Checkpoints by name, all of whose weights are 1, 2 and 6."""
    checkpoints = {}
    for name, value in (("a", 1.0), ("b", 2.0), ("c", 6.0)):
        made = run_in(tmp_path / name).checkpoint()
        for weight in made.network.state_dict().values():
            weight.fill_(value)
        checkpoints[name] = replace(made, notes={"config": {"recipe": f"{name}.toml"}, "exports": [name]})
    return checkpoints


def value(checkpoint):
    [found] = set(checkpoint.network.head.weight.flatten().tolist())
    return found


def apart_from(wanted):
    """A rate by which weights of a value are the best."""
    return lambda checkpoint: abs(value(checkpoint) - wanted) / 10


def test_the_average_has_the_mean_of_all_weights_and_the_first_one_s_notes(three):
    mean = average(list(three.values()))
    assert value(mean) == 3.0
    states = mean.network.state_dict()
    assert all((states[name] == 3.0).all() for name in states if states[name].is_floating_point())
    assert mean.notes["config"] == {"recipe": "a.toml"}
    assert mean.notes["exports"] == ["a", "b", "c"]
    assert mean.shortcut == {}
    assert not mean.network.training


def test_different_networks_have_no_average(three, tmp_path):
    other = run_in(tmp_path / "other", network=CONFIG["network"] | {"hidden": 32}).checkpoint()
    with pytest.raises(ValueError, match="different networks"):
        average([three["a"], other])


def test_refinements_that_some_lack_are_the_others(three, tmp_path):
    refined = run_in(tmp_path / "other", network=CONFIG["network"] | {"refinements": 1}).checkpoint()
    for weight in refined.network.state_dict().values():
        weight.fill_(3.0)
    for mean in (average([refined, three["a"]]), average([three["a"], refined])):
        assert value(mean) == 2.0
        assert mean.network.architecture == refined.network.architecture
        assert (mean.network.refinements[0].lstm.weight_ih_l0 == 3.0).all()


def test_one_joins_where_the_held_out_writers_are_read_no_worse(three, capsys):
    assert value(cook(three, apart_from(1.5))) == 1.5
    assert "with c:" in capsys.readouterr().err
    assert value(cook(three, apart_from(4.0))) == 4.0
    assert value(cook(three, apart_from(6.0))) == 6.0


def test_it_keeps_which_were_averaged_in_the_order_they_were_named(three):
    assert cook(three, apart_from(1.6)).notes["soup"] == ["a", "b"]
    assert cook(three, apart_from(6.0)).notes["soup"] == ["c"]
    assert cook(three, apart_from(6.0)).notes["exports"] == ["c"]


def test_what_learnt_for_research_alone_spoils_the_whole_soup(three):
    three["b"].notes["config"]["benchmark"] = True
    assert archive_files.is_benchmark(average([three["a"], three["b"]]))
    assert not archive_files.is_benchmark(average([three["a"], three["c"]]))


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Cook from the command line into a folder that is not there yet."""

    def main(*paths):
        to = tmp_path / "runs" / "mine" / "soup.pt"
        monkeypatch.setattr(sys, "argv", ["soup", str(tmp_path / "data"), str(to), *map(str, paths)])
        module.main()
        return to

    return main


@pytest.mark.parametrize("research", [False, True])
def test_it_is_cooked_by_the_held_out_writers_of_the_set_that_was_learnt(
    tmp_path, monkeypatch, start, research
):
    data = write_data(tmp_path / "data")
    lines = [item("tide", "form-00"), item("hello", "form-01")]
    write_set(data / "iam-ondb" / "lines-train.jsonl.gz", lines * 2)
    paths = [tmp_path / f"{name}.pt" for name in "ab"]
    for path in paths:
        run_in(tmp_path / path.stem, benchmark=research).checkpoint().save(path)
    sizes = []
    rate = lambda _, held_out: sizes.append(len(held_out.indices)) or 0.5  # noqa: E731
    monkeypatch.setattr(module.one_look, "held_out_cer", rate)
    soup = Checkpoint.load(start(*paths))
    assert set(sizes) == {2 if research else 3}
    assert soup.notes["soup"] == list(map(str, paths))
    assert torch.equal(soup.network.head.weight, Checkpoint.load(paths[0]).network.head.weight)


def test_all_of_them_are_averaged_where_that_is_asked_for(three, tmp_path, start):
    paths = [tmp_path / f"{name}.pt" for name in three]
    for path in paths:
        three[path.stem].save(path)
    soup = Checkpoint.load(start(*paths, "--all"))
    assert value(soup) == 3.0
    assert soup.notes["soup"] == list(map(str, paths))


def test_what_cannot_be_averaged_is_told_before_anything_is_read(tmp_path, start):
    run_in(tmp_path / "a").checkpoint().save(tmp_path / "a.pt")
    wider = CONFIG["network"] | {"hidden": 32}
    run_in(tmp_path / "b", network=wider).checkpoint().save(tmp_path / "b.pt")
    (tmp_path / "c.mar").write_bytes(b"no archive")
    with pytest.raises(SystemExit, match="different networks"):
        start(tmp_path / "a.pt", tmp_path / "b.pt")
    with pytest.raises(SystemExit, match=r"c\.mar: neither an archive nor a checkpoint"):
        start(tmp_path / "a.pt", tmp_path / "c.mar")
