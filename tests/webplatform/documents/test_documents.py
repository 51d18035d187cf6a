"""What the platform writes about itself, compared with what it does."""

import pytest
from django.urls import reverse
from django.utils.translation import override
from rest_framework.test import APIClient

from webplatform.accounts.models import AuditEvent
from webplatform.analysis.withdrawals import may_keep_media
from webplatform.common.errors import Invalid, NotAllowed
from webplatform.consent.services import give_consent, give_participant_consent, withdraw_consent
from webplatform.documents.assessment import assessment_of
from webplatform.documents.document import Document, Section
from webplatform.documents.facts import limits_of, people_of
from webplatform.documents.processing import record_of, record_of_platform
from webplatform.documents.schedule import retention_schedule
from webplatform.history.services import close_session, open_session
from webplatform.participation.links import create_link
from webplatform.participation.participants import add_participant
from webplatform.participation.requests import submit_request
from webplatform.studies.approvals import is_permitted
from webplatform.studies.assessments import state_assessment
from webplatform.studies.models import Study
from webplatform.studies.retention_policy import RetentionPolicy
from webplatform.studies.services import StudyStatement, change_retention, create_study, personal_study
from webplatform.studies.variables import add_variable
from webplatform.webhooks.models import Webhook

NOTHING_SAID = {"assessment": "", "note": ""}


def facts(document, heading_part=""):
    """Every fact of the document's parts whose heading contains this."""
    return dict(fact for part in document.sections if heading_part in part.heading for fact in part.facts)


def everything(document):
    return document.markdown()


class TestRetentionPage:
    def test_everybody_may_read_it_in_their_language(self, client, db):
        page = client.get(reverse("documents:retention"))
        assert page.status_code == 200
        assert "What is kept, and for how long" in page.content.decode()
        page = client.get(reverse("documents:retention"), headers={"Accept-Language": "id"})
        assert "Apa yang disimpan, dan berapa lama" in page.content.decode()

    def test_every_page_leads_there(self, client, db):
        assert reverse("documents:retention") in client.get(reverse("account_login")).content.decode()

    def test_it_names_no_study(self, study):
        assert study.name not in everything(retention_schedule())

    def test_the_ceiling_in_the_text_is_the_one_that_is_applied(self, study, owner, settings):
        assert "longer than 1095 days" in everything(retention_schedule())
        settings.RAUT_RETENTION_MAX_DAYS = 9
        text = everything(retention_schedule())
        assert "longer than 9 days" in text
        assert facts(retention_schedule(), "studies on this server")["Readings and corrections"] == "9 days"
        assert study.retention.observation_days == 9
        with pytest.raises(Invalid):
            change_retention(study=study, user=owner, policy=RetentionPolicy(9, 10, 10))

    def test_a_changed_study_changes_the_page(self, study, owner):
        assert facts(retention_schedule(), "studies on this server")["Video"] == "11 days"
        change_retention(study=study, user=owner, policy=RetentionPolicy(5, 22, 33))
        assert facts(retention_schedule(), "studies on this server")["Video"] == "5 days"

    def test_several_studies_give_a_span(self, study):
        Study.objects.create(name="Another", media_days=3, observation_days=40, rest_days=50)
        assert facts(retention_schedule(), "studies on this server")["Readings and corrections"] == "22 to 40 days"

    def test_what_it_says_of_a_new_study_holds_for_one(self, owner):
        stated = StudyStatement(name="New", purpose="p", setting="research", contact="c")
        made = create_study(user=owner, statement=stated)
        assert facts(retention_schedule(), "A new study") == dict(limits_of(made))

    def test_the_hours_for_an_answer_are_the_ones_of_the_clock(self, study, owner):
        asked = submit_request(participant=add_participant(study=study, user=owner), kind="copy")
        hours = round((asked.due_at - asked.asked_at).total_seconds() / 3600)
        assert f"answered within {hours} hours" in everything(retention_schedule())

    def test_the_days_of_a_link_are_the_ones_that_are_enforced(self, study, owner):
        participant = add_participant(study=study, user=owner)
        create_link(participant=participant, user=owner, days=365)
        with pytest.raises(Invalid):
            create_link(participant=participant, user=owner, days=366)
        assert "lasts at most 365 days" in everything(retention_schedule())

    def test_who_answers_is_whom_the_operator_names(self, db, settings):
        assert "the operator sets RAUT_CONTROLLER" in everything(retention_schedule())
        settings.RAUT_CONTROLLER = "Institute of Films, Jakarta"
        assert "Institute of Films, Jakarta" in everything(retention_schedule())

    def test_it_tells_what_is_kept_for_a_short_time(self, study, settings):
        assert "Videos from addresses" not in facts(retention_schedule(), "short time")
        settings.RAUT_UPLOAD_HOURS, settings.RAUT_WEBHOOK_KEEP_DAYS = 5, 6
        settings.RAUT_FETCH_HOSTS = ["media.example.org"]
        for document in (retention_schedule(), record_of(study), record_of_platform()):
            found = facts(document, "short time")
            assert found["Uploads that stopped half way"] == "encrypted; 5 hours after the last part came"
            assert found["Videos from addresses"].endswith("5 hours longer")
            assert found["Events for other programs (webhooks)"].startswith("6 days:")
            assert "24 hours" in found["Answers to programs that may ask twice (Idempotency-Key)"]
            assert "24 hours" in found["Data sets that were checked and not made"]
        assert "lies in the bin" in everything(retention_schedule())


