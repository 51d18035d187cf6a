"""The REST endpoints of a study's members and invitations, and of invitations to the platform."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webplatform.accounts.staff import IsAdmin
from webplatform.studies import invitations, members
from webplatform.studies.models import Invitation, Membership, Study
from webplatform.studies.permissions import owned_study
from webplatform.studies.queries import members_of
from webplatform.studies.roles import Role


class MemberOut(serializers.ModelSerializer):
    """Somebody's part in a study."""

    user = serializers.IntegerField(source="user_id")
    email = serializers.EmailField(source="user.email")
    name = serializers.CharField(source="user.get_full_name")

    class Meta:
        model = Membership
        fields = ("user", "email", "name", "role")


class RoleIn(serializers.Serializer):
    role = serializers.ChoiceField(Role.choices)


class AddressIn(serializers.Serializer):
    email = serializers.EmailField()


class InvitationIn(AddressIn):
    role = serializers.ChoiceField(Role.choices)


class InvitationOut(serializers.ModelSerializer):
    """An invitation that waits. Its link stands in the mail alone."""

    role = serializers.CharField(help_text="Empty: only onto the platform.")

    class Meta:
        model = Invitation
        fields = ("id", "email", "role", "created_at", "sent_at", "expires_at")


@extend_schema(tags=["studies"])
class MemberListApi(generics.ListAPIView):
    """Who belongs to the study."""

    serializer_class = MemberOut

    @extend_schema(operation_id="members_list")
    def get(self, request: Request, study_id: UUID) -> Response:
        return self.list(request)

    def get_queryset(self) -> QuerySet[Membership]:
        if getattr(self, "swagger_fake_view", False):
            return Membership.objects.none()
        return members_of(_study(self.request, self.kwargs["study_id"]))


@extend_schema(tags=["studies"])
class MemberApi(APIView):
    """One member of the study."""

    @extend_schema(operation_id="members_change", request=RoleIn, responses=MemberOut)
    def patch(self, request: Request, study_id: UUID, user_id: int) -> Response:
        membership = _membership(request, study_id, user_id)
        sent = RoleIn(data=request.data)
        sent.is_valid(raise_exception=True)
        changed = members.change_role(membership=membership, by=request.user, **sent.validated_data)
        return Response(MemberOut(changed).data)

    @extend_schema(operation_id="members_remove", responses={204: None})
    def delete(self, request: Request, study_id: UUID, user_id: int) -> Response:
        """Remove a member; your own id: leave."""
        members.remove_member(membership=_membership(request, study_id, user_id), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["studies"])
class InvitationListApi(generics.ListAPIView):
    """The invitations into the study that wait, for its owners."""

    serializer_class = InvitationOut

    @extend_schema(operation_id="invitations_list")
    def get(self, request: Request, study_id: UUID) -> Response:
        owned_study(request.user, study_id)
        return self.list(request)

    @extend_schema(operation_id="invitations_send", request=InvitationIn, responses={201: InvitationOut})
    def post(self, request: Request, study_id: UUID) -> Response:
        study = owned_study(request.user, study_id)
        sent = InvitationIn(data=request.data)
        sent.is_valid(raise_exception=True)
        invited = invitations.invite(by=request.user, study=study, **sent.validated_data)
        return Response(InvitationOut(invited).data, status=status.HTTP_201_CREATED)

    def get_queryset(self) -> QuerySet[Invitation]:
        if getattr(self, "swagger_fake_view", False):
            return Invitation.objects.none()
        return Invitation.objects.for_user(self.request.user).filter(study=self.kwargs["study_id"])


@extend_schema(tags=["studies"])
class InvitationApi(APIView):
    """One invitation into the study."""

    @extend_schema(operation_id="invitations_send_again", request=None, responses=InvitationOut)
    def post(self, request: Request, study_id: UUID, invitation_id: int) -> Response:
        """Send the letter again."""
        return _send_again(request, self._invitation(request, study_id, invitation_id))

    @extend_schema(operation_id="invitations_revoke", responses={204: None})
    def delete(self, request: Request, study_id: UUID, invitation_id: int) -> Response:
        return _revoke(request, self._invitation(request, study_id, invitation_id))

    def _invitation(self, request: Request, study_id: UUID, invitation_id: int) -> Invitation:
        study = owned_study(request.user, study_id)
        return get_object_or_404(Invitation.objects.select_related("study"), study=study, pk=invitation_id)


@extend_schema(tags=["people"])
class PlatformInvitationListApi(generics.ListAPIView):
    """For admins: the invitations onto the platform that wait."""

    permission_classes = (IsAdmin,)
    serializer_class = InvitationOut
    queryset = Invitation.objects.filter(study=None)

    @extend_schema(operation_id="people_invitations")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(operation_id="people_invite", request=AddressIn, responses={201: InvitationOut})
    def post(self, request: Request) -> Response:
        sent = AddressIn(data=request.data)
        sent.is_valid(raise_exception=True)
        invited = invitations.invite(by=request.user, **sent.validated_data)
        return Response(InvitationOut(invited).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["people"])
class PlatformInvitationApi(APIView):
    """For admins: one invitation onto the platform."""

    permission_classes = (IsAdmin,)

    @extend_schema(operation_id="people_invite_again", request=None, responses=InvitationOut)
    def post(self, request: Request, invitation_id: int) -> Response:
        """Send the letter again."""
        return _send_again(request, get_object_or_404(Invitation, study=None, pk=invitation_id))

    @extend_schema(operation_id="people_uninvite", responses={204: None})
    def delete(self, request: Request, invitation_id: int) -> Response:
        return _revoke(request, get_object_or_404(Invitation, study=None, pk=invitation_id))


def _study(request: Request, study_id: UUID) -> Study:
    return get_object_or_404(Study.objects.for_user(request.user), pk=study_id)


def _membership(request: Request, study_id: UUID, user_id: int) -> Membership:
    study = _study(request, study_id)
    return get_object_or_404(study.memberships.select_related("study", "user"), user_id=user_id)


def _send_again(request: Request, invitation: Invitation) -> Response:
    return Response(InvitationOut(invitations.send_again(invitation=invitation, by=request.user)).data)


def _revoke(request: Request, invitation: Invitation) -> Response:
    invitations.revoke(invitation=invitation, by=request.user)
    return Response(status=status.HTTP_204_NO_CONTENT)
