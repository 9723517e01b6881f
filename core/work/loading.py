"""The drawings of a snapshot, as training takes them."""

from collections.abc import Callable, Sequence

from core.labels import LabelMap
from core.learn.samples import TrainingItem, check_item, resized
from core.store import drawings, snapshots
from core.store.snapshots import SnapshotItem
from core.work.attempts import Attempt


def load_items(
    attempt: Attempt,
    items: Sequence[SnapshotItem],
    labels: LabelMap,
    size_needed: Callable[[int, int], tuple[int, int]],
    *,
    share: float,
) -> list[TrainingItem]:
    """The drawings with their masks, reduced to the (height, width) needed: thousands fit into memory.

    Loading is the first `share` of the attempt's progress. Raises what `check_item` raises.
    """
    loaded = []
    for number, item in enumerate(items, start=1):
        attempt.report(share * number / len(items), f"Loading drawing {number} of {len(items)}")
        whole = TrainingItem(
            drawings.get(attempt.workspace, item.drawing_id).name,
            snapshots.item_image(attempt.workspace, item),
            snapshots.item_mask(attempt.workspace, item),
        )
        check_item(whole, labels.class_count)
        height, width = size_needed(whole.mask.shape[0], whole.mask.shape[1])
        loaded.append(resized(whole, height, width) if height * width < whole.mask.size else whole)
    return loaded
