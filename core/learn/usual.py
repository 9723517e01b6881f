"""The run that the product proposes. Loads no TensorFlow."""

from core.learn.configuration import RunConfiguration, epochs_for
from core.store import snapshots
from core.store.workspace import Workspace


def usual_configuration(workspace: Workspace) -> RunConfiguration:
    """What a run on the approved drawings is, unless somebody chooses otherwise: the fewer, the more often shown."""
    groups = snapshots.training_groups(workspace)
    return RunConfiguration(
        epochs=epochs_for(sum(group.drawing_count for group in groups if group.split in (None, "train")))
    )
