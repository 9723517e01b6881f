"""Every error Ostrakon raises on purpose.

OstrakonError
├── InputError                    what somebody gave us cannot be used
│   ├── UnreadableImageError      truncated, empty, or not an image
│   ├── ImageTooLargeError        more pixels than the configured limit
│   ├── EncryptedPdfError         a PDF that asks for a password
│   ├── UnsafeArchiveError        a ZIP with entries outside itself, or one that expands enormously
│   ├── UnknownFormatError        an archive or folder in no format that we read, or one that breaks its format
│   ├── EmptyMaskError            a mask or image with a zero side
│   ├── MaskSizeError             mask and image differ in size
│   ├── EditError                 an edit that cannot be replayed
│   ├── LabelError                duplicate, missing or malformed label
│   └── SettingError              a setting or training option outside its range
├── StoreError                    the workspace cannot do what was asked
│   ├── NotFoundError             no such drawing, annotation, model version, ...
│   ├── StaleVersionError         somebody else changed the thing meanwhile
│   │   └── TakenOverError        somebody else edits the drawing now
│   ├── FrozenError               approved and rejected annotations do not change
│   ├── StorageFullError          no space left on the disk
│   ├── CorruptBlobError          stored bytes no longer match their hash
│   ├── WorkspaceFormatError      written by a newer Ostrakon
│   └── ModelInUseError           a model version that an alias points at
├── LearnError                    a network cannot be built or trained
│   ├── UnknownBackboneError
│   ├── WeightsUnavailableError   pretrained weights that need a download
│   ├── CorruptWeightsError       a weights file or artefact that does not fit
│   ├── EmptyTrainingSetError
│   └── TrainingDivergedError     the loss became NaN
└── JobError
    ├── JobCancelledError         a person asked for it to stop
    └── LeaseLostError            another worker has taken the job over

Messages are for the archaeologist: what happened, to which thing, what to do next.
"""


class OstrakonError(Exception):
    """Root of all errors raised on purpose; str(error) is a sentence to show."""


class InputError(OstrakonError):
    pass


class UnreadableImageError(InputError):
    pass


class ImageTooLargeError(InputError):
    pass


class EncryptedPdfError(InputError):
    pass


class UnsafeArchiveError(InputError):
    pass


class UnknownFormatError(InputError):
    pass


class EmptyMaskError(InputError):
    pass


class MaskSizeError(InputError):
    pass


class EditError(InputError):
    pass


class LabelError(InputError):
    pass


class SettingError(InputError):
    pass


class StoreError(OstrakonError):
    pass


class NotFoundError(StoreError):
    pass


class StaleVersionError(StoreError):
    pass


class TakenOverError(StaleVersionError):
    pass


class FrozenError(StoreError):
    pass


class StorageFullError(StoreError):
    pass


class CorruptBlobError(StoreError):
    pass


class WorkspaceFormatError(StoreError):
    pass


class ModelInUseError(StoreError):
    pass


class LearnError(OstrakonError):
    pass


class UnknownBackboneError(LearnError):
    pass


class WeightsUnavailableError(LearnError):
    pass


class CorruptWeightsError(LearnError):
    pass


class EmptyTrainingSetError(LearnError):
    pass


class TrainingDivergedError(LearnError):
    pass


class JobError(OstrakonError):
    pass


class JobCancelledError(JobError):
    pass


class LeaseLostError(JobError):
    pass
