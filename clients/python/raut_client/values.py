"""What the server tells, as values with types; `raw` holds all of it, also what is newer than this client."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any  # what JSON holds

if TYPE_CHECKING:
    import pandas

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


@dataclass(frozen=True, slots=True)
class Job:
    """The work on one file.

    Attributes:
        status: queued, running, done, failed or cancelled.
        progress: 0 to 1.
        error: why it failed; "" if it did not.
    """

    id: str
    session: str
    status: str
    progress: float
    error: str
    raw: dict[str, Any] = field(repr=False)

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.status in {"done", "failed", "cancelled"}

    @classmethod
    def of(cls, data: dict[str, Any]) -> Job:
        error = data["error"]["message"] if data.get("error") else ""
        return cls(data["id"], data["session"], data["status"], float(data["progress"]), error, data)


@dataclass(frozen=True, slots=True)
class Session:
    """One recording that was read.

    Attributes:
        duration_ms: its length; None while it is open.
        summary: what all people in it showed, added up; None until it is closed.
    """

    id: str
    title: str
    state: str
    duration_ms: int | None
    summary: dict[str, Any] | None = field(repr=False)
    raw: dict[str, Any] = field(repr=False)

    @classmethod
    def of(cls, data: dict[str, Any]) -> Session:
        return cls(data["id"], data["title"], data["state"], data["duration_ms"], data["summary"], data)


@dataclass(frozen=True, slots=True)
class Observation:
    """One face at one moment.

    Attributes:
        t_ms: from the start of the recording.
        box: x, y, width, height in pixels of the frame.
        scores: probability by expression; None where the face could not be scored, and `reason` says why.
        dominant: the expression that is shown; None where the model is not sure.
    """

    t_ms: int
    track: int
    box: tuple[float, float, float, float]
    scores: dict[str, float] | None
    dominant: str | None
    reason: str | None

    @classmethod
    def of(cls, data: dict[str, Any]) -> Observation:
        x, y, w, h = data["box"]
        return cls(data["t_ms"], data["track"], (x, y, w, h), data["scores"], data["dominant"], data["reason"])


@dataclass(frozen=True, slots=True)
class Face:
    """One face in one frame of a live session; see `Observation`."""

    track: int
    box: tuple[float, float, float, float]
    scores: dict[str, float] | None
    dominant: str | None
    reason: str | None

    @classmethod
    def of(cls, data: dict[str, Any]) -> Face:
        x, y, w, h = data["box"]
        return cls(data["track"], (x, y, w, h), data["scores"], data["dominant"], data["reason"])


@dataclass(frozen=True, slots=True)
class Lane:
    """One face in equal buckets of time; lists belong together by position. Only buckets with the face are in them.

    Attributes:
        number: the face's.
        t_ms: where each bucket starts.
        n: readings in it; `scored` of them have scores.
        scores: mean score by expression; None where nothing was scored.
        dominant: the expression that is shown; None where the model is not sure.
    """

    number: int
    t_ms: list[int]
    n: list[int]
    scored: list[int]
    scores: dict[str, list[float | None]]
    dominant: list[str | None]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The faces of a session in equal buckets of time."""

    bucket_ms: int
    from_ms: int
    to_ms: int
    tracks: list[Lane]

    @classmethod
    def of(cls, data: dict[str, Any]) -> Timeline:
        return cls(data["bucket_ms"], data["from_ms"], data["to_ms"], [Lane(**lane) for lane in data["tracks"]])

    def frame(self) -> pandas.DataFrame:
        """A row for each face and bucket: face, t_s, n, scored, dominant, and a column for each expression.

        Raises:
            ImportError: pandas is not installed (`pip install 'raut-client[pandas]'`).
        """
        import pandas  # an extra: who needs no tables installs none

        rows = [
            {
                "face": lane.number,
                "t_s": t_ms / 1000,
                "n": lane.n[index],
                "scored": lane.scored[index],
                "dominant": lane.dominant[index],
                **{emotion: lane.scores[emotion][index] for emotion in EMOTIONS},
            }
            for lane in self.tracks
            for index, t_ms in enumerate(lane.t_ms)
        ]
        return pandas.DataFrame(rows, columns=["face", "t_s", "n", "scored", "dominant", *EMOTIONS])
