"""One run: a platform in peace, then under load and faults, then at rest again, and what must hold then."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import takewhile
from math import inf
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from tests import clips
from tests.chaos import checks
from tests.chaos.cameras import Camera
from tests.chaos.database import Postgres, await_answer, own_postgres
from tests.chaos.faults import Fault, Hand, await_well, plan_faults
from tests.chaos.visitors import Visitor
from tests.whole_platform import Platform, started_platform
from webplatform.analysis.models import AnalysisJob, MediaFile
from webplatform.history.models import LedgerLine, Observation, Session
from webplatform.retention.models import PurgeHold

CLOCK = Path(__file__).parent / "clock"
HEALS_WITHIN_S = 120
REST_WITHIN_S = 300
FRAMES_OF_A_FILM = 60
LONG_AGO = timedelta(days=400)  # longer than videos and readings may stay


@dataclass
class Figures:
    """What happened. `problems` is empty where nothing was lost, doubled or left over."""

    seed: int
    database: str
    faults: Counter[str] = field(default_factory=Counter)
    healed_s: dict[str, float] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    lasted_s: float = 0.0

    def lines(self) -> Iterator[str]:
        """The figures as they are printed."""
        yield f"seed {self.seed}, {self.database}, {self.lasted_s:.0f} s, {sum(self.faults.values())} faults"
        for kind, count in sorted(self.faults.items()):
            yield f"  {kind}: {count}, healed within {self.healed_s.get(kind, 0):.1f} s"
        for name, count in self.counts.items():
            yield f"  {name}: {count}"
        yield f"  requests made again: {dict(sorted(self.again.items()))}"
        yield from (f"  PROBLEM: {problem}" for problem in self.problems)
        yield "nothing was lost, doubled or left over" if not self.problems else f"{len(self.problems)} problems"


@dataclass
class Cast:
    """Who uses the platform, and what each clip says in peace."""

    uploader: Visitor
    deleter: Visitor
    batcher: Visitor
    leavers: list[Visitor]
    elder: Visitor
    cameras: list[Camera]
    stories: dict[Path, dict[str, Any]]

    @property
    def visitors(self) -> list[Visitor]:
        return [self.uploader, self.deleter, self.batcher, *self.leavers, self.elder]


def run_chaos(
    *,
    seed: int,
    database: str,
    folder: Path,
    most_s: float = inf,
    plan: Iterable[Fault] | None = None,
    say: Callable[[str], None] = print,
) -> Figures:
    """The figures of a run of `most_s` seconds, beyond what starting and resting take; the plan is the seed's own."""
    figures, begun_s = Figures(seed, database), time.monotonic()
    with ExitStack() as stack:
        postgres = stack.enter_context(own_postgres()) if database == "postgres" else None
        stack.enter_context(_database_named(postgres))
        clock = folder / "clock"
        clock.write_text("0", encoding="ascii")
        env = {"PYTHONPATH": f"{CLOCK}{os.pathsep}{Path.cwd()}", "RAUT_CHAOS_CLOCK": str(clock)}
        env |= {"RAUT_JOB_MAX_ATTEMPTS": "1000", "RAUT_RATE_UPLOAD": "100000/h", "RAUT_RATE_WRITE": "100000/m"}
        env |= {"RAUT_RATE_READ": "100000/m", "RAUT_RATE_LIVE": "100000/m"}
        platform = stack.enter_context(started_platform(folder, **env))
        stack.enter_context(checks.as_the_platform_sees(folder))
        over = threading.Event()
        say("in peace")
        cast = _cast(platform, random.Random(seed), over, _clips(folder))
        threads = _begin(cast, random.Random(seed + 1))
        say("under faults")
        faults = _in_time(plan or plan_faults(seed, database), most_s)
        _strike(figures, Hand(platform, postgres, clock), platform, faults, say)
        over.set()
        for thread in threads:
            thread.join(REST_WITHIN_S)
        say("at rest")
        if postgres is not None:
            await_answer(postgres.url)
        connection.close()  # it may be one of before a restart
        _rest(platform, figures, Hand(platform, postgres, clock))
        _judge(cast, figures)
        if figures.problems:
            say(platform.supervisor.logs(20_000))
    figures.lasted_s = time.monotonic() - begun_s
    return figures


