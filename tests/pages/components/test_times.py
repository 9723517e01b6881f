import pytest

from pages.components.times import duration


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (89.4, "89 s"), (95, "2 min"), (3540, "59 min"), (3599, "1 h 0 min"), (3900, "1 h 5 min")],
)
def test_a_stretch_of_work_is_told_as_people_would(seconds, told):
    assert duration(seconds) == told
