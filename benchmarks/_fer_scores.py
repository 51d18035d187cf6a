"""Runs in fer's own environment: scores the faces of an .npz with fer's model, through its own `detect_emotions`.

`python _fer_scores.py FACES.npz SCORES.npy`; faces are uint8 (n, 48, 48), scores float32 (n, 7) in Raut's order. Each
picture is given whole as one face, without fer's margin of 10 px: the files are crops already, and it does better so.
"""

import logging
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
logging.disable(logging.ERROR)

import numpy as np  # noqa: E402  the log level must be set before TensorFlow is imported
from fer.fer import FER  # noqa: E402

ORDER = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


def main():
    faces = np.load(sys.argv[1])["faces"]
    detector = FER(offsets=(0, 0), use_tflite=False)  # the model as it was trained, not its quantised copy
    box = [(0, 0, faces.shape[2], faces.shape[1])]
    rows = []
    for face in faces:
        result = detector.detect_emotions(np.repeat(face[..., None], 3, axis=2), box)
        rows.append([result[0]["emotions"][name] for name in ORDER])
    np.save(sys.argv[2], np.array(rows, np.float32))


if __name__ == "__main__":
    main()
