"""The REST endpoint that opens the live socket to programs."""

from __future__ import annotations

from typing import IO, Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.accounts.tickets import TICKET_S, issue_ticket
from webplatform.common.errors import TooLarge
from webplatform.common.http.large_bodies import takes_body
from webplatform.history.models import EMOTION_CHOICES, REASON_CHOICES
from webplatform.live.picture_checks import check_picture
from webplatform.live.protocol import faces_data
from webplatform.live.services import SOCKET

CHECK_BYTES = 2 * 1024**2  # under Django's own limit for keeping a body in memory: no picture reaches the disk


class TicketOut(serializers.Serializer):
    ticket = serializers.CharField(
        help_text="For the handshake: `Authorization: Ticket …`, or the protocol `raut.ticket.…`; never in an address."
    )
    expires_in_s = serializers.IntegerField()
    socket = serializers.CharField(help_text="The socket's path; docs/live-protocol.md tells how to speak to it.")


class TicketApi(APIView):
    """A word that opens the live socket for a minute."""

    scope = "live"

    @extend_schema(operation_id="live_ticket", tags=["live"], request=None, responses={201: TicketOut})
    def post(self, request: Request) -> Response:
        ticket = {
            "ticket": issue_ticket(user=request.user, token=request.auth),
            "expires_in_s": TICKET_S,
            "socket": SOCKET,
        }
        return Response(ticket, status=status.HTTP_201_CREATED)


class PictureParser(BaseParser):
    """Takes a body that is one picture, in memory."""

    media_type = "image/*"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> bytes:
        return stream.read(CHECK_BYTES + 1)


class CheckedFaceOut(serializers.Serializer):
    track = serializers.IntegerField()
    box = serializers.ListField(child=serializers.FloatField(), min_length=4, max_length=4)
    scores = serializers.DictField(child=serializers.FloatField(), allow_null=True)
    dominant = serializers.ChoiceField(EMOTION_CHOICES, allow_null=True)
    reason = serializers.ChoiceField(REASON_CHOICES, allow_null=True)


class CheckIn(serializers.Serializer):
    participant = serializers.UUIDField(
        required=False, default=None, help_text="Who is before the camera; without one, you are."
    )


class CheckOut(serializers.Serializer):
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    faces = CheckedFaceOut(many=True)


@takes_body(CHECK_BYTES)
class CheckApi(APIView):
    """What the model sees in one picture: the look before a live session. Nothing of it is kept."""

    scope = "live"
    parser_classes = (PictureParser,)

    @extend_schema(
        operation_id="live_check",
        tags=["live"],
        parameters=[CheckIn],
        request={"image/*": OpenApiTypes.BINARY},
        responses=CheckOut,
    )
    def post(self, request: Request) -> Response:
        picture = request.data if isinstance(request.data, bytes) else b""
        if len(picture) > CHECK_BYTES:
            raise TooLarge(_("The picture has too many bytes."))
        query = CheckIn(data=request.query_params)
        query.is_valid(raise_exception=True)
        participant_id = str(query.validated_data["participant"] or "")
        reading = check_picture(user=request.user, picture=picture, participant_id=participant_id)
        return Response({"width": reading.width, "height": reading.height, "faces": faces_data(reading)})
