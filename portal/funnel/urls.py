from __future__ import annotations

from django.urls import path

from portal.documents.pages import DocumentPages
from portal.funnel import views
from portal.funnel.models import FunnelDefinition

app_name = "funnel"

pages = DocumentPages(FunnelDefinition)

urlpatterns = [
    path("", views.funnel_definition_list, name="funnel-definition-list"),
    *(page for page in pages.paths() if page.name != "funnel-definition-list"),
]
