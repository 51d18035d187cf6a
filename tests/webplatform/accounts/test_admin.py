"""Accounts in Django's admin."""

import pytest

from webplatform.accounts.models import User
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
        "studies/study/add/",
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


def test_the_operator_gives_no_role_past_the_rules_of_the_studys_page(operator_client, study, viewer):
    page = f"/admin/studies/study/{study.pk}/change/"
    row = study.memberships.get(user=viewer)
    form = {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "1", "memberships-0-id": row.pk}
    form |= {"memberships-0-study": study.pk, "memberships-0-user": viewer.pk, "memberships-0-role": "owner"}
    operator_client.post(page, form | {"memberships-0-DELETE": "on"})
    row.refresh_from_db()
    assert row.role == "viewer"
    assert "viewer@example.org" in operator_client.get(page).content.decode()


def test_a_user_without_rights_is_refused(client_of, owner):
    assert client_of(owner).get("/admin/", follow=True).status_code == 403


def test_the_operator_enters_by_the_login_of_everybody(client, db):
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/account/login/")
