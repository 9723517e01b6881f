"""What is written is read again, to the pixel: any label map, any mask with holes, any name."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import LabelError
from core.formats.detection import read_contents
from core.formats.exporting import WRITERS
from core.formats.files import opened_files
from core.formats.label_choices import choose_classes, class_table
from core.formats.names import FreeNames, NameIndex, export_stem
from core.labels import Label, LabelMap
from core.store.names import tidy
from tests.core.formats.samples import outgoing, write

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).map(tidy).filter(bool)
colours = st.tuples(*[st.integers(0, 255)] * 3)


@st.composite
def label_maps(draw: st.DrawFn) -> LabelMap:
    found = draw(st.lists(names, min_size=1, max_size=5, unique_by=str.casefold))
    found = [name for name in found if name.casefold() not in ("background", "bg", "hintergrund", "fond", "sfondo")]
    paints = draw(st.lists(colours, min_size=5, max_size=5, unique=True).filter(lambda x: (0, 0, 0) not in x))
    labels = [Label(index, name, paints[index - 1]) for index, name in enumerate(found or ["wall"], start=1)]
    return LabelMap((Label(0, "background", (0, 0, 0)), *labels))


@st.composite
def masked(draw: st.DrawFn) -> tuple[LabelMap, np.ndarray, str, str | None]:
    labels = draw(label_maps())
    shape = draw(st.tuples(st.integers(1, 12), st.integers(1, 12)))
    mask = draw(arrays(np.uint8, shape, elements=st.integers(0, labels.class_count - 1)))
    return labels, mask, draw(names), draw(st.sampled_from(["train", "validation", "test"]))


@pytest.mark.parametrize("polygons", [False, True])
@pytest.mark.parametrize("kind", WRITERS)
@settings(max_examples=15)
@given(example=masked())
def test_what_is_written_is_read_again(kind: str, polygons: bool, example) -> None:
    labels, mask, name, split = example
    stem = export_stem(name, 0)
    try:
        writer = WRITERS[kind](labels, polygons=polygons)
    except LabelError:
        if kind in ("coco", "folder"):
            raise
        return  # the others cannot hold every name of a class, and say so
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "out.zip", writer, [outgoing(1, stem, mask, split=split)])
        with opened_files(path) as files:
            contents = read_contents(files, labels)
            (item,) = contents.items
            assert item.name == stem + ".png"
            assert item.image_name is not None
            assert kind == "folder" or item.split == split
            assert item.mask is not None
            classes = class_table(choose_classes(contents.labels, labels, {}), labels)
            read = item.mask(mask.shape)
    assert (classes[read.indices] == mask).all()
    assert read.snapped_pixels == 0


@given(st.lists(st.tuples(names, st.integers(0, 2)), min_size=1, max_size=8, unique=True))
def test_every_drawing_gets_a_name_of_its_own_under_which_it_is_found_again(given_names: list[tuple[str, int]]) -> None:
    free, index = FreeNames(), NameIndex()
    stems = [free.give(export_stem(name, page)) for name, page in given_names]
    assert len({stem.casefold() for stem in stems}) == len(stems)
    for number, (name, page) in enumerate(given_names):
        index.add(number, name, page)
    if free.changed_count == 0:
        for number, stem in enumerate(stems):
            assert number in index.find(stem)


@given(st.text(alphabet=st.sampled_from(" ./_aÄ-p2"), max_size=230) | names)
@example(". 0")
def test_an_exported_name_stays_as_it_is_when_it_goes_out_again(name: str) -> None:
    stem = export_stem(name, 0)
    assert export_stem(stem + ".png", 0) == stem


@given(st.text(max_size=60))
def test_exported_names_are_safe_to_unpack(name: str) -> None:
    parts = export_stem(name, 0).split("/")
    assert all(part and not part.startswith(".") and not set(part) & set('<>:"|?*\\\0') for part in parts)
    assert not any(folder.endswith((".", " ")) for folder in parts[:-1])
