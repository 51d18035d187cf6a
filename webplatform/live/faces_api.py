"""The REST endpoint that reads pictures at once: faces out, nothing kept."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inference import FrameReading
from webplatform.common.errors import Invalid
from webplatform.common.http.large_bodies import FORM_BYTES, MULTIPART, takes_body
from webplatform.common.input.text import shown_text
from webplatform.consent.upload_auth import require_recorder
from webplatform.history.models import EMOTION_CHOICES, REASON_CHOICES
from webplatform.live.picture_checks import MOST_PICTURES, PICTURES_BYTES, Problem, check_pictures
from webplatform.live.protocol import faces_data

PICTURES = "pictures"


class FacesIn(serializers.Serializer):
    """Pictures to read."""

    pictures = serializers.ListField(
        child=serializers.FileField(),
        min_length=1,
        max_length=MOST_PICTURES,
        help_text="JPEG, PNG, WebP, HEIC; each at most 8 MiB and 25 megapixels. The field may be sent several times.",
    )
    participant = serializers.UUIDField(
        required=False, default=None, help_text="Who is in them, on their own consent; without one, you are, on yours."
    )


class PictureFaceOut(serializers.Serializer):
    box = serializers.ListField(child=serializers.FloatField(), min_length=4, max_length=4, help_text="x, y, w, h.")
    scores = serializers.DictField(child=serializers.FloatField(), allow_null=True)
    dominant = serializers.ChoiceField(EMOTION_CHOICES, allow_null=True)
    is_fit = serializers.BooleanField(help_text="Whether its quality was good enough to be scored.")
    is_sure = serializers.BooleanField(help_text="Whether the model is sure enough for a verdict.")
    reason = serializers.ChoiceField(REASON_CHOICES, allow_null=True, help_text="Why it is not fit, or not sure.")


class PictureProblemOut(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


class PictureOut(serializers.Serializer):
    name = serializers.CharField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    faces = PictureFaceOut(many=True)
    error = PictureProblemOut(allow_null=True, help_text="Why this one was not read; the others were.")


class FacesOut(serializers.Serializer):
    model = serializers.CharField()
    not_sure_below = serializers.FloatField(help_text="The highest score below which the model is not sure.")
    pictures = PictureOut(many=True, help_text="In the order in which they were sent.")


@takes_body(PICTURES_BYTES + FORM_BYTES, require=require_recorder, streams=(MULTIPART,))
class FacesApi(APIView):
    """Faces in one or several pictures, at once. Nothing is kept of them."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="faces_read", tags=["faces"], request={"multipart/form-data": FacesIn}, responses=FacesOut
    )
    def post(self, request: Request) -> Response:
        unknown = set(request.FILES) - {PICTURES}
        if unknown:
            raise Invalid(_("Send the pictures in the field “pictures”."), field=min(unknown))
        sent = FacesIn(data={**_single(request), PICTURES: request.FILES.getlist(PICTURES)})
        sent.is_valid(raise_exception=True)
        participant = sent.validated_data["participant"]
        files = sent.validated_data[PICTURES]
        checked = check_pictures(user=request.user, files=files, participant_id=str(participant or ""))
        pictures = [_picture_data(file.name, one) for file, one in zip(files, checked.readings, strict=True)]
        return Response({"model": checked.model, "not_sure_below": checked.not_sure_below, PICTURES: pictures})


def _single(request: Request) -> dict[str, Any]:
    return {name: request.data[name] for name in ("participant",) if name in request.data}


def _picture_data(name: str, reading: FrameReading | Problem) -> dict[str, Any]:
    clean = shown_text(name or "")[:200]
    if isinstance(reading, Problem):
        error = {"code": reading.code, "message": reading.message}
        return {"name": clean, "width": None, "height": None, "faces": [], "error": error}
    faces = [_face(one) for one in faces_data(reading)]
    return {"name": clean, "width": reading.width, "height": reading.height, "faces": faces, "error": None}


def _face(data: dict[str, Any]) -> dict[str, Any]:
    is_fit = data["scores"] is not None
    face = {name: data[name] for name in ("box", "scores", "dominant")}
    return {**face, "is_fit": is_fit, "is_sure": data["dominant"] is not None, "reason": data["reason"]}
