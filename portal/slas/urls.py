from __future__ import annotations

from django.urls import path

from portal.documents.pages import DocumentPages
from portal.slas import views
from portal.slas.models import Sla

app_name = "slas"

pages = DocumentPages(Sla, details=views.sla_details)

urlpatterns = [
    path("", views.sla_list, name="sla-list"),
    path("measured/", views.sla_measured, name="sla-measured"),
    path("<slug:slug>/revisions/<int:number>/tried/", views.sla_tried, name="sla-tried"),
    path("calendars/<int:pk>/", views.calendar_detail, name="calendar-detail"),
    *(page for page in pages.paths() if page.name != "sla-list"),
]