@contextmanager
def _database_named(postgres: Postgres | None) -> Iterator[None]:
    before = os.environ.pop("DATABASE_URL", None)
    if postgres is not None:
        os.environ["DATABASE_URL"] = postgres.url
    try:
        yield
    finally:
        os.environ.pop("DATABASE_URL", None)
        if before is not None:
            os.environ["DATABASE_URL"] = before


def _clips(folder: Path) -> list[Path]:
    (folder / "clips").mkdir()
    lengths, quickly = {"short": 50, "middle": 250, "long": 700}, {"preset": "ultrafast"}
    return [clips.write_clip(folder / "clips" / f"{name}.mp4", clips.moving_face(count), options=quickly)
            for name, count in lengths.items()]  # fmt: skip


def _cast(platform: Platform, dice: random.Random, over: threading.Event, files: list[Path]) -> Cast:
    """Everybody has an account, each clip was read once in peace, and one person has sessions whose time is over."""
    import cv2

    def visitor() -> Visitor:
        return Visitor(platform.create_user(), files, random.Random(dice.random()), over)

    jpegs = [cv2.imencode(".jpg", frame)[1].tobytes() for frame in clips.moving_face(20)]
    cast = Cast(visitor(), visitor(), visitor(), [visitor(), visitor(), visitor()], visitor(), [], {})
    cast.cameras = [Camera(platform.create_user(), jpegs, FRAMES_OF_A_FILM, over) for _one in range(2)]
    for file in files:
        wish = cast.elder.wish()
        wish.clip = file
        cast.elder.send_whole(wish)
        platform.await_job(cast.elder.person, {"id": wish.job})
        cast.stories[file] = checks.story_of(wish.session)
    long_ago = timezone.now() - LONG_AGO
    aged = Session.objects.filter(pk__in=[wish.session for wish in cast.elder.wishes])
    aged.update(closed_at=long_ago, created_at=long_ago)
    return cast


def _begin(cast: Cast, dice: random.Random) -> list[threading.Thread]:
    plays: list[Callable[[], object]] = [
        lambda: cast.uploader.upload_all_along(deleting=False),
        lambda: cast.deleter.upload_all_along(deleting=True),
        lambda: cast.batcher.upload_at_once(4),
        *(camera.run for camera in cast.cameras),
    ]
    plays += [partial(one.withdraw_after, dice.uniform(0, 25)) for one in cast.leavers]
    threads = [threading.Thread(target=play, name=f"play {at}") for at, play in enumerate(plays)]
    for thread in threads:
        thread.start()
    return threads


def _in_time(plan: Iterable[Fault], most_s: float) -> Iterator[Fault]:
    until_s = time.monotonic() + most_s
    return takewhile(lambda fault: time.monotonic() < until_s, plan)


def _strike(
    figures: Figures, hand: Hand, platform: Platform, faults: Iterable[Fault], say: Callable[[str], None]
) -> None:
    waiting = threading.Event()
    for fault in faults:
        waiting.wait(fault.after_s)
        hand.do(fault, waiting)
        figures.faults[str(fault)] += 1
        try:
            healed_s = await_well(platform, HEALS_WITHIN_S)
        except TimeoutError:
            healed_s = HEALS_WITHIN_S
            figures.problems.append(f"after “{fault}” the platform did not get well within {HEALS_WITHIN_S} s")
        figures.healed_s[str(fault)] = max(figures.healed_s.get(str(fault), 0), healed_s)
        say(f"{fault} for {fault.for_s} s, healed after {healed_s:.1f} s")


