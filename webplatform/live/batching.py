"""Inference off the event loop: frames that wait are read together, each session one frame at a time."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from weakref import WeakKeyDictionary

from django.conf import settings

import inference

THREADS = 2  # one decodes and looks for faces while the other one scores
# The first frame of a batch waits for its last one, and only a GPU reads many as fast as one.
LARGEST_BATCHES = {"litert": 4, "tensorflow": 16}
MAX_WAIT_S = 0.5  # a frame that would wait for longer is refused: its overlay would come too late
SMOOTHING = 0.2  # how much of the newest measurement goes into the time that a frame is thought to take

Answer = asyncio.Future[inference.FrameReading]


class Overloaded(Exception):
    """More frames wait than can be read in time."""


class FrameBatcher:
    """Reads frames of one engine in a few threads. What waits while they are all at work becomes one batch."""

    def __init__(self, *, largest: int = LARGEST_BATCHES["litert"]) -> None:
        self._largest = largest
        self._waiting: list[tuple[inference.LiveFrame, Answer]] = []
        self._running = 0
        self._frame_s = 0.0
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="live")

    async def read(self, frame: inference.LiveFrame) -> inference.FrameReading:
        """The reading of a frame; a reader must not be given a second one before it has answered.

        Raises:
            UnreadableFrame, MediaTooLarge: as `LiveReader.read`.
            Overloaded: it would have to wait for too long; it was not read.
        """
        if len(self._waiting) * self._frame_s / THREADS > MAX_WAIT_S:
            raise Overloaded
        answer: Answer = asyncio.get_running_loop().create_future()
        self._waiting.append((frame, answer))
        self._start()
        return await answer

    def _start(self) -> None:
        while self._waiting and self._running < THREADS:
            share = -(-len(self._waiting) // (THREADS - self._running))  # what both free threads would halve
            batch = self._waiting[: min(share, self._largest)]
            del self._waiting[: len(batch)]
            self._running += 1
            loop = asyncio.get_running_loop()
            done = loop.run_in_executor(self._threads, inference.read_together, [frame for frame, _ in batch])
            done.add_done_callback(partial(self._finish, time.monotonic(), [answer for _, answer in batch]))

    def _finish(
        self, started_s: float, answers: list[Answer], result: asyncio.Future[list[inference.FrameReading]]
    ) -> None:
        self._running -= 1
        self._frame_s += SMOOTHING * ((time.monotonic() - started_s) / len(answers) - self._frame_s)
        failure = result.exception()
        readings = [failure] * len(answers) if failure else result.result()
        for answer, reading in zip(answers, readings, strict=True):
            if answer.done():  # its socket has gone
                continue
            if isinstance(reading, BaseException):
                answer.set_exception(reading)
            else:
                answer.set_result(reading)
        self._start()


_batchers: WeakKeyDictionary[inference.Engine, WeakKeyDictionary[asyncio.AbstractEventLoop, FrameBatcher]] = (
    WeakKeyDictionary()
)


def batcher_of(engine: inference.Engine) -> FrameBatcher:
    """The batcher of an engine in the running event loop; made by the first call."""
    loops = _batchers.setdefault(engine, WeakKeyDictionary())
    return loops.setdefault(asyncio.get_running_loop(), FrameBatcher(largest=LARGEST_BATCHES[settings.RAUT_BACKEND]))
