import pytest

from core.errors import LabelError
from core.labels import DEFAULT_LABELS, Label, LabelMap

BACKGROUND = Label(0, "background", (0, 0, 0))


def test_default_labels_are_background_and_profile() -> None:
    assert [label.name for label in DEFAULT_LABELS.labels] == ["background", "profile"]
    assert DEFAULT_LABELS.class_count == 2


def test_foreground_leaves_out_the_background() -> None:
    handle = Label(2, "handle", (0, 0, 255))
    label_map = LabelMap((BACKGROUND, Label(1, "profile", (255, 0, 0)), handle))
    assert [label.name for label in label_map.foreground] == ["profile", "handle"]
    assert label_map.named("handle") is handle


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ((BACKGROUND, Label(1, "background", (1, 1, 1))), "name 'background' twice"),
        ((BACKGROUND, Label(1, "profile", (0, 0, 0))), "colour (0, 0, 0) twice"),
        ((BACKGROUND, Label(2, "profile", (1, 1, 1))), "numbered on"),
        ((BACKGROUND,), "at least one further class"),
        ((BACKGROUND, Label(1, "  ", (1, 1, 1))), "has no name"),
        ((BACKGROUND, Label(1, "profile", (256, 1, 1))), "outside 0 to 255"),
    ],
)
def test_a_label_map_that_cannot_be_meant_is_refused(labels: tuple[Label, ...], reason: str) -> None:
    with pytest.raises(LabelError) as refusal:
        LabelMap(labels)
    assert reason in str(refusal.value)


def test_an_unknown_label_name_lists_the_known_ones() -> None:
    with pytest.raises(LabelError, match="background, profile"):
        DEFAULT_LABELS.named("handle")
