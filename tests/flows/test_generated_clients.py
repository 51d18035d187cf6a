"""Clients that programs make out of docs/openapi.yml upload a video, wait for it and read its session."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import clips
from tests.whole_platform import Person, Platform
from webplatform.settings import ROOT

DOCUMENT = ROOT / "docs" / "openapi.yml"
# Kinds of files for which a generator has no type of its own: bytes.
FILES = (
    "application/offset+octet-stream",
    "application/zip",
    "application/pdf",
    "image/*",
    "image/png",
    "image/svg+xml",
    "video/*",
)
KINDS = dict.fromkeys(FILES, "application/octet-stream")


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.write_clip(tmp_path_factory.mktemp("clips") / "face.mp4", clips.moving_face(50))


@pytest.fixture
def person(platform: Platform) -> Person:
    return platform.create_user()


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """`imported(name)`: a module of the client that was generated into tmp_path."""
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module
    for name in [name for name in sys.modules if name.split(".")[0] in ("raut_from_document", "raut_generated")]:
        del sys.modules[name]


def run(tool: str, *words: object) -> None:
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [shutil.which(tool, path=beside) or tool, *(str(word) for word in words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def waited(ask: Callable[[], Any]) -> Any:
    deadline_s = time.monotonic() + 120
    while (job := ask()).status not in ("done", "failed", "cancelled") and time.monotonic() < deadline_s:
        time.sleep(0.2)
    assert job.status == "done"
    return job


def test_a_client_of_openapi_python_client_uploads_waits_and_reads(platform, person, video, tmp_path, imported):
    settings = tmp_path / "generator.yml"
    settings.write_text(yaml.safe_dump({"content_type_overrides": KINDS, "post_hooks": []}))
    into = ("--output-path", tmp_path / "raut_from_document", "--meta", "none", "--fail-on-warning")
    run("openapi-python-client", "generate", "--path", DOCUMENT, "--config", settings, *into)
    api, models, types = (imported(f"raut_from_document.{name}") for name in ("api", "models", "types"))
    token = person.api.headers["Authorization"].split()[1]
    client = imported("raut_from_document").AuthenticatedClient(base_url=platform.url, token=token)

    call = importlib.import_module
    upload = models.UploadInRequest(
        file=types.File(payload=BytesIO(video.read_bytes()), file_name="face.mp4"), title="Generated"
    )
    job = call(f"{api.__name__}.analyses.analyses_create").sync(client=client, body=upload)
    retrieve = call(f"{api.__name__}.analyses.analyses_retrieve")
    job = waited(lambda: retrieve.sync(job_id=job.id, client=client))
    session = call(f"{api.__name__}.sessions.sessions_read").sync(session_id=job.session, client=client)
    assert (session.title, session.frames.scored > 0) == ("Generated", True)
    page = call(f"{api.__name__}.sessions.sessions_list").sync(client=client, page_size=1)
    assert [row.id for row in page.results] == [session.id]
    client.get_httpx_client().close()


def test_a_client_of_openapi_generator_uploads_waits_and_reads(platform, person, video, tmp_path, imported):
    into = ("-o", tmp_path, "--package-name", "raut_generated", "--global-property", "apiTests=false,modelTests=false")
    run("openapi-generator-cli", "generate", "-g", "python", "-i", DOCUMENT, *into)
    generated = imported("raut_generated")
    token = person.api.headers["Authorization"].split()[1]
    client = generated.ApiClient(generated.Configuration(host=platform.url, access_token=token))

    analyses, sessions = generated.AnalysesApi(client), generated.SessionsApi(client)
    job = analyses.analyses_create(file=str(video), title="Generated")
    job = waited(lambda: analyses.analyses_retrieve(job.id))
    session = sessions.sessions_read(job.session)
    assert (session.title, session.frames.scored > 0) == ("Generated", True)
    assert [row.id for row in sessions.sessions_list(page_size=1).results] == [session.id]
    client.rest_client.pool_manager.clear()  # it has no way of its own to close its connections
