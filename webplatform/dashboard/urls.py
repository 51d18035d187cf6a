"""Addresses of the dashboard pages."""

from django.urls import path

from webplatform.dashboard import (
    bulk_views,
    correction_views,
    live_views,
    repetition_views,
    review_views,
    session,
    sharing_views,
    upload_views,
    views,
    watch_views,
)

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("sessions/bulk/", bulk_views.bulk_action, name="bulk"),
    path("views/", bulk_views.save, name="save-view"),
    path("views/<int:pk>/forget/", bulk_views.forget, name="forget-view"),
    path("upload/", upload_views.upload, name="upload"),
    path("review/", review_views.review, name="review"),
    path("review/again/", review_views.again, name="review-again"),
    path("review/<int:pk>/", review_views.answer, name="review-answer"),
    path("live/", live_views.live, name="live"),
    path("jobs/<uuid:pk>/cancel/", upload_views.cancel, name="cancel"),
    path("jobs/<uuid:pk>/retry/", upload_views.retry, name="retry"),
    path("sessions/<uuid:pk>/", session.session, name="session"),
    path("sessions/<uuid:pk>/assign/", session.assign, name="assign"),
    path("sessions/<uuid:pk>/correct/", correction_views.add, name="correct"),
    path("sessions/<uuid:pk>/correct/<int:correction_id>/", correction_views.remove, name="uncorrect"),
    path("sessions/<uuid:pk>/repeat/", repetition_views.repeat, name="repeat"),
    path("sessions/<uuid:pk>/difference/<uuid:other>/", repetition_views.difference, name="difference"),
    path("sessions/<uuid:pk>/delete/", views.delete, name="delete"),
    path("studies/<uuid:pk>/watch/", watch_views.watch, name="watch"),
    path("studies/<uuid:pk>/sharing/", sharing_views.sharing, name="sharing"),
]
