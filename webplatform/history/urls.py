"""Addresses of the history pages."""

from django.urls import path

from webplatform.history import (
    correction_views,
    difference_views,
    face_views,
    mark_views,
    sharing_views,
    views,
    watch_views,
)

app_name = "history"
urlpatterns = [
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
    path("sessions/<uuid:pk>/difference/<uuid:other>/", difference_views.difference, name="difference"),
    path("sessions/<uuid:session_id>/observations.csv", views.download_csv, name="csv"),
    path("sessions/<uuid:session_id>/session.json", views.download_json, name="json"),
    path("studies/<uuid:study_id>/shared.csv", views.download_shared, name="shared"),
    path("studies/<uuid:pk>/watch/", watch_views.watch, name="watch"),
    path("studies/<uuid:pk>/sharing/", sharing_views.sharing, name="sharing"),
]
