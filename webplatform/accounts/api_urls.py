"""REST addresses of the accounts app."""

from django.urls import path

from webplatform.accounts import api, audit_api, people_api

urlpatterns = [
    path("audit/", audit_api.AuditApi.as_view(), name="api-audit"),
    path("people/", people_api.PersonListApi.as_view(), name="api-people"),
    path("people/<int:user_id>/", people_api.PersonApi.as_view(), name="api-person"),
    path(
        "people/<int:user_id>/second-factor/",
        people_api.PersonSecondFactorApi.as_view(),
        name="api-person-second-factor",
    ),
    path("tokens/", api.TokenListApi.as_view(), name="api-tokens"),
    path("tokens/<int:token_id>/", api.TokenApi.as_view(), name="api-token"),
]
