"""A session's life: opened, filled, counted, closed, reopened, renamed, erased."""

from __future__ import annotations

import random

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from inference import Reason
from tests.webplatform.history.readings import face, frame
from webplatform.common.errors import Conflict, ConsentMissing, Invalid, NotAllowed
from webplatform.consent.models import ConsentRecord
from webplatform.history.models import Observation, Session, Track
from webplatform.history.services import (
    append_readings,
    close_session,
    delete_session,
    discard_readings,
    fail_session,
    open_session,
    rename_session,
    reopen_session,
    use_model,
)

UPLOAD = Session.Source.UPLOAD


def _counts(session):
    session.refresh_from_db()
    return (
        session.frames_decoded,
        session.frames_sampled,
        session.frames_without_face,
        session.frames_unscored,
        session.frames_scored,
    )


class TestOpening:
    def test_an_opened_session_is_open_and_counts_nothing(self, session):
        assert session.state == Session.State.OPEN
        assert _counts(session) == (0, 0, 0, 0, 0)

    def test_a_viewer_cannot_open_a_session(self, study, viewer, consent_of):
        with pytest.raises(NotAllowed):
            open_session(study=study, user=viewer, consent=consent_of(viewer), title="x", source=UPLOAD, every_ms=200)

    def test_a_stranger_cannot_open_a_session(self, study, stranger, consent_of):
        with pytest.raises(NotAllowed):
            open_session(
                study=study, user=stranger, consent=consent_of(stranger), title="x", source=UPLOAD, every_ms=200
            )

    def test_somebody_elses_consent_does_not_count(self, study, owner, viewer, consent_of):
        with pytest.raises(ConsentMissing):
            open_session(study=study, user=owner, consent=consent_of(viewer), title="x", source=UPLOAD, every_ms=200)

    def test_a_withdrawn_consent_does_not_count(self, study, owner, consent):
        ConsentRecord.objects.filter(pk=consent.pk).update(withdrawn_at=timezone.now())
        with pytest.raises(ConsentMissing):
            open_session(study=study, user=owner, consent=consent, title="x", source=UPLOAD, every_ms=200)

    def test_a_step_of_nothing_is_refused(self, study, owner, consent):
        with pytest.raises(Invalid):
            open_session(study=study, user=owner, consent=consent, title="x", source=UPLOAD, every_ms=0)

    @pytest.mark.parametrize("title", ["", "  \n ", "\0"])
    def test_a_blank_title_is_refused(self, study, owner, consent, title):
        with pytest.raises(Invalid):
            open_session(study=study, user=owner, consent=consent, title=title, source=UPLOAD, every_ms=200)

    def test_a_long_title_is_cut_and_its_line_breaks_become_spaces(self, study, owner, consent):
        session = open_session(
            study=study, user=owner, consent=consent, title="a\r\nb" + "c" * 300, source=UPLOAD, every_ms=200
        )
        assert session.title == "a b" + "c" * 197

    def test_an_open_session_learns_its_model(self, session, model_version):
        use_model(session=session, version=model_version)
        assert Session.objects.get().model_version == model_version


