"""Runs in fer's own environment: a view that reads each posted JPEG with `FER.detect_emotions`, as people do today.

The view is at its leanest: fer's defaults, one process per core as production servers have, kept connections, a thread
for each, no framework. It prints its port, then serves until it is ended.
"""

import json
import logging
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
logging.disable(logging.ERROR)

import cv2  # noqa: E402  the log level must be set before TensorFlow is imported
import numpy as np  # noqa: E402
from fer.fer import FER  # noqa: E402

ONE_AT_A_TIME = threading.Lock()  # fer's interpreter refuses a second thread of its process


class View(BaseHTTPRequestHandler):
    protocol_version, wbufsize, disable_nagle_algorithm = "HTTP/1.1", 65_536, True
    detector = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        picture = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
        with ONE_AT_A_TIME:
            faces = self.detector.detect_emotions(picture)
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
    ThreadingHTTPServer.request_queue_size = 128
    server = ThreadingHTTPServer(("127.0.0.1", 0), View)
    ready, done = os.pipe()
    pids = []
    for _ in os.sched_getaffinity(0):
        pid = os.fork()
        if pid == 0:
            View.detector = FER()
            View.detector.detect_emotions(np.zeros((480, 640, 3), np.uint8))
            os.write(done, b".")
            server.serve_forever()
        pids.append(pid)
    for _ in pids:
        os.read(ready, 1)
    print(server.server_address[1], *pids, file=answers, flush=True)
    sys.stdin.read()  # until the other end goes
    for pid in pids:
        os.kill(pid, 9)


if __name__ == "__main__":
    main()
