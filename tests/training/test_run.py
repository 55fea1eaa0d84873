from dataclasses import replace

import pytest
import torch

from crnn import decode
from crnn.alphabet import Alphabet
from tests.training.learners import CONFIG, PLACE, WORDS, dropping, run_in, same, samples
from training import run as module
from training.mixture import collate, pad
from training.run import Run
from training.stream import Position
from training.trainee import Aims

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def batch():
    return collate(samples())


def learn(run, batch, steps):
    return [run.step(batch, Position(0, taken)) for taken in range(1, steps + 1)]


def readings(network):
    with torch.inference_mode():
        answers = [network(pad([sample]).float().div(255))[:, 0].numpy() for sample in samples()]
    return [Alphabet().decode(decode.best_path(answer)) for answer in answers]


@pytest.mark.parametrize("aims", [{}, {"shortcut": 0.0, "agreement": 0.2, "masked": 0.02}])
def test_one_batch_can_be_learnt_by_heart(batch, tmp_path, aims):
    run = run_in(tmp_path, **aims)
    losses = learn(run, batch, 150)
    assert min(losses) < losses[0] / 20
    assert readings(run.checkpoint().network) == WORDS


def test_a_run_aims_at_what_its_configuration_says(tmp_path):
    assert run_in(tmp_path).aims == Aims(shortcut=0.2)
    aims = {"shortcut": 0.1, "agreement": 0.2, "masked": 0.05}
    assert run_in(tmp_path, **aims).aims == Aims(**aims)


def test_the_same_seed_learns_the_same(batch, tmp_path):
    one, two = (learn(run_in(tmp_path / name), batch, 3) for name in ("one", "two"))
    assert one == two


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_a_resumed_run_goes_on_as_if_it_had_never_stopped(batch, tmp_path, share):
    run = run_in(tmp_path, **dropping(share))
    learn(run, batch, 4)
    run.progress.seconds = 77.0
    run.progress.best = 0.5
    run.save()
    expected = learn(run, batch, 3)
    resumed = run_in(tmp_path, **dropping(share))
    assert resumed.progress.seconds == 77.0
    assert resumed.progress.best == 0.5
    assert learn(resumed, batch, 3) == expected
    assert same(run, resumed)


def test_progress_counts_steps_and_samples_and_knows_its_position(batch, tmp_path):
    run = run_in(tmp_path)
    learn(run, batch, 3)
    run.save()
    for each in (run, run_in(tmp_path)):
        assert each.progress.step == 3
        assert each.progress.samples == 3 * len(WORDS)
        assert each.progress.position == Position(0, 3)


def test_the_loss_of_late_is_smoothed_and_goes_on_smoothly(batch, tmp_path):
    run = run_in(tmp_path)
    first, second = learn(run, batch, 2)
    assert run.progress.loss == pytest.approx(0.98 * first + 0.02 * second)
    run.save()
    assert run_in(tmp_path).progress.loss == run.progress.loss


def test_nothing_half_written_is_left(tmp_path):
    run = run_in(tmp_path)
    run.save()
    run.save()
    assert [path.name for path in tmp_path.iterdir()] == ["state.pt"]


def test_the_state_can_hold_data_only(tmp_path):
    run_in(tmp_path).save()
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    assert set(state) == {"network", "trainee", "average", "optimisers", "progress", "chance", "exports"}


def rates(run, *places):
    found = []
    for run.progress.step, run.progress.seconds in places:
        found.append(run.learning_rate() / CONFIG["learning_rate"])
    return found


def test_the_learning_rate_warms_up_and_falls_to_nothing(tmp_path):
    run = run_in(tmp_path)
    found = rates(run, (0, 0), (4, 0), (100, 1800), (200, 3600), (300, 9999))
    assert found == pytest.approx([0.2, 1, 0.5, 0, 0])


def test_the_learning_rate_stays_until_the_fall_begins(tmp_path):
    run = run_in(tmp_path, fall=0.25)
    assert rates(run, (9, 0), (9, 2700), (9, 3150), (9, 3600)) == pytest.approx([1, 1, 0.5, 0])


