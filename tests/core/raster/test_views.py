"""Windows of a drawing, and the tint that is laid over them."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image as Pillow

from core.labels import DEFAULT_LABELS, Label
from core.raster.images import encode_png
from core.raster.masks import overlay
from core.raster.places import Place
from core.raster.views import (
    NEUTRAL,
    Window,
    card_jpeg,
    heat_jpeg,
    mask_jpeg,
    packed_mask,
    screen_picture,
    shrinkage,
    silhouette_png,
    tint_colour,
    tint_layer,
    unpacked_mask,
    window_jpeg,
)

WHOLE = Window(0, 0, 200, 300)
PROFILE = DEFAULT_LABELS.labels[1]


def pixels(content: bytes) -> np.ndarray:
    return np.array(Pillow.open(io.BytesIO(content)).convert("RGB"))


def blend_hard_light(under: float, layer: float) -> float:
    """W3C, Compositing and Blending Level 1, section 10.1.9; values 0 to 1."""
    if layer <= 0.5:
        return under * 2 * layer
    return 1 - (1 - under) * (1 - (2 * layer - 1))


def test_a_window_fills_the_room_it_is_given_and_keeps_its_shape():
    assert WHOLE.size_on_screen(400, 600) == (400, 600)
    assert WHOLE.size_on_screen(400, 10_000) == (400, 600)
    assert WHOLE.size_on_screen(10_000, 150) == (100, 150)


def test_zooming_keeps_the_centre_and_the_shape_of_the_screen():
    assert WHOLE.zoomed(2, 200, 300, within=WHOLE) == Window(50, 75, 100, 150)
    assert WHOLE.zoomed(2, 400, 300, within=WHOLE) == Window(0, 75, 200, 150)
    assert WHOLE.zoomed(4, 400, 300, within=WHOLE) == Window(50, 112, 100, 75)


def test_zooming_out_shows_all_of_the_drawing():
    assert Window(50, 75, 100, 150).zoomed(1, 200, 300, within=WHOLE) == WHOLE


def test_moving_stops_at_the_border():
    window = Window(50, 75, 100, 150)
    assert window.moved(0.5, -0.1, within=WHOLE) == Window(100, 60, 100, 150)
    assert window.moved(-9, 9, within=WHOLE) == Window(0, 150, 100, 150)


@given(
    st.floats(1, 16),
    st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 2)), max_size=4),
    st.integers(1, 500),
    st.integers(1, 500),
)
def test_a_window_never_leaves_its_drawing(factor, steps, height, width):
    whole = Window(0, 0, height, width)
    window = whole.zoomed(factor, 600, 900, within=whole)
    for down, right in steps:
        window = window.moved(down, right, within=whole)
    assert window.row >= 0
    assert window.column >= 0
    assert window.row + window.height <= height
    assert window.column + window.width <= width


def test_the_picture_of_a_window_shows_that_part_only():
    image = np.full((20, 30, 3), 255, np.uint8)
    image[10:, 15:] = 0
    assert pixels(window_jpeg(encode_png(image), Window(10, 15, 10, 15), 10, 15)).max() == 0
    assert pixels(window_jpeg(encode_png(image), Window(0, 0, 10, 15), 10, 15)).min() > 200


def test_the_picture_is_twice_as_fine_where_the_drawing_is():
    image = np.full((40, 60, 3), 255, np.uint8)
    assert pixels(window_jpeg(encode_png(image), Window(0, 0, 40, 60), 20, 30)).shape == (40, 60, 3)
    assert pixels(window_jpeg(encode_png(image), Window(0, 0, 40, 60), 40, 60)).shape == (40, 60, 3)
    assert pixels(window_jpeg(encode_png(image), Window(0, 0, 20, 30), 40, 60)).shape == (40, 60, 3)


def test_the_tint_is_neutral_outside_the_mask_and_one_colour_inside():
    mask = np.array([[0, 1], [0, 0]], np.uint8)
    layer = pixels(tint_layer(mask, DEFAULT_LABELS, Window(0, 0, 2, 2), 4, 4, opacity=0.5))
    colour = tint_colour(PROFILE, 0.5)
    assert (layer[:2, 2:] == colour).all()
    assert (layer[:2, :2] == NEUTRAL).all()
    assert (layer[2:] == NEUTRAL).all()


def test_a_shrunk_tint_averages():
    mask = np.array([[0, 1], [0, 1]], np.uint8)
    layer = pixels(tint_layer(mask, DEFAULT_LABELS, Window(0, 0, 2, 2), 1, 1, opacity=1))
    expected = np.add(NEUTRAL, tint_colour(PROFILE, 1)) / 2
    assert np.abs(layer[0, 0] - expected).max() <= 1


@pytest.mark.parametrize("opacity", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("ink", [0, 255])
def test_blended_over_ink_and_paper_the_tint_looks_like_the_overlay(ink, opacity):
    image = np.full((1, 1, 3), ink, np.uint8)
    expected = overlay(image, np.ones((1, 1), np.uint8), DEFAULT_LABELS, opacity=opacity)[0, 0]
    blended = [255 * blend_hard_light(ink / 255, channel / 255) for channel in tint_colour(PROFILE, opacity)]
    assert np.abs(np.array(blended) - expected).max() < (5 if ink else 60)


@pytest.mark.parametrize("colour", [(250, 50, 83), (255, 165, 0), (0, 0, 128), (120, 120, 120)])
@pytest.mark.parametrize("ink", [0, 255])
def test_any_label_shows_on_ink_and_on_paper(ink, colour):
    tint = tint_colour(Label(1, "handle", colour), 0.75)
    blended = [255 * blend_hard_light(ink / 255, channel / 255) for channel in tint]
    assert np.abs(np.array(blended) - ink).max() > 50


@pytest.mark.parametrize("ink", [0, 90, 255])
def test_neutral_leaves_the_drawing_as_it_is(ink):
    assert abs(255 * blend_hard_light(ink / 255, NEUTRAL[0] / 255) - ink) < 1


PAPER = np.full((40, 60, 3), 255, np.uint8)
HALF = np.repeat(np.array([[0, 1]], np.uint8), [30, 30], axis=1).repeat(40, axis=0)


def test_a_mask_is_shown_over_the_drawing_at_the_size_asked_for():
    shown = pixels(mask_jpeg(PAPER, HALF, DEFAULT_LABELS, 20, 30, opacity=1, outline_only=False)).astype(int)
    assert shown.shape == (20, 30, 3)
    assert shown[10, 5].min() > 245
    assert shown[10, 25, 0] - shown[10, 25, 1] > 60


def test_an_outline_leaves_the_inside_free():
    shown = pixels(mask_jpeg(PAPER, HALF, DEFAULT_LABELS, 40, 60, opacity=1, outline_only=True))
    assert shown[20, 50].min() > 245
    assert shown[20, 29, 1] < 200


def test_a_heat_map_of_the_network_s_size_is_shown_at_the_screen_s():
    foreground = np.array([[0, 1], [0, 1]], np.float32)
    shown = pixels(heat_jpeg(PAPER, foreground, 40, 60)).astype(int)
    assert shown[20, 2].min() > 240
    assert shown[20, 57].max() < 200


def test_a_card_without_a_mask_is_the_bare_thumbnail():
    thumbnail = mask_jpeg(PAPER, HALF, DEFAULT_LABELS, 20, 30, opacity=0, outline_only=False)
    assert card_jpeg(thumbnail, None, DEFAULT_LABELS, opacity=1) == thumbnail
    tinted = pixels(card_jpeg(thumbnail, HALF, DEFAULT_LABELS, opacity=1)).astype(int)
    assert tinted[10, 25, 0] - tinted[10, 25, 1] > 60


def test_a_silhouette_is_black_and_white_whatever_the_class():
    mask = np.array([[0, 1], [2, 0]], np.uint8)
    assert np.array(Pillow.open(io.BytesIO(silhouette_png(mask)))).tolist() == [[0, 255], [255, 0]]


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 3)))
def test_a_packed_mask_unpacks_to_itself(mask):
    assert (unpacked_mask(packed_mask(mask), *mask.shape) == mask).all()


def test_a_mask_is_packed_as_small_as_its_picture_is_shown():
    mask = np.array([[1, 0, 2, 2, 1], [0, 0, 0, 0, 0], [3, 3, 0, 0, 2]], np.uint8)
    png = encode_png(np.zeros((3, 5, 3), np.uint8))
    picture = Pillow.open(io.BytesIO(screen_picture(png, shrink=2)[0]))
    small = unpacked_mask(packed_mask(mask, shrink=2), picture.height, picture.width)
    assert small.tolist() == [[1, 2, 1], [3, 0, 2]]


def test_a_small_picture_goes_to_the_browser_as_it_is_and_a_huge_one_smaller():
    png = encode_png(np.zeros((3, 5, 3), np.uint8))
    assert screen_picture(png) == (png, "image/png")
    assert screen_picture(png, shrink=2)[1] == "image/jpeg"
    assert (shrinkage(3500, 4500), shrinkage(10_000, 12_000)) == (1, 2)


def test_places_to_check_are_ringed_in_the_picture_at_its_own_scale():
    image, mask = np.full((200, 300, 3), 255, np.uint8), np.zeros((200, 300), np.uint8)
    look = {"labels": DEFAULT_LABELS, "height_px": 100, "width_px": 150, "opacity": 0.5, "outline_only": False}
    plain = pixels(mask_jpeg(image, mask, **look))
    marked = pixels(mask_jpeg(image, mask, **look, places=[Place(100, 160, 40, 0.7, "at the wall")]))
    rows, columns = np.nonzero(np.abs(marked.astype(int) - plain).max(axis=2) > 60)
    assert np.abs(np.array([rows.min(), rows.max(), columns.min(), columns.max()]) - (30, 70, 60, 100)).max() <= 3
