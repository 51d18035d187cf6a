"""Give the same face the same number: by place, size, movement and coarse colours, deleted with the track."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from inference.assignment import assign_pairs
from inference.colours import Colours, compare_colours
from inference.types import Box


@dataclass(frozen=True, slots=True)
class TrackerConfig:
    """When two boxes are taken for the same face. Source: own measurement, `python -m benchmarks.tracks`.

    Args:
        forget_after_ms: a face not seen for longer gets a new number when it comes back.
        reach: how far from the expected place a face may be found, as a share of its size (the root of its area).
        reach_per_s: how much the reach grows with each second without sight.
        max_reach: where that growth stops.
        max_size_ratio: a face may not be this many times as large or small as it was.
        glide_ms: a face that is out of sight is expected to keep its speed for about this long.
        velocity_gain: weight of the newest movement in the speed.
        lost_after_ms: a face not seen for longer is taken up again only where its colours are known and the same.
        unlike_below: colours less alike than this (`compare_colours`) are another figure's.
        same_above: colours must be at least this alike where a face was lost, or the picture jumped.
        colour_gain: what a lack of one in likeness adds to the distance.
        colour_fade: weight of the newest colours in those that are known.
        doubt: two ways of giving the numbers whose costs differ by less are both possible: nobody keeps one.
        known_reach: as `reach`, for a face whose colours nobody has seen yet: one of an earlier connection.
    """

    forget_after_ms: int = 10_000
    reach: float = 0.9
    reach_per_s: float = 1.5
    max_reach: float = 2.5
    max_size_ratio: float = 2.0
    glide_ms: float = 600.0
    velocity_gain: float = 0.6
    lost_after_ms: int = 1500
    unlike_below: float = 0.84
    same_above: float = 0.88
    colour_gain: float = 3.0
    colour_fade: float = 0.2
    doubt: float = 0.2
    known_reach: float = 1.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """A face of one frame.

    Args:
        box: where it is, px.
        colours: of `measure_colours`; None where they were not measured.
    """

    box: Box
    colours: Colours | None = None


@dataclass(slots=True)
class _Track:
    number: int
    box: Box
    seen_ms: int
    colours: Colours | None
    speed_x: float = 0.0  # px per ms, of the centre
    speed_y: float = 0.0


@dataclass(frozen=True, slots=True)
class KnownFace:
    """A face that another reader of the same session has numbered.

    Args:
        number: its number.
        box: where it was last, px.
    """

    number: int
    box: Box


class FaceTracker:
    """Numbers the faces of one session 1, 2, … in order of appearance.

    Each known face is expected where its speed carries it; the set of pairs with the least total cost wins (exact
    assignment, so two faces that cross are not swapped by the order in which they were found). Where another way of
    giving the numbers is as good, they end: a new number is better than a wrong one.
    """

    def __init__(
        self, config: TrackerConfig | None = None, *, first_number: int = 1, known: Sequence[KnownFace] = ()
    ) -> None:
        self._config = config or TrackerConfig()
        self._tracks = [_Track(face.number, face.box, 0, None) for face in known]
        self._last_number = max([first_number - 1, *(face.number for face in known)])

    @property
    def active(self) -> tuple[int, ...]:
        """The numbers that may still be given again."""
        return tuple(track.number for track in self._tracks)

    def forget(self) -> None:
        """End every number: what comes next was filmed elsewhere."""
        self._tracks = []

    def rescale(self, across: float, down: float) -> None:
        """Follow a frame whose size changed: known places are stretched by these factors."""
        for track in self._tracks:
            box = track.box
            track.box = Box(box.x * across, box.y * down, box.w * across, box.h * down)
            track.speed_x, track.speed_y = track.speed_x * across, track.speed_y * down

    def update(self, faces: Sequence[Sighting], t_ms: int, *, has_jumped: bool = False) -> tuple[int, ...]:
        """Number the faces of the next frame.

        Args:
            faces: what was found.
            t_ms: the frame's time in ms; must not be before the last one's.
            has_jumped: whether the picture changed so much that a number needs the proof of its colours.
        Returns:
            One number for each face, in the same order, no number twice.
        """
        self._tracks = [track for track in self._tracks if t_ms - track.seen_ms <= self._config.forget_after_ms]
        costs = [[self._cost(track, face, t_ms, has_jumped) for face in faces] for track in self._tracks]
        pairs = dict(assign_pairs(costs))
        doubtful = _find_doubtful(costs, pairs, self._config.doubt)
        numbers = [0] * len(faces)
        for row, column in pairs.items():
            if row not in doubtful:
                self._move(self._tracks[row], faces[column], t_ms)
                numbers[column] = self._tracks[row].number
        self._tracks = [track for row, track in enumerate(self._tracks) if row not in doubtful]
        return tuple(number or self._start(face, t_ms) for number, face in zip(numbers, faces, strict=True))

    def _cost(self, track: _Track, face: Sighting, t_ms: int, has_jumped: bool) -> float:
        """Return how unlike the expected face this one is, in units of its size; infinite where it cannot be it."""
        config, elapsed_ms = self._config, t_ms - track.seen_ms
        distance, change = self._distance(track, face.box, elapsed_ms)
        if distance > self._reach(track, elapsed_ms) or change > config.max_size_ratio:
            return math.inf
        needs_proof = track.colours is not None and (has_jumped or elapsed_ms > config.lost_after_ms)
        alike = _compare(track.colours, face.colours)
        if alike is None:  # too little of either is in sight
            alike = 0.0 if needs_proof else 1.0
        if alike < (config.same_above if needs_proof else config.unlike_below):
            return math.inf
        return distance + math.log(change) + config.colour_gain * (1.0 - alike)

    def _reach(self, track: _Track, elapsed_ms: int) -> float:
        config = self._config
        if track.colours is None and elapsed_ms > config.lost_after_ms:
            return config.known_reach
        return min(config.reach + config.reach_per_s * elapsed_ms / 1000, config.max_reach)

    def _distance(self, track: _Track, box: Box, elapsed_ms: int) -> tuple[float, float]:
        """Return how far a box is from the expected place, in units of its size, and by what its size changed."""
        size, size_before = math.sqrt(max(box.area, 1.0)), math.sqrt(max(track.box.area, 1.0))
        expected_x, expected_y = self._expect(track, elapsed_ms)
        x, y = box.center
        larger, smaller = max(size, size_before), min(size, size_before)
        return math.hypot(x - expected_x, y - expected_y) / larger, larger / smaller

    def _expect(self, track: _Track, elapsed_ms: int) -> tuple[float, float]:
        # Speed fades with exp(-t / glide): its integral is the way covered. A face seldom walks on for ever.
        way_ms = self._config.glide_ms * (1.0 - math.exp(-elapsed_ms / self._config.glide_ms))
        x, y = track.box.center
        return x + track.speed_x * way_ms, y + track.speed_y * way_ms

    def _move(self, track: _Track, face: Sighting, t_ms: int) -> None:
        elapsed_ms = t_ms - track.seen_ms
        if elapsed_ms > 0:
            (x, y), (x_before, y_before) = face.box.center, track.box.center
            gain = self._config.velocity_gain
            track.speed_x += gain * ((x - x_before) / elapsed_ms - track.speed_x)
            track.speed_y += gain * ((y - y_before) / elapsed_ms - track.speed_y)
        track.box, track.seen_ms = face.box, t_ms
        track.colours = _blend(track.colours, face.colours, self._config.colour_fade)

    def _start(self, face: Sighting, t_ms: int) -> int:
        self._last_number += 1
        self._tracks.append(_Track(self._last_number, face.box, t_ms, face.colours))
        return self._last_number


def _compare(first: Colours | None, second: Colours | None) -> float | None:
    return None if first is None or second is None else compare_colours(first, second)


def _blend(known: Colours | None, fresh: Colours | None, weight: float) -> Colours | None:
    """Move the known colours a little towards the fresh ones, band by band."""
    if known is None or fresh is None:
        return fresh if known is None else known
    blended = known + weight * (fresh - known)
    blended[~known.any(axis=1)] = fresh[~known.any(axis=1)]
    blended[~fresh.any(axis=1)] = known[~fresh.any(axis=1)]
    return blended


def _find_doubtful(costs: Sequence[Sequence[float]], pairs: dict[int, int], margin: float) -> set[int]:
    """Find the rows whose pair could as well be another one: by a swap of two, or with a row or column left over."""
    doubtful: set[int] = set()
    columns = range(len(costs[0])) if costs else range(0)
    left_over = [column for column in columns if column not in pairs.values()]
    for row, column in pairs.items():
        cost = costs[row][column]
        for other in range(len(costs)):
            if other == row:
                continue
            swapped = costs[other][column] - cost
            if other in pairs:
                swapped += costs[row][pairs[other]] - costs[other][pairs[other]]
            if swapped < margin:
                doubtful |= {row, other}
        if any(costs[row][free] - cost < margin for free in left_over):
            doubtful.add(row)
    return doubtful
