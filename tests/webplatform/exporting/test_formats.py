"""Each kind of file, opened again by a library that reads it, and compared with the session's own readings."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from xml.etree import ElementTree

import openpyxl
import pyarrow.parquet
import pympi
import pypdf
import pysubs2
import pytest
import webvtt
from PIL import Image

from inference import EMOTIONS
from webplatform.exporting.charts import curves_of
from webplatform.exporting.persons import named_in
from webplatform.history.models import FaceEdit, Observation, Segment, Session
from webplatform.history.revision import revise


def own_readings(session: Session) -> list[tuple[int, int, float | None, str | None]]:
    """Time, face, score of "happy", verdict: as the database has them."""
    rows = Observation.objects.filter(session=session).order_by("t_ms", "track__number")
    return list(rows.values_list("t_ms", "track__number", "happy", "dominant"))


def test_the_long_csv_holds_every_reading(told, made, content):
    rows = list(csv.DictReader(io.StringIO(content(made("csv", told)).decode())))
    found = [
        (int(r["t_ms"]), int(r["face"]), float(r["happy"]) if r["happy"] else None, r["dominant"] or None) for r in rows
    ]
    assert found == own_readings(told)
    corrected = [(r["t_ms"], r["face"], r["dominant"], r["corrected"]) for r in rows if r["corrected"]]
    assert corrected == [("400", "2", "sad", "fear")]
    assert {r["title"] for r in rows} == {"'@walk 日本 مرحبا"}
    assert [r["reason"] for r in rows if r["reason"]] == ["too_small", "low_confidence", "blurred"]


def test_a_csv_with_decimal_comma_opens_in_a_spreadsheet_of_such_a_locale(told, made, content):
    text = content(made("csv", told, decimal_comma=True)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [(r["t_ms"], r["happy"]) for r in rows[:2]] == [("0", "0,8"), ("200", "0,6")]
    assert content(made("csv", told, decimal_comma=True)).startswith(b"\xef\xbb\xbf")


def test_the_wide_csv_has_one_line_for_each_moment(told, made, content):
    rows = list(csv.DictReader(io.StringIO(content(made("csv_wide", told, faces=[1, 2])).decode())))
    moments = sorted({t_ms for t_ms, *_rest in own_readings(told)})
    assert [int(r["t_ms"]) for r in rows] == moments
    at_400 = rows[moments.index(400)]
    assert (at_400["face1_sad"], at_400["face2_sad"], at_400["face2_corrected"]) == ("0.6", "1.0", "fear")
    assert rows[0]["face2_sad"] == ""


def test_parquet_holds_every_reading_with_types_and_meanings(told, made, content):
    table = pyarrow.parquet.read_table(io.BytesIO(content(made("parquet", told))))
    rows = table.to_pylist()
    assert [(r["t_ms"], r["face"], r["happy"], r["dominant"]) for r in rows] == own_readings(told)
    assert table.schema.field("t_ms").metadata[b"unit"] == b"ms"
    assert table.schema.field("is_glimpse").type == "bool"
    assert rows[0]["title"] == told.title


def test_json_holds_every_reading_with_the_sessions_particulars(told, made, content):
    tree = json.loads(content(made("json", told)))
    session = tree["sessions"][0]
    assert [r["t_ms"] for r in session["readings"]] == [t_ms for t_ms, *_rest in own_readings(told)]
    assert session["readings"][0]["scores"]["happy"] == pytest.approx(0.8)
    assert session["markers"][0]["t_ms"] == 850
    assert session["corrections"] == [{"face": 2, "from_ms": 400, "to_ms": 400, "emotion": "fear"}]


def test_the_workbook_has_sheets_that_a_person_can_read(told, made, content):
    book = openpyxl.load_workbook(io.BytesIO(content(made("xlsx", told))))
    assert book.sheetnames == ["Sessions", "Summary", "Markers and segments", "Readings", "Data dictionary"]
    head, *rows = book["Readings"].iter_rows(values_only=True)
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(r["t_ms"], r["face"], r["happy"], r["dominant"]) for r in found] == own_readings(told)
    described = {row[1] for row in book["Data dictionary"].iter_rows(values_only=True) if row[0] == "Readings"}
    assert described == set(head)
    assert book["Readings"].freeze_panes == "A2"


def test_no_cell_of_a_workbook_is_a_formula(told, made, content):
    book = openpyxl.load_workbook(io.BytesIO(content(made("xlsx", told))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert [cell.value for cell in cells if str(cell.value).startswith(("=", "@", "+"))] == []
    assert book["Markers and segments"]["F2"].value == "'=1+1 $x"


def in_ms(clock: str) -> int:
    """00:00:01.400 as 1400."""
    hours, minutes, seconds = clock.split(":")
    return round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * 1000)


STORY_CUES = [
    (0, 400, "Face 1: happy"),
    (400, 600, "Face 1: sad\nFace 2: fear (corrected)"),
    (600, 800, "Face 2: sad"),
    (800, 1400, "Face 1: happy"),
]


def test_captions_in_webvtt_have_the_readings_times(told, made, content):
    cues = webvtt.from_string(content(made("webvtt", told, faces=[1, 2])).decode())
    assert [(in_ms(c.start), in_ms(c.end), c.text) for c in cues] == STORY_CUES


def test_captions_in_srt_have_the_readings_times(told, made, content):
    cues = pysubs2.SSAFile.from_string(content(made("srt", told, faces=[1, 2])).decode(), format_="srt")
    assert [(c.start, c.end, c.plaintext) for c in cues] == STORY_CUES


def test_a_person_alone_is_not_numbered_and_the_language_is_the_askers(told, made, content):
    cues = webvtt.from_string(content(made("webvtt", told, faces=[1], language="id")).decode())
    assert cues[0].text == "senang"


def test_elan_has_a_tier_for_each_person_and_one_for_the_markers(told, made, content, tmp_path):
    file = tmp_path / "out.eaf"
    file.write_bytes(content(made("eaf", told, faces=[1, 2])))
    document = pympi.Eaf(str(file))
    assert sorted(document.get_annotation_data_for_tier("Face 1")) == [
        (0, 400, "happy"), (400, 600, "sad"), (800, 1400, "happy"),
    ]  # fmt: skip
    assert sorted(document.get_annotation_data_for_tier("Face 2")) == [
        (400, 600, "fear (corrected)"),
        (600, 800, "sad"),
    ]
    assert document.get_annotation_data_for_tier("markers") == [(850, 851, "=1+1 $x")]


def test_charts_are_pictures_of_the_chosen_faces(told, made, content):
    one = Image.open(io.BytesIO(content(made("png", told, faces=[1]))))
    both = Image.open(io.BytesIO(content(made("png", told, faces=[1, 2]))))
    assert one.width == both.width == 1200
    assert both.height > one.height
    assert len(one.convert("RGB").getcolors(maxcolors=1_000_000)) > 50
    root = ElementTree.fromstring(content(made("svg", told, faces=[1])))
    assert root.tag.endswith("svg")


def test_the_report_tells_what_was_shown_what_it_rests_on_and_what_it_cannot_say(told, made, content):
    reader = pypdf.PdfReader(io.BytesIO(content(made("pdf", told, faces=[1, 2]))))
    text = " ".join(page.extract_text() for page in reader.pages)
    for part in ("What was shown", "What it rests on", "What this cannot say", "How to cite", "=1+1 $x", "Pilot"):
        assert part in text
    assert "60" in text and "raut-test 1" in text
    assert sum(len(page.images) for page in reader.pages) == 2


def test_several_sessions_in_one_table_and_in_one_archive(told, made, content, session_like):
    other = session_like(told)
    rows = list(csv.DictReader(io.StringIO(content(made("csv", told, other)).decode())))
    assert [r["session"] for r in rows] == [str(told.pk)] * 11 + [str(other.pk)] * 2
    archive = zipfile.ZipFile(io.BytesIO(content(made("webvtt", told, other))))
    assert len(archive.namelist()) == 2
    assert all(name.endswith(".vtt") for name in archive.namelist())
    report = pypdf.PdfReader(io.BytesIO(content(made("pdf", told, other))))
    assert other.title in " ".join(page.extract_text() for page in report.pages)


def test_what_cannot_be_written_for_one_session_is_named_in_the_archive(told, made, content, session_like):
    empty = session_like(told, readings=0)
    archive = zipfile.ZipFile(io.BytesIO(content(made("png", empty, session_like(told, readings=12)))))
    assert str(empty.pk) in archive.read("left-out.txt").decode()
    assert len(archive.namelist()) == 2


def test_every_expression_has_a_column(told, made, content):
    head = content(made("csv", told)).decode().splitlines()[0].split(",")
    assert [name for name in head if name in EMOTIONS] == list(EMOTIONS)


def test_people_segments_and_what_is_left_out_are_in_every_table(told, made, content, tmp_path):
    tracks = [{**track, "is_glimpse": False} for track in told.summary["tracks"]]
    Session.objects.filter(pk=told.pk).update(summary={**told.summary, "tracks": tracks})
    FaceEdit.objects.create(session=told, kind="name", face="1", text="left chair")
    FaceEdit.objects.create(session=told, kind="drop", face="2")
    Segment.objects.create(session=told, from_ms=200, to_ms=800, kind="excluded", reason="phone rang")
    rows = list(csv.DictReader(io.StringIO(content(made("csv", told)).decode())))
    assert {(r["face"], r["person"]) for r in rows} == {("1", "left chair"), ("2", "")}
    assert {r["t_ms"] for r in rows if r["is_excluded"] == "1"} == {"200", "400", "600"}
    session = json.loads(content(made("json", told)))["sessions"][0]
    assert session["segments"][0]["reason"] == "phone rang"
    file = tmp_path / "out.eaf"
    file.write_bytes(content(made("eaf", told)))
    tiers = pympi.Eaf(str(file)).get_tier_names()
    assert "Face 2" not in tiers and "left chair" in tiers
    notes = openpyxl.load_workbook(io.BytesIO(content(made("xlsx", told))))["Markers and segments"]
    found = [row[2:] for row in notes.iter_rows(min_row=3, values_only=True)]
    assert found == [("excluded", 200, 800, None, "phone rang")]


@pytest.fixture
def merged(told) -> Session:
    """The story after somebody said that both faces are one person, "Sari = A", and left out 500 to 900 ms."""
    tracks = [{**track, "is_glimpse": False} for track in told.summary["tracks"]]
    Session.objects.filter(pk=told.pk).update(summary={**told.summary, "tracks": tracks})
    told.refresh_from_db()
    FaceEdit.objects.create(session=told, kind="merge", face="2", into="1")
    FaceEdit.objects.create(session=told, kind="name", face="1", text="Sari = A")
    Segment.objects.create(session=told, from_ms=500, to_ms=900, kind="excluded", reason="phone rang")
    told.refresh_from_db()
    revise(told)
    return told


MERGED_CUES = [(0, 400, "happy"), (400, 500, "fear (corrected)"), (1000, 1400, "happy")]


def test_captions_go_by_merged_and_named_people_and_are_cut_at_excluded_stretches(merged, made, content):
    vtt = webvtt.from_string(content(made("webvtt", merged)).decode())
    srt = pysubs2.SSAFile.from_string(content(made("srt", merged)).decode(), format_="srt")
    told = [(start, end, f"Sari = A: {text}") for start, end, text in MERGED_CUES]
    assert [(in_ms(c.start), in_ms(c.end), c.text) for c in vtt] == told
    assert [(c.start, c.end, c.plaintext) for c in srt] == told


def test_elan_goes_by_merged_and_named_people_and_is_cut_at_excluded_stretches(merged, made, content, tmp_path):
    FaceEdit.objects.create(session=merged, kind="name", face="1", text="markers")  # the name of another tier
    file = tmp_path / "out.eaf"
    file.write_bytes(content(made("eaf", merged)))
    document = pympi.Eaf(str(file))
    assert set(document.get_tier_names()) == {"markers", "excluded", "markers (2)"}
    assert sorted(document.get_annotation_data_for_tier("markers (2)")) == MERGED_CUES
    assert document.get_annotation_data_for_tier("excluded") == [(500, 900, "phone rang")]


def test_report_and_charts_go_by_merged_and_named_people(merged, made, content):
    reader = pypdf.PdfReader(io.BytesIO(content(made("pdf", merged))))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    scored = merged.revised["people"][0]["scored"]
    assert f"{scored} {merged.revised['people'][0]['not_sure']}" in text
    assert "Sari = A" in text and "Face 1" not in text
    assert "Excluded by somebody, with a reason: 0:00.400." in text
    assert sum(len(page.images) for page in reader.pages) == 1
    lanes = curves_of(merged, named_in(merged))["1"]
    assert all(not 0.5 < second < 0.9 for second, row in zip(*lanes, strict=True) if row[0] == row[0])


def test_a_chosen_face_stands_for_its_whole_person(merged, made, content):
    rows = list(csv.DictReader(io.StringIO(content(made("csv", merged, faces=[2])).decode())))
    assert {(r["face"], r["person"]) for r in rows} == {("1", "Sari = A"), ("2", "Sari = A")}


def test_people_of_one_name_are_told_apart(told, made, content):
    for face in ("1", "2"):
        FaceEdit.objects.create(session=told, kind="name", face=face, text="Sari")
    cues = webvtt.from_string(content(made("webvtt", told)).decode())
    assert {line.split(":")[0] for c in cues for line in c.text.splitlines()} == {"Sari", "Sari (2)"}
