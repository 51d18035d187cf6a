"""The admins' page of accounts, and what ends when one is disabled."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from rest_framework.test import APIClient

from tests.conftest import PASSWORD
from tests.webplatform.accounts.second_factor import add_second_factor
from webplatform.accounts import people
from webplatform.accounts.models import ApiToken, AuditEvent, User
from webplatform.common.errors import Conflict, NotAllowed

PEOPLE = "/account/people/"


@pytest.fixture
def admin(db):
    return User.objects.create_user("admin@example.org", PASSWORD, is_staff=True)


def test_the_page_finds_people_by_address_and_name(client_of, admin, owner, stranger):
    stranger.first_name = "Dewi"
    stranger.save()
    client = client_of(admin)
    assert {person.email for person in client.get(PEOPLE).context["page"]} == {admin.email, owner.email, stranger.email}
    assert [person.email for person in client.get(PEOPLE, {"q": "dewi"}).context["page"]] == [stranger.email]
    assert "Nobody of this address or name" in client.get(PEOPLE, {"q": "nobody"}).content.decode()


def test_the_page_asks_the_database_a_fixed_number_of_times(client_of, admin, django_assert_max_num_queries):
    for number in range(20):
        User.objects.create_user(f"{number}@example.org")
    client = client_of(admin)
    with django_assert_max_num_queries(5):  # login, user, count, page, a purge that waits
        client.get(PEOPLE)


@pytest.mark.parametrize("page", ["", "1/disable/", "1/enable/", "1/second-factor/remove/"])
def test_for_others_there_is_no_such_page(client_of, owner, page):
    client = client_of(owner)
    assert (client.post if page else client.get)(f"{PEOPLE}{page}").status_code == 404
    assert (Client().post if page else Client().get)(f"{PEOPLE}{page}").status_code == 302


def test_a_disabled_account_is_out_at_once_and_for_good(client_of, admin, owner, token_of):
    browser, token = client_of(owner), token_of(owner)
    client_of(admin).post(f"{PEOPLE}{owner.pk}/disable/")
    assert browser.get("/account/").status_code == 302
    assert APIClient(HTTP_AUTHORIZATION=f"Token {token}").get("/api/v1/sessions/").status_code == 401
    login = Client().post("/account/login/", {"login": owner.email, "password": PASSWORD})
    assert login["Location"] == "/account/inactive/"
    client_of(admin).post(f"{PEOPLE}{owner.pk}/enable/")
    assert browser.get("/account/").status_code == 302
    assert not ApiToken.objects.filter(user=owner).exists()
    assert Client().post("/account/login/", {"login": owner.email, "password": PASSWORD})["Location"] == "/"
    told = AuditEvent.objects.filter(action__startswith="account.", target=f"user:{owner.pk}").order_by("pk")
    assert list(told.values_list("action", "actor_id")) == [
        ("account.disabled", admin.pk),
        ("account.enabled", admin.pk),
    ]


def test_twice_is_the_same_as_once(admin, owner):
    for _time in range(2):
        people.disable_account(person=owner, by=admin)
    assert AuditEvent.objects.filter(action="account.disabled").count() == 1


def test_nobody_disables_themselves(admin):
    with pytest.raises(Conflict):
        people.disable_account(person=admin, by=admin)


@pytest.mark.parametrize("service", [people.disable_account, people.enable_account, people.remove_second_factor])
def test_only_admins_do_this(owner, stranger, service):
    with pytest.raises(NotAllowed):
        service(person=stranger, by=owner)


def test_a_lost_phone_is_forgiven_by_an_admin(client_of, admin, owner):
    add_second_factor(owner)
    client_of(admin).post(f"{PEOPLE}{owner.pk}/second-factor/remove/")
    assert not Authenticator.objects.exists()
    assert AuditEvent.objects.filter(action="two_factor.removed", actor_id=admin.pk).exists()


def test_an_admin_does_not_drop_their_own_second_factor_without_a_password(admin):
    add_second_factor(admin)
    with pytest.raises(Conflict):
        people.remove_second_factor(person=admin, by=admin)


def test_djangos_admin_changes_rights_with_a_note_and_disables_nobody(client_of, owner, db):
    root = User.objects.create_superuser("root@example.org", PASSWORD)
    form = {"email": owner.email, "is_staff": "on"}  # without is_active, which would disable
    client_of(root).post(f"/admin/accounts/user/{owner.pk}/change/", form)
    owner.refresh_from_db()
    assert (owner.is_staff, owner.is_active) == (True, True)
    event = AuditEvent.objects.get(action="account.rights_changed")
    assert (event.actor_id, event.details) == (root.pk, {"is_staff": True})
