"""segmentation-models, imported without the line that it prints: commands may be writing JSON there."""

import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()):
    import segmentation_models

__all__ = ["segmentation_models"]
