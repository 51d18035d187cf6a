"""Addresses of the study pages."""

from django.urls import path

from webplatform.studies import member_views, views

app_name = "studies"
urlpatterns = [
    path("", views.studies, name="list"),
    path("new/", views.create, name="create"),
    path("approvals/", views.approvals, name="approvals"),
    path("approvals/<int:pk>/decide/", views.decide, name="decide"),
    path("invitations/", member_views.platform, name="invitations"),
    path("invitations/<int:invitation_pk>/send/", member_views.send_again, name="send-invitation"),
    path("invitations/<int:invitation_pk>/revoke/", member_views.revoke, name="revoke-invitation"),
    path("<uuid:pk>/members/", member_views.listing, name="members"),
    path("<uuid:pk>/members/<int:user_pk>/role/", member_views.change, name="change-role"),
    path("<uuid:pk>/members/<int:user_pk>/remove/", member_views.remove, name="remove-member"),
    path("<uuid:pk>/change/", views.change, name="change"),
    path("<uuid:pk>/closing/", views.close_or_reopen, name="closing"),
]
