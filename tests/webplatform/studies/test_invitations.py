"""Letters that let people in: sent, used once, revoked, expired, and never by the wrong hands."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from tests.conftest import PASSWORD
from webplatform.accounts.models import AuditEvent, User
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.studies import invitations
from webplatform.studies.expired_invitations import delete_expired
from webplatform.studies.models import Invitation, Membership, Study
from webplatform.studies.services import personal_study

NEW = "new@example.org"
FORM = {"password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def admin(db):
    return User.objects.create_user("admin@example.org", PASSWORD, is_staff=True)


@pytest.fixture
def letter(owner, study, mailoutbox):
    """`letter(email, role)`: the owner invites; returns the link's path in the mail."""

    def write(email=NEW, role="analyst"):
        invitations.invite(by=owner, email=email, study=study, role=role)
        return _link_in(mailoutbox[-1])

    return write


def _link_in(mail):
    return re.search(r"https?://[^/]+(/invitation/\S+)", mail.body)[1]


def _role(study, email):
    return Membership.objects.filter(study=study, user__email=email).values_list("role", flat=True).first()


def test_somebody_new_chooses_a_password_and_is_in_even_where_sign_up_is_closed(client, letter, study, settings):
    settings.RAUT_SIGNUP_OPEN = False
    assert client.get(letter())["Location"] == "/invitation/"
    page = client.get("/invitation/").content.decode()
    assert "owner@example.org invites you to work on the study “Pilot” as analyst." in page
    assert client.post("/invitation/", FORM)["Location"] == f"/studies/{study.pk}/"
    assert _role(study, NEW) == "analyst"
    user = User.objects.get(email=NEW)
    assert client.session["_auth_user_id"] == str(user.pk)
    assert EmailAddress.objects.get(user=user).verified
    assert Study.objects.filter(is_personal=True, memberships__user=user).exists()
    told = set(AuditEvent.objects.filter(actor_id=user.pk).values_list("action", flat=True))
    assert told == {"account.created", "invitation.accepted", "login.succeeded"}


def test_a_link_works_once(client, letter):
    link = letter()
    client.get(link)
    client.post("/invitation/", FORM)
    other = Client()
    other.get(link)
    assert other.get("/invitation/").status_code == 404
    assert not Invitation.objects.exists()


def test_who_has_an_account_logs_in_and_joins(client, letter, study, stranger):
    client.get(letter(stranger.email, "viewer"))
    page = client.get("/invitation/").content.decode()
    assert "log in as stranger@example.org" in page
    assert client.post("/invitation/", FORM).status_code == 200  # no second account, no way in without the password
    assert _role(study, stranger.email) is None
    answer = client.post(
        "/account/login/", {"login": stranger.email, "password": PASSWORD, "next": "/invitation/"}, follow=True
    )
    assert answer.redirect_chain[-1][0] == "/invitation/"
    client.post("/invitation/")
    assert _role(study, stranger.email) == "viewer"


def test_the_invitation_of_somebody_else_is_not_accepted(client_of, letter, study, stranger):
    client = client_of(stranger)
    client.get(letter())
    refused = client.get("/invitation/")
    assert (refused.status_code, "The invitation is for new@example.org" in refused.content.decode()) == (403, True)
    assert client.post("/invitation/").status_code == 403
    assert _role(study, stranger.email) is None
    with pytest.raises(NotAllowed):
        invitations.accept(invitation=Invitation.objects.get(), user=stranger)


def test_an_address_that_the_account_has_confirmed_besides_counts(letter, study, stranger):
    EmailAddress.objects.create(user=stranger, email=NEW, verified=True)
    letter()
    invitations.accept(invitation=Invitation.objects.get(), user=stranger)
    assert _role(study, stranger.email) == "analyst"


@pytest.mark.parametrize("change", ["revoke", "expire", "owner gone", "owner disabled", "sent again"])
def test_a_link_that_is_over_opens_nothing(client, letter, owner, change):
    link, invitation = letter(), Invitation.objects.get()
    if change == "revoke":
        invitations.revoke(invitation=invitation, by=owner)
    elif change == "expire":
        Invitation.objects.update(expires_at=timezone.now())
    elif change == "owner gone":
        Membership.objects.filter(user=owner).update(role="analyst")
    elif change == "owner disabled":
        User.objects.filter(pk=owner.pk).update(is_active=False)
    else:
        Invitation.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
        invitations.send_again(invitation=Invitation.objects.get(), by=owner)
    client.get(link)
    assert client.get("/invitation/").status_code == 404
    assert client.post("/invitation/", FORM).status_code == 404
    assert not User.objects.filter(email=NEW).exists()