class TestRecord:
    def test_it_tells_of_the_addresses_that_hear_of_the_study(self, study, owner, django_user_model):
        assert facts(record_of(study))["Others"].startswith("none")
        Webhook.objects.create(user=owner, study=study, name="a", url="https://a.example", sealed_secret="s")
        assert facts(record_of(study))["Others"].startswith("1 address that")
        Webhook.objects.create(user=owner, name="b", url="https://b.example", sealed_secret="s")
        Webhook.objects.create(user=owner, name="off", url="https://c.example", sealed_secret="s", off="owner")
        stranger = django_user_model.objects.create_user("away@example.org", "correct-horse-battery")
        Webhook.objects.create(user=stranger, name="stranger", url="https://d.example", sealed_secret="s")
        assert facts(record_of(study))["Others"].startswith("2 addresses that")

    def test_it_names_the_store_that_holds_the_files(self, study, settings):
        assert facts(record_of(study))["Who stores videos and exports"].startswith("this server")
        settings.RAUT_OBJECT_STORE = {"bucket_name": "recordings", "endpoint_url": "https://s3.example.org:9000"}
        assert "s3.example.org, bucket recordings" in facts(record_of(study))["Who stores videos and exports"]
        settings.RAUT_OBJECT_STORE = {"bucket_name": "recordings"}
        assert "Amazon S3, bucket recordings" in facts(record_of(study))["Who stores videos and exports"]

    def test_it_states_the_study_as_it_is_now(self, study):
        found = facts(record_of(study))
        assert found["Purpose"] == "How people react to films"
        assert found["Readings and corrections"] == "22 days after the session's end"
        assert found["Members of the study"] == "owner: 1, analyst: 0, viewer: 1"
        study.purpose = "Something else"
        assert facts(record_of(study))["Purpose"] == "Something else"

    def test_that_no_video_is_kept_is_written_where_none_is_kept(self, study, owner, consent):
        session = open_session(study=study, user=owner, consent=consent, title="x", source="upload", every_ms=200)
        assert facts(record_of(study))["Video"] == "11 days after the session's end"
        assert may_keep_media(session)
        study.capture_mode = session.study.capture_mode = Study.CaptureMode.READINGS
        assert facts(record_of(study))["Video"] == "deleted as soon as it was analysed"
        assert not may_keep_media(session)

    def test_it_counts_who_agreed_to_what(self, study, owner):
        participant = add_participant(study=study, user=owner)
        assert facts(record_of(study))["Participants, under pseudonyms"] == "1"
        assert participant.pseudonym not in everything(record_of(study))

    def test_it_names_what_is_noted_of_participants(self, study, owner):
        assert facts(record_of(study))["Noted of each, beside the pseudonym"] == "nothing"
        add_variable(study=study, user=owner, name="age band", kind="text")
        assert facts(record_of(study))["Noted of each, beside the pseudonym"] == "age band"

    def test_it_claims_https_only_where_it_is_enforced(self, study, settings):
        assert "not enforced" in facts(record_of(study))["In transit"]
        settings.PRODUCTION = True
        assert facts(record_of(study))["In transit"] == "HTTPS only, with HSTS"

    def test_a_restricted_study_without_approval_is_said_to_record_nothing(self, study):
        study.setting, study.exemption, study.exemption_reason = "workplace", "safety", "Drivers fall asleep."
        found = facts(record_of(study))
        assert found["Approval by a second admin"] == "none: it records nothing"
        assert found["Medical or safety reason"] == "safety reason: Drivers fall asleep."

    def test_the_platforms_record_has_every_study_and_no_personal_one(self, study):
        Study.objects.create(name="Mine alone", is_personal=True, setting="personal")
        text = everything(record_of_platform())
        assert study.name in text
        assert "Mine alone" not in text


