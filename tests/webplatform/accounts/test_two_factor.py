"""The second factor: set up, asked for, lost, and obligatory for staff."""

import pytest
from allauth.mfa.models import Authenticator

from tests.conftest import PASSWORD
from tests.webplatform.accounts.second_factor import add_second_factor, code_of
from webplatform.accounts.models import AuditEvent, User
from webplatform.accounts.services import create_token

SETUP = "/account/two-factor/totp/activate/"
ASK = "/account/two-factor/authenticate/"


@pytest.fixture
def admin(db):
    return User.objects.create_superuser("admin@example.org", PASSWORD)


def _log_in(client, user):
    return client.post("/account/login/", {"login": user.email, "password": PASSWORD})


def _confirm(client, page):
    return client.post(f"/account/reauthenticate/?next={page}", {"password": PASSWORD, "next": page})


def test_setting_it_up_asks_for_the_password_first(client_of, owner):
    assert client_of(owner).get(SETUP)["Location"].startswith("/account/reauthenticate/")


@pytest.mark.django_db(transaction=True)
def test_from_the_setup_over_the_code_to_the_recovery_codes(client, owner, mailoutbox):
    _log_in(client, owner)
    _confirm(client, SETUP)
    page = client.get(SETUP)
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    done = client.post(SETUP, {"code": code_of(page.context["form"].secret)}, follow=True)
    codes = done.context["unused_codes"]
    assert len(codes) == 10
    assert "Raut: Two-factor login is on" in {mail.subject for mail in mailoutbox}
    assert (
        list(AuditEvent.objects.filter(action="two_factor.added").values_list("actor_id", flat=True)) == [owner.pk] * 2
    )
    client.post("/account/logout/")
    assert _log_in(client, owner)["Location"] == ASK
    assert client.post(ASK, {"code": codes[0]})["Location"] == "/"
    client.post("/account/logout/")
    _log_in(client, owner)
    assert client.post(ASK, {"code": codes[0]}).status_code == 200  # each works once


def test_a_password_alone_opens_nothing(client, owner):
    add_second_factor(owner)
    _log_in(client, owner)
    assert "_auth_user_id" not in client.session
    assert client.get("/account/")["Location"].startswith("/account/login/")


def test_a_code_works_once(client, owner):
    code = code_of(add_second_factor(owner))
    _log_in(client, owner)
    assert client.post(ASK, {"code": code})["Location"] == "/"
    client.post("/account/logout/")
    _log_in(client, owner)
    assert client.post(ASK, {"code": code}).status_code == 200
    assert AuditEvent.objects.filter(action="two_factor.failed").count() == 1


def test_turning_it_off_asks_who_it_is_and_removes_the_codes(client, owner):
    secret = add_second_factor(owner)
    _log_in(client, owner)
    client.post(ASK, {"code": code_of(secret)})
    off = "/account/two-factor/totp/deactivate/"
    assert client.post(off)["Location"].startswith("/account/reauthenticate/")
    _confirm(client, off)
    client.post(off)
    assert not Authenticator.objects.exists()
    assert AuditEvent.objects.filter(action="two_factor.removed", actor_id=owner.pk).count() == 2


def test_the_database_alone_makes_no_code(owner):
    secret = add_second_factor(owner)
    assert secret not in str(list(Authenticator.objects.values("data")))


def test_after_a_new_secret_key_no_code_fits_and_the_page_still_answers(client, owner, settings):
    secret = add_second_factor(owner)
    settings.SECRET_KEY = "x" * 50
    _log_in(client, owner)
    assert client.post(ASK, {"code": code_of(secret)}).status_code == 200


def test_with_the_old_secret_key_as_fallback_the_code_fits(client, owner, settings):
    secret = add_second_factor(owner)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "x" * 50
    _log_in(client, owner)
    assert client.post(ASK, {"code": code_of(secret)})["Location"] == "/"


@pytest.mark.parametrize(
    "page", ["", "totp/activate/", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "reauthenticate/"]
)
def test_every_page_wears_our_frame_and_carries_no_inline_code(client, owner, page):
    secret = add_second_factor(owner)
    _log_in(client, owner)
    client.post(ASK, {"code": code_of(secret)})
    _confirm(client, "/account/")
    if page == "totp/activate/":
        Authenticator.objects.all().delete()
    html = client.get(f"/account/two-factor/{page}").content.decode()
    assert 'href="#content"' in html
    assert "<script" not in html
    assert " style=" not in html


@pytest.mark.parametrize("page", ["/", "/admin/", "/account/people/", "/account/tokens/"])
def test_where_staff_need_it_they_get_to_nothing_but_its_setup(client_of, admin, settings, page):
    settings.RAUT_REQUIRE_MFA_FOR_STAFF = True
    response = client_of(admin).get(page)
    assert response["Location"] == SETUP
    refused = client_of(admin).get("/api/v1/datasets/")
    assert (refused.status_code, refused.json()["code"]) == (403, "two_factor_required")


def test_where_staff_need_it_a_token_administers_nothing_without(admin, api_of, settings):
    api = api_of(admin)
    assert api.get("/api/v1/datasets/").status_code == 200
    settings.RAUT_REQUIRE_MFA_FOR_STAFF = True
    assert api.get("/api/v1/datasets/").json()["code"] == "two_factor_required"
    assert api.get("/api/v1/sessions/").status_code == 200
    add_second_factor(admin)
    assert api.get("/api/v1/datasets/").status_code == 200


def test_where_staff_need_it_those_who_have_it_and_everybody_else_go_on(client_of, admin, owner, settings):
    settings.RAUT_REQUIRE_MFA_FOR_STAFF = True
    add_second_factor(admin)
    assert client_of(admin).get("/admin/").status_code == 200
    assert client_of(owner).get("/account/").status_code == 200


def test_staff_can_still_log_out_and_change_the_language(client_of, admin, settings):
    settings.RAUT_REQUIRE_MFA_FOR_STAFF = True
    assert client_of(admin).post("/i18n/setlang/", {"language": "id", "next": "/"})["Location"] == "/"
    assert client_of(admin).post("/account/logout/")["Location"] == "/account/login/"


def test_django_s_admin_has_no_login_of_its_own(client, admin):
    response = client.post("/admin/login/", {"username": admin.email, "password": PASSWORD})
    assert response["Location"].startswith("/account/login/")
    assert "_auth_user_id" not in client.session


def test_a_token_of_a_user_without_staff_rights_needs_no_second_factor(owner, api_of, settings):
    settings.RAUT_REQUIRE_MFA_FOR_STAFF = True
    create_token(user=owner, name="a")
    assert api_of(owner).get("/api/v1/sessions/").status_code == 200
