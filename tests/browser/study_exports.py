"""A whole study taken along in each kind, each file opened by a library that reads it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import av
import openpyxl
import pyarrow.parquet
import pympi
import pypdf
import pysubs2
import webvtt
from PIL import Image

from tests.browser.study_lab import CLIP_S, PEOPLE
from tests.whole_platform import Person, Platform
from webplatform.history.models import Session
from webplatform.operations.demo_clip import REACTION_FPS

TABLES = ("csv", "csv_wide", "xlsx", "parquet", "json", "pdf")
EACH = ("webvtt", "srt", "eaf")  # a file for each session
SLOW = ("png", "svg", "video")  # these are drawn: of one session


def export_each_kind(platform: Platform, lab: Person, study: dict, folder: Path) -> None:
    """Each kind of the whole study, opened by a library that reads it; eleven sessions are left."""
    interrupted = Session.objects.get(study=study["id"], participant__pseudonym="P03")
    asked = {kind: {"format": kind, "study": study["id"]} for kind in TABLES + EACH}
    asked |= {kind: {"format": kind, "sessions": [str(interrupted.pk)]} for kind in SLOW}
    files: dict[str, bytes] = {}
    for kinds in (TABLES, EACH + SLOW):  # no more than ten at once
        jobs = {kind: lab.api.post("/api/v1/export-jobs/", json=asked[kind]).json() for kind in kinds}
        files |= {kind: exported(platform, lab, job) for kind, job in jobs.items()}
    rows = list(csv.DictReader(io.StringIO(files["csv"].decode())))
    readings = sum(session.observations.count() for session in Session.objects.filter(study=study["id"]))
    assert len(rows) == readings and {row["participant"] for row in rows} == set(PEOPLE[1:])
    assert {row["participant"] for row in rows if row["is_excluded"] == "1"} == {"P03"}
    assert len(list(csv.DictReader(io.StringIO(files["csv_wide"].decode())))) == readings
    assert openpyxl.load_workbook(io.BytesIO(files["xlsx"]))["Readings"].max_row == readings + 1
    assert pyarrow.parquet.read_table(io.BytesIO(files["parquet"])).num_rows == readings
    assert len(json.loads(files["json"])["sessions"]) == 11
    report = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(files["pdf"])).pages)
    assert "11 sessions" in report and "the phone rang" not in report
    for kind in EACH:
        with zipfile.ZipFile(io.BytesIO(files[kind])) as archive:
            assert len(archive.namelist()) == 11
            name = next(name for name in archive.namelist() if name.startswith("p03"))
            open_captions(kind, archive.read(name), folder)
    open_drawings(files)


def exported(platform: Platform, lab: Person, job: dict[str, Any]) -> bytes:
    path = f"/api/v1/export-jobs/{job['id']}/"

    def ask() -> dict[str, Any] | None:
        found = lab.api.get(path).json()
        return found if found["state"] in ("done", "failed") else None

    found = platform.wait_for(ask, timeout_s=120)
    assert found["state"] == "done", found
    return lab.api.get(f"{path}file/").content


def open_captions(kind: str, file: bytes, folder: Path) -> None:
    """The excluded stretch from 1.4 s on is in no caption and no tier of a person."""
    if kind == "webvtt":
        assert max(cue.end for cue in webvtt.from_string(file.decode())) <= "00:00:01.400"
    elif kind == "srt":
        assert max(cue.end for cue in pysubs2.SSAFile.from_string(file.decode(), format_="srt")) <= 1400
    else:
        (folder / "p03.eaf").write_bytes(file)
        document = pympi.Eaf(str(folder / "p03.eaf"))
        assert {"markers", "segment", "excluded", "Face 1"} <= set(document.get_tier_names())
        assert max(end for _start, end, _text in document.get_annotation_data_for_tier("Face 1")) <= 1400


def open_drawings(files: dict[str, bytes]) -> None:
    with Image.open(io.BytesIO(files["png"])) as picture:
        assert picture.width > 500
    assert ElementTree.fromstring(files["svg"]).tag == "{http://www.w3.org/2000/svg}svg"
    with av.open(io.BytesIO(files["video"])) as video:
        assert len(list(video.decode(video=0))) == CLIP_S * REACTION_FPS
