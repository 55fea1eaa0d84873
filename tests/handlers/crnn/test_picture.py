"""Pictures of handwriting end as the strips that its strokes would have been drawn on."""

import cv2
import numpy as np
import pytest
from PIL import Image

from crnn import ink, picture
from crnn.strip import HEIGHT, MAX_WIDTH, MIN_WIDTH, NothingToReadError
from tests import handwriting, paper

HELLO = handwriting.ink("hello")
PAGE = paper.page(HELLO)
DRAWN = ink.draw(ink.parse(HELLO)).pixels

PRINTED = {
    "T": [[[0, 0], [60, 0]], [[30, 0], [30, 100]]],
    "L": [[[0, 0], [0, 100], [60, 100]]],
    "E": [[[60, 0], [0, 0], [0, 100], [60, 100]], [[0, 50], [50, 50]]],
    "H": [[[0, 0], [0, 100]], [[60, 0], [60, 100]], [[0, 50], [60, 50]]],
    "7": [[[0, 0], [60, 0], [20, 100]]],
    "Z": [[[0, 0], [60, 0], [0, 100], [60, 100]]],
    "1": [[[5, 0], [5, 100]]],
    "+": [[[0, 30], [60, 30]], [[30, 0], [30, 60]]],
}


def strip_of(sheet):
    return picture.read(paper.encoded(sheet))


def likeness(sheet):
    return paper.likeness(DRAWN, strip_of(sheet).pixels)


def likeness_of(text, sheet):
    return paper.likeness(ink.draw(ink.parse(handwriting.ink(text))).pixels, strip_of(sheet).pixels)


def test_a_scan_becomes_the_strip_that_its_strokes_would():
    assert likeness(PAGE) > 0.95


def test_white_on_black_becomes_the_same():
    assert likeness(255 - PAGE) > 0.95


@pytest.mark.parametrize("ground", [0, 28])
@pytest.mark.parametrize("pen", [2, 8])
def test_a_word_on_a_dark_screen_becomes_the_same(ground, pen):
    screen = paper.page(HELLO, pen=pen, margin=600, ink=235, paper=ground)
    strip = strip_of(screen).pixels
    assert paper.likeness(strip, strip_of(255 - screen).pixels) > 0.95


def test_noise_in_the_dark_is_no_writing():
    for shade in (5, 10, 20, 30):
        for spread in (5, 10, 25):
            with pytest.raises(NothingToReadError):
                strip_of(paper.grainy(blank(shade, (400, 600)), spread=spread))


@pytest.mark.parametrize("pen", [8, 200, 500])
def test_a_large_picture_in_the_dark_has_ink(pen):
    screen = np.full((1600, 1600), 255, np.uint8)
    cv2.circle(screen, (800, 800), 500, 0, pen)
    for sheet in (screen, 255 - screen, paper.grainy(255 - screen)):
        assert strip_of(sheet).pixels.any()


@pytest.mark.parametrize(("ground", "chalk"), [(20, 240), (60, 230), (105, 220)])
def test_chalk_on_a_blackboard_becomes_the_same(ground, chalk):
    assert likeness(paper.grainy(paper.page(HELLO, ink=chalk, paper=ground))) > 0.95


@pytest.mark.parametrize(("ground", "chalk"), [(115, 255), (150, 250), (165, 245)])
def test_a_white_pen_on_coloured_card_becomes_the_same(ground, chalk):
    assert likeness(paper.grainy(paper.page(HELLO, ink=chalk, paper=ground))) > 0.95


@pytest.mark.parametrize("light", [0.5, 0.33, 0.2])
def test_dim_light_changes_nothing(light):
    dim = (PAGE * light).astype(np.uint8)
    assert likeness(paper.grainy(dim, spread=3)) > 0.95
    assert likeness(paper.shaded(dim, 0.4)) > 0.95


@pytest.mark.parametrize("text", ["h", "d", "t", "l"])
@pytest.mark.parametrize(("scale", "pen"), [(0.2, 4), (0.5, 10)])
def test_a_small_bold_letter_that_fills_its_picture_is_ink(text, scale, pen):
    sheet = paper.page(handwriting.ink(text), scale=scale, pen=pen, margin=pen)
    for picture_of_it in (sheet, 255 - sheet):
        assert likeness_of(text, picture_of_it) > 0.5


