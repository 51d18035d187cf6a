"""What a study compares and what it notes of participants: on its page, and in the participants' notice."""

import pytest

from webplatform.accounts.models import AuditEvent
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.consent.notices import notice_of
from webplatform.history.services import open_session
from webplatform.participation.participants import add_participant
from webplatform.studies import conditions, variables
from webplatform.studies.models import Condition, Participant, Variable


@pytest.fixture
def page(study):
    return f"/studies/{study.pk}/design/"


@pytest.fixture
def band(study, owner):
    return variables.add_variable(study=study, user=owner, name="age band", kind="choice", choices=["20s", "30s"])


@pytest.fixture
def blue(study, owner):
    return add_participant(study=study, user=owner, pseudonym="Blue")


def test_the_owner_adds_names_orders_and_removes_conditions_on_the_page(client_of, owner, study, page):
    client = client_of(owner)
    for name in ("film A", "film B"):
        client.post(f"/studies/{study.pk}/conditions/", {"condition-name": f"  {name} "})
    first, second = study.conditions.all()
    client.post(f"/studies/{study.pk}/conditions/{second.pk}/", {"do": "up"})
    client.post(f"/studies/{study.pk}/conditions/{first.pk}/", {"do": "rename", "name": "film C"})
    assert [str(one) for one in study.conditions.all()] == ["film B", "film C"]
    assert [str(one) for one in client.get(page).context["conditions"]] == ["film B", "film C"]
    client.post(f"/studies/{study.pk}/conditions/{second.pk}/", {"do": "remove"})
    assert [str(one) for one in study.conditions.all()] == ["film C"]


def test_a_name_that_is_there_or_blank_is_refused_and_what_was_typed_stays(client_of, owner, study):
    conditions.add_condition(study=study, user=owner, name="film A")
    answer = client_of(owner).post(f"/studies/{study.pk}/conditions/", {"condition-name": "film A"})
    assert answer.status_code == 400
    assert 'value="film A"' in answer.content.decode()
    with pytest.raises(Invalid):
        conditions.add_condition(study=study, user=owner, name=" \u200b ")


def test_renaming_to_a_name_that_is_there_changes_nothing(study, owner):
    first = conditions.add_condition(study=study, user=owner, name="film A")
    conditions.add_condition(study=study, user=owner, name="film B")
    with pytest.raises(Conflict):
        conditions.rename_condition(condition=first, user=owner, name="film B")
    assert Condition.objects.get(pk=first.pk).name == "film A"


def test_the_page_says_what_happens_to_sessions_before_a_condition_goes(client_of, owner, study, page, consent):
    condition = conditions.add_condition(study=study, user=owner, name="film A")
    session = open_session(study=study, user=owner, consent=consent, title="Walk", source="upload", every_ms=200)
    session.condition = condition
    session.save()
    assert "1 session bears it. It stays, and has no condition then." in client_of(owner).get(page).content.decode()
    assert conditions.remove_condition(condition=condition, user=owner) == 1
    session.refresh_from_db()
    assert session.condition is None
    assert AuditEvent.objects.get(action="condition.removed").details["sessions"] == 1


def test_moving_at_the_end_changes_nothing(study, owner):
    only = conditions.add_condition(study=study, user=owner, name="film A")
    for by in (-1, 1):
        conditions.move_label(label=only, user=owner, by=by)
    assert list(study.conditions.all()) == [only]


def test_only_the_owner_changes_the_design(viewer, stranger, study, owner, band, client_of, page):
    condition = conditions.add_condition(study=study, user=owner, name="film A")
    for by in (viewer, stranger):
        for refused in (
            lambda by=by: conditions.add_condition(study=study, user=by, name="x"),
            lambda by=by: conditions.rename_condition(condition=condition, user=by, name="x"),
            lambda by=by: conditions.remove_condition(condition=condition, user=by),
            lambda by=by: conditions.move_label(label=condition, user=by, by=1),
            lambda by=by: variables.add_variable(study=study, user=by, name="x", kind="text"),
            lambda by=by: variables.change_variable(variable=band, user=by, name="x"),
            lambda by=by: variables.remove_variable(variable=band, user=by),
        ):
            with pytest.raises(NotAllowed):
                refused()
    assert "Add the condition" not in client_of(viewer).get(page).content.decode()
    assert client_of(stranger).get(page).status_code == 404


