"""What a lab does by REST: a study of two conditions and twelve people, and videos uploaded for most of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from tests.whole_platform import Person, Platform
from webplatform.operations.demo_clip import make_reaction

STUDY = {"name": "How a cat lands", "purpose": "What a film does to faces", "setting": "research", "contact": "Dr Dewi"}
PEOPLE = [f"P{number:02}" for number in range(1, 13)]  # the first six see film A, the others film B
CLIP_S = 2
SCOPES = ["analyse", "keep_media"]
# What the uploaded faces show: most who see film A smile, most who see film B do not.
POSES = {"happy": ("P02", "P03", "P04", "P11", "P12"), "neutral": ("P05", "P06", "P07", "P08", "P09", "P10")}


def make_study(lab: Person) -> dict[str, Any]:
    """The study's `id`, `path`, and its `people` and their links' `keys` by pseudonym."""
    made = lab.api.post("/api/v1/studies/", json=STUDY | {"languages": ["en"], "capture_mode": "media"}).json()
    path = f"/api/v1/studies/{made['id']}"
    for name in ("film A", "film B"):
        lab.api.post(f"{path}/conditions/", json={"name": name})
    lines = [{"pseudonym": name, "condition": "film A" if at < 6 else "film B"} for at, name in enumerate(PEOPLE)]
    answer = lab.api.post(f"{path}/participants/many/", json={"participants": lines})
    assert answer.status_code == httpx.codes.CREATED, answer.text
    people = {one["pseudonym"]: one["id"] for one in lab.api.get(f"{path}/participants/").json()["results"]}
    links = {name: lab.api.post(f"/api/v1/participants/{key}/links/", json={}).json() for name, key in people.items()}
    keys = {name: link["address"].rstrip("/").rsplit("/", 1)[1] for name, link in links.items()}
    return {"id": made["id"], "path": path, "people": people, "keys": keys}


def upload_the_others(platform: Platform, lab: Person, study: dict, folder: Path) -> None:
    jobs = []
    for pose, people in POSES.items():
        clip = make_reaction(folder / f"{pose}.mp4", ((0.0, pose),), duration_s=CLIP_S, is_mirrored=False)
        for name in people:
            own, agreed = {"Participant-Key": study["keys"][name]}, {"language": "en", "scopes": SCOPES}
            answer = platform.client.post("/api/v1/own/consent/", json=agreed, headers=own)
            assert answer.is_success, answer.text
            form = {"participant": study["people"][name], "again": "true", "title": f"Cat, {name}"}
            answer = lab.api.post("/api/v1/analyses/", files={"file": (clip.name, clip.read_bytes())}, data=form)
            assert answer.status_code == httpx.codes.ACCEPTED, answer.text
            jobs.append(answer.json())
    for job in jobs:
        platform.await_job(lab, job)
