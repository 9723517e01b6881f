"""Connected pieces of a predicted mask: which of them to believe."""

import numpy as np

from core.infer.probabilities import Probabilities, most_probable

MINIMUM_PROBABILITY = 0.75
MINIMUM_AREA = 0.01


def drop_doubtful(
    probabilities: Probabilities,
    *,
    minimum_probability: float = MINIMUM_PROBABILITY,
    minimum_area: float = MINIMUM_AREA,
) -> Probabilities:
    """The same probabilities with doubtful pieces of foreground turned into background.

    A piece is a set of foreground pixels that touch, corners included. The main piece, the one with the largest sum of
    foreground probabilities, always stays. Another goes if its mean probability is less than `minimum_probability`
    times that of the main piece, or its area less than `minimum_area` of the largest. Holes stay holes: nothing is
    ever filled.
    """
    from scipy import ndimage

    mask = most_probable(probabilities)
    pieces, count = ndimage.label(mask > 0, structure=np.ones((3, 3)))
    if count < 2:
        return probabilities
    areas = np.bincount(pieces.ravel(), minlength=count + 1)[1:]
    masses = np.bincount(pieces.ravel(), weights=1.0 - probabilities[:, :, 0].ravel(), minlength=count + 1)[1:]
    means, main = masses / areas, np.argmax(masses)
    doubtful = (means < minimum_probability * means[main]) | (areas < minimum_area * areas.max())
    doubtful[main] = False
    kept = probabilities.copy()
    kept[np.concatenate([[False], doubtful])[pieces]] = np.eye(probabilities.shape[2], dtype=np.float32)[0]
    return kept
