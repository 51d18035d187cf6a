"""Addresses of the dashboard pages."""

from django.urls import path

from webplatform.dashboard import (
    bin_views,
    bulk_views,
    correction_views,
    face_views,
    mark_views,
    session_views,
    sharing_views,
    views,
    watch_views,
)

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("bin/", bin_views.bin_page, name="bin"),
    path("bin/empty/", bin_views.empty, name="bin-empty"),
    path("bin/<uuid:pk>/restore/", bin_views.restore, name="restore"),
    path("bin/<uuid:pk>/end/", bin_views.end, name="bin-end"),
    path("sessions/bulk/", bulk_views.bulk_action, name="bulk"),
    path("views/", bulk_views.save, name="save-view"),
    path("views/<int:pk>/forget/", bulk_views.forget, name="forget-view"),
    path("sessions/<uuid:pk>/", session_views.session, name="session"),
    path("sessions/<uuid:pk>/assign/", session_views.assign, name="assign"),
    path("sessions/<uuid:pk>/marks/", mark_views.add, name="mark"),
    path("sessions/<uuid:pk>/marks/import/", mark_views.import_file, name="marks-import"),
    path("sessions/<uuid:pk>/marks/apply/", mark_views.apply, name="marks-apply"),
    path("sessions/<uuid:pk>/marks/marker/<int:number>/", mark_views.marker, name="marker"),
    path("sessions/<uuid:pk>/marks/segment/<int:number>/", mark_views.segment, name="segment"),
    path("sessions/<uuid:pk>/stretches/", mark_views.stretches, name="stretches"),
    path("sessions/<uuid:pk>/faces/", face_views.change, name="faces"),
    path("sessions/<uuid:pk>/faces/undo/", face_views.undo, name="faces-undo"),
    path("sessions/<uuid:pk>/correct/", correction_views.add, name="correct"),
    path("sessions/<uuid:pk>/correct/<int:correction_id>/", correction_views.remove, name="uncorrect"),
    path("sessions/<uuid:pk>/delete/", views.delete, name="delete"),
    path("studies/<uuid:pk>/watch/", watch_views.watch, name="watch"),
    path("studies/<uuid:pk>/sharing/", sharing_views.sharing, name="sharing"),
]
