"""`python -m inference.tryout BUNDLE`: does a bundle from elsewhere load without running code, and score a face?

Both forms of the weights must load, take faces as the spec says, and agree.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from inference.bundle import LITERT_FILE, read_bundle
from inference.classifier import has_rounded_weights, load_classifier
from inference.errors import BadBundle

MAX_DIFFERENCE = 1e-3
MAX_ROUNDED = 0.02  # where weights of eight bits are served: the shipped ones differ by 0.0025 on this noise


def try_out(folder: Path) -> None:
    """Score noise with both forms of the weights.

    Raises:
        BadBundle: a file does not load, wants code to be run, or the two do not agree.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    bundle = read_bundle(folder)
    size = bundle.spec.input_size
    faces = np.random.default_rng(1).integers(0, 256, (4, size, size, 1), dtype=np.uint8)
    try:
        served = load_classifier(bundle).classify(faces)
        reference = load_classifier(bundle, backend="tensorflow").classify(faces)
    except BadBundle:
        raise
    except Exception as error:  # whatever a hostile file makes a library say
        raise BadBundle(f"The weights do not load ({type(error).__name__}).") from error
    if (served.shape, reference.shape) != ((4, 7), (4, 7)) or not np.isfinite(served).all():
        raise BadBundle("The model does not answer with seven scores a face.")
    most = MAX_ROUNDED if has_rounded_weights(bundle.path / LITERT_FILE) else MAX_DIFFERENCE
    if not float(np.abs(served - reference).max()) <= most:  # no number at all is no agreement either
        raise BadBundle("The two forms of the weights do not agree.")


if __name__ == "__main__":
    try:
        try_out(Path(sys.argv[1]))
    except BadBundle as error:
        sys.exit(f"error: {error}")
