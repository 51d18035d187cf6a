"""Runs in fer's own environment: a view that reads each posted JPEG with `FER.detect_emotions`, as people do today.

The view is at its leanest: fer's defaults, loaded once per core, kept connections, a thread for each, no framework. It
prints its port, then serves until it is ended.
"""

import json
import logging
import os
import queue
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
logging.disable(logging.ERROR)

import cv2  # noqa: E402  the log level must be set before TensorFlow is imported
import numpy as np  # noqa: E402
from fer.fer import FER  # noqa: E402

DETECTORS: "queue.SimpleQueue[FER]" = queue.SimpleQueue()  # one holds buffers that two threads must not share


class View(BaseHTTPRequestHandler):
    protocol_version, wbufsize, disable_nagle_algorithm = "HTTP/1.1", 65_536, True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        picture = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
        detector = DETECTORS.get()
        try:
            faces = detector.detect_emotions(picture)
        finally:
            DETECTORS.put(detector)
        answer = json.dumps(
            [{"box": [int(v) for v in f["box"]], "scores": f["emotions"]} for f in faces], default=float
        )
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *_):
        pass


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what fer prints goes to stderr
    for _ in os.sched_getaffinity(0):
        detector = FER()
        detector.detect_emotions(np.zeros((480, 640, 3), np.uint8))
        DETECTORS.put(detector)
    server = ThreadingHTTPServer(("127.0.0.1", 0), View)
    print(server.server_address[1], file=answers, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
