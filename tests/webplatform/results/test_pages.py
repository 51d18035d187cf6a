"""The page on which a study opens, its files, the REST API, and sessions laid over each other."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from webplatform.consent.services import withdraw_consent
from webplatform.history.markers import add_marker
from webplatform.history.models import Session
from webplatform.results import tables
from webplatform.results.choices import Choice
from webplatform.results.curves import keep_curve
from webplatform.results.models import StudyFigures
from webplatform.results.work import run_figures
from webplatform.studies.models import Study, Variable


@pytest.fixture
def lab(person_of, record, film_a, film_b) -> list[Session]:
    """Three people in both conditions, and one session that belongs nowhere."""
    sessions = []
    for number, happy in enumerate((0.1, 0.2, 0.3), start=1):
        person = person_of(f"P0{number}")
        sessions += [record(person, film_a, *[happy] * 4), record(person, film_b, *[2 * happy] * 4)]
    return [*sessions, record(person, None, 0.5)]


@pytest.fixture
def page_of(client_of, study) -> Callable[..., str]:
    """`page_of(user, **choice)`: the study's results as the user sees them."""
    return lambda user, **choice: (
        client_of(user).get(reverse("results:study", args=[study.pk]), choice).content.decode()
    )


def test_a_study_opens_on_its_results(lab, owner, made, page_of):
    made(Choice())
    page = page_of(owner)
    assert "3 participants" in page and "6 sessions" in page
    assert "film B − film A" in page
    assert "1 session: no condition is named" in page
    assert page.count("</svg>counts</span>") == 6


def test_results_that_are_not_there_yet_say_that_they_are_computed(lab, viewer, study, page_of):
    page = page_of(viewer)
    assert "These results are being computed" in page
    assert json.loads(page.split('id="results-data"')[1].split(">")[1].split("<")[0])["isActive"]
    run_figures(StudyFigures.objects.get().pk)
    assert "Computed on" in page_of(viewer)


def test_earlier_results_stay_until_newer_ones_are_there(lab, owner, made, page_of):
    made(Choice())
    Session.objects.filter(pk=lab[0].pk).update(condition=None)
    page = page_of(owner)
    assert "these are the earlier ones" in page
    assert "film B − film A" in page


def test_a_study_without_a_session_says_what_it_needs(owner, page_of):
    page = page_of(owner)
    assert "Nothing was recorded yet" in page
    assert "These results are being computed" not in page


def test_a_study_of_one_person_and_one_condition_has_a_curve_and_no_comparison(
    person_of, record, film_a, owner, made, page_of
):
    record(person_of("P01"), film_a, 0.5, 0.5)
    made(Choice())
    page = page_of(owner)
    assert "A group of one participant has a curve and no band." in page
    assert "There is nothing to compare" in page


def test_a_study_without_conditions_is_looked_at_as_a_whole(person_of, record, owner, made, page_of):
    record(person_of("P01"), None, 0.5, 0.5)
    made(Choice(by="all"))
    page = page_of(owner)
    assert '<th scope="row">Everybody</th>' in page
    assert '<option value="all" selected>' in page


def test_sessions_that_all_stay_out_say_why(person_of, record, film_a, owner, made, page_of):
    Session.objects.filter(pk=record(person_of("P01"), film_a, 0.5).pk).update(participant=None)
    made(Choice())
    page = page_of(owner)
    assert "No session counts" in page and "1 session: no participant is named" in page


def test_who_withdrew_is_counted_and_nothing_else_is_said_of_them(
    lab, owner, made, page_of, django_capture_on_commit_callbacks
):
    made(Choice())
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(of=lab[0].participant, scopes=["analyse"], channel="link")
    made(Choice())
    page = page_of(owner)
    assert "1 participant withdrew" in page
    assert "P01" not in page and "2 participants" in page


def test_few_people_are_called_few(lab, owner, made, page_of):
    made(Choice())
    page = page_of(owner)
    assert "The smallest group has 3 participants" in page
    assert "the smallest p that this test can give is 0.250" in page


def test_the_address_keeps_the_choice(lab, owner, study, made, page_of):
    variable = Variable.objects.create(study=study, name="age band")
    study.participants.update(values={str(variable.pk): "old"})
    for session in lab:
        add_marker(session=session, user=owner, t_ms=0, text="film starts")
    choice = {"by": f"variable-{variable.pk}", "clock": "film starts", "threshold": "30", "baseline": "1"}
    made(Choice(by=f"variable-{variable.pk}", clock="film starts", threshold=30, baseline=True))
    page = page_of(owner, **choice)
    assert f'<option value="variable-{variable.pk}" selected>age band</option>' in page
    assert '<option value="film starts" selected>' in page
    assert "Mean score minus the neutral stretch" in page
    assert "the first 30 s in 7" in page