class TestAppending:
    def test_every_face_becomes_an_observation_of_its_track(self, session):
        stored = append_readings(session=session, readings=[frame(40, face(1, happy=1.0), face(3, sad=1.0))])
        assert stored == 2
        assert list(Observation.objects.values_list("track__number", "t_ms", "dominant", "happy", "sad")) == [
            (1, 40, "happy", 1.0, 0.0),
            (3, 40, "sad", 0.0, 1.0),
        ]

    def test_a_face_that_was_not_scored_keeps_its_reason_and_has_no_scores(self, session):
        append_readings(session=session, readings=[frame(0, face(1, Reason.TOO_DARK))])
        row = Observation.objects.get()
        assert (row.reason, row.dominant, row.angry, row.neutral) == ("too_dark", None, None, None)

    def test_a_doubtful_face_keeps_scores_and_reason_but_has_no_verdict(self, session):
        append_readings(session=session, readings=[frame(0, face(1, Reason.LOW_CONFIDENCE, sad=0.5, fear=0.5))])
        row = Observation.objects.get()
        assert (row.reason, row.dominant, row.sad) == ("low_confidence", None, 0.5)

    def test_boxes_are_stored_as_they_were_read(self, session):
        append_readings(session=session, readings=[frame(0, face(1, happy=1.0))])
        row = Observation.objects.get()
        assert (row.x, row.y, row.w, row.h) == (10.0, 20.0, 30.0, 40.0)

    def test_a_track_goes_on_in_the_next_batch(self, session):
        append_readings(session=session, readings=[frame(0, face(1, happy=1.0))])
        append_readings(session=session, readings=[frame(200, face(1, happy=1.0), face(2, sad=1.0))])
        assert list(Track.objects.values_list("number", flat=True)) == [1, 2]

    def test_the_first_reading_tells_the_frame_size(self, session):
        append_readings(session=session, readings=[frame(0)])
        assert (session.frame_width, session.frame_height) == (640, 480)

    def test_nothing_to_append_changes_nothing(self, session):
        assert append_readings(session=session, readings=[]) == 0
        assert _counts(session) == (0, 0, 0, 0, 0)

    def test_a_frame_with_a_scored_and_an_unscored_face_counts_as_scored(self, session):
        append_readings(session=session, readings=[frame(0, face(1, happy=1.0), face(2, Reason.BLURRED), decoded=1)])
        assert _counts(session) == (1, 1, 0, 0, 1)

    def test_a_doubtful_face_counts_as_scored(self, session):
        append_readings(session=session, readings=[frame(0, face(1, Reason.LOW_CONFIDENCE, sad=1.0), decoded=1)])
        assert _counts(session) == (1, 1, 0, 0, 1)

    def test_a_source_that_counts_no_frames_has_decoded_what_was_sampled(self, session):
        append_readings(session=session, readings=[frame(0), frame(200)])
        append_readings(session=session, readings=[frame(400)])
        assert _counts(session) == (3, 3, 3, 0, 0)

    def test_the_hand_worked_story_counts_each_frame_once(self, story):
        assert _counts(story) == (60, 10, 1, 1, 8)
        assert story.frames_skipped == 50

    def test_readings_appended_twice_are_refused_and_leave_everything_as_it_was(self, session):
        readings = [frame(0, face(1, happy=1.0), decoded=1), frame(200, face(1, happy=1.0), decoded=7)]
        append_readings(session=session, readings=readings)
        with pytest.raises(IntegrityError), transaction.atomic():
            append_readings(session=session, readings=readings)
        assert _counts(session) == (7, 2, 0, 0, 2)
        assert Observation.objects.count() == 2

    @pytest.mark.parametrize(
        "end", [fail_session, lambda session: close_session(session=session, duration_ms=1, is_partial=False)]
    )
    def test_a_session_that_ended_takes_no_more_readings(self, session, end):
        end(session=session)
        with pytest.raises(Conflict):
            append_readings(session=session, readings=[frame(0)])

    def test_a_deleted_session_takes_no_more_readings(self, session, owner):
        delete_session(session=Session.objects.get(pk=session.pk), user=owner)
        with pytest.raises(Conflict):
            append_readings(session=session, readings=[frame(0, face(1, happy=1.0))])
        assert not Observation.objects.exists()

    def test_a_batch_larger_than_one_insert_is_stored_whole(self, session):
        readings = [frame(200 * i, face(1, happy=1.0), face(2, sad=1.0)) for i in range(1100)]
        assert append_readings(session=session, readings=readings) == 2200
        assert Observation.objects.count() == 2200

    def test_a_batch_costs_the_same_few_queries_whatever_its_length(self, session, django_assert_num_queries):
        append_readings(session=session, readings=[frame(0, face(1, happy=1.0))])
        # savepoint, count, refresh, newest size, tracks, insert, release (the test itself is the outer transaction)
        with django_assert_num_queries(7):
            append_readings(session=session, readings=[frame(200 * i, face(1, happy=1.0)) for i in range(1, 60)])


class TestFrameAccounting:
    @pytest.mark.parametrize("seed", range(5))
    def test_it_adds_up_after_every_batch_of_random_readings(self, session, seed):
        chance = random.Random(seed)
        t_ms = decoded = sampled = 0
        for _ in range(6):
            batch = []
            for _ in range(chance.randint(0, 12)):
                t_ms, decoded = t_ms + chance.randint(1, 400), decoded + chance.randint(1, 9)
                batch.append(frame(t_ms, *_some_faces(chance), decoded=decoded))
            append_readings(session=session, readings=batch)
            sampled += len(batch)
            session.refresh_from_db()
            assert session.frames_sampled == sampled
            assert session.frames_decoded == session.frames_sampled + session.frames_skipped == decoded
            assert sampled == session.frames_without_face + session.frames_unscored + session.frames_scored

    def test_the_database_refuses_counts_that_do_not_add_up(self, story):
        with pytest.raises(IntegrityError), transaction.atomic():
            Session.objects.filter(pk=story.pk).update(frames_scored=9)

    def test_the_database_refuses_fewer_decoded_than_sampled_frames(self, story):
        with pytest.raises(IntegrityError), transaction.atomic():
            Session.objects.filter(pk=story.pk).update(frames_decoded=9)

    def test_the_database_refuses_an_observation_with_neither_scores_nor_reason(self, story):
        with pytest.raises(IntegrityError), transaction.atomic():
            Observation.objects.filter(reason="blurred").update(reason=None)


def _some_faces(chance):
    kinds = [{"happy": 1.0}, {"reason": Reason.BLURRED}, {"reason": Reason.LOW_CONFIDENCE, "sad": 1.0}]
    return [face(track, **chance.choice(kinds)) for track in range(1, chance.randint(1, 4))]


