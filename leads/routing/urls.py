from __future__ import annotations

from django.urls import path

from leads.routing import views

app_name = "routing"

urlpatterns = [
    path("", views.rule_list, name="rule-list"),
    path("try/", views.rule_try, name="rule-try"),
    path("absences/", views.absence_list, name="absence-list"),
    path("absences/new/", views.absence_create, name="absence-create"),
    path("absences/<int:pk>/delete/", views.absence_delete, name="absence-delete"),
]
