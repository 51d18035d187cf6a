"""Addresses of the study pages."""

from django.urls import path

from webplatform.studies import design_views, member_views, views

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
    path("<uuid:pk>/design/", design_views.design, name="design"),
    path("<uuid:pk>/conditions/", design_views.add_condition, name="add-condition"),
    path("<uuid:pk>/conditions/<int:condition_pk>/", design_views.change_condition, name="change-condition"),
    path("<uuid:pk>/variables/", design_views.add_variable, name="add-variable"),
    path("<uuid:pk>/variables/<int:variable_pk>/", design_views.change_variable, name="change-variable"),
    path("<uuid:pk>/closing/", views.close_or_reopen, name="closing"),
]
