from __future__ import annotations

from django.urls import path

from leads.merging import views

app_name = "merging"

urlpatterns = [
    path("duplicates/", views.candidate_list, name="candidate-list"),
    path("duplicates/scan/", views.scan_start, name="scan-start"),
    path("duplicates/progress/", views.scan_progress, name="scan-progress"),
    path("duplicates/<int:pk>/apart/", views.candidate_tell_apart, name="candidate-tell-apart"),
    path("duplicates/<int:pk>/again/", views.candidate_ask_again, name="candidate-ask-again"),
    path("merges/", views.merge_list, name="merge-list"),
    path("merges/<int:pk>/", views.merge_detail, name="merge-detail"),
    path("merges/<int:pk>/undo/", views.merge_undo, name="merge-undo"),
    path("<int:pk>/duplicates/", views.lead_duplicates, name="lead-duplicates"),
    path("<int:pk>/merge/<int:other>/", views.pair_detail, name="pair-detail"),
]
