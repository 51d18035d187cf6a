"""The demonstration as a program that knows nothing but the REST API."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from webplatform.operations.startup import StartupProblem

POLL_EVERY_S = 0.25
GIVE_UP_AFTER_S = 600

Json = dict[str, Any]


class DemoClient:
    """Uploads a clip, follows its job, reads the history. Use it in a `with` block."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Token {token}"}, timeout=60, trust_env=False
        )

    def __enter__(self) -> DemoClient:
        return self

    def __exit__(self, *error: object) -> None:
        self._http.close()

    def upload(self, clip: Path, title: str, **whose: str) -> Json:
        """Send the clip, with the `study`, `participant` and `condition` that it belongs to; returns the job."""
        with clip.open("rb") as source:
            files = {"file": (clip.name, source, "video/mp4")}
            return self._json("POST", "/api/v1/analyses/", files=files, data={"title": title, "again": "true", **whose})

    def follow(self, job: Json, on_progress: Callable[[Json], None]) -> Json:
        """Ask for the job until it is done; returns it.

        Raises:
            StartupProblem: it failed, or takes much too long.
        """
        deadline_s = time.monotonic() + GIVE_UP_AFTER_S
        while job["status"] != "done":
            if job["status"] in {"failed", "cancelled"}:
                error = job["error"] or {"code": job["status"], "message": f"The job was {job['status']}."}
                raise StartupProblem(error["code"], error["message"], "The worker's log says more.")
            if time.monotonic() > deadline_s:
                raise StartupProblem("too_slow", "The analysis does not get done.", "The worker's log says why.")
            time.sleep(POLL_EVERY_S)
            job = self._json("GET", f"/api/v1/analyses/{job['id']}/")
            on_progress(job)
        return job

    def read_session(self, job: Json) -> Json:
        """The history that the job has written."""
        return self._json("GET", f"/api/v1/sessions/{job['session']}/")

    def _json(self, method: str, path: str, **request: Any) -> Json:  # what httpx takes
        try:
            answer = self._http.request(method, path, **request)
        except httpx.HTTPError as error:
            raise StartupProblem("no_answer", f"{self._url} does not answer: {error}.", "") from error
        if answer.is_error:
            raise StartupProblem(f"http_{answer.status_code}", f"{method} {path} was refused: {answer.text[:300]}", "")
        return answer.json()


def report(url: str, job: Json, session: Json) -> Json:
    """What the demonstration found, as `--json` prints it."""
    seconds = (datetime.fromisoformat(job["finished_at"]) - datetime.fromisoformat(job["started_at"])).total_seconds()
    return {
        "session": session["id"],
        "url": f"{url}/sessions/{session['id']}/",
        "frames_sampled": session["frames"]["sampled"],
        "frames_scored": session["frames"]["scored"],
        "tracks": len(people_of(session)),
        "dominant": dominant_emotion(people_of(session)),
        "seconds": round(seconds, 2),
        "times_real_time": round(session["duration_ms"] / 1000 / seconds, 2) if seconds else None,
    }


def people_of(session: Json) -> list[Json]:
    """The tracks that count as people."""
    return [track for track in session["tracks"] if not track["is_glimpse"]]


def dominant_emotion(tracks: list[Json]) -> str | None:
    """The emotion that most scored observations of all tracks show; None if none shows any."""
    totals: dict[str, float] = {}
    for track in tracks:
        for emotion, share in track["share"].items():
            totals[emotion] = totals.get(emotion, 0) + share * track["scored"]
    return max(totals, key=totals.__getitem__) if any(totals.values()) else None


def summary_lines(session: Json) -> list[str]:
    """The history in a few lines for a terminal."""
    frames, people = session["frames"], people_of(session)
    lines = [
        f"Frames    {frames['decoded']} decoded = {frames['skipped']} skipped + {frames['sampled']} sampled",
        f"          {frames['sampled']} sampled = {frames['no_face']} without a face + {frames['unscored']} unscored"
        f" + {frames['scored']} scored",
    ]
    for track in people:
        shares = sorted(track["share"].items(), key=lambda item: -item[1])
        shares_text = ", ".join(f"{emotion} {share:.0%}" for emotion, share in shares if share >= 0.005)
        span = f"{track['first_ms'] / 1000:.1f} to {track['last_ms'] / 1000:.1f} s"
        lines.append(
            f"Track {track['number']:<3} {span}, {track['scored']} of {track['observations']} scored: {shares_text}"
        )
    return lines
