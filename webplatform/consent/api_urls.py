"""REST addresses of the consent app."""

from django.urls import path

from webplatform.consent import api

urlpatterns = [
    path("consent/", api.ConsentApi.as_view(), name="api-consent"),
    path("consent/withdraw/", api.ConsentWithdrawalApi.as_view(), name="api-consent-withdraw"),
    path("consents/", api.ConsentListApi.as_view(), name="api-consents"),
    path("consents/<int:record_id>/proof/", api.ConsentProofApi.as_view(), name="api-consent-proof"),
]
