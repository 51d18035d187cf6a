"""How frequent a study expects each expression to be."""

from dataclasses import asdict, replace

import pytest
from django.urls import reverse

from inference import EVEN
from webplatform.common.errors import Invalid
from webplatform.studies.forms import StudyForm, form_of
from webplatform.studies.models import Study
from webplatform.studies.prior import read_percentages
from webplatform.studies.services import StudyStatement, change_study, create_study

PLAIN = StudyStatement(name="Faces", purpose="To see.", setting=Study.Setting.RESEARCH, contact="lab@example.org")
STATED = {**asdict(PLAIN), "languages": ["en"]}


def filled(**changes) -> StudyForm:
    form = StudyForm({**STATED, **changes})
    form.is_valid()
    return form


def test_a_study_that_states_nothing_takes_the_models_shares(owner):
    assert create_study(user=owner, statement=PLAIN).prior == []


@pytest.mark.parametrize(
    "text", ["20 10 10 30 10 10 10", "20, 10, 10, 30, 10, 10, 10", "20,10,10,30,10,10,10", "20;10;10;30;10;10;10"]
)
def test_percentages_are_read_as_people_write_them(text):
    assert read_percentages(text) == [0.2, 0.1, 0.1, 0.3, 0.1, 0.1, 0.1]


def test_a_decimal_comma_is_read():
    assert read_percentages("12,5; 12,5; 15; 15; 15; 15; 15")[0] == 0.125


@pytest.mark.parametrize(
    "text", ["", "100", "a b c d e f g", "20 20 20 20 20 20 20", "100 0 0 0 0 0 0", "nan 0 0 0 0 0 100"]
)
def test_percentages_that_cannot_be_used_are_refused_at_their_field(text):
    assert "shares" in filled(frequency="own", shares=text).errors


def test_the_form_says_each_as_frequent_as_any_other():
    assert filled(frequency="even").statement().prior == list(EVEN)


def test_the_form_shows_again_what_was_stated(owner):
    study = create_study(user=owner, statement=replace(PLAIN, prior=[0.2, 0.1, 0.1, 0.3, 0.1, 0.1, 0.1]))
    assert form_of(study).initial["frequency"] == "own"
    assert read_percentages(form_of(study).initial["shares"]) == study.prior
    even = change_study(study=study, user=owner, statement=replace(PLAIN, prior=list(EVEN)))
    even.refresh_from_db()
    assert form_of(even).initial["frequency"] == "even"


def test_shares_that_cannot_be_used_change_nothing(owner):
    study = create_study(user=owner, statement=PLAIN)
    with pytest.raises(Invalid):
        change_study(study=study, user=owner, statement=replace(PLAIN, prior=[1.0]))
    study.refresh_from_db()
    assert study.prior == []


def test_a_study_is_told_its_shares_on_its_page(client, owner):
    study = create_study(user=owner, statement=PLAIN)
    client.force_login(owner)
    answer = client.post(reverse("studies:change", args=[study.pk]), {**STATED, "frequency": "even"})
    assert answer.status_code == 302
    study.refresh_from_db()
    assert sum(study.prior) == pytest.approx(1, abs=1e-4)
    assert set(study.prior) == {round(1 / 7, 6)}