def test_every_optimiser_learns_at_the_run_s_rate(batch, tmp_path):
    run = run_in(tmp_path)
    learn(run, batch, 2)
    found = [group["lr"] for optimiser in run.optimisers for group in optimiser.param_groups]
    assert found == pytest.approx([CONFIG["learning_rate"] * 2 / 5] * 2)


def test_given_minutes_overrule_the_configuration(tmp_path):
    run = Run(CONFIG, tmp_path, PLACE, minutes=5)
    assert run.config["minutes"] == 5
    assert CONFIG["minutes"] == 60


def test_a_new_run_begins_with_the_weights_of_another(batch, tmp_path):
    first = run_in(tmp_path / "first")
    learn(first, batch, 5)
    first.checkpoint().save(tmp_path / "best.pt")
    second = run_in(tmp_path / "second", seed=2, start=str(tmp_path / "best.pt"))
    begun, averaged = second.trainee.state_dict(), first.average.module.state_dict()
    assert all(map(torch.equal, begun.values(), averaged.values()))
    assert all(map(torch.equal, second.average.module.state_dict().values(), averaged.values()))


def test_a_run_that_begins_with_an_old_checkpoint_has_a_new_shortcut(tmp_path):
    first = run_in(tmp_path / "first")
    replace(first.checkpoint(), shortcut={}).save(tmp_path / "old.pt")
    second = run_in(tmp_path / "second", seed=2, start=str(tmp_path / "old.pt"))
    assert not torch.equal(second.trainee.shortcut.weight, first.trainee.shortcut.weight)


def test_a_shortcut_that_was_not_taught_is_not_kept(batch, tmp_path):
    run = run_in(tmp_path, shortcut=0.0)
    learn(run, batch, 1)
    assert run.checkpoint().shortcut == {}


def test_a_new_run_takes_over_the_network_but_for_what_is_said_of_it(batch, tmp_path):
    first = run_in(tmp_path / "first")
    first.checkpoint().save(tmp_path / "best.pt")
    begun = run_in(tmp_path / "second", start=str(tmp_path / "best.pt"), network={"dropout": 0.25})
    begun.save()
    resumed = run_in(tmp_path / "second", start="gone.mar", network={"dropout": 0.25})
    for each in (begun, resumed):
        assert each.trainee.crnn.architecture == replace(first.trainee.crnn.architecture, dropout=0.25)
    assert same(begun, resumed)


@pytest.mark.parametrize("filters", [8, 12])
def test_a_network_with_more_planes_and_filters_begins_by_answering_the_same(batch, tmp_path, filters):
    first = run_in(tmp_path / "first", network=CONFIG["network"] | {"planes": 1})
    learn(first, batch, 5)
    first.checkpoint().save(tmp_path / "best.pt")
    channels = [filters, *CONFIG["network"]["channels"][1:]]
    wider = CONFIG["network"] | {"channels": channels}
    second = run_in(tmp_path / "second", start=str(tmp_path / "best.pt"), network=wider)
    strips = batch.strips.float().div(255)
    with torch.inference_mode():
        assert torch.allclose(
            second.checkpoint().network(strips), first.checkpoint().network(strips[:, :1]), atol=1e-5
        )


def test_a_network_with_a_refinement_begins_by_answering_the_same_and_learns_it(batch, tmp_path):
    first = run_in(tmp_path / "first")
    learn(first, batch, 5)
    first.checkpoint().save(tmp_path / "best.pt")
    second = run_in(tmp_path / "second", start=str(tmp_path / "best.pt"), network={"refinements": 1})
    strips = batch.strips.float().div(255)
    with torch.inference_mode():
        answers = [run.checkpoint().network(strips) for run in (first, second)]
    assert torch.allclose(*answers, atol=1e-5)
    learn(second, batch, 2)
    taken_up = second.trainee.crnn.refinements[0].lstm.weight_ih_l0.chunk(4)[2]
    assert taken_up.any()


