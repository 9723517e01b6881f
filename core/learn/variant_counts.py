"""In how many variants a run on features shows its drawings, and how many rendered ones. Loads no TensorFlow."""

import math

from core.labels import DEFAULT_LABELS
from core.learn.configuration import RunConfiguration

VARIANTS_PER_DRAWING = 8
ENOUGH_VARIANTS = 3000  # of all drawings together, so that their features fit into the folder that keeps them
RENDERED_DRAWINGS = 64  # replayed by the shortest run
MOST_RENDERED_DRAWINGS = 500
_REPLAYED_SHARE = 0.5  # fewer lose too much of the old domain, more learn too little of the new
_SIDE = 256  # a view of this side has 0.9 MB of features


def variant_count(configuration: RunConfiguration, item_count: int) -> int:
    """In how many variants a run on that many drawings shows each of them: fewer if there are many, or large ones."""
    enough = ENOUGH_VARIANTS * (_SIDE / min(configuration.image_sizes)) ** 2
    return max(1, min(VARIANTS_PER_DRAWING, int(enough / max(1, item_count))))


def rendered_count(item_count: int) -> int:
    """How many different rendered drawings a run on that many drawings shows beside them."""
    return max(RENDERED_DRAWINGS, min(item_count, MOST_RENDERED_DRAWINGS))


def replayed_count(shown_count: int) -> int:
    """How many of them a step shows beside that many drawings."""
    return math.ceil(_REPLAYED_SHARE * shown_count)


def replays(configuration: RunConfiguration, class_count: int) -> bool:
    """Whether the run shows rendered drawings too: they have the classes of the default label map."""
    return configuration.replay and class_count == DEFAULT_LABELS.class_count