def test_an_address_that_makes_no_sense_shows_the_plain_page(lab, owner, made, page_of):
    made(Choice())
    assert "film B − film A" in page_of(owner, by="nonsense", threshold="-5", clock="", until="")


def test_a_marker_that_nobody_set_leaves_everything_out(lab, owner, made, page_of):
    made(Choice(clock="no such"))
    assert "7 sessions: it lacks the marker" in page_of(owner, clock="no such").replace(
        "6 sessions: it", "7 sessions: it"
    )


def test_a_hostile_name_is_text(person_of, record, film_a, study, owner, made, page_of):
    record(person_of("<b>P01</b>"), film_a, 0.5, 0.5)
    made(Choice(by="participant"))
    page = page_of(owner, by="participant")
    assert "<b>P01</b>" not in page and "&lt;b&gt;P01&lt;/b&gt;" in page


def test_the_page_speaks_indonesian(lab, owner, made, client_of, study):
    made(Choice())
    browser = client_of(owner)
    browser.cookies["django_language"] = "id"
    page = browser.get(reverse("results:study", args=[study.pk])).content.decode()
    assert "Yang tidak diikutkan, dan sebabnya" in page and "1 sesi: tidak ada kondisi yang disebut" in page
    translation.deactivate()


def test_the_number_of_queries_does_not_grow_with_the_sessions(lab, owner, made, page_of, person_of, record, film_a):
    made(Choice())
    page_of(owner)
    with CaptureQueriesContext(
        connection,
    ) as few:
        page_of(owner)
    for number in range(4, 8):
        record(person_of(f"P0{number}"), film_a, 0.5, 0.5)
    made(Choice())
    with CaptureQueriesContext(connection) as many:
        page_of(owner)
    assert len(many) <= len(few) + 1


