"""Networks, losses, augmentation, training and evaluation: the only place that knows TensorFlow.

The variables must be set before TensorFlow or segmentation-models is imported for the first time; nothing is
imported here, so that `core.learn.configuration` and `core.learn.backbones` stay light.
"""

import os

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")  # segmentation-models is written for Keras 2
os.environ.setdefault("SM_FRAMEWORK", "tf.keras")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
