"""Who belongs to a study: on its page and over REST."""

import pytest

from webplatform.accounts.models import AuditEvent
from webplatform.common.errors import Conflict, Invalid, NotAllowed
from webplatform.studies import members
from webplatform.studies.models import Invitation, Membership

NEW = {"email": "new@example.org", "role": "viewer"}


@pytest.fixture
def of(study):
    """`of(user)`: the user's membership."""
    return lambda user: Membership.objects.get(study=study, user=user)


@pytest.fixture
def page(study):
    return f"/studies/{study.pk}/members/"


@pytest.fixture
def api_page(study):
    return f"/api/v1/studies/{study.pk}/members/"


def test_the_owner_changes_a_role_on_the_page(client_of, owner, viewer, of, page):
    client_of(owner).post(f"{page}{viewer.pk}/role/", {"role": "analyst"})
    assert of(viewer).role == "analyst"
    event = AuditEvent.objects.get(action="member.role_changed")
    assert (event.actor_id, event.details) == (owner.pk, {"member": viewer.pk, "before": "viewer", "role": "analyst"})


def test_the_owner_removes_somebody_and_the_page_is_gone_for_them(client_of, owner, viewer, page):
    client_of(owner).post(f"{page}{viewer.pk}/remove/")
    assert client_of(viewer).get(page).status_code == 404
    assert AuditEvent.objects.get(action="member.removed").details == {"member": viewer.pk}


def test_a_member_leaves(client_of, viewer, study, page):
    assert client_of(viewer).post(f"{page}{viewer.pk}/remove/")["Location"] == "/studies/"
    assert not Membership.objects.filter(user=viewer, study=study).exists()


def test_the_last_owner_stays_one(client_of, owner, viewer, of, page):
    client = client_of(owner)
    assert "A study needs an owner." in client.post(f"{page}{owner.pk}/remove/", follow=True).content.decode()
    with pytest.raises(Conflict):
        members.change_role(membership=of(owner), role="viewer", by=owner)
    assert of(owner).role == "owner"


def test_an_owner_who_cannot_log_in_does_not_count(owner, viewer, of):
    members.change_role(membership=of(viewer), role="owner", by=owner)
    viewer.is_active = False
    viewer.save()
    with pytest.raises(Conflict):
        members.remove_member(membership=of(owner), by=owner)


def test_others_change_nothing(viewer, owner, stranger, of):
    for by in (viewer, stranger):
        with pytest.raises(NotAllowed):
            members.change_role(membership=of(viewer), role="owner", by=by)
        with pytest.raises(NotAllowed):
            members.remove_member(membership=of(owner), by=by)


def test_there_is_no_other_role(owner, viewer, of):
    with pytest.raises(Invalid):
        members.change_role(membership=of(viewer), role="king", by=owner)


def test_members_see_the_list_and_only_owners_the_invitations(client_of, owner, viewer, stranger, page):
    client_of(owner).post(page, NEW)
    assert "new@example.org" in client_of(owner).get(page).content.decode()
    seen = client_of(viewer).get(page).content.decode()
    assert "owner@example.org" in seen
    assert "new@example.org" not in seen
    assert "Invite somebody" not in seen
    assert client_of(stranger).get(page).status_code == 404


def test_a_viewer_invites_nobody(client_of, viewer, page):
    answer = client_of(viewer).post(page, NEW)
    assert answer.status_code == 403
    assert "Only an owner" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_an_invitation_is_revoked_on_the_page_by_its_studys_owner_only(client_of, owner, viewer, page):
    client_of(owner).post(page, NEW)
    revoke = f"/studies/invitations/{Invitation.objects.get().pk}/revoke/"
    assert client_of(viewer).post(revoke).status_code == 404
    assert client_of(owner).post(revoke)["Location"] == page
    assert not Invitation.objects.exists()


def test_over_rest_the_owner_changes_and_removes_members(api_of, owner, viewer, of, api_page):
    api = api_of(owner)
    told = api.get(api_page).json()["results"]
    assert [(member["email"], member["role"]) for member in told] == [
        ("owner@example.org", "owner"),
        ("viewer@example.org", "viewer"),
    ]
    assert api.patch(f"{api_page}{viewer.pk}/", {"role": "analyst"}).json()["role"] == "analyst"
    assert api.delete(f"{api_page}{owner.pk}/").json()["code"] == "conflict"
    assert api.delete(f"{api_page}{viewer.pk}/").status_code == 204


def test_over_rest_others_change_nothing(api_of, viewer, stranger, owner, api_page):
    assert api_of(viewer).patch(f"{api_page}{viewer.pk}/", {"role": "owner"}).status_code == 403
    assert api_of(stranger).get(api_page).status_code == 404
    assert api_of(stranger).delete(f"{api_page}{viewer.pk}/").status_code == 404


def test_over_rest_the_owner_invites_and_revokes_and_reads_no_link(api_of, owner, viewer, stranger, study, mailoutbox):
    page = f"/api/v1/studies/{study.pk}/invitations/"
    made = api_of(owner).post(page, NEW)
    assert (made.status_code, made.json()["role"]) == (201, "viewer")
    key = mailoutbox[0].body.split("/invitation/")[1].split("/")[0]
    assert key not in made.content.decode()
    assert [one["email"] for one in api_of(owner).get(page).json()["results"]] == ["new@example.org"]
    one = f"{page}{made.json()['id']}/"
    assert api_of(owner).post(one).json()["code"] == "conflict"  # sent just now
    assert [api_of(user).delete(one).status_code for user in (viewer, stranger, owner)] == [403, 404, 204]
    assert api_of(viewer).get(page).status_code == 403


def test_over_rest_admins_invite_onto_the_platform_and_manage_people(api_of, owner, viewer, django_user_model):
    admin = django_user_model.objects.create_user("admin@example.org", is_staff=True)
    api, page = api_of(admin), "/api/v1/people/invitations/"
    made = api.post(page, {"email": "new@example.org"})
    assert made.status_code == 201
    assert api.get(page).json()["count"] == 1
    assert api.delete(f"{page}{made.json()['id']}/").status_code == 204
    assert [one["email"] for one in api.get("/api/v1/people/", {"q": "view"}).json()["results"]] == [viewer.email]
    assert api.patch(f"/api/v1/people/{viewer.pk}/", {"is_active": False}).json()["is_active"] is False
    assert api.patch(f"/api/v1/people/{viewer.pk}/", {"is_active": True}).json()["is_active"] is True
    assert api.delete(f"/api/v1/people/{viewer.pk}/second-factor/").status_code == 204
    other = api_of(owner)
    assert other.get("/api/v1/people/").status_code == 403
    assert other.patch(f"/api/v1/people/{viewer.pk}/", {"is_active": False}).status_code == 403
