"""The whole story of a participant, on real processes, ending with a look into the database and onto the disk."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.whole_platform import Person, Platform
from webplatform.analysis.models import AnalysisJob, MediaFile
from webplatform.consent.models import ConsentRecord
from webplatform.history.models import Observation, Session, Track
from webplatform.retention.models import DataExport

STUDY = {
    "name": "Laughter",
    "purpose": "How jokes land",
    "setting": "research",
    "contact": "Dr Dewi, dewi@example.org",
    "capture_mode": "media",
    "languages": ["id", "en"],
}


@pytest.fixture
def person(platform: Platform) -> Person:
    return platform.create_user()


@pytest.fixture
def participant(person: Person) -> dict:
    study = person.api.post("/api/v1/studies/", json=STUDY).json()
    made = person.api.post(f"/api/v1/studies/{study['id']}/participants/", json={"language": "id"}).json()
    link = person.api.post(f"/api/v1/participants/{made['id']}/links/", json={}).json()
    return made | {"study": study["id"], "path": "/p/" + link["address"].rstrip("/").split("/")[-1] + "/"}


@pytest.fixture
def visitor(platform: Platform, participant: dict) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=platform.url, follow_redirects=True, timeout=30, trust_env=False) as browser:
        assert "Hak Anda" in browser.get(participant["path"]).text
        yield browser


def send(browser: httpx.Client, path: str, **fields: object) -> httpx.Response:
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get("/p/").text).group(1)
    return browser.post(path, data={"csrfmiddlewaretoken": token, **fields}, headers={"Referer": str(browser.base_url)})


def hand_in(person: Person, participant: dict, clip: Path) -> httpx.Response:
    with clip.open("rb") as source:
        form = {"participant": participant["id"], "again": "true"}
        return person.api.post("/api/v1/analyses/", files={"file": (clip.name, source)}, data=form)


def test_nothing_is_analysed_before_and_nothing_is_left_after(
    platform: Platform, person: Person, participant: dict, visitor: httpx.Client, short_clip: Path, long_clip: Path
):
    refused = hand_in(person, participant, short_clip)
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_missing")
    assert send(visitor, "/p/consent/", scope=["analyse", "keep_media"]).status_code == httpx.codes.OK
    done = platform.await_job(person, hand_in(person, participant, short_clip).json())
    running = hand_in(person, participant, long_clip).json()
    platform.wait_for(lambda: 0 < platform.job(person, running)["progress"] < 0.9)

    send(visitor, "/p/copy/")
    copy = platform.wait_for(lambda: DataExport.objects.filter(participant=participant["id"], state="done").first())
    names = zipfile.ZipFile(io.BytesIO(visitor.get(f"/p/copies/{copy.pk}/").content)).namelist()
    assert {f"sessions/{done['session']}/{name}" for name in ("readings.csv", "video.mp4")} <= set(names)
    mine = {"participant_id": participant["id"]}
    folders = [
        platform.data_dir / "media" / str(pk) for pk in Session.objects.filter(**mine).values_list("pk", flat=True)
    ]
    assert len([folder for folder in folders if folder.is_dir()]) == 2

    started_s = time.monotonic()
    send(visitor, "/p/withdraw/")
    other = platform.upload(person, short_clip, name="other.mp4")  # starts only when the worker has let go
    platform.wait_for(lambda: platform.job(person, other)["status"] != "queued")
    assert time.monotonic() - started_s < 2

    sessions = [done["session"], running["session"]]
    assert not [folder for folder in folders if folder.exists()]
    for model in (Observation, Track, MediaFile, AnalysisJob):
        assert not model.objects.filter(session__in=sessions).exists()
    assert not Session.objects.filter(**mine).exists()
    record = ConsentRecord.objects.get(**mine)
    assert (record.channel, record.language, record.withdrawn_at is None) == ("link", "id", False)
    assert hand_in(person, participant, short_clip).status_code == httpx.codes.FORBIDDEN
    platform.await_job(person, other)


def test_without_the_scope_the_video_goes_and_the_readings_stay(
    platform: Platform, person: Person, participant: dict, visitor: httpx.Client, short_clip: Path
):
    send(visitor, "/p/consent/", scope="analyse")
    done = platform.await_job(person, hand_in(person, participant, short_clip).json())
    assert Observation.objects.filter(session=done["session"]).exists()
    folder = platform.data_dir / "media" / done["session"]
    platform.wait_for(lambda: not list(folder.glob("*")), timeout_s=5)
    assert not MediaFile.objects.filter(session=done["session"]).exists()


def test_the_key_of_a_link_stands_in_no_log(platform: Platform, participant: dict, visitor: httpx.Client):
    key = participant["path"].strip("/").split("/")[-1]
    assert key not in platform.supervisor.logs()
    for file in platform.data_dir.rglob("*.log*"):
        assert key not in file.read_text(encoding="utf-8", errors="replace"), file