def test_a_letter_that_is_sent_again_has_a_link_that_works(client, letter, owner, mailoutbox):
    letter()
    with pytest.raises(Conflict, match="just now"):
        invitations.send_again(invitation=Invitation.objects.get(), by=owner)
    Invitation.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
    invitations.send_again(invitation=Invitation.objects.get(), by=owner)
    client.get(_link_in(mailoutbox[-1]))
    assert client.get("/invitation/").status_code == 200


def test_neither_key_nor_address_is_told_to_those_who_should_not_know(letter):
    key = letter().strip("/").split("/")[-1]
    assert key not in str(Invitation.objects.values().get())
    assert NEW not in str(list(AuditEvent.objects.values()))


def test_a_weak_password_is_refused(client, letter):
    client.get(letter())
    assert client.post("/invitation/", {"password1": "1234567890", "password2": "1234567890"}).status_code == 400
    assert client.post("/invitation/", {"password1": PASSWORD, "password2": "other"}).status_code == 400
    assert not User.objects.filter(email=NEW).exists()


def test_only_owners_invite_into_a_study_and_only_admins_onto_the_platform(owner, viewer, study, stranger, admin):
    for by in (viewer, stranger, admin):
        with pytest.raises(NotAllowed):
            invitations.invite(by=by, email=NEW, study=study, role="viewer")
    with pytest.raises(NotAllowed):
        invitations.invite(by=owner, email=NEW)


def test_what_makes_no_sense_is_refused(owner, viewer, study, admin):
    with pytest.raises(Invalid):
        invitations.invite(by=owner, email="no address", study=study, role="viewer")
    with pytest.raises(Invalid):
        invitations.invite(by=owner, email=NEW, study=study, role="king")
    with pytest.raises(Conflict, match="member already"):
        invitations.invite(by=owner, email=viewer.email.upper(), study=study, role="owner")
    with pytest.raises(Conflict, match="has an account"):
        invitations.invite(by=admin, email=viewer.email)
    with pytest.raises(Conflict, match="personal study"):
        invitations.invite(by=owner, email=NEW, study=personal_study(owner), role="viewer")
    invitations.invite(by=owner, email=NEW, study=study, role="viewer")
    with pytest.raises(Conflict, match="invited already"):
        invitations.invite(by=owner, email=NEW, study=study, role="viewer")


def test_nobody_writes_to_a_whole_address_book(owner, study, monkeypatch):
    monkeypatch.setattr(invitations, "MAX_WAITING", 2)
    for number in range(2):
        invitations.invite(by=owner, email=f"{number}@example.org", study=study, role="viewer")
    with pytest.raises(Conflict, match="Too many"):
        invitations.invite(by=owner, email=NEW, study=study, role="viewer")


def test_a_mail_that_could_not_be_sent_is_told_and_can_be_sent_again(client_of, owner, study, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
    page = client_of(owner).post(f"/studies/{study.pk}/members/", {"email": NEW, "role": "viewer"}, follow=True)
    assert "The mail could not be sent." in page.content.decode()
    assert "not sent" in page.content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert invitations.send_again(invitation=Invitation.objects.get(), by=owner).sent_at is not None


def test_an_admin_invites_onto_the_platform(client, client_of, admin, mailoutbox, settings):
    settings.RAUT_SIGNUP_OPEN = False
    client_of(admin).post("/studies/invitations/", {"email": NEW})
    client.get(_link_in(mailoutbox[-1]))
    assert client.post("/invitation/", FORM)["Location"] == "/"
    assert User.objects.filter(email=NEW, is_staff=False).exists()


def test_who_is_a_member_by_then_keeps_their_role(letter, study, stranger):
    letter(stranger.email, "viewer")
    Membership.objects.create(study=study, user=stranger, role="owner")
    invitations.accept(invitation=Invitation.objects.get(), user=stranger)
    assert _role(study, stranger.email) == "owner"


def test_unanswered_letters_go_after_a_month(letter):
    letter()
    assert delete_expired() == 0
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=31))
    assert delete_expired() == 1
