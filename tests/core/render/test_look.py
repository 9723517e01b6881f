import pytest

from core.render.look import STYLES, Look, fitted


@pytest.mark.parametrize("style", STYLES)
def test_lines_leave_room_in_a_thin_wall(style):
    heavy = Look(style, pen_px=9.0, outline_px=14.0, ink=0, side=1, tremor_px=0.0, grain_px=1.0)
    lighter = fitted(heavy, wall_px=8.0)
    assert lighter.outline_px <= 5
    assert lighter.pen_px <= 4


def test_fine_lines_stay_as_they_are():
    fine = Look("outlined", pen_px=1.0, outline_px=1.5, ink=0, side=1, tremor_px=0.0)
    assert fitted(fine, wall_px=20.0) == fine
