"""The least that a page can cost: a session, one indexed query, plain rows. Baselines only.

These routes exist while a benchmark runs, never in the portal.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import apps
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from rest_framework import generics, serializers

from leads.models import Lead
from portal.accounts.decorators import requires
from portal.operations.benchmarks.cases import Case

#: What ``django-admin startproject`` writes.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
#: Rows of a bare list, and columns of any table on one.
ROWS, SHOWN = 50, 6
LIST = (
    "<!doctype html><title>Leads</title><table>{% for lead in leads %}<tr><td><a href='/leads/{{ lead.pk }}/'>"
    "{{ lead.full_name }}</a><td>{{ lead.company.name }}<td>{{ lead.stage.name }}<td>{{ lead.owner.name }}"
    "<td>{{ lead.source }}<td>{{ lead.created_at }}</tr>{% endfor %}</table>"
)
TABLE = (
    "<!doctype html><title>Rows</title><table>{% for row, values in rows %}<tr><td><a href='/{{ row.pk }}/'>{{ row }}"
    "</a>{% for value in values %}<td>{{ value }}{% endfor %}</tr>{% endfor %}</table>"
)
ONE = "<!doctype html><title>{{ row }}</title><h1>{{ row }}</h1><p>{{ row.pk }}</p>"


def _rendered(source: str, **context: Any) -> HttpResponse:
    template = _TEMPLATES.setdefault(source, engines["django"].from_string(source))
    return HttpResponse(template.render(context))


_TEMPLATES: dict[str, Any] = {}


#: Questions to the list that a benchmark asks by name.
CASES: dict[str, Case] = {}


def page_of(request: Any) -> QuerySet[Lead]:
    """The rows of the same page of the real list, by the same index."""
    case = CASES.get(request.GET.get("case", ""), Case({}))
    action = "leads.view_lead"
    leads = Lead.objects.select_related("company", "stage", "owner").permitted(request.user, action)
    sign, column = case.order[: case.order.startswith("-")], case.order.removeprefix("-")
    leads = leads.filter(case.rows, **{f"{column}__isnull": False})
    if edge := case.edge:
        way = "lt" if sign else "gt"
        past = Q(**{f"{column}__{way}": edge.value}) | Q(
            **{column: edge.value, f"pk__{way}": edge.pk}
        )
        leads = leads.filter(past, **{f"{column}__{way}e": edge.value})
    return leads.order_by(f"{sign}{column}", f"{sign}pk")[:ROWS]


@requires("leads.view_lead")
def lead_list(request: HttpRequest) -> HttpResponse:
    return _rendered(LIST, leads=page_of(request))


@requires("leads.view_lead")
def lead_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _rendered(ONE, row=Lead.objects.get(pk=pk))


@requires("leads.view_lead")
def row_list(request: HttpRequest, label: str) -> HttpResponse:
    """The first rows of any table, in its own order."""
    model: Any = apps.get_model(label)
    plain = [field.attname for field in model._meta.concrete_fields if not field.is_relation]
    found = model._default_manager.all()[:ROWS]
    rows = [(row, [getattr(row, name) for name in plain[1:SHOWN]]) for row in found]
    return _rendered(TABLE, rows=rows)


@requires("leads.view_lead")
def row_detail(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    model: Any = apps.get_model(label)
    return _rendered(ONE, row=model._default_manager.get(pk=pk))


class BareLeadSerializer(serializers.ModelSerializer):
    """Every column of the lead, and the names beside its keys."""

    company_name = serializers.CharField(source="company.name", default=None)
    stage_slug = serializers.CharField(source="stage.slug")
    owner_name = serializers.CharField(source="owner.name", default=None)
    campaign_slug = serializers.CharField(source="campaign.slug", default=None)
    persona_slug = serializers.CharField(source="persona.slug", default=None)

    class Meta:
        model = Lead
        fields = "__all__"


class BareLeadList(generics.ListAPIView):
    queryset = Lead.objects.select_related("company", "stage", "owner", "campaign", "persona")
    serializer_class = BareLeadSerializer
    filter_backends: ClassVar[list[Any]] = []
    policy_action = "leads.view_lead"


urlpatterns = [
    path("bare/leads/", lead_list),
    path("bare/leads/<int:pk>/", lead_detail),
    path("bare/rows/<str:label>/", row_list),
    path("bare/rows/<str:label>/<int:pk>/", row_detail),
    path("bare/api/leads/", BareLeadList.as_view()),
    path("", include("portal.urls")),
]
