"""Two machines that share no file system: one dies under uploads and a webcam, and every session ends whole."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from tests.clips import moving_face, write_clip
from tests.flows.test_live import Camera, resume
from tests.flows.test_uploads import TUS, begin
from tests.object_store import KEYS, started_store
from tests.proxy import started_nginx
from tests.redis_server import own_redis
from tests.whole_platform import Person, Platform, own_database
from webplatform.analysis.models import AnalysisJob, ResumableUpload
from webplatform.history.models import Session
from webplatform.operations.launch import Launch, plan_children
from webplatform.operations.startup import await_web, free_port, prepare_database
from webplatform.operations.supervisor import Supervisor
from webplatform.vault.models import FileKey, FileRemoval

PARTS = 12
REGION = "us-east-1"
BOTH = ("web", "worker")


class Machine:
    """Its own folder, its own processes; the database, Redis and the store are the same as the other's."""

    def __init__(self, folder: Path, name: str, processes: tuple[str, ...], **shared: str) -> None:
        folder.mkdir()
        port, redis_url = free_port("127.0.0.1"), shared.pop("REDIS_URL")
        launch = Launch(data_dir=folder, host="127.0.0.1", port=port, redis_url=redis_url, env=shared)
        specs, _url = plan_children(launch)
        specs = [
            replace(spec, command=tuple(part.replace("@%h", f"@{name}") for part in spec.command)) for spec in specs
        ]
        self.folder, self.url = folder, launch.url
        self.supervisor = Supervisor([spec for spec in specs if spec.name in processes], log_folder=folder / "logs")
        self.supervisor.start()

    def await_web(self) -> None:
        await_web(self.url, lambda: self.supervisor.pid("web") is not None)

    def kill(self) -> None:
        """All of its processes at once, as if the power went."""
        for name in self.supervisor.names:
            self.supervisor.kill(name)

    def files(self) -> list[str]:
        """What lies in its folders of files; the model that is shipped and the logs are no such."""
        kept = ("media", "keys", "datasets", "exports", "export-jobs")
        return [str(path) for name in kept for path in (self.folder / name).rglob("*") if path.is_file()]


@pytest.fixture
def shared(tmp_path: Path, django_db_blocker) -> Iterator[dict[str, str]]:
    """One PostgreSQL, one Redis, one object store; the settings that name them."""
    here = tmp_path / "shared"
    here.mkdir()
    with django_db_blocker.unblock(), started_store() as store, own_redis() as redis, own_database(here) as url:
        prepare_database(report=lambda line: None)
        bucket = store.new_bucket()
        named = {"RAUT_OBJECT_STORE": f"s3://{bucket}/lab", "RAUT_OBJECT_STORE_ENDPOINT": store.url}
        named |= {"RAUT_OBJECT_STORE_REGION": REGION, "RAUT_OBJECT_STORE_KEY": KEYS["access_key"]}
        named |= {"RAUT_OBJECT_STORE_SECRET": KEYS["secret_key"], "SECRET_KEY": settings.SECRET_KEY}
        named |= {"RAUT_MEDIA_KEYS": secrets.token_urlsafe(48), "REDIS_URL": redis.connection_url}
        store.bucket = bucket
        yield {**named, "DATABASE_URL": url, "RAUT_JOB_STALE_SECONDS": "4", "_store": store}


@pytest.fixture
def machines(shared: dict, tmp_path: Path) -> Iterator[list[Machine]]:
    """The first serves and reads; the second also does what only one machine does."""
    told = {name: value for name, value in shared.items() if name != "_store"}
    both = [Machine(tmp_path / "one", "one", BOTH, **told)]
    both.append(Machine(tmp_path / "two", "two", (*BOTH, "housekeeper", "beat"), **told))
    try:
        for machine in both:
            machine.await_web()
        yield both
    finally:
        for machine in both:
            machine.supervisor.stop_all()


