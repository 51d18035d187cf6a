"""Drift: a study's weeks beside the model's validation and the weeks before."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from inference import EMOTIONS
from webplatform.history.models import Session
from webplatform.history.watch import DriftNotice, shift_between, weeks_of

EVEN = {str(emotion): 1 / 7 for emotion in EMOTIONS}
HAPPY = {**dict.fromkeys(EVEN, 0.02), "happy": 0.88}
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def validated(model_version):
    """The active model was validated on as many faces of each expression, and was sure of four in five."""
    model_version.metrics = {
        "public": {"per_class": {name: {"n": 100} for name in EVEN}, "abstention": {"coverage": 0.8}}
    }
    model_version.save()
    return model_version


@pytest.fixture
def recorded(study, owner, consent, validated) -> Callable[..., Session]:
    """`recorded(weeks_ago, mean, …)`: a closed session whose summary says so."""

    def record(weeks_ago: int, mean: dict[str, float], *, scored: int = 900, unscored: int = 0, not_sure: int = 180):
        session = Session.objects.create(
            study=study,
            created_by=owner,
            consent=consent,
            model_version=validated,
            title="A week",
            source=Session.Source.UPLOAD,
            state=Session.State.CLOSED,
            every_ms=200,
            summary={
                "observations": scored + unscored,
                "scored": scored,
                "not_sure": not_sure,
                "unscored": {"blurred": unscored} if unscored else {},
                "mean": mean,
            },
        )
        Session.objects.filter(pk=session.pk).update(created_at=NOW - timedelta(weeks=weeks_ago))
        return session

    return record


def test_the_index_of_two_halves_is_worked_out_by_hand():
    first = {**dict.fromkeys(EVEN, 0.0), "happy": 0.5, "sad": 0.5}
    second = {**dict.fromkeys(EVEN, 0.0), "happy": 0.25, "sad": 0.75}
    by_hand = (0.5 - 0.25) * math.log(2) + (0.5 - 0.75) * math.log(2 / 3)
    assert shift_between(first, second) == pytest.approx(by_hand)
    assert shift_between(first, first) == 0
    assert shift_between({}, first) is None


def test_a_week_like_the_validation_has_no_notice(study, recorded):
    recorded(0, EVEN)
    (week,) = weeks_of(study, now=NOW)
    assert (week.starts.isoformat(), week.counts.sessions, week.notices) == ("2026-11-23", 1, ())
    assert week.from_validation == pytest.approx(0)
    assert week.from_before is None


def test_sessions_of_one_week_add_up_by_their_readings(study, recorded):
    recorded(0, HAPPY, scored=100)
    recorded(0, EVEN, scored=300)
    (week,) = weeks_of(study, now=NOW)
    assert (week.counts.sessions, week.counts.scored) == (2, 400)
    assert week.counts.mix["happy"] == pytest.approx((0.88 * 100 + 300 / 7) / 400)


def test_another_mix_is_noticed_against_both(study, recorded):
    recorded(2, EVEN)
    recorded(1, EVEN)
    recorded(0, HAPPY)
    newest = weeks_of(study, now=NOW)[0]
    assert newest.notices == (DriftNotice.UNLIKE_VALIDATION, DriftNotice.MIX_CHANGED)
    assert [week.notices for week in weeks_of(study, now=NOW)[1:]] == [(), ()]


def test_more_doubt_and_worse_pictures_are_noticed(study, recorded):
    recorded(1, EVEN, unscored=100)
    recorded(0, EVEN, unscored=300, not_sure=360)
    assert weeks_of(study, now=NOW)[0].notices == (DriftNotice.MORE_DOUBT, DriftNotice.WORSE_PICTURES)


def test_few_readings_are_shown_without_a_notice(study, recorded):
    recorded(0, HAPPY, scored=150, not_sure=150)
    (week,) = weeks_of(study, now=NOW)
    assert week.from_validation > 0.25
    assert week.notices == ()


def test_what_is_older_than_half_a_year_or_read_again_does_not_count(study, recorded):
    recorded(30, EVEN)
    again = recorded(0, HAPPY)
    Session.objects.filter(pk=again.pk).update(repeats=recorded(1, EVEN))
    assert [week.starts.isoformat() for week in weeks_of(study, now=NOW)] == ["2026-11-16"]


def test_the_weeks_cost_two_queries(study, recorded, django_assert_num_queries):
    for weeks_ago in range(5):
        recorded(weeks_ago, EVEN)
    with django_assert_num_queries(2):
        assert len(weeks_of(study, now=NOW)) == 5


def test_a_model_without_figures_is_watched_all_the_same(study, recorded, validated):
    validated.metrics = {}
    validated.save()
    recorded(0, EVEN)
    (week,) = weeks_of(study, now=NOW)
    assert (week.from_validation, week.notices) == (None, ())


def test_members_see_the_page_and_what_shifted(study, viewer, stranger, recorded, client_of):
    address = reverse("history:watch", args=[study.pk])
    assert "Nothing was recorded" in client_of(viewer).get(address).content.decode()
    Session.objects.filter(pk=recorded(0, HAPPY).pk).update(created_at=datetime.now(tz=UTC))
    page = client_of(viewer).get(address).content.decode()
    assert "quite unlike those that the model was validated on" in page
    assert "have shifted" in client_of(viewer).get(reverse("results:study", args=[study.pk])).content.decode()
    assert client_of(stranger).get(address).status_code == 404


def test_by_rest_too(study, viewer, stranger, recorded, api_of):
    Session.objects.filter(pk=recorded(0, HAPPY).pk).update(created_at=datetime.now(tz=UTC))
    address = reverse("api-study-watch", args=[study.pk])
    (week,) = api_of(viewer).get(address).json()["results"]
    assert week["mix"]["happy"] == pytest.approx(0.88)
    assert week["notices"] == ["unlike_validation"]
    assert api_of(stranger).get(address).status_code == 404
