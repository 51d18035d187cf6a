"""The REST endpoint that opens the live socket to programs."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.live.services import TICKET_S, issue_ticket

SOCKET = "/ws/live/"


class TicketOut(serializers.Serializer):
    ticket = serializers.CharField(help_text="For the first message, `start` or `resume`; never in an address.")
    expires_in_s = serializers.IntegerField()
    socket = serializers.CharField(help_text="The socket's path; docs/live-protocol.md tells how to speak to it.")


class TicketApi(APIView):
    """A word that opens the live socket for a minute."""

    @extend_schema(operation_id="live_ticket", tags=["live"], request=None, responses={201: TicketOut})
    def post(self, request: Request) -> Response:
        ticket = {"ticket": issue_ticket(user=request.user), "expires_in_s": TICKET_S, "socket": SOCKET}
        return Response(ticket, status=status.HTTP_201_CREATED)
