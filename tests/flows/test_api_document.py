"""docs/api.md leads from zero to readings and a webhook: its commands are run as they stand, in one shell."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.clips import moving_face, write_clip
from tests.webplatform.fetching.file_server import serving
from tests.whole_platform import Platform
from webplatform.operations.startup import free_port

SECTIONS = (
    "From zero: a study, a recording, its readings",
    "Webhooks",
    "Uploads that can be resumed",
    "Videos from addresses",
)


def commands() -> str:
    """What these sections have indented, without its indent."""
    text = Path("docs/api.md").read_text(encoding="utf-8")
    parts = [text.split(f"## {name}\n", 1)[1].split("\n## ", 1)[0] for name in SECTIONS]
    blocks = [block for part in parts for block in re.findall(r"(?:^(?:    .*)?\n)+", part, flags=re.MULTILINE)]
    return "\n".join(re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in blocks)


def test_the_commands_of_the_document_work_as_they_stand(platform: Platform, tmp_path: Path):
    person = platform.create_user(has_agreed=False)
    write_clip(tmp_path / "interview.mp4", moving_face(40))
    token = person.api.headers["Authorization"].removeprefix("Token ")
    told = {"TOKEN": token, "RAUT": platform.url, "PORT": str(free_port("127.0.0.1")), "no_proxy": "*"}
    told |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    script = "set -e -o pipefail\n" + commands()
    with serving() as files:
        files.content, told["FILES"] = (tmp_path / "interview.mp4").read_bytes(), files.url
        env = {**os.environ, **told}
        done = subprocess.run(
            ["bash"], input=script, cwd=tmp_path, env=env, text=True, capture_output=True, timeout=240
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
    assert done.stdout.rstrip().endswith("answer-8")
    assert (tmp_path / "received.txt").read_text(encoding="utf-8").startswith("True test")
