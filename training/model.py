"""The networks: grey levels in, logits out. Keras is imported here when one is built or loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inference.types import EMOTIONS
from training.config import TrainingConfig
from training.errors import TrainingError

Model = Any  # Keras ships no types


def build_model(config: TrainingConfig) -> Model:
    """Build the network that a config names, with fresh weights drawn from its seed.

    Args:
        config: gives architecture, width, input_size, dropout and mixed_precision.
    Returns:
        An uncompiled Keras model: float32 (n, S, S, 1), grey levels 0 to 255 -> float32 logits (n, 7).
    """
    import keras

    keras.utils.set_random_seed(config.seed)
    keras.mixed_precision.set_dtype_policy("mixed_bfloat16" if config.mixed_precision else "float32")
    try:
        body = {"vgg": _vgg, "paper": _paper}[config.architecture]
    except KeyError as error:
        raise TrainingError(f"There is no architecture named {config.architecture}.") from error
    inputs = keras.Input((config.input_size, config.input_size, 1), name="face")
    scaled = keras.layers.Rescaling(1 / 127.5, offset=-1.0)(inputs)
    features = body(scaled, config)
    logits = keras.layers.Dense(len(EMOTIONS), dtype="float32", name="logits")(features)
    return keras.Model(inputs, logits, name=f"{config.architecture}{config.width}")


def load_model(file: Path) -> Model:
    """Load a .keras file without ever running code from it."""
    import keras

    return keras.saving.load_model(file, safe_mode=True)


def _vgg(features: Any, config: TrainingConfig) -> Any:
    """Pairs and triples of 3 x 3 convolutions between poolings, each with batch normalisation.

    Source: Simonyan & Zisserman 2014, arXiv:1409.1556; Ioffe & Szegedy 2015, arXiv:1502.03167.
    """
    from keras import layers

    for depth, convolutions in enumerate((2, 2, 3, 2)):
        for _ in range(convolutions):
            features = layers.Conv2D(
                config.width * 2**depth, 3, padding="same", use_bias=False, kernel_initializer="he_normal"
            )(features)
            features = layers.Activation("relu")(layers.BatchNormalization(momentum=config.norm_momentum)(features))
        features = layers.MaxPooling2D()(features)
        features = layers.Dropout(config.dropout * (depth + 2) / 6)(features)
    features = layers.Dropout(config.dropout)(layers.Flatten()(features))
    features = layers.Dense(config.width * 8, use_bias=False, kernel_initializer="he_normal")(features)
    features = layers.Activation("relu")(layers.BatchNormalization(momentum=config.norm_momentum)(features))
    return layers.Dropout(config.dropout)(features)


def _paper(features: Any, config: TrainingConfig) -> Any:
    """Convolution, pooling and dropout, then one dense layer, as the paper's figures 10 to 14 describe."""
    from keras import layers

    features = layers.Conv2D(config.width, 3, activation="relu")(features)
    features = layers.Conv2D(config.width * 2, 3, activation="relu")(features)
    features = layers.Dropout(config.dropout)(layers.MaxPooling2D()(features))
    for _ in range(2):
        features = layers.Conv2D(config.width * 4, 3, activation="relu")(features)
        features = layers.MaxPooling2D()(features)
    features = layers.Flatten()(layers.Dropout(config.dropout)(features))
    features = layers.Dense(config.width * 32, activation="relu")(features)
    return layers.Dropout(config.dropout * 2)(features)
