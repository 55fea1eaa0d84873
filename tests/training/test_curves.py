import numpy as np
from PIL import Image

from training import curves

HEADER = "step,samples,seconds,learning_rate,loss,held_out_cer\n"
ROWS = ((400, 2.5, 0.61), (800, 1.5, 0.6), (1200, 1.4, 0.3))


def drawn(folder, *rows):
    (folder / "log.csv").write_text(HEADER + "".join(rows))
    curves.draw(folder / "log.csv", folder / "curves.png")
    with Image.open(folder / "curves.png") as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB"))


def test_a_log_becomes_a_picture(tmp_path):
    picture = drawn(tmp_path, *(f"0,{n},0,0,{loss},{cer}\n" for n, loss, cer in ROWS))
    for colour in ((0x1F, 0x5F, 0xBF), (0x9A, 0x5B, 0x00)):
        assert (picture == colour).all(axis=2).sum() > 50


def test_one_row_is_enough(tmp_path):
    assert drawn(tmp_path, "10,400,60,1e-3,2.5,0.61\n").std() > 0


def test_a_longer_log_is_another_picture(tmp_path):
    first = drawn(tmp_path, "10,400,60,1e-3,2.5,0.61\n")
    assert not np.array_equal(first, drawn(tmp_path, "10,400,60,1e-3,2.5,0.61\n", "20,800,120,0,1.5,0.3\n"))
