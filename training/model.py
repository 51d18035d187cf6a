"""The networks: grey levels in, logits out. Keras is imported here when one is built or loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.types import EMOTIONS
from training.config import TrainingConfig
from training.errors import TrainingError

Model = Any  # Keras ships no types

BACKBONE = "backbone"
LOGITS = "logits"
HEADS = "heads"
MIX = "mix"
BACKBONES = ("vgg16", "resnet50")


def build_model(config: TrainingConfig) -> Model:
    """Build the network that a config names, with fresh weights drawn from its seed.

    Args:
        config: gives architecture, width, input_size, dropout and mixed_precision.
    Returns:
        An uncompiled Keras model: float32 (n, S, S, 1), grey levels 0 to 255 -> float32 logits (n, 7). With an
        `early_size`, S is left open.
    """
    import keras

    keras.utils.set_random_seed(config.seed)
    if config.needs_bundle:
        return _load_from_bundle(config)
    keras.mixed_precision.set_dtype_policy("mixed_bfloat16" if config.mixed_precision else "float32")
    try:
        body = {"resnet": _resnet, "vgg": _vgg, "paper": _paper, "vgg16": _transfer, "resnet50": _transfer}[
            config.architecture
        ]
    except KeyError as error:
        raise TrainingError(f"There is no architecture named {config.architecture}.") from error
    side = None if config.early_size else config.input_size
    inputs = keras.Input((side, side, 1), name="face")
    exact = {"dtype": "float32"} if config.architecture == "resnet" else {}
    scaled = keras.layers.Rescaling(1 / 127.5, offset=-1.0, **exact)(inputs)
    features = body(scaled, config)
    logits = _answer(features, config)
    model = keras.Model(inputs, logits, name=f"{config.architecture}{config.width}")
    if config.weights is not None and config.architecture not in BACKBONES:
        _take_weights(model, Path(config.weights))
    return model


def _answer(features: Any, config: TrainingConfig) -> Any:
    """The logits: of one head, or the logarithm of the mean of several heads' scores."""
    from keras import initializers, layers, ops

    classes = len(EMOTIONS)
    if not config.heads:
        return layers.Dense(classes, dtype="float32", name=LOGITS)(features)
    logits = layers.Dense(classes * len(config.heads), dtype="float32", name=HEADS)(features)
    scores = layers.Softmax(dtype="float32")(layers.Reshape((len(config.heads), classes), dtype="float32")(logits))
    mix = layers.Dense(1, use_bias=False, trainable=False, dtype="float32", name=MIX)
    mean = layers.Reshape((classes,), dtype="float32")(mix(layers.Permute((2, 1), dtype="float32")(scores)))
    mix.set_weights([np.array(config.heads, np.float32)[:, np.newaxis]])
    same = initializers.Identity()
    last = layers.Dense(classes, kernel_initializer=same, trainable=False, dtype="float32", name=LOGITS)
    return last(ops.log(ops.maximum(mean, 1e-7)))


def heads_of(model: Model) -> Any:
    """The tensor of all heads' logits, (n, 7 H): what a lesson is about."""
    names = {layer.name for layer in model.layers}
    return model.get_layer(HEADS if HEADS in names else LOGITS).output


def set_mix(model: Model, heads: tuple[float, ...]) -> None:
    """Let the answer be made of other shares of the heads, (H,)."""
    model.get_layer(MIX).set_weights([np.array(heads, np.float32)[:, np.newaxis]])


def _take_weights(model: Model, file: Path) -> None:
    """Start from what a network of the same shape has learnt; the arithmetic may differ."""
    try:
        model.set_weights(load_model(file).get_weights())
    except ValueError as error:
        raise TrainingError(f"The network in {file} has another shape than the one to be trained.") from error


def _load_from_bundle(config: TrainingConfig) -> Model:
    """The very network of a bundle, to go on from."""
    if config.weights is None:
        raise TrainingError("Fine-tuning needs the model.keras of a bundle to start from.")
    model = load_model(Path(config.weights))
    if model.output_shape[-1] != len(EMOTIONS) or model.input_shape[1:] != (config.input_size, config.input_size, 1):
        raise TrainingError(f"The network in {config.weights} does not take and give what a bundle's does.")
    if config.frozen_norms:
        _freeze_norms(model)
    return model


def _freeze_norms(model: Model) -> None:
    from keras.layers import BatchNormalization

    for layer in model.layers:
        if isinstance(layer, BatchNormalization):
            layer.trainable = False  # Keras then also uses and leaves its running statistics


def scale_logits(model: Model, scales: NDArray[np.float64], shifts: NDArray[np.float64]) -> None:
    """Let the last layer give logits * scales + shifts, (7,) each."""
    layer = model.get_layer(LOGITS)
    kernel, bias = layer.get_weights()
    layer.set_weights([kernel * scales, bias * scales + shifts])


