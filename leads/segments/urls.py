from __future__ import annotations

from django.urls import path

from leads.segments import views

app_name = "segments"

urlpatterns = [
    path("", views.segment_list, name="segment-list"),
    path("new/", views.segment_create, name="segment-create"),
    path("figures/", views.segment_figures, name="segment-figures"),
    path("add/", views.segment_add_leads, name="segment-add-leads"),
    path("<int:pk>/", views.segment_detail, name="segment-detail"),
    path("<int:pk>/count/", views.segment_count, name="segment-count"),
    path("<int:pk>/edit/", views.segment_edit, name="segment-edit"),
    path("<int:pk>/archive/", views.segment_archive, name="segment-archive"),
    path("<int:pk>/restore/", views.segment_restore, name="segment-restore"),
    path("<int:pk>/fill/", views.segment_fill, name="segment-fill"),
    path("<int:pk>/remove/", views.segment_remove_leads, name="segment-remove-leads"),
]
