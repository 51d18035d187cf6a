"""Find the faces of the next frame: where known faces were, where the frame changed, or in the whole frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference.changes import ChangeWatch
from inference.colours import Colours, measure_colours
from inference.cuts import Sketch, sketch_frame
from inference.patches import Patch, find_patch, take_patch
from inference.planes import AnyPicture
from inference.scenes import Glance, SceneChange, is_alike, judge_change, judge_resize
from inference.types import Box, DetectedFace

if TYPE_CHECKING:
    from inference.detector import FaceDetector

LOOK_EVERY_MS = 1000  # a new face is found within a second
LOOK_CLOSELY_EVERY_MS = 5000  # one that is very small in its frame within five
LOOK_AT_ALL_EVERY_MS = 30_000  # closely, whatever changed
LOOK_AGAIN_MS = 400  # after a known face was lost from sight: it may only have moved on
ASK_EVERY_MS = 350  # a network looks at a known face again; in between it is found by its grey levels
HOLD_MS = 800  # a face that is out of sight is looked for in its old place for so long
_MAX_OVERLAP = 0.4


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face of one frame and the colours around it."""

    face: DetectedFace
    colours: Colours | None


@dataclass(frozen=True, slots=True)
class Found:
    """The faces of one frame, and what changed around them since the frame before."""

    faces: tuple[FoundFace, ...]
    change: SceneChange


@dataclass(frozen=True, slots=True)
class _KnownFace:
    face: DetectedFace
    seen_ms: int
    patch: Patch | None = None  # this and the rest are of when a network saw it last
    colours: Colours | None = None
    asked_ms: int = 0


