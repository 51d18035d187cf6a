"""Jobs on real processes: Valkey, Celery's workers and the shipped model; killed, cancelled, and left without Redis."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import httpx
import pytest

from tests import clips
from tests.whole_platform import Person, Platform
from webplatform.history.models import Observation

Json = dict


@pytest.fixture(scope="module")
def person(platform: Platform) -> Person:
    return platform.create_user()


@pytest.fixture(scope="module")
def undisturbed(platform: Platform, person: Person, long_clip: Path) -> list[tuple]:
    """What an analysis of `long_clip` writes when nothing happens to it."""
    return observations(platform.await_job(person, submit(person, long_clip)))


def submit(person: Person, file: Path) -> Json:
    with file.open("rb") as source:
        answer = person.api.post("/api/v1/analyses/", files={"file": (file.name, source)}, data={"again": "true"})
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    return answer.json()


def observations(job: Json) -> list[tuple]:
    rows = Observation.objects.filter(session=job["session"]).order_by("t_ms", "track__number")
    return list(rows.values_list("t_ms", "track__number", "x", "y", "w", "h", "happy", "neutral", "dominant", "reason"))


def session_of(person: Person, job: Json) -> Json:
    return person.api.get(f"/api/v1/sessions/{job['session']}/").json()


def await_progress(platform: Platform, person: Person, job: Json) -> None:
    platform.wait_for(lambda: 0 < platform.job(person, job)["progress"] < 0.9)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]


def test_a_video_becomes_a_history_with_exact_accounting(platform: Platform, person: Person, undisturbed: list[tuple]):
    job = person.api.get("/api/v1/analyses/?status=done").json()["results"][0]
    session = session_of(person, job)
    frames = session["frames"]
    assert session["state"] == "closed"
    assert frames["decoded"] == 2250
    assert frames["decoded"] == frames["sampled"] + frames["skipped"]
    assert frames["sampled"] == 450 == frames["no_face"] + frames["unscored"] + frames["scored"]
    assert len(undisturbed) >= frames["scored"] > 400
    assert session["tracks"][0]["observations"] > 400


def test_a_killed_worker_costs_time_and_nothing_else(
    platform: Platform, person: Person, long_clip: Path, undisturbed: list[tuple]
):
    job = submit(person, long_clip)
    await_progress(platform, person, job)
    platform.kill_worker()
    done = platform.await_job(person, job)
    assert done["attempts"] == 2
    assert observations(done) == undisturbed


def test_a_worker_whose_reading_process_is_killed_starts_another_one(
    platform: Platform, person: Person, long_clip: Path, undisturbed: list[tuple]
):
    job = submit(person, long_clip)
    await_progress(platform, person, job)
    before = platform.supervisor.pid("worker")
    for pid in children_of(before):
        os.kill(pid, signal.SIGKILL)
    done = platform.await_job(person, job)
    assert done["attempts"] == 2
    assert observations(done) == undisturbed
    assert platform.supervisor.pid("worker") == before


def test_a_worker_frozen_for_too_long_writes_nothing_when_it_wakes(
    platform: Platform, person: Person, long_clip: Path, undisturbed: list[tuple]
):
    job = submit(person, long_clip)
    await_progress(platform, person, job)
    frozen = platform.supervisor.pid("worker")
    children = children_of(frozen)
    for pid in [*children, frozen]:
        os.kill(pid, signal.SIGSTOP)
    platform.wait_for(lambda: platform.job(person, job)["status"] == "queued")
    for pid in [frozen, *children]:
        os.kill(pid, signal.SIGCONT)
    done = platform.await_job(person, job)
    assert done["attempts"] == 2
    assert observations(done) == undisturbed


def test_a_running_job_is_cancelled_within_two_seconds(platform: Platform, person: Person, long_clip: Path):
    job = submit(person, long_clip)
    await_progress(platform, person, job)
    begun_s = time.monotonic()
    assert person.api.post(f"/api/v1/analyses/{job['id']}/cancel/").status_code == httpx.codes.OK
    platform.await_job(person, job, "cancelled")
    assert time.monotonic() - begun_s < 2
    assert session_of(person, job)["state"] == "failed"


def test_a_cancelled_job_can_be_tried_again_to_the_same_result(
    platform: Platform, person: Person, undisturbed: list[tuple]
):
    job = person.api.get("/api/v1/analyses/?status=cancelled").json()["results"][0]
    assert person.api.post(f"/api/v1/analyses/{job['id']}/retry/").status_code == httpx.codes.ACCEPTED
    assert observations(platform.await_job(person, job)) == undisturbed


def test_a_job_handed_in_while_redis_is_away_is_done_when_it_is_back(
    platform: Platform, person: Person, short_clip: Path
):
    platform.stop("redis")
    try:
        begun_s = time.monotonic()
        job = submit(person, short_clip)
        assert job["status"] == "queued"
        assert time.monotonic() - begun_s < 3  # nobody waits for Redis
    finally:
        platform.start("redis")
    assert platform.await_job(person, job)["status"] == "done"


def test_a_video_without_a_face_is_a_result(platform: Platform, person: Person, tmp_path: Path):
    job = platform.await_job(person, submit(person, clips.write_clip(tmp_path / "empty.mp4", clips.blank(50))))
    session = session_of(person, job)
    assert (job["status"], session["tracks"], session["frames"]["no_face"]) == ("done", [], 10)


@pytest.mark.parametrize("name", ["cut.mp4", "sound.mp4", "giant.avi", "codec.mp4"])
def test_a_video_that_cannot_be_read_fails_with_a_sentence(
    platform: Platform, person: Person, tmp_path: Path, name: str
):
    path = tmp_path / name
    {
        "cut.mp4": lambda: clips.truncate(clips.write_clip(path, clips.moving_face(50)), 0.5),
        "sound.mp4": lambda: clips.write_sound(path),
        "giant.avi": lambda: clips.write_giant(path),
        "codec.mp4": lambda: clips.name_unknown_codec(clips.write_clip(path, clips.blank(10))),
    }[name]()
    job = platform.await_job(person, submit(person, path), "failed")
    assert job["error"]["code"] in {"unreadable_video", "too_large"}
    assert job["error"]["message"].endswith(".")
    assert name in job["error"]["message"]
    assert "Traceback" not in job["error"]["message"]
    assert session_of(person, job)["state"] == "failed"


def test_deleting_a_session_while_it_is_analysed_leaves_nothing(platform: Platform, person: Person, long_clip: Path):
    job = submit(person, long_clip)
    await_progress(platform, person, job)
    deleted = person.api.delete(f"/api/v1/sessions/{job['session']}/", params={"for_good": "true"})
    assert deleted.status_code == httpx.codes.NO_CONTENT
    platform.wait_for(lambda: person.api.get(f"/api/v1/analyses/{job['id']}/").status_code == httpx.codes.NOT_FOUND)
    platform.wait_for(lambda: not (platform.data_dir / "media" / job["session"]).exists())
    assert not Observation.objects.filter(session=job["session"]).exists()
