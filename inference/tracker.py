"""Same face, same number: by place, size and movement alone. No identity is computed, all state is in the instance."""

from __future__ import annotations

import math
from dataclasses import dataclass

from inference.assignment import assign_pairs
from inference.types import Box


@dataclass(frozen=True, slots=True)
class TrackerConfig:
    """When two boxes are taken for the same face. Source of the values: own, tried at 40 to 500 ms sampling.

    Args:
        forget_after_ms: a face not seen for longer gets a new number when it comes back.
        reach: how far from the expected place a face may be found, as a share of its size (the root of its area).
        reach_per_s: how much the reach grows with each second without sight.
        max_reach: where that growth stops.
        max_size_ratio: a face may not be this many times as large or small as it was.
        glide_ms: a face that is out of sight is expected to keep its speed for about this long.
        velocity_gain: weight of the newest movement in the speed.
    """

    forget_after_ms: int = 2000
    reach: float = 0.9
    reach_per_s: float = 1.5
    max_reach: float = 2.5
    max_size_ratio: float = 2.0
    glide_ms: float = 600.0
    velocity_gain: float = 0.6


@dataclass(slots=True)
class _Track:
    number: int
    box: Box
    seen_ms: int
    speed_x: float = 0.0  # px per ms, of the centre
    speed_y: float = 0.0


class FaceTracker:
    """Numbers the faces of one session 1, 2, … in order of appearance.

    Each known face is expected where its speed carries it; the set of pairs with the least total distance wins
    (exact assignment, so two faces that cross are not swapped by the order in which they were found).
    """

    def __init__(self, config: TrackerConfig | None = None, *, first_number: int = 1) -> None:
        self._config = config or TrackerConfig()
        self._tracks: list[_Track] = []
        self._last_number = first_number - 1

    @property
    def active(self) -> tuple[int, ...]:
        """The numbers that may still be given again."""
        return tuple(track.number for track in self._tracks)

    def update(self, boxes: tuple[Box, ...], t_ms: int) -> tuple[int, ...]:
        """Number the faces of the next frame.

        Args:
            boxes: the faces found, px.
            t_ms: the frame's time in ms; must not be before the last one's.
        Returns:
            One number for each box, in the same order, no number twice.
        """
        self._tracks = [track for track in self._tracks if t_ms - track.seen_ms <= self._config.forget_after_ms]
        costs = [[self._distance(track, box, t_ms) for box in boxes] for track in self._tracks]
        numbers = [0] * len(boxes)
        for row, column in assign_pairs(costs):
            self._move(self._tracks[row], boxes[column], t_ms)
            numbers[column] = self._tracks[row].number
        for column, box in enumerate(boxes):
            if numbers[column] == 0:
                numbers[column] = self._start(box, t_ms)
        return tuple(numbers)

    def _distance(self, track: _Track, box: Box, t_ms: int) -> float:
        """Return how unlike the expected box this one is, in units of its size; infinite where it is out of reach."""
        config, elapsed_ms = self._config, t_ms - track.seen_ms
        size, size_before = math.sqrt(max(box.area, 1.0)), math.sqrt(max(track.box.area, 1.0))
        change = max(size, size_before) / min(size, size_before)
        expected_x, expected_y = self._expect(track, elapsed_ms)
        x, y = box.center
        distance = math.hypot(x - expected_x, y - expected_y) / max(size, size_before)
        reach = min(config.reach + config.reach_per_s * elapsed_ms / 1000, config.max_reach)
        if distance > reach or change > config.max_size_ratio:
            return math.inf
        return distance + math.log(change)

    def _expect(self, track: _Track, elapsed_ms: int) -> tuple[float, float]:
        # Speed fades with exp(-t / glide): its integral is the way covered. A face seldom walks on for ever.
        way_ms = self._config.glide_ms * (1.0 - math.exp(-elapsed_ms / self._config.glide_ms))
        x, y = track.box.center
        return x + track.speed_x * way_ms, y + track.speed_y * way_ms

    def _move(self, track: _Track, box: Box, t_ms: int) -> None:
        elapsed_ms = t_ms - track.seen_ms
        if elapsed_ms > 0:
            (x, y), (x_before, y_before) = box.center, track.box.center
            gain = self._config.velocity_gain
            track.speed_x += gain * ((x - x_before) / elapsed_ms - track.speed_x)
            track.speed_y += gain * ((y - y_before) / elapsed_ms - track.speed_y)
        track.box, track.seen_ms = box, t_ms

    def _start(self, box: Box, t_ms: int) -> int:
        self._last_number += 1
        self._tracks.append(_Track(self._last_number, box, t_ms))
        return self._last_number