class FaceFinder:
    """Finds the faces in consecutive frames. The tracker gives them their numbers; it needs no pixels.

    A close look at a whole frame costs many times as much as a look at the place where a face was a moment ago. So the
    whole frame is looked at closely once in thirty seconds, and after a cut or a sudden change. What changed in the
    frame is searched for new faces: closely once in five seconds, quickly once a second and when a known face is lost.
    A known face is shown to a network at most three times a second; in between it is found by its last appearance.

    Args:
        detector: the networks that find faces.

    Attributes:
        opening: the first frame's sketch, size and faces; None before it.
    """

    def __init__(self, detector: FaceDetector) -> None:
        self.opening: Glance | None = None
        self._detector = detector
        self._known_faces: tuple[_KnownFace, ...] = ()
        self._matched: dict[int, _KnownFace] = {}  # of this frame, by the `id` of the face that was found again
        self._sketch: Sketch | None = None
        self._changes, self._close_changes = ChangeWatch(), ChangeWatch()
        self._size = (0, 0)
        self._looked_ms = 0
        self._looked_closely_ms: int | None = None
        self._looked_at_all_ms: int | None = None
        self._last_ms = 0

    @property
    def closing(self) -> Glance | None:
        """The last frame's sketch, size and faces; None before the first frame."""
        people = tuple(known_face.face.box for known_face in self._known_faces)
        return None if self._sketch is None else Glance(self._sketch, self._size, people)

    def find(self, picture: AnyPicture, t_ms: int) -> Found:
        """Find the faces of the next frame.

        Args:
            picture: uint8 (H, W, 3) BGR, or planes.
            t_ms: its time in ms; must not be before the last one's.
        """
        before = self._fit((picture.shape[1], picture.shape[0]))
        self._sketch = sketch_frame(picture)
        glance = Glance(self._sketch, self._size, ())
        is_calm = before is not None and is_alike(before, glance)
        faces = self._follow_or_look(picture, t_ms) if is_calm else self._look(picture, t_ms, (), is_calm=False)
        change = judge_change(before, replace(glance, people=tuple(face.box for face in faces)), is_calm=is_calm)
        if change.is_elsewhere:
            self._known_faces = ()
        known = [self._remember(picture, face, t_ms) for face in faces]
        self._keep_known_faces(known, t_ms)
        self.opening = self.opening or self.closing
        return Found(tuple(FoundFace(known_face.face, known_face.colours) for known_face in known), change)

    def _look(
        self, picture: AnyPicture, t_ms: int, followed: Sequence[DetectedFace], *, is_calm: bool = True
    ) -> tuple[DetectedFace, ...]:
        """Look at the whole frame closely when it is time again, otherwise look for new faces at less cost."""
        assert self._sketch is not None
        every_ms = LOOK_CLOSELY_EVERY_MS if is_calm else LOOK_EVERY_MS
        is_due = _is_over(self._looked_closely_ms, every_ms, t_ms)
        self._looked_ms = t_ms
        if is_due:
            self._looked_closely_ms = t_ms
        has_doubt = not is_calm or len(followed) < len(self._known_faces)
        if has_doubt or (is_due and _is_over(self._looked_at_all_ms, LOOK_AT_ALL_EVERY_MS, t_ms)):
            return self._look_at_all(picture, t_ms, followed, closely=is_due)
        known = [face.box for face in followed]
        within = (self._close_changes if is_due else self._changes).take(self._sketch, known, self._size)
        if is_due:
            self._changes.note_search(self._sketch)
        new_faces = self._detector.scan(picture, followed, within, closely=is_due) if within else ()
        return _drop_doubles(followed, new_faces)

    def _look_at_all(
        self, picture: AnyPicture, t_ms: int, followed: Sequence[DetectedFace], *, closely: bool
    ) -> tuple[DetectedFace, ...]:
        assert self._sketch is not None
        self._changes.note_search(self._sketch)
        if not closely:
            return _drop_doubles(followed, self._detector.scan(picture, followed))
        self._looked_at_all_ms = t_ms
        self._close_changes.note_search(self._sketch)
        return _drop_doubles(self._detector.detect(picture), followed)

    def _follow_or_look(self, picture: AnyPicture, t_ms: int) -> tuple[DetectedFace, ...]:
        """Look where faces are known to be, and at the whole frame if one is lost or it is time again."""
        followed = self._follow(picture, t_ms)
        waited_ms = t_ms - self._looked_ms
        has_lost = len(followed) < sum(known_face.seen_ms == self._last_ms for known_face in self._known_faces)
        if waited_ms >= LOOK_EVERY_MS or (has_lost and waited_ms >= LOOK_AGAIN_MS):
            return self._look(picture, t_ms, followed)
        return _drop_doubles(followed)

    def _follow(self, picture: AnyPicture, t_ms: int) -> list[DetectedFace]:
        """Look where faces are known to be: by grey levels if a network saw it a moment ago, else by the network."""
        again = [self._find_again(picture, known_face, t_ms) for known_face in self._known_faces]
        self._matched = {
            id(face): known_face for face, known_face in zip(again, self._known_faces, strict=True) if face is not None
        }
        unmatched = [known_face.face for face, known_face in zip(again, self._known_faces, strict=True) if face is None]
        followed = self._detector.follow(picture, unmatched) if unmatched else ()
        return [face for face in (*again, *followed) if face is not None]

    def _find_again(self, picture: AnyPicture, known_face: _KnownFace, t_ms: int) -> DetectedFace | None:
        is_recent = known_face.seen_ms == self._last_ms and t_ms - known_face.asked_ms < ASK_EVERY_MS
        return (
            find_patch(picture, known_face.patch, known_face.face)
            if is_recent and known_face.patch is not None
            else None
        )

    def _remember(self, picture: AnyPicture, face: DetectedFace, t_ms: int) -> _KnownFace:
        known = self._matched.get(id(face))
        if known is not None:
            return replace(known, face=face, seen_ms=t_ms)
        return _KnownFace(face, t_ms, take_patch(picture, face.box), measure_colours(picture, face.box), t_ms)

    def _keep_known_faces(self, fresh: Sequence[_KnownFace], t_ms: int) -> None:
        out_of_sight = [
            known_face
            for known_face in self._known_faces
            if t_ms - known_face.seen_ms <= HOLD_MS
            and all(_overlap(known_face.face, other.face) == 0 for other in fresh)
        ]
        self._known_faces, self._matched = (*fresh, *out_of_sight), {}
        self._last_ms = t_ms

    def _fit(self, size: tuple[int, int]) -> Glance | None:
        """Adapt to a picture that changes its size; return the sketch, size and faces of the frame before it."""
        before = self.closing
        self._size = size
        scale = None if before is None else judge_resize(before.size, size)
        if scale is not None:
            self._known_faces = tuple(
                _KnownFace(_rescale(known_face.face, *scale), known_face.seen_ms) for known_face in self._known_faces
            )
        return before


def _is_over(since_ms: int | None, every_ms: int, t_ms: int) -> bool:
    return since_ms is None or t_ms - since_ms >= every_ms


def _drop_doubles(*looks: Sequence[DetectedFace]) -> tuple[DetectedFace, ...]:
    """One face where several looks met: that of the earlier look, of one look the surer one."""
    distinct: list[DetectedFace] = []
    for faces in looks:
        for face in sorted(faces, key=lambda face: -face.confidence):
            if all(_overlap(face, other) <= _MAX_OVERLAP for other in distinct):
                distinct.append(face)
    return tuple(distinct)


def _overlap(first: DetectedFace, second: DetectedFace) -> float:
    """Shared area over the smaller one's: 1 where one box lies inside the other."""
    width = min(first.box.x + first.box.w, second.box.x + second.box.w) - max(first.box.x, second.box.x)
    height = min(first.box.y + first.box.h, second.box.y + second.box.h) - max(first.box.y, second.box.y)
    return max(width, 0.0) * max(height, 0.0) / max(min(first.box.area, second.box.area), 1.0)


def _rescale(face: DetectedFace, across: float, down: float) -> DetectedFace:
    box = Box(face.box.x * across, face.box.y * down, face.box.w * across, face.box.h * down)
    return replace(face, box=box, landmarks=tuple((x * across, y * down) for x, y in face.landmarks))
