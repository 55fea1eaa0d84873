import numpy as np
import pytest

from training import compact


def test_arrays_come_back_by_their_names(tmp_path):
    arrays = {"points": np.arange(6, dtype=np.int16).reshape(3, 2), "texts": np.array(["a", "l'été"])}
    compact.write(tmp_path / "new" / "set.ink", arrays)
    found = compact.read(tmp_path / "new" / "set.ink")
    assert list(found) == ["points", "texts"]
    for name, values in arrays.items():
        assert found[name].dtype == values.dtype
        assert np.array_equal(found[name], values)


def test_nothing_half_written_is_left(tmp_path):
    compact.write(tmp_path / "set.ink", {"one": np.zeros(3)})
    assert [path.name for path in tmp_path.iterdir()] == ["set.ink"]


def test_it_holds_no_objects(tmp_path):
    with pytest.raises(ValueError, match="Object arrays"):
        compact.write(tmp_path / "set.ink", {"one": np.array([{}])})
    assert not (tmp_path / "set.ink").exists()


@pytest.mark.parametrize(
    ("largest", "kind"), [(0, np.uint8), (255, np.uint8), (256, np.uint16), (65_536, np.uint32)]
)
def test_counts_take_the_shortest_type(largest, kind):
    short = compact.smallest(np.array([0, largest]))
    assert short.dtype == kind
    assert short.tolist() == [0, largest]


def test_no_counts_are_counts():
    assert compact.smallest(np.array([], np.int64)).dtype == np.uint8
