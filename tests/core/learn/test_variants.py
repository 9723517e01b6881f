from dataclasses import replace

import numpy as np

from core.learn.batches import TrainingSet
from core.learn.configuration import RunConfiguration
from core.learn.samples import TrainingItem
from core.learn.variant_counts import replayed_count, variant_count
from core.learn.variants import variant_batches, whole

SMALL = RunConfiguration(image_size=64, batch_size=3, replay=False, proportions=False)


def shown(configuration, items, epochs):
    batches = variant_batches(configuration, TrainingSet(items), 2)
    return [variant for step in range(2 * epochs) for variant in batches(step)]


def test_an_epoch_shows_every_drawing_once_and_a_run_shows_each_in_eight_variants(items):
    addresses = [variant.address for variant in shown(SMALL, items, 8)]
    assert len(set(addresses)) == len(addresses) == 8 * len(items)
    assert {variant.address for variant in shown(SMALL, items, 16)} == set(addresses)
    assert [len(variant_batches(SMALL, TrainingSet(items[:5]), 2)(step)) for step in (0, 1)] == [3, 2]


def test_a_variant_is_the_same_whenever_and_beside_whatever_it_is_made(items):
    alone = {variant.address: variant for variant in shown(SMALL, items[:1], 8)}
    among_others = {variant.address: variant for variant in shown(SMALL, items, 8)}
    assert alone.keys() <= among_others.keys()
    for name, variant in alone.items():
        one, other = variant.make(), among_others[name].make()
        np.testing.assert_array_equal(one.sheet, other.sheet)
        np.testing.assert_array_equal(one.mask, other.mask)


def test_a_correction_of_the_mask_or_another_setting_gives_other_variants(items):
    corrected = TrainingItem(items[0].name, items[0].image, np.zeros_like(items[0].mask))
    known = {variant.address for variant in shown(SMALL, items[:1], 8)}
    for configuration, item in ((SMALL, corrected), (replace(SMALL, geometric=True), items[0])):
        assert known.isdisjoint(variant.address for variant in shown(configuration, [item], 8))


def test_all_windows_are_as_large_as_the_smallest_size_and_lie_on_the_grid(items):
    views = [variant.make() for variant in shown(SMALL, items, 8)]
    assert {view.mask.shape for view in views} == {(64, 64)}
    assert {max(view.sheet.shape[:2]) for view in views} == {64, 96, 160}  # 144 is padded
    assert all(view.top % 32 == view.left % 32 == 0 for view in views)
    for view in views:
        window = view.sheet[view.top : view.top + 64, view.left : view.left + 64]
        assert window.shape == (64, 64, 3)
        if view.mask.any():
            assert window[view.mask > 0].mean() < window[view.mask == 0].mean()


def test_rendered_drawings_are_shown_beside_the_others_and_are_the_same_in_every_run(items):
    configuration = replace(SMALL, replay=True)
    one, other = (
        [variant.address for variant in shown(replace(configuration, seed=seed), items[:count], 30)]
        for seed, count in ((0, 6), (5, 3))
    )
    rendered = [{address for address in addresses if address.startswith("rendered")} for addresses in (one, other)]
    assert (len(one), len(other)) == (30 * 2 * (3 + 2), 30 * (2 + 1 + 1 + 1))
    assert len(rendered[0] & rendered[1]) > 15


def test_one_rendered_drawing_is_shown_beside_two_others():
    assert [replayed_count(count) for count in (1, 4, 5, 8)] == [1, 2, 3, 4]


def test_many_or_large_drawings_have_fewer_variants_each():
    usual = RunConfiguration()
    assert [variant_count(usual, count) for count in (1, 300, 1000, 100_000)] == [8, 8, 3, 1]
    assert variant_count(replace(usual, image_size=512), 300) == 2


def test_a_validation_drawing_is_shown_whole(items):
    view = whole(items[0], 64).make()
    assert (view.sheet.shape, view.mask.shape, view.top, view.left) == ((64, 64, 3), (64, 64), 0, 0)