@pytest.mark.parametrize("ink", [170, 190, 205])
def test_faint_pencil_becomes_the_same(ink):
    assert likeness(paper.grainy(paper.page(HELLO, ink=ink, pen=4), spread=3)) > 0.92


@pytest.mark.parametrize("darkest", [0.6, 0.3, 0.15])
def test_a_shadow_over_the_paper_changes_nothing(darkest):
    assert likeness(paper.shaded(PAGE, darkest)) > 0.95


@pytest.mark.parametrize("soft", [0, 2, 10])
@pytest.mark.parametrize("where", [0.2, 0.45, 0.8])
def test_the_edge_of_a_shadow_is_no_ink(where, soft):
    assert likeness(paper.grainy(paper.half_shaded(PAGE, where, soft=soft), spread=3)) > 0.95


@pytest.mark.parametrize("degrees", [0, 4])
@pytest.mark.parametrize("table", [40, 90, 140])
def test_the_table_below_the_paper_is_no_ink(table, degrees):
    turned = Image.fromarray(PAGE).rotate(degrees, Image.Resampling.BICUBIC, fillcolor=235)
    photograph = paper.grainy(paper.on_a_table(PAGE, table, degrees), spread=3)
    assert paper.likeness(strip_of(np.asarray(turned)).pixels, strip_of(photograph).pixels) > 0.95


