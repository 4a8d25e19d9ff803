"""``/api/v1/saved-views/``: the same acts as the pages of saved views."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from leads.columns import COLUMNS, ORDERS
from leads.conditions.asking import read, sentences
from leads.conditions.tree import Wrong
from leads.models import SavedView
from leads.saving_views import LONGEST, MOST, STEERING, check_filters, is_closed_to
from leads.services import saved_views as services
from portal.accounts.models import Team
from portal.accounts.requests import ApiRequest
from portal.accounts.viewsets import ListCountMixin, PermittedViewSet


class SavedViewSerializer(serializers.ModelSerializer):
    """A saved view. ``params`` are the simple filters, ``filter`` is the condition, ``text`` says it.

    ``query`` is the address of the list, from its question mark on. All of them are empty for who does
    not see the fields that it asks by.
    """

    owner: serializers.PrimaryKeyRelatedField[Any] = serializers.PrimaryKeyRelatedField(
        read_only=True
    )
    name = serializers.CharField(max_length=80)
    filter = serializers.JSONField(source="condition", required=False, allow_null=True)
    params = serializers.DictField(
        source="filters",
        child=serializers.CharField(max_length=LONGEST, allow_blank=False),
        required=False,
    )
    columns = serializers.ListField(
        child=serializers.ChoiceField(choices=sorted(COLUMNS)), required=False, max_length=40
    )
    ordering = serializers.ChoiceField(
        choices=[sign + name for name in ORDERS for sign in ("", "-")],
        required=False,
        allow_blank=True,
    )
    team: serializers.PrimaryKeyRelatedField[Any] = serializers.PrimaryKeyRelatedField(
        queryset=Team.objects.none(), required=False, allow_null=True
    )
    text = serializers.SerializerMethodField()
    query = serializers.SerializerMethodField()

    class Meta:
        model = SavedView
        fields: ClassVar = [
            "id", "name", "owner", "sharing", "team", "filter", "text", "params", "columns", "ordering",
            "query", "version", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields: ClassVar = ["version", "created_at", "updated_at"]

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        request = self.context.get("request")
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            teams = Team.objects.permitted(user, "accounts.view_team")
            chosen: Any = fields["team"]
            chosen.queryset = teams.filter(pk__in=user.team_ids)
        return fields

    def get_text(self, view: SavedView) -> str:
        """All rows of a page are said at once."""
        said: dict[int, str] = cast("dict[str, Any]", self.context).setdefault("said", {})
        if view.pk not in said:
            is_many = isinstance(self.parent, serializers.ListSerializer)
            rows = list(self.parent.instance) if is_many and self.parent.instance else [view]
            words = sentences([row.condition for row in rows])
            said |= {row.pk: text for row, text in zip(rows, words, strict=True)}
        return said[view.pk]

    def get_query(self, view: SavedView) -> str:
        return view.query

    def to_representation(self, instance: SavedView) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if is_closed_to(instance, self.context["request"].user):
            shown |= {"filter": None, "params": {}, "text": "", "query": ""}
        return shown

    def validate_filter(self, value: Any) -> Any:
        if value is None:
            return None
        try:
            return read(value, self.context["request"].user).json
        except Wrong as wrong:
            raise serializers.ValidationError(str(wrong)) from None

    def validate_params(self, value: dict[str, str]) -> dict[str, str]:
        if len(value) > MOST:
            raise serializers.ValidationError(f"A view keeps at most {MOST} filters.")
        if steering := sorted(set(value) & set(STEERING)):
            raise serializers.ValidationError(f"{steering[0]} is no filter.")
        try:
            check_filters(value, self.context["request"].user)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from None
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        sharing = attrs.get("sharing", getattr(self.instance, "sharing", "private"))
        team = attrs.get("team", getattr(self.instance, "team", None))
        if sharing == SavedView.Sharing.TEAM and team is None:
            raise serializers.ValidationError({"team": "Name the team that sees it."})
        if {"sharing", "team"} & set(attrs):
            attrs |= {"sharing": sharing, "team": team}
        return attrs


class SavedViewViewSet(ListCountMixin, mixins.RetrieveModelMixin, PermittedViewSet):
    """One's own views, and those that others share."""

    request: ApiRequest
    queryset = SavedView.objects.all()
    serializer_class = SavedViewSerializer
    lookup_value_regex = r"[0-9]{1,18}"
    ordering = ("-id",)
    ordering_fields = ("id",)
    policy: ClassVar[dict[str, str]] = {
        "list": "leads.view_savedview",
        "retrieve": "leads.view_savedview",
        "create": "leads.add_savedview",
        "partial_update": "leads.change_savedview",
        "destroy": "leads.delete_savedview",
        "copy": "leads.view_savedview",
    }

    def _answer(self, view: SavedView, code: int = status.HTTP_200_OK) -> Response:
        shown = SavedViewSerializer(view, context=self.get_serializer_context())
        return Response(shown.data, status=code)

    def _given(self, **options: Any) -> dict[str, Any]:
        given = SavedViewSerializer(
            data=self.request.data, context=self.get_serializer_context(), **options
        )
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    @extend_schema(request=SavedViewSerializer, responses={201: SavedViewSerializer})
    def create(self, request: ApiRequest) -> Response:
        given = self._given()
        asked = {name: given.pop(name) for name in services.ASKED if name in given}
        view = services.create_view(owner=request.user, asked=asked, **given)
        return self._answer(view, status.HTTP_201_CREATED)

    @extend_schema(request=SavedViewSerializer, responses=SavedViewSerializer)
    def partial_update(self, request: ApiRequest, pk: str | None = None) -> Response:
        view = self.get_object()
        changes = self._given(instance=view, partial=True)
        return self._answer(services.change_view(view=view, by=request.user, changes=changes))

    @extend_schema(responses={204: None})
    def destroy(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Take it away; its owner can bring it back from the page of views."""
        services.delete_view(view=self.get_object(), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={201: SavedViewSerializer})
    @action(detail=True, methods=["post"])
    def copy(self, request: ApiRequest, pk: str | None = None) -> Response:
        """The same list as one's own."""
        view = self.get_object()
        if is_closed_to(view, request.user):
            self.permission_denied(request, "It asks by fields that your role does not see.")
        copied = services.copy_view(view=view, by=request.user)
        return self._answer(copied, status.HTTP_201_CREATED)
