"""What the law forbids is refused by the server, unless a second admin approves a medical or safety reason."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from webplatform.accounts.models import AuditEvent
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.history.models import Session
from webplatform.history.services import open_session
from webplatform.studies.approvals import decide_approval, is_permitted, open_question
from webplatform.studies.models import Membership, Study, StudyApproval
from webplatform.studies.services import StudyStatement, change_study, create_study

PLAIN = StudyStatement(
    name="Laughter", purpose="How jokes land", setting="research", contact="Dr Dewi, dewi@example.org"
)
REASON = "Patients at work in the burns ward are watched for pain while wounds are dressed."
AT_WORK = replace(PLAIN, setting="workplace", exemption="medical", exemption_reason=REASON)


@pytest.fixture
def admin(django_user_model):
    return django_user_model.objects.create_user("admin@example.org", "x", is_staff=True)


@pytest.fixture
def study_at_work(owner):
    return create_study(user=owner, statement=AT_WORK)


def test_an_ordinary_study_records_at_once(owner):
    study = create_study(user=owner, statement=PLAIN)
    assert is_permitted(study)
    assert study.memberships.get().role == Membership.Role.OWNER
    assert study.capture_mode == Study.CaptureMode.READINGS


@pytest.mark.parametrize("setting", ["workplace", "recruitment", "education"])
@pytest.mark.parametrize("stated", [{}, {"exemption": "safety", "exemption_reason": "because"}])
def test_a_forbidden_setting_without_a_written_reason_is_refused(owner, setting, stated):
    with pytest.raises(Invalid, match="EU AI Act"):
        create_study(user=owner, statement=replace(PLAIN, setting=setting, **stated))
    assert not Study.objects.exists()


def test_a_study_cannot_be_moved_to_a_forbidden_setting_later(owner):
    study = create_study(user=owner, statement=PLAIN)
    with pytest.raises(Invalid):
        change_study(study=study, user=owner, statement=replace(PLAIN, setting="education"))
    study.refresh_from_db()
    assert study.setting == "research"


def test_a_study_at_work_waits_for_an_admin_and_records_nothing_until_then(owner, consent, study_at_work):
    assert open_question(study_at_work).asked_by == owner
    with pytest.raises(NotAllowed):
        open_session(
            study=study_at_work, user=owner, consent=consent, title="x", source=Session.Source.UPLOAD, every_ms=200
        )


def test_after_a_second_admins_approval_it_records(owner, admin, consent, study_at_work):
    approval = decide_approval(approval=open_question(study_at_work), user=admin, is_approved=True)
    assert approval.expires_at > timezone.now() + timedelta(days=179)
    assert open_session(
        study=study_at_work, user=owner, consent=consent, title="x", source=Session.Source.UPLOAD, every_ms=200
    )


def test_refusals_questions_and_decisions_are_told_to_the_audit(owner, admin, caplog):
    caplog.set_level("INFO")
    with pytest.raises(Invalid):
        create_study(user=owner, statement=replace(PLAIN, setting="workplace"))
    study = create_study(user=owner, statement=AT_WORK)
    decide_approval(approval=open_question(study), user=admin, is_approved=True)
    told = list(AuditEvent.objects.filter(action__startswith="study.").order_by("pk").values_list("action", "actor_id"))
    assert told == [
        ("study.refused", owner.pk),
        ("study.created", owner.pk),
        ("study.approval_asked", owner.pk),
        ("study.approved", admin.pk),
    ]
    assert owner.email not in caplog.text


def test_nobody_approves_what_they_asked_for_or_belong_to(owner, viewer, stranger, study_at_work):
    owner.is_staff = viewer.is_staff = True
    Membership.objects.create(study=study_at_work, user=viewer, role=Membership.Role.VIEWER)
    for user in (owner, viewer, stranger):
        with pytest.raises(NotAllowed):
            decide_approval(approval=open_question(study_at_work), user=user, is_approved=True)


def test_a_refusal_needs_a_word_and_stands(admin, study_at_work):
    question = open_question(study_at_work)
    with pytest.raises(Invalid):
        decide_approval(approval=question, user=admin, is_approved=False)
    decide_approval(approval=question, user=admin, is_approved=False, note="A nurse can ask.")
    assert not is_permitted(study_at_work)
    with pytest.raises(Conflict):
        decide_approval(approval=question, user=admin, is_approved=True)


def test_an_approval_ends_with_its_time_and_with_any_change_of_what_it_approved(owner, admin, study_at_work):
    decide_approval(approval=open_question(study_at_work), user=admin, is_approved=True)
    change_study(study=study_at_work, user=owner, statement=replace(AT_WORK, contact="Somebody else"))
    assert is_permitted(study_at_work)
    change_study(study=study_at_work, user=owner, statement=replace(AT_WORK, purpose="Something else"))
    assert not is_permitted(study_at_work)
    assert open_question(study_at_work) is not None
    change_study(study=study_at_work, user=owner, statement=AT_WORK)
    assert is_permitted(study_at_work)
    StudyApproval.objects.update(expires_at=timezone.now())
    assert not is_permitted(study_at_work)


@pytest.mark.parametrize("missing", ["name", "purpose", "contact"])
def test_a_study_states_what_participants_must_know(owner, missing):
    with pytest.raises(Invalid, match="states its"):
        create_study(user=owner, statement=replace(PLAIN, **{missing: " "}))


def test_only_the_owner_changes_the_study(study, viewer, owner):
    with pytest.raises(NotAllowed):
        change_study(study=study, user=viewer, statement=PLAIN)
    assert change_study(study=study, user=owner, statement=PLAIN).name == "Laughter"


FORM = {
    "name": "Laughter",
    "purpose": "How jokes land",
    "setting": "research",
    "contact": "Dr Dewi",
    "legal_ground": "consent",
    "capture_mode": "readings",
    "languages": ["en", "id"],
}


def test_the_page_creates_and_changes_a_study(client_of, owner):
    client = client_of(owner)
    client.post("/studies/new/", FORM)
    study = Study.objects.get()
    assert (study.name, study.languages) == ("Laughter", ["en", "id"])
    assert "Laughter" in client.get("/studies/").content.decode()
    client.post(f"/studies/{study.pk}/change/", FORM | {"name": "Smiles"})
    study.refresh_from_db()
    assert study.name == "Smiles"


def test_the_page_refuses_a_forbidden_setting_and_says_why(client_of, owner):
    answer = client_of(owner).post("/studies/new/", FORM | {"setting": "recruitment"})
    assert answer.status_code == 400
    assert "EU AI Act" in answer.content.decode()


def test_an_admin_decides_on_the_page_and_others_do_not_find_it(client_of, admin, owner, study_at_work):
    assert REASON in client_of(admin).get("/studies/approvals/").content.decode()
    url = f"/studies/approvals/{open_question(study_at_work).pk}/decide/"
    assert client_of(owner).post(url, {"decision": "approve"}).status_code == 404
    assert client_of(owner).get("/studies/approvals/").status_code == 404
    client_of(admin).post(url, {"decision": "approve"})
    assert is_permitted(study_at_work)


def test_strangers_find_no_study(client_of, api_of, stranger, study):
    assert client_of(stranger).get(f"/studies/{study.pk}/change/").status_code == 404
    assert api_of(stranger).get(f"/api/v1/studies/{study.pk}/").status_code == 404


def test_the_api_creates_refuses_and_decides(api_of, owner, admin):
    api = api_of(owner)
    refused = api.post("/api/v1/studies/", FORM | {"setting": "workplace"})
    assert (refused.status_code, refused.json()["details"]["reason"]) == (400, "setting_forbidden")
    stated = FORM | {"setting": "workplace", "exemption": "medical", "exemption_reason": REASON}
    made = api.post("/api/v1/studies/", stated)
    assert (made.status_code, made.json()["approval"]) == (201, "waiting")
    question = open_question(Study.objects.get())
    url = f"/api/v1/approvals/{question.pk}/decision/"
    assert api.post(url, {"is_approved": True}).status_code == 403
    assert api_of(admin).post(url, {"is_approved": True}).json()["is_approved"] is True
    assert api.get(f"/api/v1/studies/{made.json()['id']}/").json()["approval"] == "approved"
