from __future__ import annotations

from django.urls import path

from leads.intake import views

app_name = "intake"

urlpatterns = [
    path("", views.import_list, name="import-list"),
    path("<int:pk>/", views.import_detail, name="import-detail"),
    path("<int:pk>/map/", views.import_map, name="import-map"),
    path("<int:pk>/read/", views.import_read, name="import-read"),
    path("<int:pk>/kind/", views.import_kind, name="import-kind"),
    path("<int:pk>/start/", views.import_start, name="import-start"),
    path("<int:pk>/cancel/", views.import_cancel, name="import-cancel"),
    path("<int:pk>/undo/", views.import_undo, name="import-undo"),
    path("<int:pk>/refused/", views.import_refused, name="import-refused"),
]