def test_a_widened_network_learns_from_what_is_new(batch, tmp_path):
    first = run_in(tmp_path / "first", network=CONFIG["network"] | {"planes": 1})
    first.checkpoint().save(tmp_path / "best.pt")
    wider = CONFIG["network"] | {"channels": [12, *CONFIG["network"]["channels"][1:]]}
    second = run_in(tmp_path / "second", start=str(tmp_path / "best.pt"), network=wider)
    heard = second.trainee.crnn.features.body[1][0].weight[:, 8:]
    assert not heard.any()
    learn(second, batch, 2)
    assert heard.any()


def test_the_average_forgets_where_it_began_at_first_and_then_averages_as_long_as_asked_for(batch, tmp_path):
    run = run_in(tmp_path, average=0.999)
    begun = [weight.clone() for weight in run.average.module.parameters()]
    learn(run, batch, 30)
    now, average = run.trainee.parameters(), run.average.module.parameters()
    for start, end, mean in zip(begun, now, average, strict=True):
        assert torch.norm(mean - end) <= torch.norm(start - end)
    [first, *_] = zip(begun, run.trainee.parameters(), run.average.module.parameters(), strict=True)
    assert torch.norm(first[2] - first[1]) < 0.7 * torch.norm(first[0] - first[1])


def test_a_run_knows_the_exports_that_it_and_its_start_learnt_from(batch, tmp_path):
    run_in(tmp_path / "first", exports=["b", "a"]).checkpoint().save(tmp_path / "best.pt")
    second = run_in(tmp_path / "second", exports=["c"], start=str(tmp_path / "best.pt"))
    second.save()
    assert second.checkpoint().notes["exports"] == ["a", "b", "c"]
    resumed = run_in(tmp_path / "second", exports=["c"], start="another.mar")
    assert resumed.checkpoint().notes["exports"] == ["a", "b", "c"]
    assert resumed.checkpoint().notes["config"]["start"] == str(tmp_path / "best.pt")


def test_a_run_that_was_begun_before_exports_and_reports_were_noted_goes_on(batch, tmp_path):
    run_in(tmp_path).save()
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    del state["exports"], state["progress"]["loss"], state["progress"]["reported"]
    torch.save(state, tmp_path / "state.pt")
    resumed = run_in(tmp_path)
    assert resumed.checkpoint().notes["exports"] == []
    learn(resumed, batch, 1)


def test_chance_goes_on_from_where_it_was_on_a_gpu_too(monkeypatch):
    gpu, drawn_on = torch.device("cuda"), {}
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda device: torch.tensor([7], dtype=torch.uint8))
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda state, device: drawn_on.update({device: state}))
    on_gpu, on_processor = module._chance(gpu), module._chance(torch.device("cpu"))
    drawn = torch.rand(3)
    module._take_up_chance(on_gpu, gpu)
    assert torch.equal(torch.rand(3), drawn)
    assert drawn_on[gpu].tolist() == [7]
    drawn_on.clear()
    for state, device in ((on_processor, gpu), (on_gpu, torch.device("cpu"))):
        module._take_up_chance(state, device)
        assert torch.equal(torch.rand(3), drawn)
    assert not drawn_on


def test_a_resumed_run_needs_no_start(batch, tmp_path):
    run = run_in(tmp_path)
    learn(run, batch, 2)
    run.save()
    assert same(run, run_in(tmp_path, start=str(tmp_path / "gone.pt")))


def test_the_checkpoint_is_the_average_and_knows_its_making(batch, tmp_path):
    run = run_in(tmp_path)
    learn(run, batch, 3)
    run.progress.seconds = 120.0
    checkpoint = run.checkpoint()
    learnt = run.trainee.crnn.state_dict()["head.weight"]
    assert not torch.equal(checkpoint.network.state_dict()["head.weight"], learnt)
    assert not checkpoint.network.training
    assert checkpoint.notes["steps"] == 3
    assert checkpoint.notes["samples"] == 3 * len(WORDS)
    assert checkpoint.notes["minutes"] == 2
    assert checkpoint.notes["config"]["seed"] == 1