class TestAssessment:
    def test_it_states_how_often_the_active_model_is_wrong(self, study, model_version):
        model_version.metrics = {
            "private": {"n": 200, "accuracy": 0.75, "macro_f1": 0.5, "per_class": {"fear": {"recall": 0.4}}}
        }
        model_version.save()
        found = facts(assessment_of(study), "model")
        assert found["Model"] == f"{model_version.name} {model_version.version}"
        assert found["Wrong"] == "25.0 % of the test faces"
        assert found["fear"] == "60.0 % missed"

    def test_without_a_model_it_says_so(self, study):
        assert facts(assessment_of(study), "model") == {"Model": "none is active"}

    def test_what_only_people_know_stays_open(self, study):
        assert everything(assessment_of(study)).count("- [ ] ") >= 8

    def test_it_comes_in_the_readers_language(self, study):
        with override("id"):
            assert "Penilaian dampak" in assessment_of(study).title


class TestTheOwnersWord:
    @pytest.fixture(autouse=True)
    def _as_in_production(self, settings):
        settings.RAUT_REQUIRE_ASSESSMENT = True

    def test_no_study_records_before_it(self, study, owner, consent):
        recorded = {"study": study, "user": owner, "consent": consent, "title": "x", "source": "upload"}
        with pytest.raises(NotAllowed) as refused:
            open_session(**recorded, every_ms=200)
        assert refused.value.details["reason"] == "assessment_missing"
        state_assessment(study=study, user=owner, assessment="done", note="Filed under 7/2026.")
        assert open_session(**recorded, every_ms=200).study == study
        assert AuditEvent.objects.filter(action="study.assessment_stated", actor_id=owner.pk).count() == 1

    def test_a_personal_study_needs_none(self, owner, settings):
        assert is_permitted(personal_study(owner))

    @pytest.mark.parametrize(
        "said", [("done", "short"), ("", "Filed under 7/2026."), ("perhaps", "Filed under 7/2026.")]
    )
    def test_it_says_something(self, study, owner, said):
        with pytest.raises(Invalid):
            state_assessment(study=study, user=owner, assessment=said[0], note=said[1])
        assert not is_permitted(study)

    def test_only_owners_say_it(self, study, viewer):
        with pytest.raises(NotAllowed):
            state_assessment(study=study, user=viewer, assessment="done", note="Filed under 7/2026.")

    def test_the_page_asks_for_it_and_shows_it(self, client_of, owner, study):
        browser, url = client_of(owner), reverse("documents:assessment", args=[study.pk])
        stands = reverse("participation:study", args=[study.pk])
        assert "records nothing until its owner states" in browser.get(stands).content.decode()
        said = {"assessment": "not_needed", "note": "Nobody but the two of us is seen."}
        assert browser.post(url, said, follow=True).redirect_chain == [(url, 302)]
        assert facts(assessment_of(Study.objects.get(pk=study.pk)), "decision") == {
            "The owner's word": "not needed: Nobody but the two of us is seen."
        }
        assert "records nothing until its owner states" not in browser.get(stands).content.decode()


@pytest.mark.parametrize("name", ["record", "assessment"])
class TestWho:
    def test_owners_read_and_download_it(self, client_of, owner, study, name):
        url = reverse(f"documents:{name}", args=[study.pk])
        page = client_of(owner).get(url)
        assert page.status_code == 200
        assert "How people react to films" in page.content.decode()
        text = client_of(owner).get(url, {"as": "md"})
        assert text["Content-Type"] == "text/markdown; charset=utf-8"
        assert text["Content-Disposition"].endswith('.md"')
        assert "- **Purpose:** How people react to films" in text.content.decode()

    def test_others_do_not(self, client_of, client, viewer, stranger, study, name):
        url = reverse(f"documents:{name}", args=[study.pk])
        assert client_of(viewer).get(url).status_code == 403
        assert client_of(stranger).get(url).status_code == 404
        assert client.get(url).status_code == 302


def test_only_admins_read_the_platforms_record(client_of, client, owner, stranger, study):
    url = reverse("documents:platform-record")
    assert client_of(owner).get(url).status_code == 404
    assert client.get(url).status_code == 302
    stranger.is_staff = True
    stranger.save()
    page = client_of(stranger).get(url)
    assert page.status_code == 200
    assert study.name in page.content.decode()


def test_what_people_wrote_cannot_pass_for_a_part_of_the_document():
    document = Document("T", "L", (Section("S", facts=(("Purpose", "a\n## Forged\n- [x] done"),)),))
    assert document.markdown() == "# T\n\nL\n\n## S\n\n- **Purpose:** a ## Forged - [x] done\n"


