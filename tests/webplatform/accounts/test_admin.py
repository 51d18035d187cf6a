"""Accounts in Django's admin."""

import pytest

from webplatform.accounts.models import AuditEvent, User
from webplatform.accounts.services import create_token


@pytest.fixture
def operator_client(client_of, db):
    return client_of(User.objects.create_superuser("root@example.org", "correct-horse-battery"))


@pytest.mark.parametrize(
    "page",
    [
        "accounts/user/",
        "accounts/user/add/",
        "accounts/apitoken/",
        "studies/study/",
        "consent/consenttext/",
        "consent/consentrecord/",
    ],
)
def test_the_operator_opens_the_page(operator_client, page):
    assert operator_client.get(f"/admin/{page}").status_code == 200


def test_the_operator_adds_a_user(operator_client):
    form = {
        "email": "new@example.org",
        "usable_password": "true",
        "password1": "correct-horse",
        "password2": "correct-horse",
    }
    assert operator_client.post("/admin/accounts/user/add/", form).status_code == 302
    assert User.objects.filter(email="new@example.org").exists()


def test_the_operator_never_sees_a_tokens_digest(operator_client, owner):
    token, _key = create_token(user=owner, name="notebook")
    html = operator_client.get(f"/admin/accounts/apitoken/{token.pk}/change/").content.decode()
    assert token.digest not in html


def test_the_operator_cannot_edit_a_consent(operator_client, consent):
    page = f"/admin/consent/consentrecord/{consent.pk}/change/"
    assert operator_client.post(page, {"channel": "api"}).status_code == 403
    assert operator_client.post(page.replace("change", "delete"), {"post": "yes"}).status_code == 403


def test_the_operator_sees_a_study_and_its_members_and_changes_neither(operator_client, study, viewer):
    page = f"/admin/studies/study/{study.pk}/change/"
    assert operator_client.post(page, {"name": "Other"}).status_code == 403
    assert operator_client.post(page.replace("change", "delete"), {"post": "yes"}).status_code == 403
    study.refresh_from_db()
    assert study.name != "Other"
    assert "viewer@example.org" in operator_client.get(page).content.decode()


def test_the_operator_erases_no_account_past_its_erasure(operator_client, owner):
    assert operator_client.post(f"/admin/accounts/user/{owner.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=owner.pk).exists()


def test_a_token_deleted_by_the_operator_is_revoked_and_audited(operator_client, owner):
    one, other = (create_token(user=owner, name=name)[0] for name in ("notebook", "robot"))
    operator_client.post(f"/admin/accounts/apitoken/{one.pk}/delete/", {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"}
    operator_client.post("/admin/accounts/apitoken/", chosen)
    assert not owner.api_tokens.exists()
    operator = User.objects.get(email="root@example.org")
    told = AuditEvent.objects.filter(action="token.revoked", actor_id=operator.pk)
    assert {event.target for event in told} == {f"token:{one.pk}", f"token:{other.pk}"}


def test_a_user_without_rights_is_refused(client_of, owner):
    assert client_of(owner).get("/admin/", follow=True).status_code == 403


def test_the_operator_enters_by_the_login_of_everybody(client, db):
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/account/login/")
