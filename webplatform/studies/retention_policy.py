"""How long what a study records may stay."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import timedelta

# Where a study states nothing else.
MEDIA_DAYS = 30
OBSERVATION_DAYS = 365
REST_DAYS = 1095
MOST_DAYS = 1095  # three years: no law that we know of lets biometric data of an idle person stay longer


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """Days from the end of a session until something of it goes; never more than the platform allows.

    Args:
        media_days: until the video goes; 0: as soon as it was analysed, because the study keeps no video.
        observation_days: until the readings go, and with them corrections and the summary.
        rest_days: until the session itself goes with its markers; and a participant without sessions, counted from
            when they were last heard of.
        bin_days: from a session's deletion, not its end: until it is gone for good; 0: at once; None: not stated.
    """

    media_days: int
    observation_days: int
    rest_days: int
    bin_days: int | None = None

    def days(self) -> dict[str, int]:
        """The numbers by name."""
        return asdict(self)

    def capped(self, most: int) -> RetentionPolicy:
        """The same within a ceiling."""
        in_bin = None if self.bin_days is None else min(self.bin_days, most)
        stated = (self.media_days, self.observation_days, self.rest_days)
        return RetentionPolicy(*(min(days, most) for days in stated), in_bin)

    def with_bin(self, days: int) -> RetentionPolicy:
        """The same with these days for the bin where none are stated."""
        return self if self.bin_days is not None else replace(self, bin_days=days)

    def is_shorter_than(self, other: RetentionPolicy) -> bool:
        """Whether anything goes earlier by this one."""
        mine, theirs = self.days(), other.days()
        return any(mine[name] < theirs[name] for name in mine)

    @property
    def media_time(self) -> timedelta:
        return timedelta(days=self.media_days)

    @property
    def observation_time(self) -> timedelta:
        return timedelta(days=self.observation_days)

    @property
    def rest_time(self) -> timedelta:
        return timedelta(days=self.rest_days)

    @property
    def bin_time(self) -> timedelta:
        return timedelta(days=self.bin_days or 0)