def _rest(platform: Platform, figures: Figures, hand: Hand) -> None:
    """Wait until nothing works or waits any more."""
    busy = [AnalysisJob.State.QUEUED, AnalysisJob.State.RUNNING]

    def is_quiet() -> bool:
        return not (
            AnalysisJob.objects.filter(state__in=busy).exists()
            or Session.everything.filter(state=Session.State.OPEN).exists()
            or Session.everything.filter(consent__withdrawn_at__isnull=False).exists()
            or LedgerLine.objects.exists()  # whose process died after its commit: written when it is 30 s old
        )

    begun_s = time.monotonic()
    try:
        platform.wait_for(is_quiet, timeout_s=REST_WITHIN_S)
        hand.send(("webplatform.retention.tasks.purge", []))
        aged = Session.objects.filter(closed_at__lt=timezone.now() - LONG_AGO / 2)
        platform.wait_for(lambda: not Observation.objects.filter(session__in=aged).exists(), timeout_s=60)
    except TimeoutError:
        open_jobs = AnalysisJob.objects.filter(state__in=busy).values(
            "state", "attempts", "enqueued_at", "heartbeat_at"
        )
        figures.problems.append(f"there is still work after {REST_WITHIN_S} s: {list(open_jobs)}")
    figures.counts["seconds until all work was done"] = round(time.monotonic() - begun_s)


def _judge(cast: Cast, figures: Figures) -> None:
    kept, erased = _judge_uploads(cast, figures)
    films = [film for camera in cast.cameras for film in camera.films]
    filmed = {film.session for film in films if Session.everything.filter(pk=film.session).exists()}
    for film in films:
        wrong, lost = checks.wrong_of_film(film)
        figures.problems += [f"film {film.session}: {problem}" for problem in wrong]
        figures.counts["live readings answered"] += sum(map(len, film.answered.values()))
        figures.counts["live readings that died with a web process (of its last two seconds)"] += lost
        figures.counts["live connections lost"] += len(film.lost)
    figures.counts["live sessions"] = len(films)
    figures.counts["orphan files that the cleaning found"] = checks.clean_up()
    figures.problems += checks.rows_left_over({*kept, *filmed, *(wish.session for wish in cast.elder.wishes)})
    figures.problems += checks.files_left_over() + checks.counted_twice() + checks.broken_audit()
    figures.problems += checks.not_in_erasure_log(erased)
    figures.counts["purges that stopped under a wrong clock"] = PurgeHold.objects.count()
    for visitor in cast.visitors:
        figures.problems += visitor.problems
        figures.again += visitor.again


def _judge_uploads(cast: Cast, figures: Figures) -> tuple[list[str], list[str]]:
    """The sessions that must be there, and those that somebody ended."""
    kept, erased = [], []
    for visitor in (cast.uploader, cast.deleter, cast.batcher):
        for wish in visitor.wishes:
            if wish.is_deleted:
                erased.append(wish.session)
            elif wish.session:
                kept.append(wish.session)
                different = checks.differences(checks.story_of(wish.session), cast.stories[wish.clip])
                figures.problems += [f"session {wish.session}: {problem}" for problem in different]
    jobs = AnalysisJob.objects.filter(session__in=kept)
    attempts = sum(jobs.values_list("attempts", flat=True))
    figures.counts["sessions that equal the undisturbed run"] = len(kept)
    figures.counts["attempts for them"] = attempts
    figures.counts["sessions deleted by their person"] = len(erased)
    for leaver in cast.leavers:
        if not leaver.has_withdrawn:
            figures.problems.append(f"{leaver.person.email} could not withdraw")
        figures.counts["sessions withdrawn"] += len(leaver.wishes)
    elder = [wish.session for wish in cast.elder.wishes]
    if MediaFile.objects.filter(session__in=elder).exists() or Observation.objects.filter(session__in=elder).exists():
        figures.problems.append("readings or videos are there whose time is over")
    figures.counts["sessions whose time was over"] = len(elder)
    return kept, erased