@pytest.fixture
def platform(machines: list[Machine], tmp_path: Path) -> Iterator[Platform]:
    """Both machines behind one address."""
    urls = [machine.url for machine in machines]
    with (
        started_nginx(tmp_path / "nginx", urls) as url,
        httpx.Client(base_url=url, timeout=30, trust_env=False) as client,
    ):
        platform = Platform(url, machines[1].folder, machines[1].supervisor, client)
        platform.wait_for(lambda: _answers(client))
        yield platform
        platform.close()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/account/login/").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


class Sending:
    """A client of tus that sends a part at a time, and asks where to go on when a machine does not answer."""

    def __init__(self, platform: Platform, person: Person, clip: Path) -> None:
        self.platform, self.person, self.content = platform, person, clip.read_bytes()
        self.url = begin(person, clip)

    def offset(self) -> int:
        answer = self.platform.wait_for(lambda: _tried(lambda: self.person.api.head(self.url, headers=TUS)))
        return int(answer.headers["Upload-Offset"])

    def send(self, parts: int) -> None:
        """So many parts more, or all that are left."""
        for _ in range(parts):
            start = self.offset()
            if start == len(self.content):
                return
            body = self.content[start : start + len(self.content) // PARTS + 1]
            headers = {**TUS, "Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
            _tried(lambda headers=headers, body=body: self.person.api.patch(self.url, content=body, headers=headers))

    def job(self) -> dict:
        said = self.platform.wait_for(
            lambda: (answer := self.person.api.head(self.url, headers=TUS)).headers.get("Raut-Job") and answer
        )
        return {"id": said.headers["Raut-Job"]}


def _tried(ask) -> httpx.Response | None:
    try:
        answer = ask()
    except httpx.HTTPError:
        return None
    return answer if answer.status_code < 500 else None


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "walk.mp4", moving_face(50), options={"preset": "ultrafast"})


@pytest.mark.postgres
@pytest.mark.nginx
def test_one_of_two_machines_dies_and_every_session_ends_whole(
    platform: Platform, machines: list[Machine], shared: dict, clip: Path
):
    import cv2

    jpegs = [cv2.imencode(".jpg", frame)[1].tobytes() for frame in moving_face(20)]
    person, store = platform.create_user(), shared["_store"]
    whole, half = Sending(platform, person, clip), Sending(platform, platform.create_user(), clip)
    whole.send(PARTS)
    half.send(PARTS // 2)
    with ExitStack() as sockets:
        cameras = [Camera(platform, person, jpegs, sockets) for _ in machines]  # nginx gives each machine one
        ready = [camera.open(type="start", title=f"Camera {n}") for n, camera in enumerate(cameras)]
        for camera in cameras:
            camera.watch(10)
        machines[0].kill()
        half.send(3 * PARTS)
        for camera, said in zip(cameras, ready, strict=True):
            go_on(platform, camera, said)
    jobs = [platform.await_job(sending.person, sending.job()) for sending in (whole, half)]
    for sending, job in zip((whole, half), jobs, strict=True):
        session = Session.objects.get(pk=job["session"])
        assert (session.state, session.is_partial, session.frames_decoded) == ("closed", False, 50)
        video = sending.person.api.get(f"/api/v1/sessions/{job['session']}/media/")
        assert video.content == sending.content
    for said in ready:
        session = person.api.get(f"/api/v1/sessions/{said['session']}/").json()
        assert (session["state"], session["is_partial"]) == ("closed", False)
    assert not AnalysisJob.objects.exclude(state="done").exists()
    assert set(ResumableUpload.objects.values_list("state", flat=True)) == {"done"}
    assert len(store.names(store.bucket)) == FileKey.objects.count() == 2  # the two videos, and nothing else
    assert not FileRemoval.objects.exists()
    assert [machine.files() for machine in machines] == [[], []]
    assert list((machines[1].folder / "uploads").iterdir()) == []


def go_on(platform: Platform, camera: Camera, ready: dict) -> None:
    """The camera watches on and stops; where its machine is gone, on the other one."""
    try:
        camera.watch(3)
    except Exception:  # whatever a socket says whose other end has died
        resumed = platform.wait_for(lambda: resume(camera, ready["token"]), timeout_s=25)
        assert resumed["session"] == ready["session"]
        camera.watch(3)
    camera.ask({"type": "stop"})