def test_the_studys_pages_lead_to_both(client_of, owner, viewer, study):
    record, assessment = (reverse(f"documents:{name}", args=[study.pk]) for name in ("record", "assessment"))
    for url in (reverse("results:study", args=[study.pk]), reverse("participation:study", args=[study.pk])):
        owners, viewers = (client_of(user).get(url).content.decode() for user in (owner, viewer))
        assert record in owners and record not in viewers
    assert assessment in client_of(owner).get(record).content.decode()


class TestRest:
    """The same words as on the pages, in parts."""

    @pytest.mark.parametrize(
        ("name", "written"),
        [("api-record", record_of), ("api-assessment", assessment_of)],
    )
    def test_owners_read_a_studys_document_part_by_part(self, api_of, owner, study, name, written):
        answer = api_of(owner).get(reverse(name, args=[study.pk])).json()
        assert _as_document(answer) == written(study)
        assert answer["language"] == "en"

    def test_everybody_reads_the_schedule_without_a_token_in_their_language(self, study):
        answer = APIClient().get(reverse("api-retention-schedule"), headers={"accept-language": "id"}).json()
        with override("id"):
            assert _as_document(answer) == retention_schedule()
        assert answer["language"] == "id"

    def test_admins_read_the_platforms_record(self, api_of, stranger, study):
        stranger.is_staff = True
        stranger.save()
        answer = api_of(stranger).get(reverse("api-platform-record")).json()
        assert _as_document(answer) == record_of_platform()
        assert study.name in [section["heading"] for section in answer["sections"]]

    def test_the_owner_states_their_word_which_lets_the_study_record(self, api_of, owner, study, settings):
        settings.RAUT_REQUIRE_ASSESSMENT = True
        url = reverse("api-assessment", args=[study.pk])
        assert {key: api_of(owner).get(url).json()[key] for key in ("assessment", "note")} == NOTHING_SAID
        said = {"assessment": "done", "note": "Filed under 7/2026."}
        answer = api_of(owner).post(url, said).json()
        assert {key: answer[key] for key in said} == said
        assert facts(_as_document(answer), "decision") == {"The owner's word": "done: Filed under 7/2026."}
        assert is_permitted(Study.objects.get(pk=study.pk))
        assert AuditEvent.objects.filter(action="study.assessment_stated", actor_id=owner.pk).count() == 1

    @pytest.mark.parametrize(
        "said",
        [
            {"assessment": "done", "note": "short"},
            {"assessment": "", "note": "Filed under 7/2026."},
            {"assessment": "done"},
            {},
        ],
    )
    def test_a_word_that_says_nothing_is_refused(self, api_of, owner, study, said):
        refused = api_of(owner).post(reverse("api-assessment", args=[study.pk]), said)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
        assert Study.objects.get(pk=study.pk).assessment == ""

    def test_a_viewer_states_nothing(self, api_of, viewer, study):
        said = {"assessment": "done", "note": "Filed under 7/2026."}
        assert api_of(viewer).post(reverse("api-assessment", args=[study.pk]), said).status_code == 403
        assert Study.objects.get(pk=study.pk).assessment == ""


def test_the_record_says_how_many_sessions_may_go_to_other_researchers(study, owner):
    assert facts(record_of(study))["Other researchers"] == "none: no session has a consent to that"
    consent = give_consent(user=owner, language="en", channel="page", scopes=["analyse", "share"])
    session = open_session(study=study, user=owner, consent=consent, title="x", source="upload", every_ms=200)
    close_session(session=session, duration_ms=1000, is_partial=False)
    assert "readings of 1 session," in facts(record_of(study))["Other researchers"]


def test_more_participants_cost_no_more_queries(study, owner, django_assert_num_queries):
    def join(name):
        joined = add_participant(study=study, user=owner, pseudonym=name)
        give_participant_consent(
            participant=joined, language="en", channel="link", scopes=["analyse", "train", "share"]
        )
        withdraw_consent(of=joined, channel="link", scopes=["share"])

    join("Blue")
    with django_assert_num_queries(6):
        assert dict(people_of(study))["Participants, under pseudonyms"] == "1"
    join("Red")
    join("Green")
    add_participant(study=study, user=owner, pseudonym="Grey")
    with django_assert_num_queries(6):
        found = dict(people_of(study))
    assert found["Participants, under pseudonyms"] == "4"
    told = "analyse my facial expression: 3, keep the video: 0, use pictures of my face to train models: 3, share"
    assert told in found["Of these, consent that holds now"]


def _as_document(answer):
    """What the API answered, as the document that it was made of."""
    sections = tuple(
        Section(
            heading=part["heading"],
            text=tuple(part["text"]),
            facts=tuple((fact["term"], fact["fact"]) for fact in part["facts"]),
            gaps=tuple(part["gaps"]),
        )
        for part in answer["sections"]
    )
    return Document(title=answer["title"], lead=answer["lead"], sections=sections)