def test_a_variable_is_told_in_the_notice_and_changes_it(study, owner):
    before = notice_of(study, "en")
    assert "beside the pseudonym" not in before.body
    variables.add_variable(study=study, user=owner, name="age band", kind="text")
    after = notice_of(study, "en")
    assert "What is noted of you beside the pseudonym\nage band" in after.body
    assert before.digest != after.digest
    assert "Yang dicatat" in notice_of(study, "id").body


def test_a_variable_is_added_on_the_page(client_of, owner, study):
    sent = {"variable-name": "hand", "variable-kind": "choice", "variable-choices": "left\nright\n\nleft"}
    client_of(owner).post(f"/studies/{study.pk}/variables/", sent)
    assert Variable.objects.get().choices == ["left", "right"]


def test_a_list_without_choices_is_refused_beside_its_field(client_of, owner, study):
    sent = {"variable-name": "hand", "variable-kind": "choice", "variable-choices": "left"}
    answer = client_of(owner).post(f"/studies/{study.pk}/variables/", sent)
    assert answer.status_code == 400
    assert "A list has from 2 to 50 choices." in answer.content.decode()
    assert not Variable.objects.exists()


def test_a_participants_values_are_kept_by_their_kind(study, owner, blue, band):
    variables.add_variable(study=study, user=owner, name="years", kind="number")
    variables.set_values(participant=blue, user=owner, values={"age band": "20s", "years": "12,5"})
    years = study.variables.get(name="years")
    assert Participant.objects.get().values == {str(band.pk): "20s", str(years.pk): 12.5}
    variables.set_values(participant=blue, user=owner, values={"years": ""})
    assert Participant.objects.get().values == {str(band.pk): "20s"}


@pytest.mark.parametrize(
    ("kind", "value"), [("number", "old"), ("number", "nan"), ("choice", "40s"), ("text", "x" * 201)]
)
def test_a_value_of_another_kind_is_refused(study, owner, blue, kind, value):
    variables.add_variable(study=study, user=owner, name="v", kind=kind, choices=["20s", "30s"])
    with pytest.raises(Invalid) as refused:
        variables.set_values(participant=blue, user=owner, values={"v": value})
    assert refused.value.details["field"] == "v"
    assert Participant.objects.get().values == {}


def test_an_unknown_variable_is_refused_and_viewers_set_nothing(study, owner, viewer, blue, band):
    with pytest.raises(Invalid):
        variables.set_values(participant=blue, user=owner, values={"size": "3"})
    with pytest.raises(NotAllowed):
        variables.set_values(participant=blue, user=viewer, values={"age band": "20s"})


@pytest.mark.parametrize("name", ["Pseudonym", "condition", "bahasa"])
def test_a_variable_takes_no_name_of_a_tables_own_columns(study, owner, band, name):
    with pytest.raises(Invalid):
        variables.add_variable(study=study, user=owner, name=name, kind="text")
    with pytest.raises(Invalid):
        variables.change_variable(variable=band, user=owner, name=name)


def test_a_choice_that_somebody_has_cannot_go(study, owner, blue, band):
    variables.set_values(participant=blue, user=owner, values={"age band": "20s"})
    with pytest.raises(Conflict):
        variables.change_variable(variable=band, user=owner, choices=["30s", "40s"])
    variables.change_variable(variable=band, user=owner, choices=["20s", "40s"])
    assert Variable.objects.get().choices == ["20s", "40s"]


def test_a_variable_goes_with_what_was_known(study, owner, blue, band):
    variables.set_values(participant=blue, user=owner, values={"age band": "20s"})
    assert variables.remove_variable(variable=band, user=owner) == 1
    assert Participant.objects.get().values == {}
    assert not Variable.objects.exists()
