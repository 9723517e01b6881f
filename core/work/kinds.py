"""The kinds of jobs there are. A new kind of background work is one line here."""

from core.work import importing, training, tuning
from core.work.attempts import Kind
from core.work.predicting import PREDICT, REFRESH, DrawingReader


def all_kinds() -> dict[str, Kind]:
    """Each kind by its name; what a handler keeps, such as a loaded model, belongs to this dictionary."""
    reader = DrawingReader()
    return {
        PREDICT: Kind(reader.predict),
        REFRESH: Kind(reader.refresh),
        importing.IMPORT: Kind(importing.import_model, child_module="core.work.child"),
        training.TRAIN: Kind(training.Trainer().train, training.end_run, child_module="core.work.child"),
        tuning.TUNE: Kind(tuning.tune, child_module="core.work.child"),
    }
