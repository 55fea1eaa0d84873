import stat

from local.load.plan import Plan


def test_locust_reads_the_plan_that_was_saved(tmp_path):
    plan = Plan("http://127.0.0.1:1", [{"Authorization": "Bearer x"}], [[[[1.0, 2.0]]]], "results", 7)
    plan.save(tmp_path / "plan.json")
    assert Plan.load(tmp_path / "plan.json") == plan


def test_tokens_are_for_the_owner_alone(tmp_path):
    file = tmp_path / "plan.json"
    Plan("", [], [], "", 0).save(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
