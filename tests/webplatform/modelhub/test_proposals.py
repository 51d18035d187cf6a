"""Promotions that a second admin must agree to, and what the gate sees of the bundle."""

import pytest

import inference
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.learning.services import decide_promotion, promote
from webplatform.modelhub.models import ModelVersion, Promotion, PromotionProposal
from webplatform.modelhub.queries import active_version
from webplatform.modelhub.services import checks_of, register_bundle

pytestmark = pytest.mark.django_db


@pytest.fixture
def admins(django_user_model):
    make = django_user_model.objects.create_user
    return [make(f"admin{n}@example.org", "correct-horse-battery", is_staff=True) for n in range(2)]


@pytest.fixture
def returning(model_version):
    """A version that was active before: it needs no evidence to come back."""
    version = register_bundle(path=inference.SHIPPED_BUNDLE)
    ModelVersion.objects.filter(pk=version.pk).update(state="retired")
    version.refresh_from_db()
    return version


@pytest.fixture
def two_persons(settings):
    settings.RAUT_TWO_PERSON_PROMOTION = True


def test_one_admin_is_enough_unless_two_are_asked_for(returning, admins):
    assert isinstance(promote(user=admins[0], version=returning, reason="back"), Promotion)
    assert active_version() == returning


def test_a_second_admin_confirms(returning, admins, two_persons, model_version):
    proposal = promote(user=admins[0], version=returning, reason="back")
    assert isinstance(proposal, PromotionProposal)
    assert active_version() == model_version
    with pytest.raises(NotAllowed, match="own proposal"):
        decide_promotion(user=admins[0], proposal=proposal, is_confirmed=True)
    decide_promotion(user=admins[1], proposal=proposal, is_confirmed=True)
    made = Promotion.objects.get()
    assert (active_version(), made.by, made.confirmed_by) == (returning, admins[0], admins[1])
    with pytest.raises(Conflict, match="decided"):
        decide_promotion(user=admins[1], proposal=proposal, is_confirmed=True)


def test_a_declined_proposal_changes_nothing_and_makes_room_for_another(returning, admins, two_persons, model_version):
    proposal = promote(user=admins[0], version=returning, reason="back")
    with pytest.raises(Conflict, match="already"):
        promote(user=admins[1], version=returning, reason="me too")
    decide_promotion(user=admins[1], proposal=proposal, is_confirmed=False)
    assert active_version() == model_version
    assert isinstance(promote(user=admins[1], version=returning, reason="again"), PromotionProposal)


def test_what_the_gate_would_refuse_is_not_even_proposed(returning, admins, two_persons):
    with pytest.raises(Invalid):
        promote(user=admins[0], version=returning, reason=" ")
    ModelVersion.objects.filter(pk=returning.pk).update(state="candidate")
    with pytest.raises(Conflict, match="not yet"):
        promote(user=admins[0], version=returning, reason="new")
    assert not PromotionProposal.objects.exists()


def test_only_admins_decide(returning, admins, two_persons, owner):
    proposal = promote(user=admins[0], version=returning, reason="back")
    with pytest.raises(NotAllowed):
        decide_promotion(user=owner, proposal=proposal, is_confirmed=True)


def test_the_gate_looks_at_the_bundle_first(returning):
    assert [check.is_passed for check in checks_of(returning, None)] == [True]
    ModelVersion.objects.filter(pk=returning.pk).update(bundle_path="/nowhere")
    returning.refresh_from_db()
    assert [check.is_passed for check in checks_of(returning, None)] == [False]


def test_the_page_and_the_api_ask_for_the_second_word(returning, admins, two_persons, client_of, api_of, owner):
    client = client_of(admins[0])
    client.post(f"/learning/models/{returning.pk}/promote/", {"reason": "it knows our faces"})
    page = client.get(f"/learning/models/{returning.pk}/").content.decode()
    assert "it knows our faces" in page
    assert 'value="confirm"' not in page
    assert 'value="confirm"' in client_of(admins[1]).get(f"/learning/models/{returning.pk}/").content.decode()
    path = f"/api/v1/models/{returning.pk}/decision/"
    assert api_of(owner).post(path, {"decision": "confirm"}).status_code == 403
    assert api_of(admins[0]).post(path, {"decision": "confirm"}).status_code == 403
    assert api_of(admins[1]).post(path, {"decision": "confirm"}).json()["state"] == "active"
    assert api_of(admins[1]).post(path, {"decision": "confirm"}).status_code == 404


def test_a_models_card_can_be_downloaded(returning, admins, client_of, owner):
    answer = client_of(admins[0]).get(f"/learning/models/{returning.pk}/card.md")
    assert answer.content.startswith(b"# raut-fer7")
    assert client_of(owner).get(f"/learning/models/{returning.pk}/card.md").status_code == 404
