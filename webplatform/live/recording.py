"""A running webcam session: in memory only, and used by its socket only."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field
from typing import Any  # a message's members

import inference
from webplatform.history.models import Session
from webplatform.live.protocol import BadMessage, Close, Dropped, FrameMessage, read_number
from webplatform.live.statistics import LiveStatistics

STORE_EVERY_S = 2.0
STORE_AT = 100


@dataclass(slots=True)
class LiveRecording:
    """One open session and the socket that feeds it.

    Args:
        session: the open row.
        holder: what the socket is called in `LiveConnection`.
        user_id: who records.
        engine: what reads the frames.
        reader: this session's tracker and smoother.
        statistics: counts, over all sockets of the session.
        login_epoch: the user's, when they sat down; None where no login counts.
        token_id: the API token that opened the socket, whose end is the recording's; None: a login or a link did.
        tells_scores: whether the answers to its frames hold scores.
        last_seq: of the newest frame that came; -1 before the first one.
        last_ms: when the newest reading was taken, stored or waiting.
        readings: not yet stored.
        stored_s: when readings were last stored, by the monotonic clock.
        heard_s: when the database was last told that the session lives, likewise.
        lock: held while a reading is counted: the event loop adds them, a thread stores them.
    """

    session: Session
    holder: str
    user_id: int
    engine: inference.Engine
    reader: inference.LiveReader
    statistics: LiveStatistics
    login_epoch: int | None = None
    token_id: int | None = None
    tells_scores: bool = True
    last_seq: int = -1
    last_ms: int = -1
    readings: list[inference.FrameReading] = field(default_factory=list)
    stored_s: float = field(default_factory=time.monotonic)
    heard_s: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)
    _tokens: float = math.inf
    _refilled_s: float = field(default_factory=time.monotonic)

    def take(self, frame: FrameMessage, max_fps: float) -> Dropped | None:
        """Count a frame that came in; the reason where it will not be read."""
        self.last_seq = frame.seq
        self.statistics.received += 1
        now = time.monotonic()
        self._tokens = min(self._tokens + (now - self._refilled_s) * max_fps, max(max_fps / 5, 2.0))
        self._refilled_s = now
        if self._tokens < 1:
            return self.drop(Dropped.RATE)
        self._tokens -= 1
        return None

    def drop(self, reason: Dropped) -> Dropped:
        """Count a frame that is not read."""
        self.statistics.dropped[reason.value] += 1
        return reason

    def add(self, reading: inference.FrameReading, server_ms: float) -> None:
        """Keep a reading until it is stored, at a moment of its own: two frames may carry one time."""
        with self.lock:
            self.last_ms = max(reading.t_ms, self.last_ms + 1)
            self.readings.append(reading if reading.t_ms == self.last_ms else _moved_to(reading, self.last_ms))
            self.statistics.answered += 1
            self.statistics.last_ms = self.last_ms
            self.statistics.server.add(server_ms)

    def waiting(self) -> tuple[list[inference.FrameReading], dict[str, Any]]:
        """The readings that wait and the statistics that tell of them and no others, while more may come in."""
        with self.lock:
            return list(self.readings), self.statistics.data()

    def count_latency(self, message: dict[str, Any]) -> None:
        """Note what the client saw: how long its frames took, and how many it sent.

        Raises:
            BadMessage: the message tells no times.
        """
        times = message.get("round_trip_ms", [])
        if not isinstance(times, list) or len(times) > 1000:
            raise BadMessage("round_trip_ms is a list of at most 1000 numbers.")
        with self.lock:
            for time_ms in times:
                self.statistics.round_trip.add(read_number({"ms": time_ms}, "ms", least=0, most=3_600_000))
            self.statistics.sent = int(read_number(message, "sent", least=0, most=2**32, default=self.statistics.sent))

    @property
    def is_due(self) -> bool:
        """Whether the readings should be stored now."""
        waited_s = time.monotonic() - self.stored_s
        return bool(self.readings) and (len(self.readings) >= STORE_AT or waited_s >= STORE_EVERY_S)


@dataclass(frozen=True, slots=True)
class Ended:
    """Why a recording may not go on."""

    code: Close
    message: str


def _moved_to(reading: inference.FrameReading, t_ms: int) -> inference.FrameReading:
    return inference.FrameReading(t_ms, reading.width, reading.height, reading.faces, reading.frames_decoded)
