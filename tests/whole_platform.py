"""The real thing for stories that need it: Valkey, Celery worker and beat, web server, on a database of their own."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

import httpx
from django.conf import settings
from django.contrib.auth.hashers import make_password

from tests.databases import default_database, new_database
from webplatform.accounts.models import User
from webplatform.accounts.services import create_token
from webplatform.common.configuration.secrets import local_secret
from webplatform.consent.services import give_consent
from webplatform.operations.launch import Launch
from webplatform.operations.running import running_platform
from webplatform.operations.startup import free_port, prepare_database
from webplatform.operations.supervisor import Supervisor
from webplatform.studies.services import personal_study

T = TypeVar("T")
PASSWORD = "correct-horse-battery"


def wait_for(condition: Callable[[], T], *, timeout_s: float = 30) -> T:
    """Ask until the answer is truthy; returns it."""
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise TimeoutError(f"Waited {timeout_s} s in vain.")


@cache
def _password_hash() -> str:
    """Everybody has the same password, and hashing it takes half a second."""
    return make_password(PASSWORD, hasher="pbkdf2_sha256")


@dataclass(frozen=True)
class Person:
    """Somebody with an account on the running platform. `api` carries their token."""

    user: User
    email: str
    password: str
    api: httpx.Client


@dataclass
class Platform:
    """A running platform. Its database is this process's default database while it runs."""

    url: str
    data_dir: Path
    supervisor: Supervisor
    client: httpx.Client
    _people: list[Person] = field(default_factory=list)

    def create_user(self, *, has_agreed: bool = True) -> Person:
        """A new account with a personal study, a token and (unless told otherwise) its consent."""
        email = f"{secrets.token_hex(6)}@example.org"
        user = User.objects.create(email=email, password=_password_hash())
        personal_study(user)
        if has_agreed:
            give_consent(user=user, language="en", channel="page")
        _, token = create_token(user=user, name="test")
        headers = {"Authorization": f"Token {token}"}
        api = httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)
        person = Person(user, email, PASSWORD, api)
        self._people.append(person)
        return person

    def upload(self, person: Person, file: Path, name: str | None = None) -> dict:
        """Send a file to the REST API; returns the job."""
        with file.open("rb") as source:
            answer = person.api.post("/api/v1/analyses/", files={"file": (name or file.name, source)})
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        return answer.json()

    def job(self, person: Person, job: dict) -> dict:
        """The job as it is now."""
        answer = person.api.get(f"/api/v1/analyses/{job['id']}/")
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    def await_job(self, person: Person, job: dict, *statuses: str, timeout_s: float = 120) -> dict:
        """Wait until the job has one of these states (done, if none is named); returns it."""
        wanted = statuses or ("done",)
        return self.wait_for(lambda: (now := self.job(person, job))["status"] in wanted and now, timeout_s=timeout_s)

    def wait_for(self, condition: Callable[[], T], *, timeout_s: float = 30) -> T:
        """As the function of this name."""
        return wait_for(condition, timeout_s=timeout_s)

    def kill_worker(self) -> None:
        """End the analysis worker and its pool at once, as a crash would; it is started again soon after."""
        self.supervisor.kill("worker")

    def stop(self, name: str) -> None:
        """Stop redis, worker, housekeeper, beat or web; it stays down until `start`."""
        self.supervisor.stop(name)

    def start(self, name: str) -> None:
        """Start what was stopped."""
        self.supervisor.start(name)

    def env_of(self, name: str) -> dict[str, str]:
        """What the environment of one of the processes has beyond ours."""
        return dict(self.supervisor._children[name].spec.env)

    def close(self) -> None:
        for client in (self.client, *(person.api for person in self._people)):
            client.close()


@contextmanager
def started_platform(data_dir: Path, **env: str) -> Iterator[Platform]:
    """Start a platform on `data_dir`; `env` overrides its settings."""
    with own_database(data_dir) as database_url:
        prepare_database(report=lambda line: None)
        port = free_port("127.0.0.1")
        all_alike = {"RAUT_ANALYSIS_NICE": "0", "RAUT_TRAINING_NICE": "0"}  # or a training starves beside other tests
        launch = Launch(
            data_dir=data_dir,
            host="127.0.0.1",
            port=port,
            env={"DATABASE_URL": database_url, "RAUT_JOB_STALE_SECONDS": "4", **all_alike, **env},
        )
        with (
            running_platform(launch, log_folder=data_dir / "logs") as supervisor,
            _tended(supervisor),
            httpx.Client(base_url=launch.url, timeout=30, trust_env=False) as client,
        ):
            platform = Platform(launch.url, data_dir, supervisor, client)
            yield platform
            platform.close()


@contextmanager
def _tended(supervisor: Supervisor) -> Iterator[None]:
    done = threading.Event()

    def tend() -> None:
        while not done.wait(0.2):
            supervisor.tend()

    thread = threading.Thread(target=tend, name="tend")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def own_database(data_dir: Path) -> Iterator[str]:
    """Make a new database this process's default one, and name it for the platform's processes.

    This process also keeps files where they do and signs with their key.
    """
    with new_database(data_dir) as url, default_database(url):
        before_here = settings.MEDIA_ROOT, settings.SECRET_KEY
        settings.MEDIA_ROOT, settings.SECRET_KEY = data_dir / "media", local_secret(data_dir / "secret_key")
        try:
            yield url
        finally:
            settings.MEDIA_ROOT, settings.SECRET_KEY = before_here
