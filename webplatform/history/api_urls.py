"""REST addresses of the history app."""

from django.urls import path

from webplatform.history import api
from webplatform.history.bin_api import BinApi, BinListApi, RestoreApi
from webplatform.history.cloud_api import GoogleVisionApi, RekognitionApi
from webplatform.history.correction_api import CorrectionApi, CorrectionListApi
from webplatform.history.difference_api import DifferenceApi
from webplatform.history.download_api import SessionCsvApi, SessionJsonApi
from webplatform.history.face_api import FaceEditListApi, FaceListApi, FaceUndoApi
from webplatform.history.mark_api import (
    MarksApplyApi,
    MarksFileApi,
    SegmentApi,
    SegmentListApi,
    StretchFiguresApi,
)
from webplatform.history.sharing_api import SharedFileApi, SharingApi
from webplatform.history.watch_api import WatchApi

urlpatterns = [
    path("bin/", BinListApi.as_view(), name="api-bin"),
    path("bin/<uuid:session_id>/", BinApi.as_view(), name="api-binned"),
    path("bin/<uuid:session_id>/restore/", RestoreApi.as_view(), name="api-restore"),
    path("sessions/", api.SessionListApi.as_view(), name="api-sessions"),
    path("sessions/<uuid:session_id>/", api.SessionApi.as_view(), name="api-session"),
    path("sessions/<uuid:session_id>/csv/", SessionCsvApi.as_view(), name="api-session-csv"),
    path("sessions/<uuid:session_id>/json/", SessionJsonApi.as_view(), name="api-session-json"),
    path("sessions/<uuid:session_id>/as/rekognition/", RekognitionApi.as_view(), name="api-as-rekognition"),
    path("sessions/<uuid:session_id>/as/google-vision/", GoogleVisionApi.as_view(), name="api-as-google-vision"),
    path("sessions/<uuid:session_id>/markers/", api.MarkerListApi.as_view(), name="api-markers"),
    path("sessions/<uuid:session_id>/markers/<int:marker_id>/", api.MarkerApi.as_view(), name="api-marker"),
    path("sessions/<uuid:session_id>/segments/", SegmentListApi.as_view(), name="api-segments"),
    path("sessions/<uuid:session_id>/segments/<int:segment_id>/", SegmentApi.as_view(), name="api-segment"),
    path("sessions/<uuid:session_id>/marks/import/", MarksFileApi.as_view(), name="api-marks-import"),
    path("sessions/<uuid:session_id>/marks/apply/", MarksApplyApi.as_view(), name="api-marks-apply"),
    path("sessions/<uuid:session_id>/stretches/", StretchFiguresApi.as_view(), name="api-stretches"),
    path("sessions/<uuid:session_id>/faces/", FaceListApi.as_view(), name="api-faces"),
    path("sessions/<uuid:session_id>/faces/edits/", FaceEditListApi.as_view(), name="api-face-edits"),
    path("sessions/<uuid:session_id>/faces/undo/", FaceUndoApi.as_view(), name="api-face-undo"),
    path("sessions/<uuid:session_id>/corrections/", CorrectionListApi.as_view(), name="api-corrections"),
    path("sessions/<uuid:session_id>/corrections/<int:correction_id>/", CorrectionApi.as_view(), name="api-correction"),
    path(
        "sessions/<uuid:session_id>/difference/<uuid:other_id>/", DifferenceApi.as_view(), name="api-session-difference"
    ),
    path("sessions/<uuid:session_id>/timeline/", api.TimelineApi.as_view(), name="api-timeline"),
    path("sessions/<uuid:session_id>/observations/", api.ObservationListApi.as_view(), name="api-observations"),
    path("studies/<uuid:study_id>/watch/", WatchApi.as_view(), name="api-study-watch"),
    path("studies/<uuid:study_id>/sharing/", SharingApi.as_view(), name="api-sharing"),
    path("studies/<uuid:study_id>/sharing/file/", SharedFileApi.as_view(), name="api-shared-file"),
]
