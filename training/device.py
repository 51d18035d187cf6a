"""What a run computes on, in words that a page can show."""

from __future__ import annotations


def backend_name() -> str:
    """Keras's backend: tensorflow, jax or torch."""
    import keras

    return str(keras.backend.backend())


def device_name() -> str:
    """The name of the GPU that Keras computes on, or "CPU"."""
    backend = backend_name()
    if backend == "jax":
        import jax

        first = jax.devices()[0]
        return "CPU" if first.platform == "cpu" else str(first.device_kind)
    if backend == "torch":
        import torch

        return str(torch.cuda.get_device_name(0)) if torch.cuda.is_available() else "CPU"
    import tensorflow as tf

    devices = tf.config.list_physical_devices("GPU")
    return str(tf.config.experimental.get_device_details(devices[0]).get("device_name", "GPU")) if devices else "CPU"