class TestDiscarding:
    def test_the_work_can_be_done_again_with_the_same_result(self, session):
        readings = [frame(0, face(1, happy=1.0), decoded=1), frame(200, face(2, Reason.BLURRED), decoded=7)]
        append_readings(session=session, readings=readings)
        first = list(Observation.objects.values_list("t_ms", "track__number", "happy", "reason"))
        discard_readings(session=session)
        append_readings(session=session, readings=readings)
        assert list(Observation.objects.values_list("t_ms", "track__number", "happy", "reason")) == first
        assert _counts(session) == (7, 2, 0, 1, 1)

    def test_it_leaves_nothing_and_may_be_done_twice(self, session):
        append_readings(session=session, readings=[frame(0, face(1, happy=1.0))])
        discard_readings(session=session)
        discard_readings(session=session)
        assert not Observation.objects.exists()
        assert not Track.objects.exists()
        assert _counts(session) == (0, 0, 0, 0, 0)
        assert session.frame_width is None

    def test_a_closed_history_cannot_be_discarded(self, story):
        with pytest.raises(Conflict):
            discard_readings(session=story)
        assert Observation.objects.count() == 11


class TestEnding:
    def test_closing_writes_state_time_duration_and_summary(self, story):
        row = Session.objects.get()
        assert (row.state, row.duration_ms, row.is_partial) == (Session.State.CLOSED, 2000, False)
        assert row.closed_at is not None
        assert row.summary["dominant"] == "happy"

    def test_closing_twice_is_refused(self, story):
        with pytest.raises(Conflict):
            close_session(session=story, duration_ms=2000, is_partial=False)

    def test_a_negative_duration_is_refused(self, session):
        with pytest.raises(Invalid):
            close_session(session=session, duration_ms=-1, is_partial=False)

    def test_a_session_without_readings_can_be_closed(self, session):
        close_session(session=session, duration_ms=0, is_partial=True)
        assert session.summary["dominant"] is None

    def test_frames_after_the_last_sample_are_counted_on_closing(self, session):
        append_readings(session=session, readings=[frame(0, decoded=1)])
        close_session(session=session, duration_ms=100, is_partial=False, frames_decoded=4)
        assert _counts(session) == (4, 1, 1, 0, 0)

    def test_a_failed_session_opens_again_empty(self, session):
        append_readings(session=session, readings=[frame(0, face(1, happy=1.0))])
        fail_session(session=session)
        reopen_session(session=session)
        assert (session.state, session.closed_at) == (Session.State.OPEN, None)
        assert not Observation.objects.exists()

    def test_opening_an_open_session_again_keeps_its_readings(self, session):
        append_readings(session=session, readings=[frame(0, face(1, happy=1.0))])
        reopen_session(session=session)
        assert Observation.objects.count() == 1

    def test_a_closed_session_cannot_be_reopened(self, story):
        with pytest.raises(Conflict):
            reopen_session(session=story)

    def test_a_closed_session_cannot_fail(self, story):
        with pytest.raises(Conflict):
            fail_session(session=story)


class TestRenaming:
    def test_the_owner_renames(self, session, owner):
        rename_session(session=session, user=owner, title="  Evening  ")
        assert Session.objects.get().title == "Evening"

    def test_a_viewer_cannot_rename(self, session, viewer):
        with pytest.raises(NotAllowed):
            rename_session(session=session, user=viewer, title="Mine")

    def test_a_blank_title_is_refused(self, session, owner):
        with pytest.raises(Invalid):
            rename_session(session=session, user=owner, title=" ")


class TestDeleting:
    def test_rows_and_folder_go_when_the_deletion_is_committed(self, story, owner, django_capture_on_commit_callbacks):
        story.folder.mkdir(parents=True)
        (story.folder / "media.mp4").write_bytes(b"x")
        with django_capture_on_commit_callbacks() as waiting:
            delete_session(session=story, user=owner)
        assert story.folder.exists()
        for callback in waiting:
            callback()
        assert not story.folder.exists()
        assert not Session.objects.exists()
        assert not Track.objects.exists()
        assert not Observation.objects.exists()

    def test_a_session_without_a_folder_can_be_deleted(self, story, owner, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            delete_session(session=story, user=owner)
        assert not Session.objects.exists()

    def test_deleting_twice_is_no_error(self, story, owner):
        again = Session.objects.get(pk=story.pk)
        delete_session(session=story, user=owner)
        delete_session(session=again, user=owner)
        assert not Session.objects.exists()

    def test_a_viewer_cannot_delete(self, story, viewer):
        with pytest.raises(NotAllowed):
            delete_session(session=story, user=viewer)
        assert Session.objects.exists()

    def test_its_creator_may_delete_without_owning_the_study(self, story, viewer):
        Session.objects.filter(pk=story.pk).update(created_by=viewer)
        delete_session(session=Session.objects.get(), user=viewer)
        assert not Session.objects.exists()

    def test_its_creator_who_left_the_study_cannot_delete(self, story, stranger):
        Session.objects.filter(pk=story.pk).update(created_by=stranger)
        with pytest.raises(NotAllowed):
            delete_session(session=Session.objects.get(), user=stranger)