def test_paper_that_ends_in_the_picture_is_no_ink():
    sheet = paper.on_a_table(PAGE, 60)
    height, width = sheet.shape
    assert likeness(paper.grainy(sheet[height // 6 :, width // 8 :], spread=3)) > 0.9


def test_black_ink_that_is_all_alike_is_ink():
    grainy = paper.grainy(blank(230, PAGE.shape), spread=5)
    assert likeness(np.where(PAGE < 130, 0, grainy).astype(np.uint8)) > 0.9


def test_noise_changes_nothing():
    assert likeness(paper.grainy(PAGE, spread=12)) > 0.95


@pytest.mark.parametrize("every", [45, 70])
@pytest.mark.parametrize(("thick", "shade"), [(2, 150), (3, 110), (4, 190)])
def test_ruled_lines_are_wiped_and_what_crosses_them_is_not(every, thick, shade):
    for sheet in (paper.ruled(PAGE, every, shade, thick), paper.squared(PAGE, every, shade, thick)):
        assert likeness(sheet) > 0.93


@pytest.mark.parametrize(("row", "column"), [(20, 300), (600, 250), (250, 940)])
def test_a_speck_far_from_the_writing_is_none_of_it(row, column):
    sheet = np.full((640, 1000), 235, np.uint8)
    sheet[140 : 140 + PAGE.shape[0], 40 : 40 + PAGE.shape[1]] = PAGE
    sheet[row - 5 : row + 5, column - 5 : column + 5] = 40
    assert likeness(sheet) > 0.95


@pytest.mark.parametrize("text", ["hill 1", "i", "t i"])
def test_dots_near_the_writing_are_kept(text):
    strokes = [*handwriting.ink(text)]
    right = max(point[0] for stroke in strokes for point in stroke)
    strokes.append([[right + 40, 0], [right + 41, 0]])
    drawn = ink.draw(ink.parse(strokes)).pixels
    assert paper.likeness(drawn, strip_of(paper.page(strokes)).pixels) > 0.9


def test_a_picture_cut_to_its_ink_keeps_all_of_it():
    sheet = paper.page(handwriting.ink("hill"))
    rows, columns = (np.flatnonzero((sheet < 120).any(axis=axis)) for axis in (1, 0))
    cut = sheet[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    assert likeness_of("hill", cut) > 0.9


def test_a_photograph_has_all_of_it_at_once():
    sheet = paper.page(HELLO, ink=90, pen=6, margin=150)
    photograph = paper.grainy(paper.shaded(paper.ruled(sheet, shade=190), 0.4), spread=5)
    strip = picture.read(paper.encoded(photograph, "JPEG", quality=60))
    assert paper.likeness(DRAWN, strip.pixels) > 0.92


@pytest.mark.parametrize(("scale", "pen"), [(0.5, 3), (1, 4), (4, 16), (9, 20)])
def test_the_size_of_the_writing_changes_little(scale, pen):
    assert likeness(paper.page(HELLO, scale=scale, pen=pen, margin=round(40 * scale))) > 0.8


def test_a_hair_thin_pen_is_made_as_wide_as_a_usual_one():
    assert likeness(paper.page(HELLO, scale=9, pen=3)) > 0.9


@pytest.mark.parametrize("text", ["tall", "hill", "will", "d", "t", "hello"])
@pytest.mark.parametrize("margin", [6, 20])
def test_letters_that_fill_the_picture_keep_their_stems(text, margin):
    strokes = handwriting.ink(text)
    strip = strip_of(paper.page(strokes, margin=margin))
    assert paper.likeness(ink.draw(ink.parse(strokes)).pixels, strip.pixels) > 0.93


@pytest.mark.parametrize("letter", PRINTED)
@pytest.mark.parametrize("margin", [20, 80])
def test_a_letter_that_fills_the_picture_keeps_its_bars(letter, margin):
    strip = strip_of(paper.page(PRINTED[letter], margin=margin))
    assert paper.likeness(ink.draw(ink.parse(PRINTED[letter])).pixels, strip.pixels) > 0.9


def test_a_dot_on_a_page_is_ink():
    assert strip_of(paper.page([[[0, 0], [0.5, 0]]])).pixels.any()


def test_a_dash_on_a_page_is_not_blown_up():
    strip = strip_of(paper.page([[[0, 0], [60, 0]]]))
    rows = np.flatnonzero((strip.pixels > 127).any(axis=1))
    assert len(rows) < HEIGHT / 3


@pytest.mark.parametrize("pen", [6, 12, 24])
def test_broad_strokes_are_made_narrower_and_stay_whole(pen):
    patch = picture.crop(picture.strength(paper.page(HELLO, pen=pen))).ink
    thinned = picture.thin(patch, pen, scale=1)
    assert thinned.shape == patch.shape
    assert 0.75 < picture.pen_width(thinned) / picture.pen_width(patch) < 0.92
    assert pieces(thinned) == pieces(patch)


def test_strokes_of_a_usual_pen_are_left_as_they_are():
    patch = picture.crop(picture.strength(paper.page(HELLO, pen=8))).ink
    assert picture.thin(patch, 8, 2 / 8) is patch


def pieces(ink):
    return cv2.connectedComponents((ink > 110).astype(np.uint8))[0]


def test_within_a_broad_stroke_there_is_no_paper():
    sheet = paper.page(HELLO, pen=36)
    inside = cv2.erode((sheet < 60).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert picture.strength(sheet)[inside].min() > 200


def test_letters_that_a_broad_pen_fills_in_a_small_picture_are_ink():
    sheet = cv2.GaussianBlur(paper.page(handwriting.ink("cow"), scale=0.5, margin=10, pen=12), (0, 0), 3)
    written = sheet < 135
    assert (picture.strength(paper.grainy(sheet, spread=3))[written] > 110).mean() > 0.8


def test_specks_and_what_hangs_in_from_the_border_are_left_out():
    sheet = PAGE.copy()
    sheet[::97, ::89] = 60
    sheet[:14, 200:206] = 40
    assert likeness(sheet) > 0.95


def test_a_sloping_line_is_levelled():
    line = handwriting.ink("hello world hello")
    level = strip_of(paper.page(line)).pixels
    sheet = Image.fromarray(paper.page(line, margin=200))
    sloping = np.asarray(sheet.rotate(6, fillcolor=235, resample=Image.Resampling.BICUBIC))
    found = strip_of(sloping).pixels
    assert abs(found.shape[1] - level.shape[1]) < 0.1 * level.shape[1]


def test_a_line_too_long_for_a_strip_is_made_smaller():
    strip = strip_of(paper.page([[[x, (x // 10) % 2 * 30] for x in range(0, 3000, 10)]], scale=0.5, pen=2))
    assert strip.pixels.shape == (HEIGHT, MAX_WIDTH)


# Places


def test_places_are_fractions_of_the_whole_width():
    left, right = np.full((PAGE.shape[0], 900), 235, np.uint8), np.full((PAGE.shape[0], 300), 235, np.uint8)
    sheet = np.hstack([left, PAGE, right])
    strip = strip_of(sheet)
    columns = np.flatnonzero((strip.pixels > 127).any(axis=0))
    written = np.flatnonzero((sheet < 127).any(axis=0)) / sheet.shape[1]
    assert strip.fraction(columns[0]) == pytest.approx(written[0], abs=0.01)
    assert strip.fraction(columns[-1] + 1) == pytest.approx(written[-1], abs=0.01)


@pytest.mark.parametrize("degrees", [-8, 8])
def test_places_in_a_sloping_line_are_those_in_the_picture(degrees):
    sheet = Image.fromarray(paper.page(handwriting.ink("hello world hello"), margin=200))
    sloping = np.asarray(sheet.rotate(degrees, fillcolor=235, resample=Image.Resampling.BICUBIC))
    strip = strip_of(np.hstack([np.full((len(sloping), 500), 235, np.uint8), sloping]))
    columns = np.flatnonzero((strip.pixels > 127).any(axis=0))
    written = 500 + np.flatnonzero((sloping < 127).any(axis=0))
    assert strip.fraction(columns[0]) == pytest.approx(written[0] / (500 + sloping.shape[1]), abs=0.01)
    assert strip.fraction(columns[-1]) == pytest.approx(written[-1] / (500 + sloping.shape[1]), abs=0.01)


def test_places_count_from_the_side_that_is_left_in_the_upright_picture():
    sheet = np.hstack([np.full((PAGE.shape[0], 600), 235, np.uint8), PAGE])
    strip = picture.read(paper.turned_by_exif(sheet, 6))
    columns = np.flatnonzero((strip.pixels > 127).any(axis=0))
    assert strip.fraction(columns[0]) == pytest.approx(680 / sheet.shape[1], abs=0.02)


# Nothing to read


def blank(shade, size=(300, 800)):
    return np.full(size, shade, np.uint8)


@pytest.mark.parametrize("shade", [255, 235, 128, 60, 0])
def test_blank_paper_of_any_shade_is_nothing_to_read(shade):
    with pytest.raises(NothingToReadError):
        strip_of(blank(shade))


@pytest.mark.parametrize("shade", [255, 200, 128, 60, 0])
@pytest.mark.parametrize("spread", [3, 10, 25])
def test_noise_on_blank_paper_is_nothing_to_read(shade, spread):
    with pytest.raises(NothingToReadError):
        strip_of(paper.grainy(blank(shade), spread=spread))


@pytest.mark.parametrize("quality", [10, 50, 90])
def test_blank_paper_in_a_jpeg_is_nothing_to_read(quality):
    with pytest.raises(NothingToReadError):
        picture.read(paper.encoded(paper.grainy(blank(200)), "JPEG", quality=quality))


def test_blank_paper_in_sixteen_bits_is_nothing_to_read():
    noise = np.random.default_rng(0).normal(60_000, 50, (300, 800)).astype(np.uint16)
    with pytest.raises(NothingToReadError):
        picture.read(paper.encoded(Image.fromarray(noise)))


@pytest.mark.parametrize("spread", [0, 6])
def test_a_shadow_over_blank_paper_is_nothing_to_read(spread):
    with pytest.raises(NothingToReadError):
        strip_of(paper.grainy(paper.shaded(blank(240)), spread=spread))


@pytest.mark.parametrize("spread", [0, 3])
def test_the_edge_of_a_shadow_alone_is_nothing_to_read(spread):
    with pytest.raises(NothingToReadError):
        strip_of(paper.grainy(paper.half_shaded(blank(235), 0.4), spread=spread))


@pytest.mark.parametrize("spread", [0, 6])
def test_ruled_lines_alone_are_nothing_to_read(spread):
    with pytest.raises(NothingToReadError):
        strip_of(paper.grainy(paper.ruled(blank(235)), spread=spread))


def test_an_empty_canvas_is_nothing_to_read():
    with pytest.raises(NothingToReadError):
        picture.read(paper.encoded(Image.new("RGBA", (600, 300), (0, 0, 0, 0))))


@pytest.mark.parametrize(
    "size", [(1, 1), (2, 3), (1, 5000), (5000, 1), (5, 20_000), (20_000, 5), (60_000, 2)]
)
@pytest.mark.parametrize("shade", [0, 255])
def test_a_blank_picture_of_any_size_is_nothing_to_read(size, shade):
    with pytest.raises(NothingToReadError):
        strip_of(blank(shade, size))


@pytest.mark.parametrize("size", [(40, 5000), (5000, 40)])
def test_a_long_and_narrow_picture_is_read(size):
    sheet = blank(235, size)
    sheet[size[0] // 2 - 10 : size[0] // 2 + 10, size[1] // 2 - 8 : size[1] // 2 + 8] = 30
    assert MIN_WIDTH <= strip_of(sheet).pixels.shape[1] <= MAX_WIDTH
