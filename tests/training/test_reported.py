import pytest

from tests.training.sets import item, write_data, write_set
from training import reported


@pytest.fixture
def data(tmp_path):
    for name in ("unipen/words-dev", "unipen/characters-dev", "iam-ondb/lines-dev"):
        write_set(tmp_path / f"{name}.jsonl.gz", [item("hello")])
    return write_data(tmp_path)


def test_a_set_has_another_fingerprint_once_an_item_is_another(data):
    before = reported.fingerprints(data)
    write_set(data / "unipen" / "words-dev.jsonl.gz", [item("world")])
    (data / "copiste" / "pages" / "0.jpg").write_bytes(b"another page")
    after = reported.fingerprints(data)
    assert {name for name in reported.REPORTED if before[name] != after[name]} == {
        "unipen/words-dev",
        "copiste",
    }
