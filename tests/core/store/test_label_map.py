import pytest

from core.errors import StoreError
from core.labels import DEFAULT_LABELS, Label, LabelMap
from core.store import annotations
from core.store.label_map import label_map, set_label_map
from core.store.workspace import Workspace
from tests.core.store.samples import add_drawing

HANDLE = Label(2, "Henkel", (0, 128, 255))
WITH_HANDLE = LabelMap((*DEFAULT_LABELS.labels, HANDLE))


def test_a_new_workspace_has_background_and_profile(ws: Workspace) -> None:
    assert label_map(ws) == DEFAULT_LABELS


def test_without_annotations_any_label_map_will_do(ws: Workspace) -> None:
    other = LabelMap((Label(0, "paper", (255, 255, 255)), Label(1, "section", (1, 2, 3))))
    set_label_map(ws, other)
    assert label_map(ws) == other


def test_with_annotations_classes_can_only_be_added(ws: Workspace) -> None:
    annotations.open_draft(ws, add_drawing(ws).id, "Ada")
    set_label_map(ws, WITH_HANDLE)
    with pytest.raises(StoreError, match="cannot be renamed, recoloured or reordered"):
        set_label_map(ws, DEFAULT_LABELS)
    with pytest.raises(StoreError, match="cannot be renamed, recoloured or reordered"):
        set_label_map(ws, LabelMap((Label(0, "background", (9, 9, 9)), *WITH_HANDLE.labels[1:])))
    assert label_map(ws) == WITH_HANDLE
