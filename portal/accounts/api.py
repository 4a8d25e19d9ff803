"""People, teams and one's own tokens in the API."""

from __future__ import annotations

from typing import Any, ClassVar

from portal.accounts.filters import TeamFilter, UserFilter
from portal.accounts.models import ApiToken, Team, User
from portal.accounts.serializers import ApiTokenSerializer, TeamSerializer, UserSerializer
from portal.accounts.viewsets import ReadOnlyPermittedViewSet


class UserViewSet(ReadOnlyPermittedViewSet):
    """Colleagues, also those who have left."""

    queryset = User.objects.prefetch_related("teams")
    serializer_class = UserSerializer
    filterset_class = UserFilter
    policy: ClassVar[dict[str, str]] = {
        "list": "accounts.view_user",
        "retrieve": "accounts.view_user",
    }
    search_fields = ("name", "email", "title")
    ordering = ("name",)
    ordering_fields = ("id", "name", "email", "joined_at")
    lookup_value_regex = r"[0-9]{1,18}"


class TeamViewSet(ReadOnlyPermittedViewSet):
    """Teams and who is in them."""

    queryset = Team.objects.prefetch_related("members")
    serializer_class = TeamSerializer
    filterset_class = TeamFilter
    policy: ClassVar[dict[str, str]] = {
        "list": "accounts.view_team",
        "retrieve": "accounts.view_team",
    }
    search_fields = ("name",)
    ordering = ("name",)
    ordering_fields = ("id", "name")
    lookup_value_regex = r"[0-9]{1,18}"


class ApiTokenViewSet(ReadOnlyPermittedViewSet):
    """One's own tokens, without their secrets. They are made on the page and by command."""

    queryset = ApiToken.objects.all()
    serializer_class = ApiTokenSerializer
    policy: ClassVar[dict[str, str]] = {
        "list": "accounts.view_apitoken",
        "retrieve": "accounts.view_apitoken",
    }
    ordering = ("-id",)
    ordering_fields = ("id", "name")
    lookup_value_regex = r"[0-9]{1,18}"

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(user=self.request.user)