def load_model(file: Path) -> Model:
    """Load a .keras file without ever running code from it.

    Raises:
        TrainingError: the file is damaged, is none, or wants code to be run.
    """
    import keras

    try:
        return keras.saving.load_model(file, safe_mode=True)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise TrainingError(f"The network in {file} could not be loaded: {str(error)[:200]}") from error


def _resnet(features: Any, config: TrainingConfig) -> Any:
    """Four stages of two residual pairs of 3 x 3 convolutions, with squeeze-and-excitation, on a picture whose mean is
    taken out and whose contrast is made the same: light and camera are not what a face says.

    Source: He et al. 2015, arXiv:1512.03385; Hu et al. 2017, arXiv:1709.01507; Goyal et al. 2017, arXiv:1706.02677
    (each pair starts as nothing).
    """
    from keras import layers

    evened = layers.LayerNormalization(axis=(1, 2, 3), center=False, scale=False, epsilon=1e-4, dtype="float32")
    features = layers.Activation("relu")(_convolved(evened(features), config.width, config))
    for depth in range(4):
        for pair in range(2):
            features = _residual(features, config.width * 2**depth, 2 if depth and not pair else 1, config)
    return layers.Dropout(config.dropout)(layers.GlobalAveragePooling2D()(features))


def _convolved(features: Any, channels: int, config: TrainingConfig, **options: Any) -> Any:
    from keras import layers

    gamma = options.pop("gamma", "ones")
    size = options.pop("size", 3)
    convolution = layers.Conv2D(
        channels, size, padding="same", use_bias=False, kernel_initializer="he_normal", **options
    )
    return layers.BatchNormalization(momentum=config.norm_momentum, gamma_initializer=gamma)(convolution(features))


def _residual(features: Any, channels: int, stride: int, config: TrainingConfig) -> Any:
    from keras import layers

    inner = layers.Activation("relu")(_convolved(features, channels, config, strides=stride))
    inner = _convolved(inner, channels, config, gamma="zeros")
    if config.squeeze:
        squeezed = layers.GlobalAveragePooling2D(keepdims=True)(inner)
        squeezed = layers.Conv2D(max(channels // config.squeeze, 1), 1, activation="relu")(squeezed)
        inner = layers.Multiply()([inner, layers.Conv2D(channels, 1, activation="sigmoid")(squeezed)])
    if stride > 1 or features.shape[-1] != channels:
        features = _convolved(features, channels, config, size=1, strides=stride)
    return layers.Activation("relu")(layers.Add()([features, inner]))


def _vgg(features: Any, config: TrainingConfig) -> Any:
    """Pairs and triples of 3 x 3 convolutions between poolings, each with batch normalisation; then the mean.

    Source: Simonyan & Zisserman 2014, arXiv:1409.1556; Ioffe & Szegedy 2015, arXiv:1502.03167.
    """
    from keras import layers

    for depth, convolutions in enumerate((2, 2, 3, 3)):
        for _ in range(convolutions):
            features = layers.Conv2D(
                config.width * 2**depth, 3, padding="same", use_bias=False, kernel_initializer="he_normal"
            )(features)
            features = layers.Activation("relu")(layers.BatchNormalization(momentum=config.norm_momentum)(features))
        features = layers.MaxPooling2D()(features)
        features = layers.Dropout(config.dropout * (depth + 2) / 6)(features)
    return layers.Dropout(config.dropout)(layers.GlobalAveragePooling2D()(features))


def _transfer(features: Any, config: TrainingConfig) -> Any:
    """A backbone trained on photographs, then a new fully connected head, as the paper proposes.

    The grey level goes to all three channels, less the means that the backbone was trained with. Its batch
    normalisation always uses the statistics that it came with.
    """
    import keras
    from keras import layers

    make = {"vgg16": keras.applications.VGG16, "resnet50": keras.applications.ResNet50}[config.architecture]
    shape = (config.input_size, config.input_size, 3)
    try:
        backbone = make(include_top=False, weights=config.weights, input_shape=shape, name=BACKBONE)
    except Exception as error:  # Keras names no type: a URL, a file or a shape may be wrong
        raise TrainingError(
            f"The weights {config.weights} for {config.architecture} could not be loaded ({type(error).__name__}: "
            f"{str(error)[:200]}). Give a file made for it without its top by --weights, or none by --weights none."
        ) from error
    backbone.trainable = config.frozen_epochs == 0
    colours = layers.Concatenate()([features] * 3)
    photograph = layers.Rescaling(127.5, offset=[127.5 - mean for mean in (103.939, 116.779, 123.68)])(colours)
    features = layers.GlobalAveragePooling2D()(backbone(photograph, training=False))
    features = layers.Dense(256, activation="relu")(layers.Dropout(config.dropout)(features))
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
