"""Runs in facex's own environment: scores the faces of an .npz with facex's model, through its own `detect_emotion`.

`python _facex_scores.py FACES.npz SCORES.npy`; faces are uint8 (n, 48, 48), scores float32 (n, 7) in Raut's order. Each
picture is given whole as one face.
"""

import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import facex
import numpy as np
from facex.core import EmotionClassifier

ORDER = ("anger", "disgust", "fear", "happy", "sadness", "surprised", "neutral")


def main():
    faces = np.load(sys.argv[1])["faces"]
    model = EmotionClassifier(str(pathlib.Path(facex.__file__).parent / "assets" / "model_optimized.tflite"))
    rows = [[model.detect_emotion(face)[name] for name in ORDER] for face in faces]
    np.save(sys.argv[2], np.array(rows, np.float32))


if __name__ == "__main__":
    main()