def rows_of(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


@pytest.mark.parametrize(
    ("table", "rows"), [("curves", 2 * 4 * 7), ("measures", 2 * 4 * 7), ("comparison", 7), ("sessions", 7)]
)
def test_every_table_is_a_file(lab, owner, made, client_of, study, table, rows):
    made(Choice())
    answer = client_of(owner).get(reverse("results:table", args=[study.pk, table]))
    assert answer["Content-Disposition"] == f'attachment; filename="pilot-{table}.csv"'
    assert len(rows_of(answer)) == rows


def test_a_file_says_the_same_as_the_page(lab, owner, made, client_of, study):
    made(Choice())
    found = rows_of(client_of(owner).get(reverse("results:table", args=[study.pk, "curves"])))
    first = next(row for row in found if row["group"] == "film A" and row["expression"] == "happy")
    assert (first["second"], first["n"], float(first["mean"])) == ("0", "3", pytest.approx(0.2))
    assert 0.1 <= float(first["low"]) <= 0.2 <= float(first["high"]) <= 0.3
    assert first["change"] == ""
    compared = rows_of(client_of(owner).get(reverse("results:table", args=[study.pk, "comparison"])))[3]
    assert (compared["pairing"], compared["effect_size"], compared["n_first"]) == ("paired", "d_z", "3")


def test_no_cell_of_a_file_is_a_formula(person_of, record, film_a, owner, made, client_of, study):
    record(person_of("=1+1"), film_a, 0.5, 0.5)
    made(Choice(by="participant"))
    found = rows_of(client_of(owner).get(reverse("results:table", args=[study.pk, "curves"]), {"by": "participant"}))
    assert found[0]["group"].startswith("'=")


def test_a_file_waits_for_its_results(lab, owner, client_of, study):
    assert client_of(owner).get(reverse("results:table", args=[study.pk, "curves"])).status_code == 409
    assert client_of(owner).get(reverse("results:table", args=[study.pk, "feelings"])).status_code == 404


def test_the_pieces_of_a_long_file_are_one_table(monkeypatch):
    monkeypatch.setattr(tables, "ROWS", 2)
    assert "".join(tables.pieces(["a"], iter([[1], [2], [3]]))) == "a\r\n1\r\n2\r\n3\r\n"


class TestRest:
    def test_results_come_as_json(self, lab, viewer, study, made, api_of):
        made(Choice())
        answer = api_of(viewer).get(f"/api/v1/studies/{study.pk}/results/").json()
        assert (answer["state"], answer["is_current"]) == ("done", True)
        assert [group["name"] for group in answer["results"]["groups"]] == ["film A", "film B"]
        assert answer["results"]["groups"][0]["curve"]["n"] == [3, 3, 3, 3]

    def test_what_is_not_made_yet_is_null_and_waits(self, lab, viewer, study, api_of):
        answer = api_of(viewer).get(f"/api/v1/studies/{study.pk}/results/", {"by": "all"}).json()
        assert (answer["state"], answer["results"], answer["made_at"]) == ("queued", None, None)

    def test_a_table_comes_as_a_file(self, lab, viewer, study, made, api_of):
        made(Choice())
        answer = api_of(viewer).get(f"/api/v1/studies/{study.pk}/results/measures/")
        assert rows_of(answer)[0]["measure"] == "mean"
        assert api_of(viewer).get(f"/api/v1/studies/{study.pk}/results/other/").status_code == 404


class TestLaidOver:
    def test_two_sessions_come_on_one_clock(self, lab, owner, api_of):
        for session in lab[:2]:
            keep_curve(session.pk)
        add_marker(session=lab[0], user=owner, t_ms=2000, text="laughs")
        ids = [str(lab[1].pk), str(lab[0].pk)]
        answer = api_of(owner).get("/api/v1/overlay/", {"session": ids}).json()
        assert not answer["is_waiting"]
        assert [one["id"] for one in answer["sessions"]] == ids
        assert answer["sessions"][1]["mean"]["happy"] == [0.1] * 4
        later = api_of(owner).get("/api/v1/overlay/", {"session": ids, "clock": "laughs"}).json()["sessions"]
        assert (later[0]["why"], later[1]["mean"]["happy"]) == ("no_marker", [0.1, 0.1])

    def test_what_was_not_added_up_yet_is_asked_for(
        self, lab, owner, api_of, monkeypatch, django_capture_on_commit_callbacks
    ):
        sent = []
        monkeypatch.setattr("webplatform.results.overlaying.send_curve", sent.append)
        with django_capture_on_commit_callbacks(execute=True):
            answer = api_of(owner).get("/api/v1/overlay/", {"session": [str(lab[0].pk)]}).json()
        assert answer["is_waiting"] and answer["sessions"][0]["why"] == "not_made"
        assert sent == [lab[0].pk]

    def test_other_peoples_sessions_do_not_exist(self, lab, stranger, api_of, client_of):
        assert api_of(stranger).get("/api/v1/overlay/", {"session": [str(lab[0].pk)]}).json()["sessions"] == []
        page = client_of(stranger).get(reverse("results:overlay"), {"session": [str(lab[0].pk), str(lab[1].pk)]})
        assert lab[0].title not in page.content.decode()

    def test_sessions_are_chosen_on_the_page(self, lab, owner, client_of):
        browser, address = client_of(owner), reverse("results:overlay")
        assert browser.get(address).content.decode().count('name="session"') == 7
        for session in lab[:2]:
            keep_curve(session.pk)
        chosen = [str(session.pk) for session in lab[:2]]
        page = browser.get(address, {"session": chosen}).content.decode()
        assert page.count("checked") == 2 and 'id="charts"' in page
        assert browser.get(address, {"session": ["nonsense", chosen[0]]}).status_code == 200

    def test_nobody_lays_over_what_is_not_there(self, stranger, client_of):
        assert "There is no session yet" in client_of(stranger).get(reverse("results:overlay")).content.decode()


class TestThePlacesOfAStudy:
    PLACES = ("results:study", "participation:study", "studies:members", "studies:design", "history:watch")
    OWNERS = ("studies:change", "documents:record", "history:sharing")

    @pytest.mark.parametrize("name", [*PLACES, *OWNERS, "documents:assessment", "retention:policy"])
    def test_every_page_of_a_study_says_where_one_is(self, owner, client_of, study, name):
        page = client_of(owner).get(reverse(name, args=[study.pk])).content.decode()
        assert 'aria-label="In this study"' in page
        assert page.count('aria-current="page"') == 1

    def test_a_viewer_is_not_led_to_what_only_owners_open(self, viewer, client_of, study):
        for name in ("results:study", "participation:study"):
            page = client_of(viewer).get(reverse(name, args=[study.pk])).content.decode()
            for place in self.OWNERS:
                assert reverse(place, args=[study.pk]) not in page

    def test_a_personal_study_has_no_members_page(self, owner, client_of):
        personal = Study.objects.create(name="My own", is_personal=True)
        personal.memberships.create(user=owner, role="owner")
        page = client_of(owner).get(reverse("participation:study", args=[personal.pk])).content.decode()
        assert reverse("studies:members", args=[personal.pk]) not in page

    def test_a_study_is_closed_and_opened_where_it_is_changed(self, owner, client_of, study):
        browser, address = client_of(owner), reverse("studies:change", args=[study.pk])
        assert 'value="close"' in browser.get(address).content.decode()
        answer = browser.post(reverse("studies:closing", args=[study.pk]), {"decision": "close"}, follow=True)
        assert 'value="reopen"' in answer.content.decode()
