from __future__ import annotations

from django.urls import path

from leads.bulk import views

app_name = "bulk"

urlpatterns = [
    path("bulk/", views.act_create, name="act-create"),
    path("acts/", views.act_list, name="act-list"),
    path("acts/<int:pk>/", views.act_detail, name="act-detail"),
    path("acts/<int:pk>/undo/", views.act_undo, name="act-undo"),
]
