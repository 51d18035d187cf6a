"""Results are made by a worker, kept, and made again when what they rest on has changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from webplatform.consent.services import withdraw_consent
from webplatform.history.assignments import assign_participant
from webplatform.history.corrections import correct
from webplatform.history.erasing import close_readings, erase_session
from webplatform.history.markers import add_marker
from webplatform.history.models import FaceEdit, Segment, Session
from webplatform.jobs.requeue import release_stale, unsent
from webplatform.results import refreshing, tasks, work
from webplatform.results.choices import Choice
from webplatform.results.curves import keep_curve, sessions_without_curve
from webplatform.results.models import SessionCurve, StudyFigures
from webplatform.results.services import request_figures

State = StudyFigures.State


@pytest.fixture
def four(person_of, record, film_a, film_b) -> list[Session]:
    """Two people, each in both conditions."""
    one, two = person_of("P01"), person_of("P02")
    return [
        record(one, film_a, 0.2, 0.2, 0.2), record(one, film_b, 0.6, 0.6, 0.6),
        record(two, film_a, 0.4, 0.4, 0.4), record(two, film_b, 0.6, 1.0, 0.6),
    ]  # fmt: skip


def mean(figures: StudyFigures, name: str) -> list[float]:
    return next(one for one in figures.result["groups"] if one["name"] == name)["curve"]["mean"]["happy"]


def test_results_are_made_of_the_stored_readings(four, made):
    figures = made(Choice())
    assert (figures.state, figures.is_current) == (State.DONE, True)
    assert mean(figures, "film A") == pytest.approx([0.3, 0.3, 0.3])
    assert mean(figures, "film B") == pytest.approx([0.6, 0.8, 0.6])
    happy = figures.result["comparison"]["rows"][3]
    assert happy["difference"] == pytest.approx(0.3667, abs=1e-4)
    assert (happy["n_first"], figures.result["comparison"]["pairing"]) == (2, "paired")


def test_what_is_kept_is_given_at_once_and_not_made_again(four, made, django_assert_max_num_queries):
    figures = made(Choice())
    again = request_figures(study=figures.study, choice=Choice())
    assert (again.pk, again.state, again.result) == (figures.pk, State.DONE, figures.result)
    assert not work.run_figures(figures.pk)
    with django_assert_max_num_queries(14):
        request_figures(study=figures.study, choice=Choice())


def test_the_same_curve_is_kept_once_and_a_second_time_costs_nothing(four, django_assert_max_num_queries):
    assert keep_curve(four[0].pk) == four[0].study_id
    first = SessionCurve.objects.get(pk=four[0].pk).made_at
    with django_assert_max_num_queries(7):
        keep_curve(four[0].pk)
    assert SessionCurve.objects.get(pk=four[0].pk).made_at == first


def test_a_withdrawal_changes_n_and_the_curve_and_leaves_no_older_results(
    four, made, django_capture_on_commit_callbacks
):
    figures = made(Choice())
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(of=four[2].participant, scopes=["analyse"], channel="link")
    assert not StudyFigures.objects.filter(pk=figures.pk).exists()
    later = made(Choice())
    assert mean(later, "film A") == pytest.approx([0.2, 0.2, 0.2])
    assert later.result["groups"][0]["curve"]["n"] == [1, 1, 1]


def test_figures_that_a_withdrawal_overtook_are_not_kept(four, study, monkeypatch):
    figures = request_figures(study=study, choice=Choice())
    whole = work.results_of

    def withdrawn_meanwhile(material, choice):
        erase_session(session=four[0])
        return whole(material, choice)

    monkeypatch.setattr(work, "results_of", withdrawn_meanwhile)
    assert not work.run_figures(figures.pk)
    assert not StudyFigures.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda sessions, owner: Session.objects.filter(pk=sessions[0].pk).update(condition=None),
        lambda sessions, owner: Session.objects.filter(pk=sessions[0].pk).update(participant=None),
        lambda sessions, owner: add_marker(session=sessions[0], user=owner, t_ms=1000, text="laughs"),
        lambda sessions, owner: sessions[0].study.participants.update(values={"1": "old"}),
    ],
    ids=["condition", "participant", "marker", "variable"],
)
def test_whatever_results_rest_on_has_them_made_again(four, owner, made, change):
    figures = made(Choice())
    change(four, owner)
    again = request_figures(study=figures.study, choice=Choice())
    assert (again.state, again.is_current) == (State.QUEUED, False)
    assert again.result == figures.result  # shown until the new ones are there
    work.run_figures(again.pk)
    again.refresh_from_db()
    assert (again.state, again.is_current) == (State.DONE, True)


def test_results_that_are_looked_at_follow_a_new_session_by_themselves(four, made, person_of, record, film_a):
    figures = made(Choice())
    record(person_of("P03"), film_a, 0.9, 0.9, 0.9)
    assert len(sessions_without_curve()) == 1
    keep_curve(sessions_without_curve()[0])
    assert refreshing.outdated_figures(figures.study_id) == [figures.pk]
    assert refreshing.outdated_figures(figures.study_id) == []
    StudyFigures.objects.update(asked_at=timezone.now() - 2 * refreshing.WATCHED)
    assert refreshing.watched_studies() == []


def test_a_change_while_results_are_made_has_them_made_again(four, study, monkeypatch):
    figures = request_figures(study=study, choice=Choice())
    whole = work.results_of

    def changed_meanwhile(material, choice):
        Session.objects.filter(pk=four[0].pk).update(condition=None)
        return whole(material, choice)

    monkeypatch.setattr(work, "results_of", changed_meanwhile)
    assert work.run_figures(figures.pk)
    figures.refresh_from_db()
    assert (figures.state, figures.made_of) == (State.QUEUED, "")


def test_removed_readings_take_their_sums_with_them(four, made):
    figures = made(Choice())
    close_readings(session=four[0])
    assert not SessionCurve.objects.filter(pk=four[0].pk).exists()
    assert not StudyFigures.objects.filter(pk=figures.pk).exists()
    assert made(Choice()).result["left_sessions"] == {str(four[0].pk): "readings_gone"}


def test_a_worker_that_died_loses_its_results_to_the_next_one(four, study):
    figures = request_figures(study=study, choice=Choice())
    long_ago = timezone.now() - timedelta(hours=1)
    StudyFigures.objects.update(state=State.RUNNING, heartbeat_at=long_ago, attempts=1)
    release_stale(StudyFigures.objects.all(), work.give_up)
    assert [*unsent(StudyFigures.objects.all())] == [figures]
    StudyFigures.objects.update(state=State.RUNNING, heartbeat_at=long_ago, attempts=3)
    release_stale(StudyFigures.objects.all(), work.give_up)
    figures.refresh_from_db()
    assert figures.state == State.FAILED


def test_results_that_cannot_be_made_have_failed_and_wait_again_a_while_later(four, study, monkeypatch):
    monkeypatch.setattr(work, "results_of", lambda material, choice: 1 / 0)
    figures = request_figures(study=study, choice=Choice())
    assert not work.run_figures(figures.pk)
    assert request_figures(study=study, choice=Choice()).state == State.FAILED
    StudyFigures.objects.update(asked_at=timezone.now() - 2 * refreshing.AGAIN_AFTER)
    assert request_figures(study=study, choice=Choice()).state == State.QUEUED


def test_a_session_of_several_faces_counts_by_the_one_that_was_seen_longest(person_of, record, film_a, made):
    record(person_of("P01"), film_a, *[0.5] * 8, second_face=True)
    assert mean(made(Choice()), "film A") == pytest.approx([0.5] * 8)
    curve = SessionCurve.objects.get()
    assert (curve.person, curve.people) == (SessionCurve.Person.LONGEST, 2)


def test_readings_without_a_verdict_are_counted(person_of, record, film_a, made):
    session = record(person_of("P01"), film_a, 0.5, 0.5, 0.5)
    session.observations.filter(t_ms__lt=1000).update(dominant=None, reason="low_confidence")
    made(Choice())
    curve = SessionCurve.objects.get()
    assert (curve.scored, curve.not_sure) == (15, 5)


def test_a_corrected_stretch_counts_as_corrected(person_of, record, film_a, made, owner):
    session = record(person_of("P01"), film_a, 0.8, 0.8, 0.8)
    before = made(Choice())
    correct(session=session, user=owner, track=1, from_ms=0, to_ms=900, emotion="sad")
    correct(session=session, user=owner, track=1, from_ms=800, to_ms=900, emotion="happy")
    assert not request_figures(study=before.study, choice=Choice()).is_current
    shares = made(Choice()).result["groups"][0]["measures"][1]
    assert shares["measure"] == "share"
    told = {row["emotion"]: row["value"] for row in shares["rows"]}
    assert (told["sad"], told["happy"]) == (pytest.approx(4 / 15, abs=1e-4), pytest.approx(11 / 15, abs=1e-4))
    assert SessionCurve.objects.get().corrected == 5


def test_an_excluded_stretch_is_in_no_figure(person_of, record, film_a, made):
    session = record(person_of("P01"), film_a, 0.2, 0.9, 0.9, 0.4, 0.4, 0.4)
    before = made(Choice())
    for from_ms, to_ms in ((1000, 2000), (1500, 3000)):
        Segment.objects.create(session=session, from_ms=from_ms, to_ms=to_ms, kind="excluded", reason="sneezed")
    assert not request_figures(study=before.study, choice=Choice()).is_current
    assert mean(made(Choice()), "film A") == [0.2, None, None, 0.4, 0.4, 0.4]
    assert SessionCurve.objects.get().excluded == [[1000, 3000]]


def test_a_marked_neutral_stretch_is_the_baseline(person_of, record, film_a, made):
    session = record(person_of("P01"), film_a, 0.8, 0.2, 0.4)
    Segment.objects.create(session=session, from_ms=1000, to_ms=2000, kind="baseline")
    figures = made(Choice(baseline=True))
    assert figures.result["groups"][0]["change"]["mean"]["happy"] == pytest.approx([0.6, 0.0, 0.2])
    assert figures.result["baseline"] == {"marked": 1, "first_30_s": 0}


def test_the_face_that_is_given_to_the_participant_counts(person_of, record, film_a, made):
    session = record(person_of("P01"), film_a, *[0.5] * 8, second_face=True)
    before = made(Choice())
    FaceEdit.objects.create(session=session, kind="assign", face="2", participant=session.participant)
    assert not request_figures(study=before.study, choice=Choice()).is_current
    later = made(Choice(seen=0))
    assert mean(later, "film A") == [0.0, 0.0, 0.0]
    assert SessionCurve.objects.get().person == SessionCurve.Person.ASSIGNED


def test_a_dropped_face_counts_for_nobody(person_of, record, film_a, made):
    session = record(person_of("P01"), film_a, *[0.5] * 8, second_face=True)
    FaceEdit.objects.create(session=session, kind="drop", face="2")
    made(Choice())
    curve = SessionCurve.objects.get()
    assert (curve.person, curve.people) == (SessionCurve.Person.ONLY, 1)


def test_a_personal_studys_sessions_are_the_accounts_own(person_of, record, study, made):
    session = record(person_of("P01"), None, 0.4, 0.4)
    Session.objects.filter(pk=session.pk).update(participant=None)
    assert made(Choice(by="all")).result["left_out"] == [{"why": "no_participant", "sessions": 1}]
    study.is_personal = True
    study.save()
    found = made(Choice(by="participant")).result
    assert [(group["key"], group["people"]) for group in found["groups"]] == [("own", 1)]


def test_results_that_are_being_made_anew_are_not_called_current(four, owner, made):
    figures = made(Choice())
    add_marker(session=four[0], user=owner, t_ms=0, text="laughs")
    StudyFigures.objects.update(state=State.RUNNING)
    assert not request_figures(study=figures.study, choice=Choice()).is_current


def test_a_session_that_is_given_to_somebody_else_leaves_no_earlier_results(four, owner, made, person_of):
    figures = made(Choice())
    assign_participant(session=four[0], user=owner, participant=person_of("P03"))
    assert not StudyFigures.objects.filter(pk=figures.pk).exists()


def test_only_so_many_choices_are_kept(four, study, monkeypatch):
    monkeypatch.setattr("webplatform.results.services.MOST_KEPT", 2)
    for threshold in (10, 20, 30):
        request_figures(study=study, choice=Choice(threshold=threshold))
    assert sorted(row.choice["threshold"] for row in StudyFigures.objects.all()) == [20, 30]


def test_the_housekeeper_adds_up_new_sessions_and_sends_what_waits(four, study, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks, "send_figures", sent.append)
    figures = request_figures(study=study, choice=Choice())
    tasks.keep_new_curves()
    assert SessionCurve.objects.count() == 4
    tasks.requeue_stale()
    assert sent == [figures.pk]
