"""The Python client's README, notebook and command line, as they stand, against a running platform."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest
from raut_client import NotAllowed, Raut

from tests.clips import moving_face, write_clip
from tests.whole_platform import Platform

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "clients" / "python" / "README.md"
NOTEBOOK = ROOT / "docs" / "notebooks" / "interview.ipynb"


def test_readme_notebook_and_command_line_do_what_they_say(platform: Platform, tmp_path: Path, monkeypatch, capsys):
    """One story, since the platform takes longer to start than all of it to run."""
    person = platform.create_user()
    token = person.api.headers["Authorization"].removeprefix("Token ")
    monkeypatch.setenv("RAUT_URL", platform.url)
    monkeypatch.setenv("RAUT_TOKEN", token)
    monkeypatch.chdir(tmp_path)
    write_clip(tmp_path / "interview.mp4", moving_face(75))

    known = _run(re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL))
    said = capsys.readouterr().out
    assert "Interview 7" in said
    assert "not_found 404" in said
    assert "500 question 3" in said
    assert known["table"]["n"].sum() == known["session"].summary["observations"] > 0
    assert len((tmp_path / "interview.csv").read_text(encoding="utf-8").splitlines()) > 10
    live = known["raut"].session(known["session_id"])
    assert (live.title, live.state, live.raw["source"]) == ("From a file", "closed", "webcam")
    assert live.summary["observations"] > 0

    write_clip(tmp_path / "interview.mp4", moving_face(60))  # a file that was not read yet
    known["raut"].close()
    _run([_source(cell) for cell in _cells()])["raut"].close()
    plt.close("all")
    assert (tmp_path / "interview.png").stat().st_size > 10_000

    (tmp_path / "none.mp4").write_bytes(b"no video")
    command = [
        sys.executable,
        "-m",
        "raut_client",
        "analyze",
        "--again",
        "interview.mp4",
        "none.mp4",
        "--csv",
        "out.csv",
    ]
    env = os.environ | {"PYTHONPATH": str(README.parent)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "interview.mp4: session" in done.stdout
    assert done.stderr.startswith("none.mp4: ")
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("file,session,t_ms,face,")
    assert len(lines) > 5

    with Raut(platform.url, "raut_wrong") as stranger, pytest.raises(NotAllowed):
        stranger.call("GET", "/studies/")


def _cells() -> list[dict[str, Any]]:
    return [cell for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def _run(blocks: list[str]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    assert blocks
    for block in blocks:
        exec(compile(block, "example", "exec"), known)
    return known
