"""A study's charts as pictures and its report, opened by libraries that read them."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from webplatform.accounts.models import AuditEvent
from webplatform.consent.services import withdraw_consent
from webplatform.history.models import Segment, Session
from webplatform.results.choices import Choice
from webplatform.results.curves import keep_curve

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def lab(person_of, record, film_a, film_b) -> list[Session]:
    """Three people in both conditions, and one session that belongs nowhere."""
    sessions = []
    for number, happy in enumerate((0.1, 0.2, 0.3), start=1):
        person = person_of(f"P0{number}")
        sessions += [record(person, film_a, *[happy] * 4), record(person, film_b, *[2 * happy] * 4)]
    return [*sessions, record(person, None, 0.5)]


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_report_tells_curves_tables_comparison_and_what_was_left_out(lab, owner, study, made, client_of):
    Segment.objects.create(session=lab[0], kind="excluded", from_ms=0, to_ms=1000, reason="phone")
    made(Choice(baseline=True))
    answer = client_of(owner).get(reverse("results:report", args=[study.pk]), {"baseline": "1"})
    words = words_of(answer.content)
    assert answer["Content-Type"] == "application/pdf" and "attachment" in answer["Content-Disposition"]
    assert study.name in words and "Mean score second by second" in words
    assert "film A 3 3" in words and "film B 3 3" in words
    assert "film B − film A" in words.replace("-", "−") or "Difference" in words
    assert "1 session: no condition is named" in words
    assert "0:01 of the sessions that count: excluded" in words
    assert "marked in 0 sessions, the first 30 s in 6" in words
    assert sum(len(page.images) for page in PdfReader(io.BytesIO(answer.content)).pages) == 3
    assert AuditEvent.objects.filter(action="study.results_exported", actor_id=owner.pk).count() == 1


def test_who_withdrew_is_counted_in_the_report_and_not_named(
    lab, owner, study, made, client_of, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(of=lab[0].participant, scopes=["analyse"], channel="link")
    made(Choice())
    words = words_of(client_of(owner).get(reverse("results:report", args=[study.pk])).content)
    assert "1 participant withdrew" in words and "P01" not in words and "film A 2 2" in words


def test_the_report_speaks_indonesian(lab, owner, study, made, client_of):
    made(Choice())
    browser = client_of(owner)
    browser.cookies["django_language"] = "id"
    words = words_of(browser.get(reverse("results:report", args=[study.pk])).content)
    assert "Yang tidak diikutkan, dan sebabnya" in words and "1 sesi: tidak ada kondisi yang disebut" in words


@pytest.mark.parametrize("chart", ["curves", "happy", "comparison"])
def test_each_chart_is_a_drawing_and_a_picture(lab, owner, study, made, client_of, chart):
    made(Choice())
    drawing, picture = (
        client_of(owner).get(reverse("results:chart", args=[study.pk, chart, kind])) for kind in ("svg", "png")
    )
    assert ElementTree.fromstring(drawing.content).tag == f"{SVG}svg"
    image = Image.open(io.BytesIO(picture.content))
    assert image.format == "PNG" and len(image.convert("RGB").getcolors(1 << 20)) > 20


def test_the_curve_of_a_condition_is_drawn_where_its_figures_are(lab, owner, study, made, client_of):
    """Film A is 0.2 on the average for four seconds, film B twice that; their bands end at 0.6 and the axis, too."""
    made(Choice())
    drawing = client_of(owner).get(reverse("results:chart", args=[study.pk, "happy", "svg"])).content
    axes = ElementTree.fromstring(drawing).find(f".//{SVG}g[@id='axes_1']")
    frame = _points(axes.find(f"{SVG}g[@id='patch_2']/{SVG}path"))
    bottom, top = max(y for _x, y in frame), min(y for _x, y in frame)
    lines = [g for g in axes if (g.get("id") or "").startswith("line2d_")]
    heights = [
        {round((bottom - y) / (bottom - top) * 0.624 - 0.024, 3) for _x, y in _points(g.find(f"{SVG}path"))}
        for g in lines
    ]
    assert heights == [{0.2}, {0.4}]


def test_sessions_laid_over_each_other_are_a_picture(lab, owner, study, client_of, viewer):
    for session in lab[:2]:
        keep_curve(session.pk)
    asked = {"session": [str(session.pk) for session in lab[:2]], "show": "happy"}
    answer = client_of(viewer).get(reverse("results:overlay-chart", args=["svg"]), asked)
    assert ElementTree.fromstring(answer.content).tag == f"{SVG}svg"


def test_files_of_results_that_are_being_made_are_refused(lab, owner, study, client_of):
    for name in (
        reverse("results:report", args=[study.pk]),
        reverse("results:chart", args=[study.pk, "curves", "png"]),
    ):
        assert client_of(owner).get(name).status_code == 409


def test_a_chart_that_is_not_there_is_404(lab, owner, study, made, client_of):
    made(Choice())
    for chart, kind in (("nonsense", "png"), ("happy", "gif"), ("report", "png")):
        assert client_of(owner).get(reverse("results:chart", args=[study.pk, chart, kind])).status_code == 404


def test_there_is_no_picture_of_a_comparison_where_nothing_is_compared(
    person_of, record, film_a, owner, study, made, client_of
):
    record(person_of("P01"), film_a, 0.5, 0.5)
    made(Choice())
    assert client_of(owner).get(reverse("results:chart", args=[study.pk, "comparison", "png"])).status_code == 409


def _points(path: ElementTree.Element) -> list[tuple[float, float]]:
    numbers = [float(part) for part in path.get("d", "").replace("\n", " ").split() if part not in "MLzC"]
    return list(zip(numbers[::2], numbers[1::2], strict=True))
