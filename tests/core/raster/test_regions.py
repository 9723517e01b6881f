import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.errors import EditError
from core.raster.edits import apply, from_json, to_json
from core.raster.masks import Mask, empty_mask
from core.raster.regions import difference, packed, region, unpacked
from core.raster.scanlines import fill_runs

shapes = st.tuples(st.integers(1, 9), st.integers(1, 9))
areas = arrays.arrays(np.bool_, shapes)
pairs = shapes.flatmap(lambda shape: st.tuples(arrays.arrays(np.uint8, shape), arrays.arrays(np.uint8, shape)))
AREA = np.array([[0, 1, 1, 0], [0, 1, 1, 1], [0, 0, 0, 0]], dtype=bool)


def test_a_region_gives_its_pixels_their_class_and_leaves_the_rest() -> None:
    mask = np.array([[5, 5, 0, 0], [0, 0, 0, 7], [5, 0, 0, 0]], np.uint8)
    assert apply(mask, region(AREA, 2, "fill")).tolist() == [[5, 2, 2, 0], [0, 2, 2, 2], [5, 0, 0, 0]]
    assert apply(mask, region(AREA, 0, "fill")).tolist() == [[5, 0, 0, 0], [0, 0, 0, 0], [5, 0, 0, 0]]


@given(areas)
def test_packed_pixels_come_back(area: np.ndarray) -> None:
    pixels = np.zeros(area.shape, np.uint8)
    fill_runs(pixels, unpacked(packed(area), area.size), 1)
    assert np.array_equal(pixels, area)


@given(pairs)
def test_a_difference_turns_one_mask_into_the_other(masks: tuple[Mask, Mask]) -> None:
    before, after = masks
    assert np.array_equal(apply(before, difference(before, after, "snap")), after)


@given(pairs)
def test_a_difference_names_only_classes_that_it_draws(masks: tuple[Mask, Mask]) -> None:
    before, after = masks
    assert set(difference(before, after, "snap").labels) == set(after[before != after].tolist())


def test_a_region_is_small_on_disk() -> None:
    rows, columns = np.ogrid[:3000, :3000]
    ring = np.abs(np.hypot(rows - 1500, columns - 1500) - 1200) < 40
    document = json.dumps(to_json(region(ring, 1, "pick")))
    assert len(document) < 12_000


def test_a_region_on_a_mask_of_another_size_is_refused_and_changes_nothing() -> None:
    mask = empty_mask(3, 5)
    with pytest.raises(EditError, match=r"made on a drawing of 4 x 3 pixels, but this mask has 5 x 3"):
        apply(mask, region(AREA, 1, "fill"))
    assert not mask.any()
    with pytest.raises(EditError, match="same drawing"):
        difference(mask, empty_mask(3, 4), "snap")


DOCUMENT = to_json(region(AREA, 1, "fill", gap_px=2))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": 2}, "newer Ostrakon"),
        ({"height_px": 0}, "cannot be 0"),
        ({"height_px": "3"}, "cannot be '3'"),
        ({"width_px": True}, "cannot be True"),
        ({"parts": None}, "damaged"),
        ({"parts": [[1]]}, "damaged"),
        ({"parts": [[1, "!"]]}, "damaged"),
        ({"parts": [[1, 5]]}, "damaged"),
        ({"parts": [[1, "AAAA"]]}, "damaged"),
        ({"parts": [[300, packed(AREA)]]}, "numbered 0 to 255"),
        ({"parts": [[1, packed(np.ones((9, 9), dtype=bool))]]}, "damaged"),
        ({"tool": 1}, "damaged"),
        ({"settings": None}, "damaged"),
    ],
)
def test_a_damaged_region_is_refused(change: dict[str, Any], reason: str) -> None:
    assert from_json(DOCUMENT).labels == (1,)
    with pytest.raises(EditError) as refusal:
        from_json({**DOCUMENT, **change})
    assert reason in str(refusal.value)


def test_the_stored_form_of_a_region_stays_as_it_is() -> None:
    stored = {
        "format": 1,
        "kind": "region",
        "height_px": 3,
        "width_px": 4,
        "parts": [[1, "eJxjZGBgYAJiRigGAABEAAY="]],
        "tool": "fill",
        "settings": {"gap_px": 2},
    }
    assert apply(empty_mask(3, 4), from_json(stored)).tolist() == AREA.astype(int).tolist()
