"""REST addresses of the studies app."""

from django.urls import path

from webplatform.studies import api, design_api, member_api

urlpatterns = [
    path("studies/", api.StudyListApi.as_view(), name="api-studies"),
    path("studies/<uuid:study_id>/", api.StudyApi.as_view(), name="api-study"),
    path("studies/<uuid:study_id>/close/", api.StudyClosingApi.as_view(), name="api-study-close"),
    path("studies/<uuid:study_id>/reopen/", api.StudyReopeningApi.as_view(), name="api-study-reopen"),
    path("studies/<uuid:study_id>/members/", member_api.MemberListApi.as_view(), name="api-members"),
    path("studies/<uuid:study_id>/members/<int:user_id>/", member_api.MemberApi.as_view(), name="api-member"),
    path("studies/<uuid:study_id>/invitations/", member_api.InvitationListApi.as_view(), name="api-invitations"),
    path(
        "studies/<uuid:study_id>/invitations/<int:invitation_id>/",
        member_api.InvitationApi.as_view(),
        name="api-invitation",
    ),
    path("people/invitations/", member_api.PlatformInvitationListApi.as_view(), name="api-platform-invitations"),
    path(
        "people/invitations/<int:invitation_id>/",
        member_api.PlatformInvitationApi.as_view(),
        name="api-platform-invitation",
    ),
    path("studies/<uuid:study_id>/conditions/", design_api.ConditionListApi.as_view(), name="api-conditions"),
    path("conditions/<int:condition_id>/", design_api.ConditionApi.as_view(), name="api-condition"),
    path("studies/<uuid:study_id>/variables/", design_api.VariableListApi.as_view(), name="api-variables"),
    path("variables/<int:variable_id>/", design_api.VariableApi.as_view(), name="api-variable"),
    path("approvals/", api.ApprovalListApi.as_view(), name="api-approvals"),
    path("approvals/<int:approval_id>/decision/", api.DecisionApi.as_view(), name="api-approval-decision"),
]
