"""The REST endpoints in the formats of two cloud services."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.history.cloud_shapes import AMAZON_NAMES, AMAZON_STATES, as_google_vision, as_rekognition
from webplatform.history.models import Session
from webplatform.history.queries import sessions_of

TOKEN_CHARACTERS = 300
WORDS = ("UNKNOWN", "VERY_UNLIKELY", "UNLIKELY", "POSSIBLE", "LIKELY", "VERY_LIKELY")
LIKELIHOOD_CHOICES = [(word, word) for word in WORDS]


class RekognitionIn(serializers.Serializer):
    """Which page is asked for."""

    MaxResults = serializers.IntegerField(required=False, default=1000, min_value=1, max_value=1000)
    NextToken = serializers.CharField(required=False, default="", max_length=TOKEN_CHARACTERS)


class RekognitionBoxOut(serializers.Serializer):
    """Shares of the frame's width and height."""

    Left = serializers.FloatField()
    Top = serializers.FloatField()
    Width = serializers.FloatField()
    Height = serializers.FloatField()


class RekognitionEmotionOut(serializers.Serializer):
    Type = serializers.ChoiceField([(name, name) for name in AMAZON_NAMES.values()])
    Confidence = serializers.FloatField(help_text="Percent.")


class RekognitionFaceOut(serializers.Serializer):
    BoundingBox = RekognitionBoxOut()
    Emotions = RekognitionEmotionOut(many=True, required=False, help_text="Missing where the face was not scored.")


class RekognitionMomentOut(serializers.Serializer):
    Timestamp = serializers.IntegerField(help_text="ms from the start.")
    Face = RekognitionFaceOut()


class RekognitionVideoOut(serializers.Serializer):
    DurationMillis = serializers.IntegerField(required=False)
    FrameWidth = serializers.IntegerField(required=False)
    FrameHeight = serializers.IntegerField(required=False)
    Codec = serializers.CharField(required=False)


class RekognitionOut(serializers.Serializer):
    """As GetFaceDetection answers."""

    JobId = serializers.CharField(help_text="The session's id.")
    JobStatus = serializers.ChoiceField([(name, name) for name in AMAZON_STATES.values()])
    VideoMetadata = RekognitionVideoOut()
    Faces = RekognitionMomentOut(many=True)
    NextToken = serializers.CharField(required=False, help_text="Missing on the last page.")


class GoogleVisionIn(serializers.Serializer):
    """Which page is asked for."""

    pageSize = serializers.IntegerField(  # noqa: N815  (as the cloud writes it)
        required=False, default=100, min_value=1, max_value=1000, help_text="Frames."
    )
    pageToken = serializers.CharField(required=False, default="", max_length=TOKEN_CHARACTERS)  # noqa: N815


class VertexOut(serializers.Serializer):
    x = serializers.IntegerField()
    y = serializers.IntegerField()


class PolyOut(serializers.Serializer):
    vertices = VertexOut(many=True)


class LikelihoodField(serializers.ChoiceField):
    """One of Google's words."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(LIKELIHOOD_CHOICES, **kwargs)


class FaceAnnotationOut(serializers.Serializer):
    boundingPoly = PolyOut()  # noqa: N815
    fdBoundingPoly = PolyOut()  # noqa: N815
    joyLikelihood = LikelihoodField()  # noqa: N815
    sorrowLikelihood = LikelihoodField()  # noqa: N815
    angerLikelihood = LikelihoodField()  # noqa: N815
    surpriseLikelihood = LikelihoodField()  # noqa: N815
    blurredLikelihood = LikelihoodField()  # noqa: N815
    underExposedLikelihood = LikelihoodField()  # noqa: N815
    headwearLikelihood = LikelihoodField()  # noqa: N815


class FrameContextOut(serializers.Serializer):
    uri = serializers.CharField(help_text="The session, with the moment in seconds behind `#t=`.")


class FrameAnnotationsOut(serializers.Serializer):
    faceAnnotations = FaceAnnotationOut(many=True)  # noqa: N815
    context = FrameContextOut()


class GoogleVisionOut(serializers.Serializer):
    """As images:annotate answers, with one response for each frame with a face."""

    responses = FrameAnnotationsOut(many=True)
    nextPageToken = serializers.CharField(required=False, help_text="Missing on the last page.")  # noqa: N815


@extend_schema(tags=["sessions"])
class RekognitionApi(APIView):
    """The session as Amazon Rekognition's GetFaceDetection would answer."""

    @extend_schema(operation_id="sessions_as_rekognition", parameters=[RekognitionIn], responses=RekognitionOut)
    def get(self, request: Request, session_id: UUID) -> Response:
        session = _session(request, session_id)
        query = RekognitionIn(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = query.validated_data
        return Response(as_rekognition(session, most=page["MaxResults"], token=page["NextToken"]))


@extend_schema(tags=["sessions"])
class GoogleVisionApi(APIView):
    """The session as Google Cloud Vision's images:annotate would answer for each of its frames."""

    @extend_schema(operation_id="sessions_as_google_vision", parameters=[GoogleVisionIn], responses=GoogleVisionOut)
    def get(self, request: Request, session_id: UUID) -> Response:
        session = _session(request, session_id)
        query = GoogleVisionIn(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = query.validated_data
        return Response(as_google_vision(session, most=page["pageSize"], token=page["pageToken"]))


def _session(request: Request, session_id: UUID) -> Session:
    return get_object_or_404(sessions_of(request.user), pk=session_id)
