"""Every address of the platform, HTTP and WebSocket."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from webplatform.analysis.urls import websocket_urlpatterns as analysis_sockets
from webplatform.common.http.script_texts import script_texts
from webplatform.live.urls import websocket_urlpatterns as live_sockets
from webplatform.participation.urls import websocket_urlpatterns as participant_sockets
from webplatform.studies import invitation_views

handler400 = "webplatform.common.http.problems.bad_request"
handler403 = "webplatform.common.http.problems.not_allowed"
handler404 = "webplatform.common.http.problems.not_found"
handler500 = "webplatform.common.http.problems.server_error"
websocket_urlpatterns = [*analysis_sockets, *live_sockets, *participant_sockets]

single_sign_on = "webplatform.accounts.single_sign_on_urls"
urlpatterns = [
    *([path("account/", include(single_sign_on))] if settings.OIDC_SERVER_URL else []),
    path("admin/", admin.site.urls),
    path("", include("webplatform.retention.urls")),
    path("account/", include("webplatform.accounts.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/two-factor/", include("allauth.mfa.urls")),
    path("api/", include("webplatform.api")),
    path("", include("webplatform.documents.urls")),
    path("", include("webplatform.webhooks.urls")),
    path("studies/", include("webplatform.studies.urls")),
    path("invitation/", invitation_views.answer, name="invitation"),
    path("invitation/<str:key>/", invitation_views.enter, name="enter-invitation"),
    path("", include("webplatform.participation.urls")),
    path("", include("webplatform.results.urls")),
    path("consent/", include("webplatform.consent.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jsi18n/<str:language>-<str:digest>.js", script_texts, name="script-texts"),
    path("learning/", include("webplatform.learning.urls")),
    path("review/", include("webplatform.learning.review_urls")),
    path("", include("webplatform.operations.urls")),
    path("", include("webplatform.analysis.urls")),
    path("", include("webplatform.live.urls")),
    path("", include("webplatform.history.urls")),
    path("", include("webplatform.exporting.urls")),
    path("", include("webplatform.dashboard.urls")),
]
