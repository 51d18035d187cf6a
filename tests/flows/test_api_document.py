"""docs/api.md leads from zero to readings and a webhook: its commands are run as they stand, in one shell."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.clips import moving_face, write_clip
from tests.whole_platform import Platform, started_platform
from webplatform.operations.startup import free_port

SECTIONS = ("From zero: a study, a recording, its readings", "Webhooks")


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, django_db_blocker):
    """A platform that sends webhooks to this machine, as the document says that it has to."""
    open_to_all = {"RAUT_WEBHOOK_HTTP": "1", "RAUT_WEBHOOK_PRIVATE": "1"}
    folder = tmp_path_factory.mktemp("platform")
    with django_db_blocker.unblock(), started_platform(folder, **open_to_all) as running:
        yield running


def commands() -> str:
    """What the two sections have indented, without its indent."""
    text = Path("docs/api.md").read_text(encoding="utf-8")
    parts = [text.split(f"## {name}\n", 1)[1].split("\n## ", 1)[0] for name in SECTIONS]
    blocks = [block for part in parts for block in re.findall(r"(?:^(?:    .*)?\n)+", part, flags=re.MULTILINE)]
    return "\n".join(re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in blocks)


def test_the_commands_of_the_document_work_as_they_stand(platform: Platform, tmp_path: Path):
    person = platform.create_user(has_agreed=False)
    write_clip(tmp_path / "interview.mp4", moving_face(40))
    token = person.api.headers["Authorization"].removeprefix("Token ")
    told = {"TOKEN": token, "RAUT": platform.url, "PORT": str(free_port("127.0.0.1")), "no_proxy": "*"}
    script = "set -e -o pipefail\n" + commands()
    done = subprocess.run(
        ["bash"], input=script, cwd=tmp_path, env={**os.environ, **told}, text=True, capture_output=True, timeout=240
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert 'event: end\ndata: {"reason": "done"}' in done.stdout
    session = json.loads((tmp_path / "session.json").read_text(encoding="utf-8"))["session"]
    assert (session["external_id"], session["metadata"], session["participant"]["pseudonym"]) == (
        "answer-7",
        {"wave": 2},
        "P01",
    )
    assert len((tmp_path / "readings.csv").read_text(encoding="utf-8").splitlines()) > 3
    assert json.loads((tmp_path / "rekognition.json").read_text(encoding="utf-8"))["Faces"]
    assert json.loads((tmp_path / "vision.json").read_text(encoding="utf-8"))["responses"]
    assert (tmp_path / "study.xlsx").read_bytes()[:2] == b"PK"
    assert (tmp_path / "received.txt").read_text(encoding="utf-8").startswith("True test")
