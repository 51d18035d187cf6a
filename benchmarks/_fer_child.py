"""Runs in fer's own environment: for each line on stdin it analyses the clip once and answers with one line of JSON.

Both of fer's ways are taken at their leanest: no pictures or videos are saved or drawn, the detector is its default
(Haar cascade) and the classifier its default (quantised, LiteRT).
"""

import json
import logging
import os
import sys
import tempfile
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
logging.disable(logging.ERROR)

import cv2  # noqa: E402  the log level must be set before TensorFlow is imported
from fer.classes import Video  # noqa: E402
from fer.fer import FER  # noqa: E402

SAVE_NOTHING = {"save_frames": False, "save_video": False, "annotate_frames": False, "zip_images": False}


def analyse_with_video(detector, clip, step):
    """`Video.analyze`, which seeks to each frame; returns frames scored, faces found."""
    with tempfile.TemporaryDirectory() as folder:
        video = Video(clip, outdir=folder, first_face_only=False)
        table = video.analyze(detector, frequency=step, output="pandas", **SAVE_NOTHING)
    faces = sum(int(table[name].notna().sum()) for name in table.columns if name.startswith("box"))
    return video.frameCount // step, faces


def analyse_forward(detector, clip, step):
    """`FER.detect_emotions` on each step-th frame, decoded forward by OpenCV; returns frames scored, faces found."""
    capture, frames, faces, number = cv2.VideoCapture(clip), 0, 0, 0
    while capture.grab():
        if number % step == 0:
            faces += len(detector.detect_emotions(capture.retrieve()[1]))
            frames += 1
        number += 1
    capture.release()
    return frames, faces


def main():
    clip, step = sys.argv[1], int(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what fer prints goes to stderr
    detector = FER()
    ways = {"Video.analyze": analyse_with_video, "FER.detect_emotions": analyse_forward}
    analyse_forward(detector, clip, 10 * step)  # a warm-up
    print(json.dumps("ready"), file=answers, flush=True)
    for way in sys.stdin:
        started, cpu_started = time.perf_counter(), time.process_time()
        frames, faces = ways[way.strip()](detector, clip, step)
        answer = {
            "seconds": time.perf_counter() - started,
            "cpu_s": time.process_time() - cpu_started,
            "frames": frames,
            "faces": faces,
        }
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
